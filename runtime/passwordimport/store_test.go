package passwordimport

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/hookline/hookline/api/v1alpha1"
)

// storeKinds are the stores that pass the suite. Each makes a store with these users, whose names may have
// anything in them but NUL, line ends and colons.
var storeKinds = map[string]func(t *testing.T, users map[string]string) store{
	"static": func(t *testing.T, users map[string]string) store {
		var file strings.Builder
		for name, text := range users {
			fmt.Fprintf(&file, "%s:%s\n", name, text)
		}
		return openStore(t, staticSpec(), secrets{"htpasswd": file.String()})
	},
	"postgres": func(t *testing.T, users map[string]string) store {
		statements := []string{"CREATE TABLE users (name text PRIMARY KEY, digest text)"}
		for name, text := range users {
			statements = append(statements, fmt.Sprintf("INSERT INTO users VALUES ('%s', '%s')",
				strings.ReplaceAll(name, "'", "''"), text))
		}
		return openStore(t, sqlSpec("SELECT digest FROM users WHERE name = $1"), secrets{"dsn": newDatabase(t, statements...)})
	},
}

func openStore(t *testing.T, spec *v1alpha1.PasswordImportHandler, values secrets) store {
	t.Helper()
	opened, _, err := newStore(t.Context(), &spec.UserStore, storeOptions{
		secrets: values, timeout: 5 * time.Second, metrics: NewMetrics(nil), logger: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(opened.close)
	return opened
}

// sha1OfSecret is a digest of "s3cr3t".
const sha1OfSecret = "{SHA}JauGvtFJymypwcDV23yakTiN3qs="

// suiteUsers are in the store of every case, all with the password s3cr3t unless the digest says otherwise.
func suiteUsers() map[string]string {
	return map[string]string{
		"ada@example.com":                     sha1OfSecret,
		"Grace@Example.com":                   sha1OfSecret,
		"o'hara":                              sha1OfSecret,
		"日本@example.com":                      sha1OfSecret,
		"%":                                   sha1OfSecret,
		strings.Repeat("n", maxUsernameBytes): sha1OfSecret,
		"locked@example.com":                  "!" + sha1OfSecret,
	}
}

// TestStores is the contract of stores.
func TestStores(t *testing.T) {
	t.Parallel()
	for kind, open := range storeKinds {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			s := open(t, suiteUsers())
			t.Run("knows exactly its users", func(t *testing.T) { expectUsers(t, s) })
			t.Run("tells a user without password from a stranger", func(t *testing.T) {
				d, found, err := s.lookup(t.Context(), "locked@example.com")
				if err != nil || !found || !d.locked {
					t.Errorf("got locked %t, found %t, error %v", d.locked, found, err)
				}
			})
			t.Run("gives strangers a digest that costs what its own do", func(t *testing.T) { expectDecoys(t, s) })
			t.Run("answers many at a time", func(t *testing.T) { expectConcurrency(t, s) })
			t.Run("never takes a hang-up for a stranger", func(t *testing.T) {
				ctx, cancel := context.WithCancel(t.Context())
				cancel()
				if _, found, err := s.lookup(ctx, "ada@example.com"); err == nil && !found {
					t.Error("found nobody")
				}
			})
			t.Run("never takes being closed for a stranger", func(t *testing.T) {
				closed := open(t, suiteUsers())
				closed.close()
				if _, found, err := closed.lookup(t.Context(), "ada@example.com"); err == nil && !found {
					t.Error("found nobody")
				}
			})
		})
	}
}

func expectUsers(t *testing.T, s store) {
	for name, text := range suiteUsers() {
		d, found, err := s.lookup(t.Context(), name)
		if err != nil || !found {
			t.Errorf("user %q: found %t, error %v", name, found, err)
			continue
		}
		if text == sha1OfSecret {
			expectMatch(t, d, "s3cr3t", true)
			expectMatch(t, d, "S3cr3t", false)
		}
	}
	for _, stranger := range []string{
		"nobody@example.com", "ADA@example.com", " ada@example.com", "ada@example.com ", "ada@example.co", "_",
		"' OR 1=1 --", `\`, "ada@example.com\n", "日本@example.coḿ", strings.Repeat("n", maxUsernameBytes-1),
	} {
		if _, found, err := s.lookup(t.Context(), stranger); err != nil || found {
			t.Errorf("stranger %q: found %t, error %v", stranger, found, err)
		}
	}
}

func expectDecoys(t *testing.T, s store) {
	known, _, err := s.lookup(t.Context(), "ada@example.com")
	if err != nil {
		t.Fatal(err)
	}
	for i := range 100 {
		name := fmt.Sprintf("stranger%d", i)
		decoy := s.decoy(name)
		if decoy.class() != known.class() {
			t.Fatalf("%s costs %q, a user %q", name, decoy.class(), known.class())
		}
		expectMatch(t, decoy, "s3cr3t", false)
	}
}

func expectConcurrency(t *testing.T, s store) {
	var group errgroup.Group
	for i := range 50 {
		group.Go(func() error {
			name, want := "ada@example.com", i%2 == 0
			if !want {
				name = "nobody@example.com"
			}
			_, found, err := s.lookup(t.Context(), name)
			s.decoy(name)
			if err == nil && found != want {
				err = fmt.Errorf("%s: found %t", name, found)
			}
			return err
		})
	}
	if err := group.Wait(); err != nil {
		t.Error(err)
	}
}
