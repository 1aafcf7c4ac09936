package passwordimport

import (
	"fmt"
	"strings"
	"testing"
)

// digestsOfCost is text of n different digests of a cost, none of which anybody's password matches.
func digestsOfCost(cost, n int) (texts []string) {
	for i := range n {
		texts = append(texts, fmt.Sprintf("$2b$%02d$%053d", cost, i))
	}
	return texts
}

func mixOf(t *testing.T, texts ...string) *mix {
	t.Helper()
	m := newMix([]byte("key"))
	for _, text := range texts {
		d, err := parseDigest(text)
		if err != nil {
			t.Fatal(err)
		}
		m.observe(d, text)
	}
	return m
}

func TestStrangersCostWhatUsersCostAsOften(t *testing.T) {
	t.Parallel()
	m := mixOf(t, append(digestsOfCost(5, 30), digestsOfCost(12, 10)...)...)
	const names = 10000
	costs := map[string]int{}
	for i := range names {
		costs[m.pick(fmt.Sprint(i)).cost]++
	}
	if share := float64(costs["05"]) / names; share < .72 || share > .78 || len(costs) != 2 {
		t.Errorf("of %d strangers %v, want three quarters with 05, the rest with 12", names, costs)
	}
}

func TestAStrangerCostsTheSameEachTimeAndInEachPod(t *testing.T) {
	t.Parallel()
	texts := append(digestsOfCost(5, 3), digestsOfCost(6, 3)...)
	one, other := mixOf(t, texts...), mixOf(t, texts...)
	for i := range 100 {
		name := fmt.Sprint(i)
		if a, b, c := one.pick(name), one.pick(name), other.pick(name); a.class() != b.class() || a.class() != c.class() {
			t.Fatalf("%s costs %q, %q and %q", name, a.class(), b.class(), c.class())
		}
	}
}

func TestStoreOfWhichNothingIsKnownIsPresumedToHaveBcrypt(t *testing.T) {
	t.Parallel()
	if got := mixOf(t, "*", "!").pick("nobody").class(); got != "bcrypt 10" {
		t.Errorf("a stranger costs %q", got)
	}
}

func TestMixKeepsNobodysDigest(t *testing.T) {
	t.Parallel()
	const text = "$2y$05$rJZisKSuJ4XhmSJ3Ivqfru3/4hMb3xjMdsD.6Qg1CrGGJazzEPPES"
	m := mixOf(t, text)
	expectMatch(t, m.pick("nobody"), "s3cr3tp@ss", false)
	if strings.Contains(blank(text), "hMb3xjMdsD") {
		t.Errorf("blank is %s", blank(text))
	}
}

func TestMixIsBounded(t *testing.T) {
	t.Parallel()
	m := newMix(nil)
	for i := range 10 * maxClasses {
		text := fmt.Sprintf("$sha1$%d$salt$%028d", i+1, 0)
		d, err := parseDigest(text)
		if err != nil {
			t.Fatal(err)
		}
		m.observe(d, text)
	}
	if len(m.classes) != maxClasses || m.total != maxClasses {
		t.Errorf("keeps %d classes with %d digests", len(m.classes), m.total)
	}
	m.pick("nobody")
}
