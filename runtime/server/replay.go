package server

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"sync"
	"time"

	"github.com/hookline/hookline/runtime/hook"
)

// outcome is how a handler's run ended: with an encoded response, or with a failure.
type outcome struct {
	response []byte
	failure  hook.FailureCode // empty if there is a response
	err      error            // details of the failure, for the log
}

// flight is one run of the handler.
type flight struct {
	key     replayKey
	landed  bool          // outcome is there
	done    chan struct{} // closed when it landed; nil if nobody joined before that
	outcome outcome
	expires time.Time
}

type replayKey [sha256.Size]byte

// replays makes a retry and the call that it repeats one run of the handler: while it goes on the retry
// joins it, and for a while after it the retry gets the same answer. A failure is not kept: it had no
// effect, and the retry is there to do better. Types whose calls must have their effect once
// ([hook.Type].OncePerEvent) are held to the event id alone, and to how the first run ended, even badly.
//
// It belongs to the server, not to the configuration: a retry that comes after a reload is still a retry.
type replays struct {
	salt [sha256.Size]byte

	mu     sync.Mutex
	byKey  map[replayKey]*flight // running and kept
	kept   queue                 // landed and kept, the oldest first
	stored int                   // bytes of the responses kept
}

func newReplays() *replays {
	r := &replays{byKey: map[replayKey]*flight{}}
	_, _ = rand.Read(r.salt[:]) // never fails, by its documentation
	return r
}

// key tells calls apart by event id and data together: an id alone could be chosen so as to get the
// answer to somebody else's data. It is salted with what never leaves the process, because the data has a
// password in it and the key outlives the call. False if there is no event id to recognise a retry by.
//
// With once the id alone counts: what comes back is no secret then, and a second effect is worse than a
// call that gets the answer to another. Without an id it is the data, which has a code made for this call.
func (r *replays) key(req *hook.Request, once bool) (replayKey, bool) {
	data := req.Data
	switch {
	case once && req.EventID != "":
		data = nil
	case !once && req.EventID == "":
		return replayKey{}, false
	}
	sum := sha256.New()
	var length [8]byte
	binary.LittleEndian.PutUint64(length[:], uint64(len(req.EventID)))
	for _, part := range [][]byte{r.salt[:], length[:], []byte(req.EventID), data} {
		_, _ = sum.Write(part) // a hash never fails to write
	}
	return replayKey(sum.Sum(nil)), true
}

// join gives the flight of key, and true if it is a new one, which the caller has to run and land. Of another
// one the outcome may be read if done is nil, or once it is closed.
func (r *replays) join(key replayKey) (*flight, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if other := r.find(key); other != nil {
		return other, false
	}
	started := &flight{key: key}
	r.byKey[key] = started
	return started, true
}

// known gives the flight of key as join does, or nil if there is none.
func (r *replays) known(key replayKey) *flight {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.find(key)
}

// find is the flight of key, which can be waited for; nil if there is none. It is for holders of mu.
func (r *replays) find(key replayKey) *flight {
	r.dropExpired(time.Now())
	other := r.byKey[key]
	if other != nil && !other.landed && other.done == nil {
		other.done = make(chan struct{})
	}
	return other
}

// land publishes the outcome of a flight, and keeps it; a failure only if the flight must not be repeated.
func (r *replays) land(f *flight, result outcome, once bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	f.outcome, f.landed = result, true
	if f.done != nil {
		close(f.done)
	}
	if result.failure != "" && !once {
		delete(r.byKey, f.key)
		return
	}
	now := time.Now()
	f.expires = now.Add(replayTTL)
	r.dropExpired(now)
	for r.kept.length > 0 && (r.kept.length == maxReplays || r.stored+len(result.response) > maxReplayBytes) {
		r.dropOldest()
	}
	r.kept.push(f)
	r.stored += len(result.response)
}

// dropExpired relies on all flights being kept equally long: the oldest expires first.
func (r *replays) dropExpired(now time.Time) {
	for r.kept.length > 0 && !now.Before(r.kept.oldest().expires) {
		r.dropOldest()
	}
}

func (r *replays) dropOldest() {
	f := r.kept.pop()
	r.stored -= len(f.outcome.response)
	delete(r.byKey, f.key)
}

// queue is a ring of at most maxReplays flights. It grows when it is first used.
type queue struct {
	ring          []*flight
	first, length int
}

func (q *queue) oldest() *flight { return q.ring[q.first] }

func (q *queue) push(f *flight) {
	if q.ring == nil {
		q.ring = make([]*flight, maxReplays)
	}
	q.ring[(q.first+q.length)%maxReplays] = f
	q.length++
}

func (q *queue) pop() *flight {
	f := q.ring[q.first]
	q.ring[q.first] = nil
	q.first = (q.first + 1) % maxReplays
	q.length--
	return f
}
