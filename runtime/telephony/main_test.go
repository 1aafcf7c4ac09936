package telephony

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/hookline/hookline/runtime/telephony/providertest"
)

// publicCA stands for the public CAs: this process trusts it as it trusts them.
var publicCA providertest.Certificate

func TestMain(m *testing.M) { os.Exit(run(m)) }

func run(m *testing.M) int {
	folder, err := os.MkdirTemp("", "public-ca")
	if err == nil {
		defer func() { _ = os.RemoveAll(folder) }()
		err = trustPublicCA(filepath.Join(folder, "ca.crt"))
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return m.Run()
}

// trustPublicCA makes publicCA. The CAs of the system are read once per process, so this comes before all tests.
func trustPublicCA(file string) error {
	var err error
	if publicCA, err = providertest.NewCertificate("127.0.0.1"); err != nil {
		return err
	}
	if err := os.WriteFile(file, publicCA.CA, 0o600); err != nil {
		return err
	}
	return os.Setenv("SSL_CERT_FILE", file)
}
