package oktasim_test

import (
	"fmt"
	"net/http"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/hookline/hookline/okta/oktasim"
)

const manyUsers = 100_000

// fill creates n users with a password hook.
func fill(tb testing.TB, org *oktasim.Org, n int) {
	tb.Helper()
	for i := range n {
		if w := post(org, "POST", usersPath, hookUser(fmt.Sprintf("user%06d@example.com", i))); w.Code != http.StatusOK {
			tb.Fatalf("create user %d: %d %s", i, w.Code, w.Body)
		}
	}
}

func heap() uint64 {
	runtime.GC()
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return stats.HeapAlloc
}

// TestHundredThousandUsers is not parallel: it measures memory.
func TestHundredThousandUsers(t *testing.T) {
	before := heap()
	org := oktasim.New(oktasim.Options{APIToken: token, RateLimits: map[string]int{
		"/api/v1/users": 0, "GET /api/v1/users/{id}": 0, "/api/v1/users/{id}": 0,
	}})
	fill(t, org, manyUsers)
	if used := int64(heap()) - int64(before); used > 150<<20 {
		t.Errorf("memory: %d users take %d MiB, want at most 150", manyUsers, used>>20)
	} else {
		t.Logf("%d users take %d MiB", manyUsers, used>>20)
	}
	// A lookup must not be a walk: a thousand of each, which would be a hundred
	// million steps.
	began := time.Now()
	for i := range 1000 {
		login := fmt.Sprintf("user%06d@example.com", i*97)
		byLogin := post(org, "GET", usersPath+"/"+login, "")
		id, _, _ := strings.Cut(strings.TrimPrefix(byLogin.Body.String(), `{"id":"`), `"`)
		for _, path := range []string{"/" + id, "?limit=1&after=" + id, `?filter=profile.login+eq+"` + login + `"`} {
			path = strings.ReplaceAll(path, `"`, "%22")
			if w := post(org, "GET", usersPath+path, ""); w.Code != http.StatusOK {
				t.Fatalf("%s: %d %s", path, w.Code, w.Body)
			}
		}
	}
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("4,000 lookups took %s", took)
	}
	runtime.KeepAlive(org)
}

func BenchmarkCreateUser(b *testing.B) {
	org := oktasim.New(oktasim.Options{APIToken: token, RateLimits: map[string]int{"/api/v1/users": 0}})
	b.ReportAllocs()
	fill(b, org, b.N)
}

func BenchmarkUserByLogin(b *testing.B) {
	org := oktasim.New(oktasim.Options{APIToken: token, RateLimits: map[string]int{"/api/v1/users": 0, "GET /api/v1/users/{id}": 0}})
	fill(b, org, manyUsers)
	for b.Loop() {
		post(org, "GET", usersPath+"/user050000@example.com", "")
	}
}
