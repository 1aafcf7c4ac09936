package oktasim

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestRingForgetsTheOldestAndKeepsTheirNumbers(t *testing.T) {
	t.Parallel()
	r := ring[int]{size: 3}
	for i := range 10 {
		if r.next() != i {
			t.Fatalf("next: got %d, want %d", r.next(), i)
		}
		r.add(i)
	}
	kept := r.since(0)
	if len(kept) < 3 || len(kept) > 6 || kept[len(kept)-1] != 9 {
		t.Errorf("kept: got %v", kept)
	}
	if got := r.since(8); !slices.Equal(got, []int{8, 9}) {
		t.Errorf("since 8: got %v", got)
	}
	r.clear()
	if r.next() != 10 || len(r.since(0)) != 0 {
		t.Errorf("after clear: next %d, %v", r.next(), r.since(0))
	}
}

func TestIDsGrow(t *testing.T) {
	t.Parallel()
	ids, other := newIDSource(), newIDSource()
	last := ids.next("00u")
	if last == other.next("00u") {
		t.Error("two orgs gave the same id")
	}
	for range 4000 { // past the change of two digits
		id := ids.next("00u")
		if id <= last || len(id) != 20 {
			t.Fatalf("%q after %q", id, last)
		}
		last = id
	}
}

func TestUUIDsAreVersion4(t *testing.T) {
	t.Parallel()
	id := newUUID()
	parts := strings.Split(id, "-")
	if len(parts) != 5 || len(id) != 36 || parts[2][0] != '4' || !strings.Contains("89ab", parts[3][:1]) {
		t.Errorf("got %q", id)
	}
}

func TestLocateTakesTheMostExactEntry(t *testing.T) {
	t.Parallel()
	resolve := map[string]string{
		"hooks.acme.example": "127.0.0.1:9443", "*.acme.example": "127.0.0.2", "*": "[::1]:9000",
		"v6.test": "::1", "bracketed.test": "[::1]",
	}
	for host, want := range map[string]string{
		"hooks.acme.example": "127.0.0.1:9443",
		"HOOKS.acme.example": "127.0.0.1:9443",
		"other.acme.example": "127.0.0.2:443",
		"a.b.acme.example":   "127.0.0.2:443",
		"acme.example":       "[::1]:9000",
		"v6.test":            "[::1]:443",
		"bracketed.test":     "[::1]:443",
	} {
		if got := locate(resolve, host, "443"); got != want {
			t.Errorf("%s: got %s, want %s", host, got, want)
		}
	}
	if got := locate(nil, "example.com", "8443"); got != "example.com:8443" {
		t.Errorf("without entries: got %s", got)
	}
}

func TestStampIsOktasSpelling(t *testing.T) {
	t.Parallel()
	at := stampOf(time.Date(2025, 3, 14, 0, 38, 58, 999_000_000, time.FixedZone("", 3600)))
	if got := at.String(); got != "2025-03-13T23:38:58.000Z" {
		t.Errorf("got %s", got)
	}
}

func TestHeaderNamesThatHTTPAllows(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]bool{"X-Key": true, "x_key.1": true, "": false, "my header": false, "a:b": false, "ä": false, "a\n": false} {
		if got := isToken(name); got != want {
			t.Errorf("%q: got %t", name, got)
		}
	}
}

// TestEveryTypeHasItsPlaceInTheTable guards what the next flows rely on.
func TestEveryTypeHasItsPlaceInTheTable(t *testing.T) {
	t.Parallel()
	if len(hookTypes) != 6 {
		t.Errorf("types: got %d", len(hookTypes))
	}
	for id, kind := range hookTypes {
		if kind.retries > 1 {
			t.Errorf("%s: Okta retries at most once, not %d times", id, kind.retries)
		}
	}
}

// FuzzHookReply reads any answer as every type's reply. Only an answer that says
// VERIFIED lets anybody in, and a form that is refused always says why.
func FuzzHookReply(f *testing.F) {
	f.Add(200, `{"commands":[{"type":"com.okta.action.update","value":{"credential":"VERIFIED"}}]}`)
	f.Add(200, `{"commands":[{"type":"com.okta.action.update","value":{"registration":"DENY"}}],"error":null}`)
	f.Add(200, `{"commands":[{"type":"com.okta.user.profile.update","value":{"title":null}}]}`)
	f.Add(200, `{"commands":[{"type":"com.okta.telephony.action","value":[{}]}],"debugContext":7}`)
	f.Add(200, `{"commands":[{"type":"com.okta.telephony.action","value":[{"status":"PENDING","provider":null}]}]}`)
	f.Add(200, `{"commands":[{"type":"com.okta.user.update","value":{"id":"00u1"}},{"type":"com.okta.action.update","value":{"result":"LINK_USER"}}]}`)
	f.Add(201, `{"error":{"errorCauses":[{"location":"."},null]}}`)
	f.Add(204, ``)
	f.Fuzz(func(t *testing.T, status int, body string) {
		for id, kind := range hookTypes {
			reply, err := parseReply(kind, status, []byte(body))
			if err != nil {
				continue
			}
			if len(reply.raw) > 0 && !json.Valid(reply.raw) {
				t.Fatalf("%s: taken though it is not JSON: %q", id, body)
			}
			if _, err := judgeTelephony(reply); err == nil && !strings.Contains(body, "SUCCESSFUL") && !strings.Contains(body, "PENDING") &&
				!strings.Contains(body, `\u`) {
				t.Fatalf("a code was sent by %q", body)
			}
			if decision, err := judgeImport(reply, ""); err == nil && decision.userID != "" && len(reply.commands) < 2 {
				t.Fatalf("%s: linked to %q by %q", id, decision.userID, body)
			}
			if verified, _ := judgePassword(reply); verified && len(reply.commands) != 1 {
				t.Fatalf("verified by %d commands", len(reply.commands))
			}
			for _, e := range []enrollment{selfService, progressive} {
				result := e.judge(reply, object{"email": nil})
				if result.failure != "" && len(result.messages) == 0 {
					t.Fatalf("%s: a failure without a message: %q", id, body)
				}
				for _, m := range result.messages {
					if m.Message == "" || m.Field != "" && m.Field != "email" {
						t.Fatalf("%s: message %+v", id, m)
					}
				}
			}
		}
	})
}
