package expr

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/common/types/traits"
)

// Kind is what an expression has to yield.
type Kind int

const (
	// Bool is true or false.
	Bool Kind = iota + 1
	// String is a text.
	String
	// Integer is a number without a fraction.
	Integer
	// Scalar is a text, a number, true or false.
	Scalar
	// Scalars is a text, a number, true or false, or a list of them.
	Scalars
	// Map is a map with texts as keys.
	Map
	// Statement is a map that is a whole attribute statement of a SAML assertion: it has a list attributeValues.
	Statement
	// JSON is any value that JSON can express: null, true, false, a number, a text, a list, or a map with
	// texts as keys.
	JSON
)

// String implements fmt.Stringer: the kind as messages name it, with its article.
func (k Kind) String() string {
	switch k {
	case Bool:
		return "a boolean"
	case String:
		return "a string"
	case Integer:
		return "an integer"
	case Scalar:
		return "a string, number or boolean"
	case Scalars:
		return "a string, number or boolean, or a list of them"
	case Map:
		return "a map"
	case Statement:
		return "a whole attribute statement with a list attributeValues, which claim instead of path makes"
	default:
		return "a JSON value"
	}
}

// results has the types of each kind but JSON, which is more than a list of types.
var results = map[Kind][]types.Kind{
	Bool:    {types.BoolKind},
	String:  {types.StringKind},
	Integer: {types.IntKind, types.UintKind},
	Scalar:  {types.BoolKind, types.IntKind, types.UintKind, types.DoubleKind, types.StringKind},
	Scalars: {types.BoolKind, types.IntKind, types.UintKind, types.DoubleKind, types.StringKind},
	Map:     {types.MapKind, types.StructKind},

	Statement: {types.MapKind, types.StructKind},
}

// mismatch says why a value of the type got isn't of the kind, or "" if it is or may be: what stands in a
// request has often no type before it arrives.
func (k Kind) mismatch(got *cel.Type) string {
	single := got
	if k == Scalars && got.Kind() == types.ListKind {
		single = got.Parameters()[0]
	}
	if k != JSON && !single.IsDyn() && !slices.Contains(results[k], single.Kind()) {
		return fmt.Sprintf("%s, but must yield %s%s", typeName(got), k, conversion(got, k))
	}
	if part := notJSON(got); part != nil {
		return fmt.Sprintf("%s, which is no JSON%s", typeName(got), conversion(part, k))
	}
	return ""
}

// admits reports whether a value is of the kind.
func (k Kind) admits(value ref.Val) bool {
	if list, isList := value.(traits.Lister); isList && k == Scalars {
		return allScalars(list)
	}
	if statement, isMap := value.(traits.Mapper); isMap && k == Statement {
		values, _ := statement.Find(types.String("attributeValues"))
		_, isList := values.(traits.Lister)
		return isList
	}
	if number, isDouble := value.(types.Double); isDouble && k == Integer {
		return math.Trunc(float64(number)) == float64(number) && math.Abs(float64(number)) < 1<<53
	}
	got, _ := value.Type().(*types.Type)
	return slices.Contains(results[k], got.Kind())
}

func allScalars(list traits.Lister) bool {
	for it := list.Iterator(); it.HasNext() == types.True; {
		got, _ := it.Next().Type().(*types.Type)
		if !slices.Contains(results[Scalars], got.Kind()) {
			return false
		}
	}
	return true
}

// notJSON is the type, or the type within it, that has no form in JSON; nil if there is none.
func notJSON(t *cel.Type) *cel.Type {
	switch t.Kind() {
	case types.BoolKind, types.IntKind, types.UintKind, types.DoubleKind, types.StringKind, types.NullTypeKind,
		types.DynKind, types.AnyKind, types.TypeParamKind:
		return nil
	case types.StructKind:
		if isObject(t) {
			return nil
		}
	case types.ListKind:
		return notJSON(t.Parameters()[0])
	case types.MapKind:
		switch t.Parameters()[0].Kind() {
		case types.StringKind, types.DynKind, types.TypeParamKind:
			return notJSON(t.Parameters()[1])
		}
	}
	return t
}

// conversion is what to write to get from a type to the kind, as the end of a message.
func conversion(from *cel.Type, want Kind) string {
	switch {
	case isOptional(from):
		return "; " + standIn
	case from.Kind() == types.MapKind && (want == JSON || want == Map || want == Statement):
		return "; use strings as keys"
	case want == Bool:
		return "; compare it with something"
	case want == Integer && (from.Kind() == types.StringKind || from.Kind() == types.DoubleKind):
		return "; convert it with int(...)"
	case want == Integer:
		return ""
	}
	switch from.Kind() {
	case types.IntKind, types.UintKind, types.DoubleKind, types.BytesKind, types.DurationKind, types.TimestampKind, types.BoolKind:
		return "; convert it with string(...)"
	}
	return ""
}

// typeName is the name of a type as an expression would write it.
func typeName(t *cel.Type) string { return readable(cel.FormatCELType(t)) }

// maxTypes is how many characters of a message types can have. Those that Okta's objects are made of have less;
// one that an expression builds up can be as long as the expression.
const maxTypes = 160

// readable puts the names of types in a text of CEL as an expression would write them. Whether a value can be
// null is no part of that.
func readable(text string) string {
	return cut(wrapped.ReplaceAllString(strings.NewReplacer("google.protobuf.", "", "Timestamp", "timestamp",
		"Duration", "duration", "optional_type", "optional").Replace(text), "$1"), maxTypes)
}
