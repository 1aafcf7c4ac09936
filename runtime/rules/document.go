package rules

import (
	"errors"
	"maps"
	"slices"
	"strconv"

	"github.com/hookline/hookline/api/v1alpha1"
)

// errNotThere is the end of an operation that Okta could not carry out: its target, or the parent of what it
// adds, is not there.
var errNotThere = errors.New("there is no such place")

// claims is the member of a token or an assertion that Okta may leave out when it is empty.
const claims = "claims"

// operation is one of a JSON Patch (RFC 6902), as Okta reads it.
type operation struct {
	Op   string `json:"op"`
	Path string `json:"path"`
	// Value is nil if the operation has none. Okta fails a whole patch for a remove with a value.
	Value *any `json:"value,omitempty"`
}

// document is a token or an assertion of the request on which operations are tried before Okta is told: one
// that can't be carried out has Okta drop all the others.
//
// The request is never written to. What an operation changes is kept apart, in changed, and the few objects
// and lists that lead there are copied; most operations are about a whole claim and copy nothing.
type document struct {
	sent       map[string]any
	changed    map[place]any // removed{} for what is no longer there
	operations []operation   // that can be carried out, in order
}

// place is a member of a member of a document, such as claims and groups. No operation is about less.
type place struct{ root, name string }

// removed stands where an operation has taken something out.
type removed struct{}

// member is what stands at a place, and whether something does. parent is false if there is not even an
// object that could take it.
func (d *document) member(at place) (value any, found, parent bool) {
	if value, touched := d.changed[at]; touched {
		_, gone := value.(removed)
		return value, !gone, true
	}
	root, isObject := d.sent[at.root].(map[string]any)
	if !isObject {
		return nil, false, at.root == claims && d.sent[claims] == nil
	}
	value, found = root[at.name]
	return value, found, true
}

// do carries out an operation and notes it down, or returns errNotThere. The value is not computed before it
// is known to have a place. It is nil for a remove.
func (d *document) do(op, pointer string, path []string, value func() (any, error)) error {
	if len(path) < 2 {
		return errNotThere
	}
	noted := operation{Op: op, Path: pointer}
	change := func(found bool) (any, error) {
		if !found && op != v1alpha1.PatchAdd {
			return nil, errNotThere
		}
		if op == v1alpha1.PatchRemove {
			return removed{}, nil
		}
		computed, err := value()
		noted.Value = &computed
		return computed, err
	}
	at := place{path[0], path[1]}
	current, found, parent := d.member(at)
	var err error
	switch {
	case !parent:
		return errNotThere
	case len(path) == 2:
		current, err = change(found)
	default: // what is not there is nil, which has no members
		current, err = changeWithin(current, path[2:], op == v1alpha1.PatchAdd, change)
	}
	if err != nil {
		return err
	}
	if d.changed == nil {
		d.changed = map[place]any{}
	}
	d.changed[at] = current
	d.operations = append(d.operations, noted)
	return nil
}

// changeWithin is a copy of value, an object or a list, in which what stands at path is what change makes of
// it. change is told whether something stands there; adding is whether it may be a new element of a list.
func changeWithin(value any, path []string, adding bool, change func(found bool) (any, error)) (any, error) {
	switch container := value.(type) {
	case map[string]any:
		return changeMember(container, path, adding, change)
	case []any:
		return changeElement(container, path, adding, change)
	default:
		return nil, errNotThere
	}
}

func changeMember(object map[string]any, path []string, adding bool, change func(bool) (any, error)) (any, error) {
	value, found := object[path[0]]
	var err error
	if len(path) > 1 {
		value, err = changeWithin(value, path[1:], adding, change)
	} else {
		value, err = change(found)
	}
	if err != nil {
		return nil, err
	}
	changed := maps.Clone(object)
	if _, gone := value.(removed); gone {
		delete(changed, path[0])
	} else {
		changed[path[0]] = value
	}
	return changed, nil
}

func changeElement(list []any, path []string, adding bool, change func(bool) (any, error)) (any, error) {
	i, isIndex := elementIndex(path[0], len(list))
	inserting := adding && len(path) == 1
	if !isIndex || i > len(list) || i == len(list) && !inserting {
		return nil, errNotThere
	}
	var value any
	var err error
	if len(path) > 1 {
		value, err = changeWithin(list[i], path[1:], adding, change)
	} else {
		value, err = change(true)
	}
	if err != nil {
		return nil, err
	}
	if inserting {
		return slices.Insert(slices.Clone(list), i, value), nil
	}
	changed := slices.Clone(list)
	if _, gone := value.(removed); gone {
		return slices.Delete(changed, i, i+1), nil
	}
	changed[i] = value
	return changed, nil
}

// elementIndex is the place in a list that a reference token of a JSON Pointer (RFC 6901) stands for: digits
// without leading zeros, or - for the one behind the last.
func elementIndex(token string, length int) (int, bool) {
	if token == "-" {
		return length, true
	}
	i, err := strconv.Atoi(token)
	return i, err == nil && strconv.Itoa(i) == token && i >= 0
}
