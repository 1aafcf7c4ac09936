package passwordimport

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"sync"
)

// maxClasses bounds what a mix keeps. A store has a handful: one per tool or cost in the course of its life.
const maxClasses = 32

// presumedDigest stands in while nothing is known about a store: bcrypt at the cost of most frameworks.
const presumedDigest = "$2b$10$aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

// mix is what the digests of a store cost, so that a name that is not in the store costs what a name in it
// may. With digests of one class in the store, every name costs the same. With several, a stranger is given
// one of them by a keyed hash of the name, as often as the store has it: the time of an answer then tells
// the class of a digest and not whether there is one, and asking again shows nothing new.
//
// What it keeps of each class is a digest that has been made blank. Safe for concurrent use.
type mix struct {
	key []byte // of the hash that deals out classes

	mu      sync.RWMutex
	classes []mixClass // in the order in which they were seen
	index   map[string]int
	total   uint64
}

type mixClass struct {
	decoy digest
	count uint64
}

// newMix makes an empty mix. The key has to be the same in every pod and after a restart, or asking the
// same name twice would show different times; it need be secret from those who ask only.
func newMix(key []byte) *mix {
	sum := sha256.Sum256(key)
	return &mix{key: sum[:], index: map[string]int{}}
}

// observe counts a digest of the store, which was read from text.
func (m *mix) observe(d digest, text string) {
	if d.locked {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	class := d.class()
	i, seen := m.index[class]
	if !seen {
		if len(m.classes) == maxClasses {
			return
		}
		decoy, err := parseDigest(blank(text))
		if err != nil {
			return // never: blank keeps the form
		}
		i = len(m.classes)
		m.index[class] = i
		m.classes = append(m.classes, mixClass{decoy: decoy})
	}
	m.classes[i].count++
	m.total++
}

// pick is the digest that stands in for a name.
func (m *mix) pick(username string) digest {
	hash := hmac.New(sha256.New, m.key)
	_, _ = hash.Write([]byte(username)) // a hash.Hash never returns an error
	number := binary.BigEndian.Uint64(hash.Sum(nil))

	m.mu.RLock()
	defer m.mu.RUnlock()
	if m.total == 0 {
		presumed, _ := parseDigest(presumedDigest) // a constant; a test reads it
		return presumed
	}
	number %= m.total
	for _, class := range m.classes {
		if number < class.count {
			return class.decoy
		}
		number -= class.count
	}
	return m.classes[0].decoy // never: the counts add up to total
}
