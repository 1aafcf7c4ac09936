package oktasim_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/hookline/hookline/okta/oktasim"
)

func rateHeaders(a answer) string {
	return fmt.Sprintf("%d %s/%s %s", a.status, a.header.Get("X-Rate-Limit-Remaining"),
		a.header.Get("X-Rate-Limit-Limit"), a.header.Get("X-Rate-Limit-Reset"))
}

func TestRateLimitWindow(t *testing.T) {
	t.Parallel()
	b := start(t, oktasim.Options{RateLimits: map[string]int{"/api/v1": 2}})
	b.clock.advance(500 * time.Millisecond)
	first := b.clock.now().Truncate(time.Second).Add(time.Minute).Unix()
	var got []string
	got = append(got, rateHeaders(b.do("GET", hooksPath, "")))
	b.clock.advance(30 * time.Second)
	got = append(got, rateHeaders(b.do("POST", hooksPath, `{}`)))
	got = append(got, rateHeaders(b.do("GET", hooksPath, "")))
	got = append(got, rateHeaders(b.do("GET", "/api/v1/policies?type=X", "")))
	b.clock.advance(29500 * time.Millisecond)
	got = append(got, rateHeaders(b.do("GET", hooksPath, "")))
	want := []string{
		fmt.Sprintf("200 1/2 %d", first), fmt.Sprintf("400 0/2 %d", first), fmt.Sprintf("429 0/2 %d", first),
		fmt.Sprintf("429 0/2 %d", first), fmt.Sprintf("200 1/2 %d", first+60),
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("status, remaining/limit, reset (-want +got):\n%s", diff)
	}
	if events := b.events("system.org.rate_limit.violation"); len(events) != 1 {
		t.Errorf("violations logged: got %d, want one per window", len(events))
	}
	b.do("GET", hooksPath, "")
	b.do("GET", hooksPath, "").refused(t, 429, "E0000047", "API call exceeded rate limit due to too many requests.")
}

// TestBucketsOfOperations gives each bucket another quota and reads it off.
func TestBucketsOfOperations(t *testing.T) {
	t.Parallel()
	b := start(t, oktasim.Options{RateLimits: map[string]int{
		"/api/v1": 101, "/api/v1/hook-keys": 102, "/api/v1/logs": 103, "/api/v1/users": 104,
		"/api/v1/users/{id}": 105, "GET /api/v1/users/{id}": 106, "/idp/idx": 107,
	}})
	id := b.createUser("", hookUser("a@example.com"))
	for request, want := range map[string]string{
		"GET " + hooksPath: "101",
		"POST " + hooksPath + "/cal1/lifecycle/activate":     "101",
		"POST " + hooksPath + "/cal1/execute":                "101",
		"GET /api/v1/policies?type=X":                        "101",
		"GET /api/v1/hook-keys":                              "102",
		"GET /api/v1/hook-keys/HKY1":                         "102",
		"GET /api/v1/logs":                                   "103",
		"GET /api/v1/users":                                  "104",
		"POST /api/v1/users/" + id + "/lifecycle/deactivate": "104",
		"DELETE /api/v1/users/x":                             "105",
		"GET /api/v1/users/x":                                "106",
		"POST /idp/idx/enroll/new":                           "107",
		"POST /api/v1/authn":                                 "",
		"GET /.well-known/okta-organization":                 "",
	} {
		method, path, _ := strings.Cut(request, " ")
		if got := b.do(method, path, "").header.Get("X-Rate-Limit-Limit"); got != want {
			t.Errorf("%s: bucket of %q, want %q", request, got, want)
		}
	}
}

func TestNoLimitAtAll(t *testing.T) {
	t.Parallel()
	b := start(t, oktasim.Options{RateLimits: map[string]int{"/api/v1": 0}})
	if got := b.do("GET", hooksPath, "").header; got.Get("X-Rate-Limit-Limit") != "" {
		t.Errorf("headers without a limit: %v", got)
	}
}

func TestSystemLogPaging(t *testing.T) {
	t.Parallel()
	b := start(t, oktasim.Options{})
	names := []string{"one", "two", "three", "four", "five"}
	for _, name := range names {
		b.createHook(name, tokenType)
		b.clock.advance(time.Second)
	}
	read := func(path string, pages int) (got [][]string, next string) {
		for range pages {
			a := b.do("GET", path, "")
			page := []string{}
			for _, e := range a.list(t) {
				page = append(page, fmt.Sprint(e["target"].([]any)[0].(map[string]any)["displayName"]))
			}
			got = append(got, page)
			if path = nextPath(t, b, a); path == "" {
				break
			}
		}
		return got, path
	}
	t.Run("polling goes on for ever", func(t *testing.T) {
		got, next := read(`/api/v1/logs?limit=3&filter=eventType%20eq%20%22inline_hook.created%22`, 3)
		if diff := cmp.Diff([][]string{{"one", "two", "three"}, {"four", "five"}, {}}, got); diff != "" {
			t.Errorf("pages (-want +got):\n%s", diff)
		}
		b.createHook("six", tokenType)
		if got, _ := read(next, 1); !cmp.Equal(got, [][]string{{"six"}}) {
			t.Errorf("what came later: got %v", got)
		}
	})
	for name, tc := range map[string]struct {
		query string
		want  [][]string
	}{
		"descending":            {"sortOrder=DESCENDING&limit=4", [][]string{{"six", "five", "four", "three"}, {"two", "one"}}},
		"between two times":     {"since=2025-03-13T23:38:59Z&until=2025-03-13T23:39:01Z", [][]string{{"two", "three"}}},
		"in another time zone":  {"since=2025-03-14T00:38:59%2B01:00&until=2025-03-13T23:39:01Z&limit=1", [][]string{{"two"}, {"three"}}},
		"of one target":         {`until=2026-01-01T00:00:00Z&filter=target.displayName%20eq%20"five"%20and%20outcome.result%20eq%20"SUCCESS"`, [][]string{{"five"}}},
		"before anything":       {"until=2025-01-01T00:00:00Z&since=2024-01-01T00:00:00Z", [][]string{{}}},
		"every other attribute": {`until=2026-01-01T00:00:00Z&filter=severity%20eq%20"WARN"%20or%20uuid%20eq%20"x"%20or%20transaction.id%20eq%20"x"%20or%20actor.id%20eq%20"x"%20or%20target.alternateId%20eq%20"x"%20or%20target.id%20eq%20"x"%20or%20published%20lt%20"2025"`, [][]string{{}}},
	} {
		t.Run(name, func(t *testing.T) {
			got, next := read("/api/v1/logs?"+strings.ReplaceAll(tc.query, `"`, "%22"), 5)
			if diff := cmp.Diff(tc.want, got); diff != "" || next != "" {
				t.Errorf("next %q, pages (-want +got):\n%s", next, diff)
			}
		})
	}
	for query, text := range map[string]string{
		"since=yesterday": "since: ", "until=x": "until: ", "limit=1001": "limit: ", "limit=x": "limit: ",
		"after=x": "after: ", "sortOrder=UP": "sortOrder: ",
	} {
		b.do("GET", "/api/v1/logs?"+query, "").refused(t, 400, "E0000001", text)
	}
	b.do("GET", "/api/v1/logs?filter=nothing%20pr", "").refused(t, 400, "E0000031", "Invalid search criteria.")
}

func TestSystemLogWithoutSinceIsOfTheLastWeek(t *testing.T) {
	t.Parallel()
	b := start(t, oktasim.Options{})
	b.createHook("old", tokenType)
	b.clock.advance(8 * 24 * time.Hour)
	if got := b.events("inline_hook.created"); len(got) != 0 {
		t.Errorf("events of last week but one: %q", got)
	}
}
