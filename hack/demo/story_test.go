package main

import (
	"bytes"
	"os"
	"strings"
	"testing"
)

// TestTheStoryIsTrue is make demo ARGS=--once. Every step checks itself; what is left is that nothing is
// given away and nothing left behind.
func TestTheStoryIsTrue(t *testing.T) {
	folder := t.TempDir()
	t.Setenv("TMPDIR", folder)
	var out bytes.Buffer
	if err := run(t.Context(), &out, options{once: true, full: true}); err != nil {
		t.Fatalf("%v\n%s", err, out.String())
	}
	for _, password := range []string{adasPassword, "difference engine", "a new password", "00-the-demo-token"} {
		if strings.Contains(out.String(), password) {
			t.Errorf("the story gives away %q", password)
		}
	}
	if !strings.Contains(out.String(), "Sign up with your example.com address.") {
		t.Error("the story does not show what a person who is refused is told")
	}
	left, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range left {
		t.Errorf("left behind: %s", entry.Name())
	}
}
