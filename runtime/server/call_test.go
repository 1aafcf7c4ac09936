package server

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/hookline/hookline/runtime/hook"
)

// The tests of this file run in bubbles, where time passes when everybody waits.

// slow is a handler that takes its time, whatever its context says, and counts its runs.
func slow(runs *atomic.Int32, takes time.Duration) handlerFunc {
	return func(ctx context.Context, req *hook.Request) (*hook.Response, error) {
		runs.Add(1)
		time.Sleep(takes)
		return allow(ctx, req)
	}
}

// later has a request answered in another goroutine.
func (f *fixture) later(r *http.Request) <-chan *httptest.ResponseRecorder {
	answered := make(chan *httptest.ResponseRecorder, 1)
	go func() { answered <- f.do(r) }()
	return answered
}

func expectElapsed(t *testing.T, since time.Time, want time.Duration) {
	t.Helper()
	if got := time.Since(since); got != want {
		t.Errorf("it took %s, want %s", got, want)
	}
}

func TestDeadlineEndsAHandlerThatDoesNotListen(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFixture(t, slow(new(atomic.Int32), 10*time.Second))
		listener, _ := overPipes(t, f)
		conn := listener.dial()
		defer func() { _ = conn.Close() }()
		start := time.Now()
		say(t, conn, wire(t, "e"))
		if status := hear(t, bufio.NewReader(conn)); status != http.StatusServiceUnavailable {
			t.Errorf("answer %d", status)
		}
		expectElapsed(t, start, callDeadline)
		synctest.Wait()
		expectMetric(t, f, 1, "calls_total", prometheus.Labels{"outcome": "deadline_exceeded"})
		expectMetric(t, f, 1, "calls_in_flight", nil) // the handler goes on, and its room is taken
		time.Sleep(10 * time.Second)
		expectMetric(t, f, 0, "calls_in_flight", nil)
		expectMetric(t, f, 1, "call_duration_seconds", nil) // and is not answered or counted again
	})
}

func TestDeadlineIsInTheContext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFixture(t, func(ctx context.Context, _ *hook.Request) (*hook.Response, error) {
			<-ctx.Done()
			return nil, ctx.Err()
		})
		start := time.Now()
		expectProblem(t, f.do(newCall("e")), 503, "deadline_exceeded")
		expectElapsed(t, start, callDeadline)
		synctest.Wait()
	})
}

func TestRetryJoinsTheCallInFlight(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var runs atomic.Int32
		f := newFixture(t, slow(&runs, 2*time.Second))
		first := f.later(newCall("e"))
		time.Sleep(time.Second)
		start := time.Now()
		expectAllowed(t, f.do(newCall("e")))
		expectElapsed(t, start, time.Second)
		expectAllowed(t, <-first)
		if runs.Load() != 1 {
			t.Errorf("the handler ran %d times", runs.Load())
		}
		expectMetric(t, f, 1, "replays_total", prometheus.Labels{"kind": "joined"})
	})
}

// TestRetryOutlivesWhatItRepeats is a caller that gives up and asks again, as Okta does after a lost connection.
func TestRetryOutlivesWhatItRepeats(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var runs atomic.Int32
		f := newFixture(t, func(ctx context.Context, req *hook.Request) (*hook.Response, error) {
			runs.Add(1)
			select {
			case <-ctx.Done():
				return nil, ctx.Err()
			case <-time.After(2 * time.Second):
				return allow(ctx, req)
			}
		})
		ctx, hangUp := context.WithCancel(t.Context())
		first := f.later(newCall("e").WithContext(ctx))
		time.Sleep(time.Second)
		hangUp()
		expectAllowed(t, f.do(newCall("e")))
		<-first
		expectMetric(t, f, 1, "calls_total", prometheus.Labels{"outcome": "canceled"})
		if runs.Load() != 1 {
			t.Errorf("the handler ran %d times", runs.Load())
		}
	})
}

func TestJoinedRetryKeepsItsOwnDeadline(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFixture(t, slow(new(atomic.Int32), 10*time.Second))
		first := f.later(newCall("e"))
		time.Sleep(2 * time.Second)
		start := time.Now()
		expectProblem(t, f.do(newCall("e")), 503, "deadline_exceeded")
		expectElapsed(t, start, callDeadline)
		<-first
		time.Sleep(10 * time.Second)
	})
}

func TestRetryGetsTheSameAnswerForAMinute(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var runs atomic.Int32
		f := newFixture(t, slow(&runs, 0))
		expectRuns := func(want int32, call string) {
			t.Helper()
			expectAllowed(t, f.do(newCall(call)))
			synctest.Wait()
			if runs.Load() != want {
				t.Errorf("the handler ran %d times, want %d", runs.Load(), want)
			}
		}
		expectRuns(1, "e")
		time.Sleep(replayTTL - time.Nanosecond)
		expectRuns(1, "e")
		expectMetric(t, f, 1, "replays_total", prometheus.Labels{"kind": "replayed"})
		time.Sleep(time.Nanosecond) // being asked again does not make it live longer
		expectRuns(2, "e")
		expectRuns(3, "f")
		expectRuns(4, "") // nothing to recognise a retry by
		expectRuns(5, "")
	})
}

func TestSameEventWithOtherDataIsAnotherCall(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var runs atomic.Int32
		f := newFixture(t, slow(&runs, 0))
		for _, data := range []string{`{"password":"right"}`, `{"password":"wrong"}`} {
			expectAllowed(t, f.do(newCall("", content(`{"eventId":"e","eventType":"com.okta.user.pre-registration","data":`+data+`}`))))
		}
		if runs.Load() != 2 {
			t.Errorf("the handler ran %d times, want 2", runs.Load())
		}
	})
}

func TestRetryAfterAFailureRunsAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		failures := 1
		f := newFixture(t, func(ctx context.Context, req *hook.Request) (*hook.Response, error) {
			if failures > 0 {
				failures--
				return nil, hook.Fail(hook.StoreUnavailable, errors.New("away"))
			}
			return allow(ctx, req)
		})
		expectProblem(t, f.do(newCall("e")), 503, "store_unavailable")
		synctest.Wait()
		expectAllowed(t, f.do(newCall("e")))
	})
}

func TestRetryAfterAReloadIsStillARetry(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var runs atomic.Int32
		f := newFixture(t, slow(&runs, 0))
		expectAllowed(t, f.do(newCall("e")))
		f.reload(t.Context())
		expectAllowed(t, f.do(newCall("e")))
		if runs.Load() != 1 {
			t.Errorf("the handler ran %d times", runs.Load())
		}
	})
}

func TestOverloadIsRefusedAtOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFixture(t, slow(new(atomic.Int32), time.Second), func(o *Options) { o.MaxInFlight = 2 })
		first, second := f.later(newCall("1")), f.later(newCall("2"))
		synctest.Wait()
		start := time.Now()
		expectProblem(t, f.do(newCall("3")), 503, "overloaded")
		expectProblem(t, f.do(newCall("4", credential("wrong-credential"))), 401, "unauthorized")
		expectElapsed(t, start, 0)
		expectAllowed(t, <-first)
		expectAllowed(t, <-second)
		synctest.Wait()
		expectAllowed(t, f.do(newCall("3")))
		expectMetric(t, f, 1, "calls_total", prometheus.Labels{"outcome": "overloaded"})
	})
}

func TestHandlerIsClosedAfterItsLastCall(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var closed atomic.Int32
		var calls atomic.Int32
		f := newFixture(t, nil, func(o *Options) { o.Source.Build = countCloses(slow(&calls, 10*time.Second), &closed) })
		abandoned := f.later(newCall("e"))
		synctest.Wait()
		f.reload(t.Context())
		time.Sleep(5 * time.Second) // it was answered at its deadline; the handler goes on
		if closed.Load() != 0 {
			t.Error("the handler was closed while it ran")
		}
		<-abandoned
		if closed.Load() != 1 {
			t.Errorf("%d handlers are closed, want the first one only", closed.Load())
		}
	})
}

// TestACallThatMustNotBeRepeatedIsNot is about telephony: what runs twice there is a second code on
// somebody's phone.
func TestACallThatMustNotBeRepeatedIsNot(t *testing.T) {
	t.Parallel()
	const code, otherCode, noID = `{"otpCode":"123456"}`, `{"otpCode":"654321"}`, ""
	fails := func(context.Context, *hook.Request) (*hook.Response, error) { return nil, errors.New("x") }
	for _, tc := range []struct {
		name          string
		handler       handlerFunc
		first, second [2]string // event id and data
		runs          int32
		status        string
	}{
		{"the same event has the same answer", allow, [2]string{"e", code}, [2]string{"e", code}, 1, ""},
		{"the event id alone counts", allow, [2]string{"e", code}, [2]string{"e", otherCode}, 1, ""},
		{"another event is another call", allow, [2]string{"e", code}, [2]string{"f", code}, 2, ""},
		{"a failure is kept as well", fails, [2]string{"e", code}, [2]string{"e", code}, 1, "PENDING"},
		{"without an event id the code tells calls apart", allow, [2]string{noID, code}, [2]string{noID, otherCode}, 2, ""},
		{"without an event id the same code is the same call", allow, [2]string{noID, code}, [2]string{noID, code}, 1, ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			var runs atomic.Int32
			f := newFixture(t, nil)
			kind, _ := hook.TypeByID(hook.Telephony)
			f.swap(&Hook{Type: kind, Path: hookPath, Accepted: f.current.Load().Accepted, Handler: handlerFunc(
				func(ctx context.Context, req *hook.Request) (*hook.Response, error) {
					runs.Add(1)
					return tc.handler(ctx, req)
				})})
			var answers []string
			for _, call := range [][2]string{tc.first, tc.second} {
				body := fmt.Sprintf(`{"eventId":%q,"eventType":%q,"data":%s}`, call[0], hook.Telephony, call[1])
				got := f.do(newCall("", content(body)))
				if got.Code != http.StatusOK || !strings.Contains(got.Body.String(), tc.status) {
					t.Errorf("answered with %d %s", got.Code, got.Body)
				}
				answers = append(answers, got.Body.String())
			}
			if runs.Load() != tc.runs || answers[0] != answers[1] {
				t.Errorf("the handler ran %d times, want %d; it answered %q", runs.Load(), tc.runs, answers)
			}
		})
	}
}

// TestARepeatThatComesTooLateIsNotToldThatNothingWasDone: FAILED would have Okta send a code by itself that was
// sent already.
func TestARepeatThatComesTooLateIsNotToldThatNothingWasDone(t *testing.T) {
	t.Parallel()
	f := newFixture(t, allow)
	kind, _ := hook.TypeByID(hook.Telephony)
	f.swap(&Hook{Type: kind, Path: hookPath, Accepted: f.current.Load().Accepted, Handler: handlerFunc(allow)})
	decide := func(eventID string, start time.Time) string {
		w := httptest.NewRecorder()
		c := &call{Server: f.Server, current: f.current.Load(), w: w, r: newCall(""), start: start}
		c.decide(&hook.Request{EventID: eventID, EventType: hook.Telephony, Data: []byte(`{}`)})
		return w.Body.String()
	}
	late := time.Now().Add(-callDeadline)
	first := decide("e", time.Now())
	if again := decide("e", late); again != first {
		t.Errorf("the repeat got %s, the first one %s", again, first)
	}
	if other := decide("another", late); !strings.Contains(other, "FAILED") {
		t.Errorf("a first call that is too late got %s, want FAILED", other)
	}
}

func TestReplaysAreBounded(t *testing.T) {
	t.Parallel()
	keyOf := func(r *replays, i int) replayKey {
		key, _ := r.key(&hook.Request{EventID: fmt.Sprint(i)}, false)
		return key
	}
	fill := func(count, size int) *replays {
		r := newReplays()
		for i := range count {
			f, isNew := r.join(keyOf(r, i))
			if !isNew {
				t.Fatalf("flight %d is not new", i)
			}
			r.land(f, outcome{response: make([]byte, size)}, false)
		}
		return r
	}
	for name, tc := range map[string]struct{ size, keeps int }{
		"by their number": {10, maxReplays},
		"by their size":   {maxReplayBytes / 4, 4},
	} {
		r := fill(tc.keeps+5, tc.size)
		if len(r.byKey) != tc.keeps || r.kept.length != tc.keeps || r.stored != tc.keeps*tc.size {
			t.Errorf("%s: %d kept by key, %d in order, %d bytes; want %d of %d bytes",
				name, len(r.byKey), r.kept.length, r.stored, tc.keeps, tc.size)
		}
		if _, isNew := r.join(keyOf(r, 4)); !isNew {
			t.Errorf("%s: one of the oldest is still there", name)
		}
		if _, isNew := r.join(keyOf(r, 5)); isNew {
			t.Errorf("%s: the oldest of the rest is gone", name)
		}
	}
}

func TestReplayKeysAreDifferentInEveryProcess(t *testing.T) {
	t.Parallel()
	req := &hook.Request{EventID: "e", Data: []byte(`{"password":"hunter2"}`)}
	one, _ := newReplays().key(req, false)
	two, _ := newReplays().key(req, false)
	if one == two {
		t.Error("a key can be computed by somebody who guesses the password")
	}
}
