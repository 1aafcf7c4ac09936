package passwordimport

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hookline/hookline/runtime/hook"
)

// slow is a digest that takes this long and matches.
func slow(takes time.Duration) digest {
	return digest{scheme: "slow", match: func([]byte) (bool, error) {
		time.Sleep(takes) // on the clock of synctest's bubble
		return true, nil
	}}
}

func verifyWithin(t *testing.T, v *verifier, d digest, limit time.Duration) (bool, error) {
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	defer cancel()
	return v.verify(ctx, d, []byte("password"))
}

func TestNoMoreDigestsThanCoresAreVerifiedAtATime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		v := newVerifier(2, NewMetrics(nil))
		var running, most atomic.Int32
		d := digest{scheme: "slow", match: func([]byte) (bool, error) {
			most.Store(max(most.Load(), running.Add(1)))
			time.Sleep(100 * time.Millisecond)
			running.Add(-1)
			return true, nil
		}}
		for range 10 {
			go func() {
				if match, err := verifyWithin(t, v, d, time.Minute); !match || err != nil {
					t.Errorf("match %t, error %v", match, err)
				}
			}()
		}
		time.Sleep(time.Minute)
		synctest.Wait()
		if most.Load() != 2 {
			t.Errorf("%d at a time", most.Load())
		}
	})
}

func TestDigestsTakeTurnsWithMemory(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		v := newVerifier(8, NewMetrics(nil))
		large := slow(time.Second)
		large.memory = maxDigestMemory
		go func() { _, _ = verifyWithin(t, v, large, time.Minute) }()
		synctest.Wait()
		start := time.Now()
		if match, err := verifyWithin(t, v, large, time.Minute); !match || err != nil {
			t.Errorf("match %t, error %v", match, err)
		}
		if waited := time.Since(start); waited != 2*time.Second {
			t.Errorf("two took %s", waited)
		}
		small := slow(time.Second)
		if match, err := verifyWithin(t, v, small, time.Minute); !match || err != nil {
			t.Errorf("small one: match %t, error %v", match, err)
		}
	})
}

func TestATurnThatComesTooLateIsRefusedBeforeItIsWaitedFor(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		v := newVerifier(1, NewMetrics(nil))
		for range 30 { // what verifications take lately
			_, _ = verifyWithin(t, v, slow(time.Second), time.Minute)
		}
		go func() { _, _ = verifyWithin(t, v, slow(10*time.Second), time.Minute) }()
		synctest.Wait()
		start := time.Now()
		_, err := verifyWithin(t, v, slow(time.Second), 2500*time.Millisecond)
		if code := hook.CodeOf(err); code != hook.Overloaded {
			t.Errorf("got %v", err)
		}
		if waited := time.Since(start); waited > 1600*time.Millisecond {
			t.Errorf("waited %s of 2.5s, though a verification takes 1s", waited)
		}
		time.Sleep(10 * time.Second)
	})
}

func TestVerificationThatTakesTooLongIsAFailureAndKeepsItsTurn(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		v := newVerifier(1, NewMetrics(nil))
		if _, err := verifyWithin(t, v, slow(3*time.Second), time.Second); hook.CodeOf(err) != hook.DeadlineExceeded {
			t.Errorf("got %v", err)
		}
		start := time.Now()
		if match, err := verifyWithin(t, v, slow(0), time.Minute); !match || err != nil {
			t.Errorf("match %t, error %v", match, err)
		}
		if waited := time.Since(start); waited != 2*time.Second {
			t.Errorf("waited %s for the rest of the first", waited)
		}
	})
}

func TestIdleVerifierVerifiesHoweverLongTheLastTook(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		v := newVerifier(1, NewMetrics(nil))
		_, _ = verifyWithin(t, v, slow(time.Hour), 2*time.Hour) // such as when the machine was suspended
		if match, err := verifyWithin(t, v, slow(time.Second), 2*time.Second); !match || err != nil {
			t.Errorf("match %t, error %v", match, err)
		}
	})
}

func TestCallerWhoHangsUpIsNoOverload(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	v := newVerifier(1, NewMetrics(nil))
	if err := v.slots.Acquire(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	if _, err := v.verify(ctx, slow(0), nil); hook.CodeOf(err) != hook.Canceled {
		t.Errorf("got %v", err)
	}
}

func TestDigestThatBreaksVerificationIsUnreadable(t *testing.T) {
	t.Parallel()
	for name, match := range map[string]func([]byte) (bool, error){
		"by a panic":  func([]byte) (bool, error) { panic("secret") },
		"by an error": func([]byte) (bool, error) { return true, errors.New("secret") },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			v := newVerifier(1, NewMetrics(nil))
			for range 3 { // the turn is given back
				got, err := verifyWithin(t, v, digest{scheme: "broken", match: match}, time.Minute)
				if got || hook.CodeOf(err) != hook.StoreInvalid {
					t.Errorf("match %t, error %v", got, err)
				}
				expectNoSecret(t, err)
			}
		})
	}
}
