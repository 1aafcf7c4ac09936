package expr

import (
	"errors"
	"fmt"
	"regexp"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/decls"
	"cel.dev/cel-go/common/functions"
	"cel.dev/cel-go/common/overloads"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/common/types/traits"
	"cel.dev/cel-go/interpreter"
)

// errTooMuchWork is the error of an operation that would do more than maxWork.
var errTooMuchWork = errors.New("operation would take more than an expression may")

// guarded has, for the functions that can do more work in one step than their operands are long, how much
// that is. CEL adds up the cost of an operation after it has run, which is too late for these: replace alone
// makes 250 GB of two names of half a megabyte each.
var guarded = map[string]func(args []ref.Val) int{
	"indexOf":     productOfLengths,
	"lastIndexOf": productOfLengths,
	"join":        joined,
	"replace":     replaced,
}

// productOfLengths is what the naive search of the strings extension takes at worst.
func productOfLengths(args []ref.Val) int { return textLen(args[0]) * textLen(args[1]) }

// joined is what the separators take; the elements can't be longer than the list, which is measured.
func joined(args []ref.Val) int {
	list, ok := args[0].(traits.Sizer)
	if !ok || len(args) < 2 {
		return 0
	}
	size, _ := list.Size().(types.Int)
	return int(size) * textLen(args[1])
}

// replaced is how long the result can become.
func replaced(args []ref.Val) int {
	text, old, replacement := textLen(args[0]), textLen(args[1]), textLen(args[2])
	return text + (text/max(old, 1)+1)*replacement
}

func textLen(v ref.Val) int {
	text, _ := v.(types.String)
	return len(text)
}

// guard puts a check in front of the functions in guarded.
func guard(env *cel.Env) (*cel.Env, error) {
	declared := env.Functions()
	var options []cel.EnvOption
	for name, work := range guarded {
		function, found := declared[name]
		if !found {
			return nil, fmt.Errorf("guard function %s: there is no such function", name)
		}
		bindings, err := function.Bindings()
		if err != nil {
			return nil, fmt.Errorf("guard function %s: %w", name, err)
		}
		for _, overload := range function.OverloadDecls() {
			binding, err := guardedBinding(overload, bindings, work)
			if err != nil {
				return nil, fmt.Errorf("guard function %s: %w", name, err)
			}
			options = append(options, cel.Function(name,
				cel.MemberOverload(overload.ID(), overload.ArgTypes(), overload.ResultType(), binding)))
		}
	}
	return env.Extend(options...)
}

// guardedBinding is the implementation of overload behind a check of its work.
func guardedBinding(overload *decls.OverloadDecl, bindings []*functions.Overload, work func([]ref.Val) int) (cel.OverloadOpt, error) {
	for _, original := range bindings {
		if original.Operator != overload.ID() {
			continue
		}
		switch {
		case original.Unary != nil:
			return cel.UnaryBinding(func(arg ref.Val) ref.Val {
				if work([]ref.Val{arg}) > maxWork {
					return types.WrapErr(errTooMuchWork)
				}
				return original.Unary(arg)
			}), nil
		case original.Binary != nil:
			return cel.BinaryBinding(func(lhs, rhs ref.Val) ref.Val {
				if work([]ref.Val{lhs, rhs}) > maxWork {
					return types.WrapErr(errTooMuchWork)
				}
				return original.Binary(lhs, rhs)
			}), nil
		case original.Function != nil:
			return cel.FunctionBinding(func(args ...ref.Val) ref.Val {
				if work(args) > maxWork {
					return types.WrapErr(errTooMuchWork)
				}
				return original.Function(args...)
			}), nil
		}
	}
	return nil, fmt.Errorf("overload %s has no implementation", overload.ID())
}

// patterns has the size of each pattern of a program, in instructions.
type patterns map[string]int

// optimizations compile the patterns of matches once, when the program is made, and bound what matching takes:
// Go's regular expressions are linear in text and pattern, which for a long text is still too long.
func (p patterns) optimizations() []*interpreter.RegexOptimization {
	optimizations := make([]*interpreter.RegexOptimization, 0, 2)
	for _, id := range []string{overloads.Matches, overloads.MatchesString} {
		optimizations = append(optimizations, &interpreter.RegexOptimization{
			Function: overloads.Matches, OverloadID: id, RegexIndex: 1, Factory: p.guardedMatch,
		})
	}
	return optimizations
}

func (p patterns) guardedMatch(call interpreter.InterpretableCall, pattern string) (interpreter.InterpretableCall, error) {
	compiled, err := regexp.Compile(pattern)
	if err != nil {
		return nil, err
	}
	size, err := types.RegexProgramSize(pattern)
	if err != nil {
		return nil, err
	}
	p[pattern] = size
	match := func(args ...ref.Val) ref.Val {
		text, isText := args[0].(types.String)
		if !isText {
			return types.NoSuchOverloadErr()
		}
		if len(text)*size > maxWork {
			return types.WrapErr(errTooMuchWork)
		}
		return types.Bool(compiled.MatchString(string(text)))
	}
	return interpreter.NewCall(call.ID(), call.Function(), call.OverloadID(), call.Args(), match), nil
}

// literalPatterns refuses patterns that are computed. A pattern that is written out is known to be right
// when the configuration is read, and nobody who signs up can bring one along.
type literalPatterns struct{}

// Name implements cel.ASTValidator.
func (literalPatterns) Name() string { return "hookline.literal_patterns" }

// Validate implements cel.ASTValidator.
func (literalPatterns) Validate(_ *cel.Env, _ cel.ValidatorConfig, tree *ast.AST, issues *cel.Issues) {
	for _, call := range ast.MatchDescendants(ast.NavigateAST(tree), ast.FunctionMatcher(overloads.Matches)) {
		args := call.AsCall().Args()
		if len(args) == 0 {
			continue
		}
		if pattern := args[len(args)-1]; pattern.Kind() != ast.LiteralKind {
			issues.ReportErrorAtID(pattern.ID(), "the pattern of matches must be written out, such as '^[0-9]{4}$'")
		}
	}
}
