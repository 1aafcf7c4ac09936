package main

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/pflag"
)

func TestFlagsThatAreWrongAreToldWhatToWrite(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		args []string
		says string
	}{
		"no image for the runtime":       {says: "--runtime-image is required"},
		"a level that there is not":      {args: []string{"--runtime-image=i", "--log-level=loud"}, says: `"loud": write debug, info, warn or error`},
		"a host without an address":      {args: []string{"--runtime-image=i", "--probe-resolve=hooks.acme.example"}, says: "write host=address"},
		"namespaces without an identity": {args: []string{"--runtime-image=i", "--watch-namespaces=a,b"}, says: "needs --cluster-id"},
		"a CA file that is not there":    {args: []string{"--runtime-image=i", "--probe-ca-file=/nowhere/ca.crt"}, says: "read --probe-ca-file"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cfg := parse(t, c.args...)
			err := cfg.complete()
			if err == nil {
				_, err = cfg.probeCAs()
			}
			if err == nil || !strings.Contains(err.Error(), c.says) {
				t.Errorf("error %v, want %q", err, c.says)
			}
		})
	}
}

func TestFlags(t *testing.T) {
	t.Parallel()
	cfg := parse(t, "--runtime-image=i", "--watch-namespaces=a,b", "--cluster-id=c", "--probe-resolve=one=10.0.0.1", "--probe-resolve=two=10.0.0.2:8443")
	if err := cfg.complete(); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[string]string{"one": "10.0.0.1", "two": "10.0.0.2:8443"}, cfg.probeResolve); diff != "" {
		t.Errorf("hosts (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"a", "b"}, cfg.namespaces); diff != "" {
		t.Errorf("namespaces (-want +got):\n%s", diff)
	}
}

func parse(t *testing.T, args ...string) *config {
	t.Helper()
	cfg := &config{}
	flags := pflag.NewFlagSet("manager", pflag.ContinueOnError)
	cfg.flags(flags)
	if err := flags.Parse(args); err != nil {
		t.Fatal(err)
	}
	return cfg
}
