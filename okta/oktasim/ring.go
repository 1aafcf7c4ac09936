package oktasim

import "slices"

// ring keeps the newest size entries of an endless list and counts the rest, so
// that an org may run for days.
type ring[T any] struct {
	size    int
	entries []T
	dropped int // number of the first entry in entries
}

// next is the number add will give.
func (l *ring[T]) next() int { return l.dropped + len(l.entries) }

func (l *ring[T]) add(entry T) {
	l.entries = append(l.entries, entry)
	if excess := len(l.entries) - l.size; excess >= l.size { // seldom, or every add would copy
		l.entries = slices.Clone(l.entries[excess:])
		l.dropped += excess
	}
}

// since returns what is kept of the entries from number first on, oldest first.
func (l *ring[T]) since(first int) []T {
	return l.entries[min(max(first-l.dropped, 0), len(l.entries)):]
}

// clear forgets the entries but not how many there were.
func (l *ring[T]) clear() {
	l.dropped, l.entries = l.next(), nil
}
