package passwordimport

import (
	"fmt"
	"testing"
	"time"

	"github.com/hookline/hookline/runtime/hook"
)

// BenchmarkStrangerAgainstUser compares what a wrong password costs for a stranger and for a user. The ratio
// should be 1.00.
func BenchmarkStrangerAgainstUser(b *testing.B) {
	for _, scheme := range []struct{ name, digest string }{
		{"bcrypt", "$2y$05$rJZisKSuJ4XhmSJ3Ivqfru3/4hMb3xjMdsD.6Qg1CrGGJazzEPPES"},
		{"apr1", "$apr1$uaMj6VU1$FvPl1yyize.m1HEyrRq7m/"},
		{"sha512crypt", "$6$BRwt04gdsAkDN6X4$D3gsBaV17JuZDVUBPxYIBZjs/3u8pOKJM770ppb9Abp6ntzbZ7MN5ErOnWA69xDWlrqgNCB2QrRIp3WLcJSal/"},
		{"sha1", sha1OfSecret},
	} {
		b.Run(scheme.name, func(b *testing.B) {
			h := newHandler(b, staticSpec(), secrets{"htpasswd": "ada:" + scheme.digest})
			calls := [2]*hook.Request{request(b, "ada", "wrong"), request(b, "eve", "wrong")}
			var took [2]time.Duration
			for b.Loop() {
				for i, typed := range calls {
					start := time.Now()
					if got := ask(b, h, typed); got != "UNVERIFIED" {
						b.Fatal(got)
					}
					took[i] += time.Since(start)
				}
			}
			b.ReportMetric(float64(took[1])/float64(took[0]), "stranger/user")
		})
	}
}

// BenchmarkHtpasswd reads a file of 10,000 users.
func BenchmarkHtpasswd(b *testing.B) {
	var file []byte
	for i := range 10000 {
		file = fmt.Appendf(file, "user%d@example.com:$2y$10$%053d\n", i, i)
	}
	b.SetBytes(int64(len(file)))
	for b.Loop() {
		if _, _, err := parseHtpasswd(b.Context(), file); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkSQLLookup is one look-up in PostgreSQL on the same machine.
func BenchmarkSQLLookup(b *testing.B) {
	dsn := newDatabase(b, usersTable, insertUsers)
	h := newHandler(b, sqlSpec(userQuery), secrets{"dsn": dsn})
	for b.Loop() {
		if _, found, err := h.store.lookup(b.Context(), "ada"); err != nil || !found {
			b.Fatal(found, err)
		}
	}
}
