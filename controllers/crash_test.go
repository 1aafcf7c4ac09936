package controllers

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/hookline/hookline/api/v1alpha1"
)

// sequence is something that a person does to a hook, from a settled start.
type sequence struct {
	name    string
	objects func(*v1alpha1.OktaInlineHook)
	start   bool // the hook is registered before
	do      func(*world)
	end     func(*world) error
}

func sequences() []sequence {
	return []sequence{
		{
			name: "create",
			do:   func(*world) {},
			end:  oneHook("ACTIVE", "https://hooks.example.com/identity/legacy"),
		},
		{
			name:    "create inactive",
			objects: func(h *v1alpha1.OktaInlineHook) { h.Spec.State = v1alpha1.StateInactive },
			do:      func(*world) {},
			end:     oneHook("INACTIVE", "https://hooks.example.com/identity/legacy"),
		},
		{
			name: "update", start: true,
			do: func(w *world) {
				w.change("legacy", func(h *v1alpha1.OktaInlineHook) {
					h.Spec.DisplayName = "Renamed"
					h.Spec.Endpoint = &v1alpha1.Endpoint{Path: "/elsewhere"}
				})
			},
			end: oneHook("ACTIVE", "https://hooks.example.com/elsewhere"),
		},
		{
			name: "update and switch off", start: true,
			do: func(w *world) {
				w.change("legacy", func(h *v1alpha1.OktaInlineHook) {
					h.Spec.DisplayName, h.Spec.State = "Renamed", v1alpha1.StateInactive
				})
			},
			end: oneHook("INACTIVE", "https://hooks.example.com/identity/legacy"),
		},
		{
			name: "rotate", start: true, objects: withHeaderSecret("own"),
			do: func(w *world) {
				w.must(w.client.Update(context.Background(), aSecret("own", "value", "Bearer two")))
			},
			end: oneHook("ACTIVE", "https://hooks.example.com/identity/legacy"),
		},
		{
			name: "delete", start: true,
			do: func(w *world) { w.remove("legacy") },
			end: func(w *world) error {
				if hooks := w.org.Hooks(); len(hooks) != 0 {
					return fmt.Errorf("an orphan in Okta: %+v", hooks)
				}
				if left := w.made("legacy"); len(left) != 0 {
					return fmt.Errorf("orphans in the cluster: %v", left)
				}
				return nil
			},
		},
	}
}

func oneHook(status, uri string) func(*world) error {
	return func(w *world) error {
		hooks := w.org.Hooks()
		if len(hooks) != 1 {
			return fmt.Errorf("okta has %d hooks", len(hooks))
		}
		if hooks[0].Status != status || hooks[0].URI != uri || !w.accepts(hooks[0], "legacy") {
			return fmt.Errorf("okta has %+v", hooks[0])
		}
		return nil
	}
}

// TestACrashAfterAnyManagementCallLeavesNoDuplicateAndNoOrphan ends the process after the first, second,
// third ... call of Okta of every sequence: the call has had its effect, nothing of it is written down.
func TestACrashAfterAnyManagementCallLeavesNoDuplicateAndNoOrphan(t *testing.T) {
	t.Parallel()
	for _, s := range sequences() {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			crashed := true
			for after := 1; crashed; after++ {
				crashed = s.runWithCrash(t, after)
				if after == 1 && !crashed {
					t.Error("the sequence calls Okta not once")
				}
			}
		})
	}
}

func (s sequence) runWithCrash(t *testing.T, after int) (crashed bool) {
	t.Helper()
	hook := aHook("legacy")
	if s.objects != nil {
		s.objects(hook)
	}
	w := newWorld(t, hook, aSecret("own", "value", "Bearer one"))
	if s.start {
		w.settle("legacy")
	}
	s.do(w)
	w.crash.calls, w.crash.after = 0, after
	for range 8 {
		if _, _ = w.pass("legacy"); w.dead.Load() || w.get("legacy") == nil {
			break
		}
	}
	crashed = w.dead.Load()
	w.crash.after = 0
	w.restart()
	w.settle("legacy")
	if err := s.end(w); err != nil {
		t.Errorf("after a crash behind call %d: %v", after, err)
	}
	return crashed
}

// TestALostAnswerIsLookedUpNotSentAgain has Okta do what it is asked while the answer is lost on the way.
func TestALostAnswerIsLookedUpNotSentAgain(t *testing.T) {
	t.Parallel()
	for _, s := range sequences() {
		for _, fault := range faults() {
			t.Run(s.name+" while "+fault.name, func(t *testing.T) {
				t.Parallel()
				hook := aHook("legacy")
				if s.objects != nil {
					s.objects(hook)
				}
				w := newWorld(t, hook, aSecret("own", "value", "Bearer one"))
				if s.start {
					w.settle("legacy")
				}
				w.must(w.org.Inject(fault.fault))
				s.do(w)
				for range 8 {
					_, _ = w.pass("legacy")
					if w.get("legacy") == nil {
						break
					}
				}
				w.forward(2 * time.Minute)
				w.settle("legacy")
				if err := s.end(w); err != nil {
					t.Errorf("%v; calls:\n%s", err, strings.Join(w.calls(), "\n"))
				}
			})
		}
	}
}
