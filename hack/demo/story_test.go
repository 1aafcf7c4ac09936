package main

import (
	"bytes"
	"os"
	"regexp"
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
	for _, secret := range []string{
		adasPassword, "difference engine", newPassword, clientSecret, "00-the-demo-token", joansPhone, phoneAbroad,
		"eyJ", // how tokens begin
	} {
		if strings.Contains(out.String(), secret) {
			t.Errorf("the story gives away %q", secret)
		}
	}
	if code := regexp.MustCompile(`(code is |[cC]ode": "?)[0-9]+`).FindString(out.String()); code != "" {
		t.Errorf("the story gives away a one-time code: %s", code)
	}
	for _, shown := range []string{
		"Sign up with your example.com address.", "Twilio → Joan", "Vonage → Joan", "blocked=country",
		`"https://acme.example/service": "nightly-report"`, `"https://acme.example/displayName": ["Ada Lovelace"]`, "LINK_USER",
	} {
		if !strings.Contains(out.String(), shown) {
			t.Errorf("the story does not show %s", shown)
		}
	}
	left, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range left {
		t.Errorf("left behind: %s", entry.Name())
	}
}
