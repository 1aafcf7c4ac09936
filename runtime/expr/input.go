package expr

import (
	"cel.dev/cel-go/cel"

	"github.com/hookline/hookline/runtime/hook"
)

// input resolves the variables of one evaluation, each only when it is used.
type input struct {
	program *Program
	req     *hook.Request
	body    map[string]any
}

// ResolveName implements cel.Activation.
func (i *input) ResolveName(name string) (any, bool) {
	variables := i.program.env.variables
	for at := range variables {
		if variables[at].name == name {
			return variables[at].of(i), true
		}
	}
	return nil, false
}

// Parent implements cel.Activation.
func (i *input) Parent() cel.Activation { return nil }

// withoutNulls is the input without the members that are null, and whether there were any. It shares what it
// does not change.
func (i *input) withoutNulls() (*input, bool) {
	body, bodyChanged := membersNotNull(i.body)
	given, givenChanged := membersNotNull(i.program.given)
	if !bodyChanged && !givenChanged {
		return i, false
	}
	return &input{program: i.program.bind(given), req: i.req, body: body}, true
}

func membersNotNull(object map[string]any) (map[string]any, bool) {
	without, changed := dropNulls(object)
	if !changed {
		return object, false
	}
	return without.(map[string]any), true
}

func dropNulls(value any) (any, bool) {
	changed := false
	switch v := value.(type) {
	case map[string]any:
		kept := make(map[string]any, len(v))
		for name, member := range v {
			if member == nil {
				changed = true
				continue
			}
			without, memberChanged := dropNulls(member)
			kept[name] = without
			changed = changed || memberChanged
		}
		if changed {
			return kept, true
		}
	case []any:
		// An element keeps its place: null in a list stays.
		kept := make([]any, len(v))
		for i, element := range v {
			without, elementChanged := dropNulls(element)
			kept[i] = without
			changed = changed || elementChanged
		}
		if changed {
			return kept, true
		}
	}
	return value, false
}
