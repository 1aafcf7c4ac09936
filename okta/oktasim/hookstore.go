package oktasim

import (
	"fmt"
	"slices"
)

// hook is a stored inline hook.
type hook struct {
	id                   string
	spec                 hookSpec
	active               bool
	created, lastUpdated stamp
	// revision grows with every write; an OAuth token fetched for one revision
	// is not used for another.
	revision int
}

func (h *hook) status() string {
	if h.active {
		return "ACTIVE"
	}
	return "INACTIVE"
}

// hookStore keeps an org's hooks in order of creation; an org has at most a
// hundred or so, so that every search is a walk.
type hookStore struct {
	hooks []*hook
}

func (s *hookStore) find(id string) (*hook, error) {
	i := s.index(id)
	if i < 0 {
		return nil, errNotFound(id, "InlineHook")
	}
	return s.hooks[i], nil
}

func (s *hookStore) index(id string) int {
	return slices.IndexFunc(s.hooks, func(h *hook) bool { return h.id == id })
}

// activeOf returns the oldest ACTIVE hook of a type, or nil.
func (s *hookStore) activeOf(hookType string) *hook {
	for _, h := range s.hooks {
		if h.active && h.spec.hookType == hookType {
			return h
		}
	}
	return nil
}

func (s *hookStore) usesKey(keyID string) bool {
	return slices.ContainsFunc(s.hooks, func(h *hook) bool { return h.spec.hookKeyID == keyID })
}

// checkCreate refuses a hook that the org has no room for. No source shows the
// bodies of these refusals; the rules are documented.
func (s *hookStore) checkCreate(spec hookSpec, limit int) error {
	if err := s.checkName(spec.name, ""); err != nil {
		return err
	}
	if len(s.hooks) >= limit {
		return errInvalid("inlineHook", fmt.Sprintf("inlineHook: The organization has reached its limit of %d inline hooks", limit))
	}
	if hookTypes[spec.hookType].unique == oneAtAll &&
		slices.ContainsFunc(s.hooks, func(h *hook) bool { return h.spec.hookType == spec.hookType }) {
		return errInvalid("type", fmt.Sprintf("type: The organization can have only one inline hook of type %s", spec.hookType))
	}
	return s.checkActivate(spec.hookType, "") // a new hook is ACTIVE at once
}

func (s *hookStore) checkName(name, self string) error {
	for _, h := range s.hooks {
		if h.spec.name == name && h.id != self {
			return errInvalid("name", "name: An object with this field already exists in the current organization")
		}
	}
	return nil
}

func (s *hookStore) checkActivate(hookType, self string) error {
	other := s.activeOf(hookType)
	if hookTypes[hookType].unique != oneActive || other == nil || other.id == self {
		return nil
	}
	return errInvalid("status", fmt.Sprintf("status: The organization can have only one active inline hook of type %s", hookType))
}
