package expr

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"
)

// Compile checks source and makes it ready for use. The error is one line: where in the source, what is
// wrong and, where that can be known, what to write instead.
func (e *Env) Compile(source string, want Kind) (*Program, error) {
	if strings.TrimSpace(source) == "" {
		return nil, fmt.Errorf("is empty; write an expression that yields %s", want)
	}
	if length := utf8.RuneCountInString(source); length > maxSource {
		return nil, fmt.Errorf("has %d characters, and must not have more than %d", length, maxSource)
	}
	parsed, issues := e.cel.Parse(source)
	if issues.Err() != nil {
		return nil, describeSyntax(source, issues)
	}
	if key, bad := e.badKey(parsed); bad {
		return nil, atNode(source, parsed, key, "a key of a map must be written out, or be a member of a variable or string(...)")
	}
	checked, issues := e.cel.Check(parsed)
	if issues.Err() != nil {
		return nil, e.describe(source, parsed, issues)
	}
	if problem := want.mismatch(checked.OutputType()); problem != "" {
		return nil, fmt.Errorf("yields %s", problem)
	}
	matched := patterns{}
	program, err := e.cel.Program(checked,
		cel.EvalOptions(cel.OptOptimize),
		cel.CustomDecoratorV2(nullsOf(checked).decorate),
		cel.OptimizeRegex(matched.optimizations()...),
		cel.CostTracking(cost{sizes: newSizes(), patterns: matched}),
		cel.CostLimit(costLimit),
		cel.MemoryLimit(memoryLimit),
		cel.MemoryTracking(types.MemoryTrackerSampleInterval(memorySampling), types.MemoryTrackerSizeCalculator(newSizes())),
		cel.InterruptCheckFrequency(interruptEvery),
	)
	if err != nil {
		// What is left by now is a constant that can't be computed, such as a duration of 1x.
		return nil, fmt.Errorf("can't be evaluated: %s", oneLine(err.Error()))
	}
	return &Program{
		env: e, want: want, program: program, constant: !e.isNamedIn(checked),
		info: checked.NativeRep().SourceInfo(), lines: strings.Count(source, "\n") + 1,
	}, nil
}

// isNamedIn reports whether an expression names a variable.
func (e *Env) isNamedIn(checked *cel.Ast) bool {
	for _, reference := range checked.NativeRep().ReferenceMap() {
		if slices.ContainsFunc(e.variables, func(v variable) bool { return v.name == strings.TrimPrefix(reference.Name, ".") }) {
			return true
		}
	}
	return false
}
