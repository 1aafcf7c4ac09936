package okta_test

import (
	"testing"
	"time"

	"github.com/hookline/hookline/okta"
	"github.com/hookline/hookline/okta/oktasim"
)

func inject(t *testing.T, s sim, f oktasim.Fault) {
	t.Helper()
	if err := s.Inject(f); err != nil {
		t.Fatal(err)
	}
}

func TestFaultsOfTheOrgDuringACreate(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name    string
		fault   oktasim.Fault
		kind    okta.Kind
		unknown bool
		hooks   int // in the org afterwards
	}{
		{"the answer is lost after the effect", oktasim.Fault{Action: oktasim.FaultLoseAnswer}, okta.KindTransient, true, 1},
		{"a gateway answers after the effect", oktasim.Fault{Action: oktasim.FaultLoseAnswer, Status: 504, Body: "<html>gateway</html>"}, okta.KindTransient, true, 1},
		{"the answer is cut", oktasim.Fault{Action: oktasim.FaultTruncate}, okta.KindTransient, true, 1},
		{"the connection is reset before the effect", oktasim.Fault{Action: oktasim.FaultReset}, okta.KindTransient, true, 0},
		{"a server error", oktasim.Fault{Action: oktasim.FaultStatus, Status: 500}, okta.KindTransient, true, 0},
		{"read-only mode", oktasim.Fault{Action: oktasim.FaultStatus, Status: 503}, okta.KindTransient, true, 0},
		{"a proxy's page", oktasim.Fault{Action: oktasim.FaultStatus, Status: 403, Body: "<html>blocked</html>"}, okta.KindTransient, false, 0},
		{"a small admin role", oktasim.Fault{Action: oktasim.FaultStatus, Status: 403}, okta.KindUnauthorized, false, 0},
		{"a validation error", oktasim.Fault{Action: oktasim.FaultStatus, Status: 400}, okta.KindTerminal, false, 0},
		{"a conflict", oktasim.Fault{Action: oktasim.FaultStatus, Status: 409, ErrorCode: "E0000195"}, okta.KindTransient, false, 0},
		{"a rate limit", oktasim.Fault{Action: oktasim.FaultStatus, Status: 429, Reset: 8 * time.Second}, okta.KindRateLimited, false, 0},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			s := simulate(t, oktasim.Options{})
			inject(t, s, tc.fault)
			_, err := s.CreateInlineHook(t.Context(), newSpec())
			if okta.KindOf(err) != tc.kind || okta.MayHaveHappened(err) != tc.unknown {
				t.Errorf("got %v (%s, may have happened: %t)", err, okta.KindOf(err), okta.MayHaveHappened(err))
			}
			if n := len(s.Hooks()); n != tc.hooks {
				t.Errorf("%d hooks in the org, want %d", n, tc.hooks)
			}
			if n := len(s.Requests()); n != 1 {
				t.Errorf("%d requests for one create, want 1", n)
			}
		})
	}
}

func TestAnAnswerThatComesTooLate(t *testing.T) {
	t.Parallel()
	s := simulate(t, oktasim.Options{})
	inject(t, s, oktasim.Fault{Method: "POST", Action: oktasim.FaultDelay, Delay: time.Minute})
	cfg := s.cfg
	cfg.Timeout = time.Second
	c := connect(t, cfg)
	must[[]okta.InlineHook](t)(c.ListInlineHooks(t.Context(), "")) // connected beforehand
	_, err := c.CreateInlineHook(t.Context(), newSpec())
	if !okta.MayHaveHappened(err) || okta.KindOf(err) != okta.KindTransient {
		t.Errorf("got %v, want an unknown outcome", err)
	}
}

func TestARateLimitIsWaitedOut(t *testing.T) {
	t.Parallel()
	s := simulate(t, oktasim.Options{RateLimits: map[string]int{"/api/v1": 2}})
	for range 2 {
		must[[]okta.InlineHook](t)(s.ListInlineHooks(t.Context(), ""))
	}
	// The second reply said that nothing is left, so the third is not sent.
	_, err := s.ListInlineHooks(t.Context(), "")
	if okta.KindOf(err) != okta.KindRateLimited || len(s.Requests()) != 2 {
		t.Fatalf("got %v after %d requests, want the third withheld", err, len(s.Requests()))
	}
	// A client that has not seen these replies runs into the 429 itself.
	other := connect(t, s.cfg)
	for range 3 {
		if _, err := other.GetInlineHook(t.Context(), "calX"); okta.KindOf(err) != okta.KindRateLimited {
			t.Fatal(err)
		}
	}
	if n := len(s.Requests()); n != 3 {
		t.Errorf("%d requests, want 3: one 429 for the second client", n)
	}
	s.clock.advance(61 * time.Second)
	for _, c := range []*okta.Client{s.Client, other} {
		must[[]okta.InlineHook](t)(c.ListInlineHooks(t.Context(), ""))
	}
}

func TestTooManyAtOnceIsAShortPause(t *testing.T) {
	t.Parallel()
	s := simulate(t, oktasim.Options{})
	inject(t, s, oktasim.Fault{Action: oktasim.FaultStatus, Status: 429, Concurrency: true, Reset: time.Minute})
	if _, err := s.ListInlineHooks(t.Context(), ""); okta.KindOf(err) != okta.KindRateLimited {
		t.Fatal(err)
	}
	s.clock.advance(3 * time.Second)
	must[[]okta.InlineHook](t)(s.ListInlineHooks(t.Context(), ""))
}

func TestADeleteSurvivesALostAnswerAtEachStep(t *testing.T) {
	t.Parallel()
	for _, action := range []oktasim.FaultAction{oktasim.FaultLoseAnswer, oktasim.FaultReset} {
		for step := range 4 { // delete, read, deactivate, delete
			s := simulate(t, oktasim.Options{})
			hook := must[*okta.InlineHook](t)(s.CreateInlineHook(t.Context(), newSpec()))
			inject(t, s, oktasim.Fault{Action: action, Skip: step})
			// The read is repeated by net/http, since its connection was a used one.
			err := s.DeleteInlineHook(t.Context(), hook.ID)
			if read := step == 1; okta.KindOf(err) != okta.KindTransient && (err != nil || !read) {
				t.Errorf("%s at step %d: got %v, want a transient error", action, step, err)
			}
			if err := s.DeleteInlineHook(t.Context(), hook.ID); err != nil || len(s.Hooks()) != 0 {
				t.Errorf("%s at step %d, then again: got %v with %d hooks left", action, step, err, len(s.Hooks()))
			}
		}
	}
}
