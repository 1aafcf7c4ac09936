package v1alpha1_test

import (
	"flag"
	"fmt"
	"net/http"
	"os"
	"strings"
	"testing"

	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/envtest"
)

// server is the one API server that all tests of this package share. Tests that only want its verdict
// ask for a dry run and leave nothing behind; the others use names of their own.
var server struct {
	config  *rest.Config
	client  *http.Client
	address string // https://host:port
}

func TestMain(m *testing.M) {
	os.Exit(runTests(m))
}

func runTests(m *testing.M) int {
	// Fuzz targets ask nobody, and go test runs them in a process for each core, which it kills in the end: none of
	// these may start a server.
	flag.Parse()
	if fuzz := flag.Lookup("test.fuzz"); fuzz != nil && fuzz.Value.String() != "" {
		return m.Run()
	}
	if os.Getenv("KUBEBUILDER_ASSETS") == "" {
		fmt.Fprintln(os.Stderr, "KUBEBUILDER_ASSETS is not set: these tests ask a real API server. Run make test, "+
			"or set it to the folder that hack/control-plane prints.")
		return 1
	}
	environment := &envtest.Environment{
		CRDDirectoryPaths:     []string{"../../config/crd/bases"},
		ErrorIfCRDPathMissing: true,
	}
	config, err := environment.Start()
	if err != nil {
		fmt.Fprintln(os.Stderr, "start the API server:", err)
		return 1
	}
	defer func() {
		if err := environment.Stop(); err != nil {
			fmt.Fprintln(os.Stderr, "stop the API server:", err)
		}
	}()
	config.QPS = -1
	client, err := rest.HTTPClientFor(config)
	if err != nil {
		fmt.Fprintln(os.Stderr, "make a client:", err)
		return 1
	}
	server.config, server.client, server.address = config, client, strings.TrimSuffix(config.Host, "/")
	return m.Run()
}
