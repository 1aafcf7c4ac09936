package oktasim

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// operation is one entry of a patch command's value. Okta takes JSON Patch (RFC
// 6902) as its model, without move, copy and test, and with rules of its own about
// what may be touched: those are the flows'.
type operation struct {
	op, path string
	value    json.RawMessage // nil when absent
}

// String is the operation without its value, which is never logged, and without
// the end of a path that is longer than any log needs.
func (op operation) String() string {
	return fmt.Sprintf("%.20s %.200s", op.op, op.path)
}

// Why an operation cannot be applied, the reasons that both flows share.
var (
	errNoOperation   = errors.New("an operation is an object with op and path")
	errUnknownOp     = errors.New("the op is not supported")
	errNoPointer     = errors.New("the path is not a JSON Pointer")
	errNoTarget      = errors.New("the target does not exist")
	errNoParent      = errors.New("the parent of the target does not exist")
	errBadIndex      = errors.New("the index is not valid for the array")
	errNoValue       = errors.New("the value is missing")
	errValueOfRemove = errors.New("the value of remove must be null or absent")
)

// parseOperations reads a patch command's value.
func parseOperations(value json.RawMessage) ([]operation, error) {
	var entries []object
	if err := json.Unmarshal(value, &entries); err != nil {
		return nil, errNoOperation
	}
	operations := make([]operation, 0, len(entries))
	for _, entry := range entries {
		var d decoder
		op := operation{
			op: member[string](&d, entry, "op").or(""), path: member[string](&d, entry, "path").or(""), value: entry["value"],
		}
		if d.err != nil || op.op == "" || op.path == "" {
			return nil, errNoOperation
		}
		operations = append(operations, op)
	}
	return operations, nil
}

// parsePointer reads a JSON Pointer (RFC 6901) to something below the root.
func parsePointer(text string) ([]string, error) {
	rest, absolute := strings.CutPrefix(text, "/")
	if !absolute {
		return nil, errNoPointer
	}
	names := strings.Split(rest, "/")
	for i, name := range names {
		escaped := strings.NewReplacer("~0", "", "~1", "").Replace(name)
		if strings.Contains(escaped, "~") {
			return nil, errNoPointer
		}
		// Left to right and once: ~01 is ~1 and not a slash.
		names[i] = strings.NewReplacer("~1", "/", "~0", "~").Replace(name)
	}
	return names, nil
}

// decodeTree reads JSON as maps, slices and scalars, numbers as they were written.
func decodeTree(text []byte) (any, error) {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	var tree any
	if err := decoder.Decode(&tree); err != nil {
		return nil, err
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("there is more than one JSON value")
	}
	return tree, nil
}

// patched returns a copy of node with one operation applied at path below it. node
// itself stays as it is, so that a patch can be dropped half way through.
func patched(node any, path []string, op operation) (any, error) {
	switch parent := node.(type) {
	case map[string]any:
		return patchObject(parent, path, op)
	case []any:
		return patchArray(parent, path, op)
	}
	return nil, errNoParent
}

func patchObject(parent map[string]any, path []string, op operation) (any, error) {
	name := path[0]
	child, exists := parent[name]
	if !exists && len(path) > 1 {
		return nil, errNoParent
	}
	if !exists && op.op != "add" {
		return nil, errNoTarget
	}
	changed := maps.Clone(parent)
	if len(path) == 1 && op.op == "remove" {
		delete(changed, name)
		return changed, nil
	}
	var err error
	changed[name], err = replaced(child, path, op)
	return changed, err
}

func patchArray(parent []any, path []string, op operation) (any, error) {
	last := len(path) == 1
	if last && op.op == "add" {
		at, valid := indexOf(path[0], len(parent)+1)
		if path[0] == "-" {
			at, valid = len(parent), true
		}
		if !valid {
			return nil, errBadIndex
		}
		element, err := replaced(nil, path, op)
		return slices.Insert(slices.Clone(parent), at, element), err
	}
	at, valid := indexOf(path[0], len(parent))
	if !valid {
		return nil, errBadIndex
	}
	changed := slices.Clone(parent)
	if last && op.op == "remove" {
		return slices.Delete(changed, at, at+1), nil
	}
	var err error
	changed[at], err = replaced(parent[at], path, op)
	return changed, err
}

// replaced is what takes the place of child: the operation's value, or child with
// the operation applied deeper down.
func replaced(child any, path []string, op operation) (any, error) {
	if len(path) > 1 {
		return patched(child, path[1:], op)
	}
	if op.value == nil {
		return nil, errNoValue
	}
	return decodeTree(op.value)
}

// indexOf reads an array index below length; RFC 6901 has no leading zeros.
func indexOf(text string, length int) (int, bool) {
	at, err := strconv.Atoi(text)
	return at, err == nil && at >= 0 && at < length && text == strconv.Itoa(at)
}
