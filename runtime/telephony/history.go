package telephony

import (
	"container/list"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"sync"
	"time"
)

const (
	// maxTracks is how many keys of one kind are remembered; beyond, those that codes were sent to longest
	// ago are forgotten, which takes more than 65,536 different numbers within one window on one pod. A
	// refusal instead would let whoever sends to many numbers lock everybody out.
	maxTracks = 1 << 16
	// exactCount is up to which count each code is remembered by itself. Above, those of one part in
	// exactCount of the window are remembered together, and count until the last of them is old enough.
	exactCount = 64
)

// History remembers how many codes were sent lately, and to whom: what limits are about. Numbers and users
// are remembered as hashes, with a key that never leaves the process. Make it once and give it to every handler
// that replaces another, or a change of the configuration would lift the limits for a while. It lives as
// long as the process and knows nothing of other pods. Safe for concurrent use.
type History struct {
	key   [sha256.Size]byte
	start time.Time

	mu    sync.Mutex
	kinds map[blocker]*tracks
}

// NewHistory makes an empty one.
func NewHistory() *History {
	h := &History{start: time.Now(), kinds: map[blocker]*tracks{}}
	_, _ = rand.Read(h.key[:]) // never fails, by its documentation
	return h
}

// tracks are all keys of one kind.
type tracks struct {
	byKey map[trackKey]*list.Element // of *track
	order list.List                  // the one that was taken from longest ago is in front
}

type trackKey [16]byte

// track is when codes were sent under one key.
type track struct {
	key    trackKey
	bursts []burst // oldest first; at most exactCount and one
}

// burst is some codes that were sent at about the same time.
type burst struct {
	last  time.Duration // since the start of the History
	count int
}

// claim is one key of a call, and the limit on it.
type claim struct {
	limit *limit
	key   string
}

// slot is one code that counts against one limit.
type slot struct {
	kind  *tracks
	track *track
	cell  time.Duration
	grain time.Duration
}

// take counts a code against all limits, or against none and names the first that has no room. Looking and
// counting is one step: of two calls at the same time only one gets the last place. The code counts until
// its slots are given back, which is to be done if it was definitely not sent.
func (h *History) take(claims []claim) ([]slot, blocker) {
	if len(claims) == 0 {
		return nil, ""
	}
	keys := make([]trackKey, len(claims))
	for i, c := range claims {
		keys[i] = h.hash(c)
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	now := time.Since(h.start)
	for i, c := range claims {
		if h.kind(c.limit.by).count(keys[i], now-c.limit.window) >= c.limit.count {
			return nil, c.limit.by
		}
	}
	slots := make([]slot, len(claims))
	for i, c := range claims {
		slots[i] = h.kind(c.limit.by).add(keys[i], now, c.limit)
	}
	return slots, ""
}

// giveBack makes a code not count.
func (h *History) giveBack(slots []slot) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, s := range slots {
		s.giveBack()
	}
}

func (h *History) hash(c claim) trackKey {
	mac := hmac.New(sha256.New, h.key[:])
	_, _ = mac.Write([]byte(c.limit.by + "\x00" + blocker(c.key))) // a hash never fails to write
	return trackKey(mac.Sum(nil)[:len(trackKey{})])
}

func (h *History) kind(by blocker) *tracks {
	found := h.kinds[by]
	if found == nil {
		found = &tracks{byKey: map[trackKey]*list.Element{}}
		h.kinds[by] = found
	}
	return found
}

// count is how many codes were sent under key after since. What is older is forgotten.
func (t *tracks) count(key trackKey, since time.Duration) int {
	element := t.byKey[key]
	if element == nil {
		return 0
	}
	track := element.Value.(*track)
	track.forget(since)
	sum := 0
	for _, b := range track.bursts {
		sum += b.count
	}
	return sum
}

func (t *tracks) add(key trackKey, now time.Duration, l *limit) slot {
	t.dropOld(now - l.window)
	element := t.byKey[key]
	if element == nil {
		if len(t.byKey) >= maxTracks {
			t.drop(t.order.Front())
		}
		element = t.order.PushBack(&track{key: key})
		t.byKey[key] = element
	}
	t.order.MoveToBack(element)
	s := slot{kind: t, track: element.Value.(*track), grain: 1}
	if l.count > exactCount {
		s.grain = l.window / exactCount
	}
	s.cell = now / s.grain
	s.track.add(now, s)
	return s
}

// dropOld forgets keys that no code was sent under after since. Those in front were taken from first.
func (t *tracks) dropOld(since time.Duration) {
	for front := t.order.Front(); front != nil; front = t.order.Front() {
		if oldest := front.Value.(*track); len(oldest.bursts) > 0 && oldest.bursts[len(oldest.bursts)-1].last > since {
			return
		}
		t.drop(front)
	}
}

func (t *tracks) drop(element *list.Element) {
	delete(t.byKey, element.Value.(*track).key)
	t.order.Remove(element)
}

func (t *track) forget(since time.Duration) {
	old := 0
	for old < len(t.bursts) && t.bursts[old].last <= since {
		old++
	}
	t.bursts = append(t.bursts[:0], t.bursts[old:]...)
}

func (t *track) add(now time.Duration, s slot) {
	if last := len(t.bursts) - 1; last >= 0 && t.bursts[last].last/s.grain == s.cell {
		t.bursts[last].last = now
		t.bursts[last].count++
		return
	}
	t.bursts = append(t.bursts, burst{last: now, count: 1})
}

// giveBack takes one off the burst that the slot is in. A track that was dropped meanwhile is nobody's.
func (s slot) giveBack() {
	for i := range s.track.bursts {
		if b := &s.track.bursts[i]; b.last/s.grain == s.cell {
			if b.count--; b.count == 0 {
				s.track.bursts = append(s.track.bursts[:i], s.track.bursts[i+1:]...)
			}
			break
		}
	}
	if element := s.kind.byKey[s.track.key]; len(s.track.bursts) == 0 && element != nil && element.Value.(*track) == s.track {
		s.kind.drop(element)
	}
}
