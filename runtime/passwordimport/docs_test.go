package passwordimport

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/hookline/hookline/runtime/hook"
)

// documentedFailures reads the table of docs/password-import.md: what happened, and the answer.
func documentedFailures(t *testing.T) map[string]string {
	t.Helper()
	page, err := os.ReadFile("../../docs/password-import.md")
	if err != nil {
		t.Fatal(err)
	}
	_, table, found := strings.Cut(string(page), "| what happened | answer |")
	if !found {
		t.Fatal("docs/password-import.md has no table of what happens when")
	}
	rows := map[string]string{}
	for line := range strings.Lines(table) {
		if !strings.HasPrefix(line, "|") {
			if len(rows) > 0 {
				break
			}
			continue
		}
		if cells := strings.Split(line, " | "); len(cells) == 4 {
			rows[strings.TrimPrefix(cells[0], "| ")] = strings.ReplaceAll(cells[1], "`", "")
		}
	}
	return rows
}

// happening makes a handler and the call that something happens to.
type happening func(t *testing.T) (*Handler, *hook.Request)

func typed(username, password string) happening {
	return func(t *testing.T) (*Handler, *hook.Request) {
		return newHandler(t, staticSpec(), secrets{"htpasswd": people}), request(t, username, password)
	}
}

// queried is the call of ada's with this query.
func queried(query, username string) happening {
	return func(t *testing.T) (*Handler, *hook.Request) {
		spec := sqlSpec(query)
		spec.Timeout = &metav1.Duration{Duration: 300 * time.Millisecond}
		return newHandler(t, spec, secrets{"dsn": newDatabase(t, usersTable, insertUsers)}), request(t, username, "s3cr3t")
	}
}

func refused(failuresBefore int) happening {
	return func(t *testing.T) (*Handler, *hook.Request) {
		h := newHandler(t, sqlSpec(userQuery), secrets{"dsn": "postgres://u:p@127.0.0.1:1/db?sslmode=disable"})
		for range failuresBefore {
			ask(t, h, request(t, "ada", "s3cr3t"))
		}
		return h, request(t, "ada", "s3cr3t")
	}
}

const documentedUser, documentedPassword = "isaac.brock@example.com", "s3cr3tp@ss"

var happenings = map[string]happening{
	"the password is right":                                 typed(documentedUser, documentedPassword),
	"the password is wrong":                                 typed(documentedUser, "wrong"),
	"there is no such user in the store":                    typed("nobody@example.com", documentedPassword),
	"the user has no password in the store":                 typed("locked@example.com", documentedPassword),
	"the password or the user name can't be one":            typed(documentedUser, ""),
	"the database is down or refuses the connection":        refused(0),
	"the database was down five times in a row":             refused(5),
	"the database does not answer within `timeout`":         queried("SELECT digest FROM users, pg_sleep(3600) WHERE name = $1", "ada"),
	"the query is wrong":                                    queried("SELECT digest FROM nothing WHERE name = $1", "ada"),
	"the query yields more than one row":                    queried(userQuery, "twin"),
	"the digest is in no known format or beyond the limits": queried(userQuery, "odd"),
	"the expression `username` fails": func(t *testing.T) (*Handler, *hook.Request) {
		spec := staticSpec()
		spec.Username = "dyn(request.data).nothing.at.all"
		return newHandler(t, spec, secrets{"htpasswd": people}), request(t, documentedUser, documentedPassword)
	},
	"there are too many sign-ins at once": func(t *testing.T) (*Handler, *hook.Request) {
		h, req := typed(documentedUser, documentedPassword)(t)
		h.verifier = newVerifier(1, h.metrics)
		if err := h.verifier.slots.Acquire(t.Context(), 1); err != nil {
			t.Fatal(err)
		}
		return h, req
	},
	"verification is not done within the deadline": func(t *testing.T) (*Handler, *hook.Request) {
		h, req := typed(documentedUser, documentedPassword)(t)
		h.store = &endlessStore{until: t.Context()}
		return h, req
	},
	"the request has no credential": func(t *testing.T) (*Handler, *hook.Request) {
		h, _ := typed("", "")(t)
		return h, requestWith(t, `{"context": {}}`)
	},
}

// endlessStore has a digest that takes until the end of the test.
type endlessStore struct {
	stubStore
	until context.Context
}

func (s *endlessStore) lookup(context.Context, string) (digest, bool, error) {
	return digest{scheme: "endless", match: func([]byte) (bool, error) {
		<-s.until.Done()
		return false, nil
	}}, true, nil
}

func TestWhatHappensIsWhatTheDocsSay(t *testing.T) {
	t.Parallel()
	protocol, _ := hook.TypeByID(hook.PasswordImport)
	documented := documentedFailures(t)
	for what := range happenings {
		if _, found := documented[what]; !found {
			t.Errorf("not in the docs: %s", what)
		}
	}
	for what, want := range documented {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			arrange, known := happenings[what]
			if !known {
				t.Fatal("the docs have a row that no test makes happen")
			}
			h, req := arrange(t)
			ctx, cancel := context.WithTimeout(t.Context(), 2500*time.Millisecond)
			defer cancel()
			response, err := h.Handle(ctx, req)
			got := "200 " + word(t, response, err)
			if err != nil {
				code := hook.CodeOf(err)
				got = fmt.Sprintf("%d %s", protocol.OnFailure(code).Status, code)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("answer (-docs +got):\n%s", diff)
			}
		})
	}
}
