package main

import (
	"os/exec"
	"strings"
	"testing"
)

// TestDependencies keeps the binary that faces the internet from knowing the cluster or the Okta admin API.
func TestDependencies(t *testing.T) {
	t.Parallel()
	const ours = "github.com/hookline/hookline/"
	forbidden := []string{
		"k8s.io/client-go", "sigs.k8s.io/controller-runtime", "k8s.io/apiserver", "k8s.io/apiextensions-apiserver",
		"github.com/okta/okta-sdk-golang", ours + "controllers", ours + "okta", ours + "cmd/manager", ours + "cmd/oktasim",
		"testing", "net/http/httptest", "net/http/pprof",
	}
	list, err := exec.CommandContext(t.Context(), "go", "list", "-deps", ".").Output()
	if err != nil {
		t.Fatal(err)
	}
	packages := strings.Fields(string(list))
	if len(packages) < 100 {
		t.Fatalf("go list gives %d packages only", len(packages))
	}
	for _, name := range packages {
		for _, prefix := range forbidden {
			if name == prefix || strings.HasPrefix(name, prefix+"/") {
				t.Errorf("hook-runtime links %s", name)
			}
		}
	}
}
