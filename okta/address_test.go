package okta

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

func TestTheURLOfAnOrg(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name, url, host, problem string
	}{
		{"an org", "https://acme.okta.com", "acme.okta.com", ""},
		{"a trailing slash and white space", " https://acme.okta.com/\n", "acme.okta.com", ""},
		{"capitals", "HTTPS://Acme.Okta.com", "acme.okta.com", ""},
		{"a port", "https://127.0.0.1:8443", "127.0.0.1:8443", ""},
		{"a domain of one's own that ends in -admin", "https://login-admin.acme.example", "login-admin.acme.example", ""},
		{"the admin console", "https://acme-admin.okta.com", "", "is the admin console, which has no API: write https://acme.okta.com"},
		{"the admin console of a preview org", "https://acme-admin.oktapreview.com/admin/dashboard", "", "write https://acme.oktapreview.com"},
		{"plain HTTP", "http://acme.okta.com", "", "must begin with https://: write https://acme.okta.com"},
		{"a host alone", "acme.okta.com", "", "has no host: write it like https://acme.okta.com"},
		{"nothing", "", "", "has no host"},
		{"a path", "https://acme.okta.com/api/v1", "", "must be the org alone: write https://acme.okta.com"},
		{"a query", "https://acme.okta.com?x=1", "", "must be the org alone"},
		{"a password", "https://u:hunter22@acme.okta.com", "", "must not contain a user or password"},
		{"no URL, with a password in it", "https://u:hunter22@acme.okta.com:x", "", "url is not a URL"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			c, err := New(Config{URL: tc.url, APIToken: NewSecret(testToken)})
			if tc.problem == "" {
				if err != nil || c.wire.host != tc.host {
					t.Errorf("got %v, want host %s", err, tc.host)
				}
				return
			}
			if err == nil || !strings.Contains(err.Error(), tc.problem) || KindOf(err) != KindTerminal {
				t.Errorf("got %v, want a terminal error with %q", err, tc.problem)
			}
			if strings.Contains(fmt.Sprint(err), "hunter22") {
				t.Errorf("the error contains the password: %v", err)
			}
		})
	}
}

func TestTheAPIToken(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name    string
		token   string
		problem string
	}{
		{"the newline of a file is dropped", "00abc_DEF-1\n", ""},
		{"empty", " \n", "API token is empty"},
		{"with its scheme", "SSWS 00abcsecret", `leave out the leading "SSWS "`},
		{"two lines", "00abcsecret\n00def", "white space"},
		{"a character that no header has", "00abcsecret\u00a0x", "white space or characters"},
	} {
		token, err := apiToken(NewSecret(tc.token))
		switch {
		case tc.problem == "" && (err != nil || token.Reveal() != "00abc_DEF-1"):
			t.Errorf("%s: got %q, %v", tc.name, token.Reveal(), err)
		case tc.problem != "" && (err == nil || !strings.Contains(err.Error(), tc.problem) || strings.Contains(err.Error(), "secret")):
			t.Errorf("%s: got %v, want %q and no part of the token", tc.name, err, tc.problem)
		}
	}
	if _, err := New(Config{URL: "https://acme.okta.com", APIToken: NewSecret("\n")}); KindOf(err) != KindTerminal {
		t.Errorf("New without a token: got %v", err)
	}
	if _, err := New(Config{URL: "https://acme.okta.com", APIToken: NewSecret("x"), Timeout: -time.Second}); KindOf(err) != KindTerminal {
		t.Errorf("New with a negative timeout: got %v", err)
	}
}
