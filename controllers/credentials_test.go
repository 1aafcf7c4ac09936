package controllers

import (
	"maps"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

var testKey = []byte("0123456789abcdef0123456789abcdef")

func TestPlanCredentials(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 1, 10, 12, 0, 0, 0, time.UTC)
	base := func(changes ...func(*credentialFacts)) credentialFacts {
		f := credentialFacts{key: testKey, interval: 720 * time.Hour, now: now}
		for _, change := range changes {
			change(&f)
		}
		return f
	}
	pushed := func(value string, ago time.Duration) func(*credentialFacts) {
		return func(f *credentialFacts) { f.pushed, f.rotatedAt = digestOf(testKey, value), now.Add(-ago) }
	}
	stored := func(values map[int]string) func(*credentialFacts) {
		return func(f *credentialFacts) { f.stored = values }
	}
	wanted := func(value string) func(*credentialFacts) { return func(f *credentialFacts) { f.wanted = value } }
	for name, c := range map[string]struct {
		facts    credentialFacts
		accepted map[int]string
		next     time.Duration
	}{
		"a new hook gets a generated value": {
			facts: base(), accepted: map[int]string{1: "generated"},
		},
		"a new hook gets the user's own value": {
			facts: base(wanted("own")), accepted: map[int]string{1: "own"},
		},
		"a changed own value joins the one that Okta has": {
			facts: base(wanted("new"), stored(map[int]string{1: "old"}), pushed("old", time.Hour)), accepted: map[int]string{1: "old", 2: "new"},
		},
		"the old value stays while Okta may still send it": {
			facts:    base(wanted("new"), stored(map[int]string{1: "old", 2: "new"}), pushed("new", 59*time.Second)),
			accepted: map[int]string{1: "old", 2: "new"}, next: time.Second,
		},
		"the old value goes when the new one has settled": {
			facts:    base(wanted("new"), stored(map[int]string{1: "old", 2: "new"}), pushed("new", time.Minute)),
			accepted: map[int]string{2: "new"},
		},
		"the old value stays as long as Okta was not told": {
			facts:    base(wanted("new"), stored(map[int]string{1: "old", 2: "new"}), pushed("old", 48*time.Hour)),
			accepted: map[int]string{1: "old", 2: "new"},
		},
		"a value that comes back gets a number of its own": {
			facts:    base(wanted("a"), stored(map[int]string{1: "a", 2: "b"}), pushed("b", time.Second)),
			accepted: map[int]string{1: "a", 2: "b", 3: "a"},
		},
		"a generated value rests until its rotation": {
			facts:    base(stored(map[int]string{1: "one"}), pushed("one", 719*time.Hour)),
			accepted: map[int]string{1: "one"}, next: time.Hour,
		},
		"a generated value is replaced after the interval": {
			facts:    base(stored(map[int]string{1: "one"}), pushed("one", 720*time.Hour)),
			accepted: map[int]string{1: "one", 2: "generated"},
		},
		"a rotation that Okta was not told of is not followed by another": {
			facts:    base(stored(map[int]string{1: "one", 2: "two"}), pushed("one", 9000*time.Hour)),
			accepted: map[int]string{1: "one", 2: "two"},
		},
		"a hook that goes from its own to a generated value keeps what is newest until its rotation": {
			facts:    base(stored(map[int]string{4: "own"}), pushed("own", time.Hour)),
			accepted: map[int]string{4: "own"}, next: 719 * time.Hour,
		},
		"a lost Secret gets a number that no pod has seen": {
			facts: base(pushed("lost", time.Hour)), accepted: map[int]string{int(now.Unix()): "generated"},
		},
		"a lost Secret with the user's own value does so too": {
			facts: base(wanted("own"), pushed("own", time.Hour)), accepted: map[int]string{int(now.Unix()): "own"},
		},
		"values that change faster than they settle do not pile up": {
			facts:    base(wanted("x"), stored(map[int]string{1: "a", 2: "b", 3: "c", 4: "d", 5: "e", 6: "f", 7: "g", 8: "h"}), pushed("h", time.Second)),
			accepted: map[int]string{2: "b", 3: "c", 4: "d", 5: "e", 6: "f", 7: "g", 8: "h", 9: "x"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			before := maps.Clone(c.facts.stored)
			plan := planCredentials(c.facts, func() string { return "generated" })
			if diff := cmp.Diff(c.accepted, plan.accepted); diff != "" {
				t.Errorf("accepted (-want +got):\n%s", diff)
			}
			if plan.newest != newestOf(c.accepted) || plan.digest != digestOf(testKey, plan.value()) {
				t.Errorf("newest is %d with digest %s", plan.newest, plan.digest)
			}
			if plan.next != c.next {
				t.Errorf("looks again after %s, want %s", plan.next, c.next)
			}
			if diff := cmp.Diff(before, c.facts.stored); diff != "" {
				t.Errorf("the facts were changed:\n%s", diff)
			}
		})
	}
}

func TestAKeyIsMadeOnceAndSecretsDiffer(t *testing.T) {
	t.Parallel()
	first := planCredentials(credentialFacts{}, generateFor("Authorization"))
	if len(first.key) != 32 {
		t.Errorf("the key has %d bytes", len(first.key))
	}
	second := planCredentials(credentialFacts{}, generateFor("X-Secret"))
	if first.value() == second.value() || len(second.value()) != 43 || first.value()[:7] != "Bearer " {
		t.Errorf("generated values: %d and %d characters", len(first.value()), len(second.value()))
	}
}
