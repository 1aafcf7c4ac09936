package expr

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"
)

// Kind is what an expression has to yield.
type Kind int

const (
	// Bool is true or false.
	Bool Kind = iota + 1
	// String is a text.
	String
	// JSON is any value that JSON can express: null, true, false, a number, a text, a list, or a map with
	// texts as keys.
	JSON
)

// String implements fmt.Stringer: the kind as messages name it.
func (k Kind) String() string {
	switch k {
	case Bool:
		return "boolean"
	case String:
		return "string"
	default:
		return "JSON value"
	}
}

// Compile checks source and makes it ready for use. The error is one line: where in the source, what is
// wrong and, where that can be known, what to write instead.
func (e *Env) Compile(source string, want Kind) (*Program, error) {
	if strings.TrimSpace(source) == "" {
		return nil, fmt.Errorf("is empty; write an expression that yields a %s", want)
	}
	if length := utf8.RuneCountInString(source); length > maxSource {
		return nil, fmt.Errorf("has %d characters, and must not have more than %d", length, maxSource)
	}
	parsed, issues := e.cel.Parse(source)
	if issues.Err() != nil {
		return nil, describeSyntax(source, issues)
	}
	checked, issues := e.cel.Check(parsed)
	if issues.Err() != nil {
		return nil, e.describe(source, parsed, issues)
	}
	if problem := mismatch(checked.OutputType(), want); problem != "" {
		return nil, fmt.Errorf("yields %s", problem)
	}
	program, err := e.cel.Program(checked,
		cel.EvalOptions(cel.OptOptimize),
		cel.OptimizeRegex(guardedPatterns()...),
		cel.CostTracking(cost{sizes: newSizes()}),
		cel.CostLimit(costLimit),
		cel.MemoryLimit(memoryLimit),
		cel.MemoryTracking(types.MemoryTrackerSampleInterval(memorySampling), types.MemoryTrackerSizeCalculator(newSizes())),
		cel.InterruptCheckFrequency(interruptEvery),
	)
	if err != nil {
		// What is left by now is a constant that can't be computed, such as a duration of 1x.
		return nil, fmt.Errorf("can't be evaluated: %s", oneLine(err.Error()))
	}
	return &Program{env: e, want: want, program: program, info: checked.NativeRep().SourceInfo(), lines: strings.Count(source, "\n") + 1}, nil
}

// mismatch says why a value of the type got isn't of kind want, or "" if it is or may be: what stands in a
// request has no type before it arrives.
func mismatch(got *cel.Type, want Kind) string {
	if got.Kind() == types.DynKind || got.Kind() == types.AnyKind {
		return ""
	}
	switch {
	case want == Bool && got.Kind() != types.BoolKind, want == String && got.Kind() != types.StringKind:
		return fmt.Sprintf("%s, but must yield a %s%s", typeName(got), want, conversion(got, want))
	case want == JSON:
		if part := notJSON(got); part != nil {
			return fmt.Sprintf("%s, which is no JSON%s", typeName(got), conversion(part, want))
		}
	}
	return ""
}

// notJSON is the type, or the type within it, that has no form in JSON; nil if there is none.
func notJSON(t *cel.Type) *cel.Type {
	switch t.Kind() {
	case types.BoolKind, types.IntKind, types.UintKind, types.DoubleKind, types.StringKind, types.NullTypeKind,
		types.DynKind, types.AnyKind, types.TypeParamKind:
		return nil
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
	case from.Kind() == types.OpaqueKind && from.TypeName() == "optional_type":
		return "; say what is meant when the value is absent, such as user.?title.orValue('')"
	case from.Kind() == types.MapKind && want == JSON:
		return "; use strings as keys"
	case want == Bool:
		return "; compare it with something"
	}
	switch from.Kind() {
	case types.IntKind, types.UintKind, types.DoubleKind, types.BytesKind, types.DurationKind, types.TimestampKind, types.BoolKind:
		return "; convert it with string(...)"
	}
	return ""
}

// typeName is the name of a type as an expression would write it.
func typeName(t *cel.Type) string {
	return strings.NewReplacer("google.protobuf.", "", "Timestamp", "timestamp", "Duration", "duration",
		"optional_type", "optional", "wrapper", "optional").Replace(cel.FormatCELType(t))
}
