package expr

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/interpreter"

	"github.com/hookline/hookline/runtime/hook"
)

// ErrAbsent is in the chain of an error if the expression read a member that the request does not have, a
// list element or character that is not there, or null where it needs a value.
var ErrAbsent = errors.New("reads a member that is absent")

// errType is in the chain of an error if an operation got a value that it has no meaning for.
var errType = errors.New("applies an operation to a value of another type")

// Program is a compiled expression. Safe for concurrent use.
type Program struct {
	env      *Env
	want     Kind
	program  cel.Program
	info     *ast.SourceInfo
	lines    int
	constant bool           // it names no variable
	given    map[string]any // what With brought along, by variable
}

// Bool evaluates an expression that was compiled as [Bool].
func (p *Program) Bool(ctx context.Context, req *hook.Request) (bool, error) {
	value, err := p.eval(ctx, req)
	if err != nil {
		return false, err
	}
	truth, ok := value.(types.Bool)
	if !ok {
		return false, p.wrongKind(value)
	}
	return bool(truth), nil
}

// String evaluates an expression that was compiled as [String].
func (p *Program) String(ctx context.Context, req *hook.Request) (string, error) {
	value, err := p.eval(ctx, req)
	if err != nil {
		return "", err
	}
	text, ok := value.(types.String)
	if !ok {
		return "", p.wrongKind(value)
	}
	if len(text) > maxResultBytes {
		return "", errResultTooLarge
	}
	return string(text), nil
}

// JSON evaluates an expression of any kind. The value is made of nil, bool, int64, float64, string, []any and
// map[string]any, and of the kind that the expression was compiled as: an int64 for [Integer].
func (p *Program) JSON(ctx context.Context, req *hook.Request) (any, error) {
	value, err := p.eval(ctx, req)
	if err != nil {
		return nil, err
	}
	if p.want != JSON && !p.want.admits(value) {
		return nil, p.wrongKind(value)
	}
	converted, err := toJSON(value)
	if number, isFraction := converted.(float64); isFraction && p.want == Integer {
		return int64(number), err
	}
	return converted, err
}

// Constant is the value of an expression that names no variable and therefore yields the same for every call;
// false for every other expression, and for one that ends in an error.
func (p *Program) Constant() (any, bool) {
	if !p.constant {
		return nil, false
	}
	value, err := p.constantValue()
	return value, err == nil
}

func (p *Program) constantValue() (any, error) { return p.JSON(context.Background(), &hook.Request{}) }

// wrongKind is the error of a value that could not be known to be of another kind before it was there.
func (p *Program) wrongKind(value ref.Val) error {
	if value.Type() == types.NullType {
		return fmt.Errorf("evaluate expression: yields null: %w", ErrAbsent)
	}
	return fmt.Errorf("evaluate expression: yields %s, but must yield %s", typeName(value.Type().(*types.Type)), p.want)
}

func (p *Program) eval(ctx context.Context, req *hook.Request) (ref.Val, error) {
	// A short expression never looks at the context.
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("evaluate expression: %w", err)
	}
	in := &input{program: p, req: req, body: req.Body()}
	value, err := p.evalInput(ctx, in)
	if errors.Is(err, errNull) {
		// A member that is null counts as absent to those who need a value, which is what it is to Okta.
		if without, changed := in.withoutNulls(); changed {
			value, err = p.evalInput(ctx, without)
		}
	}
	return value, err
}

func (p *Program) evalInput(ctx context.Context, in *input) (ref.Val, error) {
	value, _, err := p.program.ContextEval(ctx, in)
	switch {
	case err == nil:
		return value, nil
	case ctx.Err() != nil:
		return nil, fmt.Errorf("evaluate expression: %w", ctx.Err())
	default:
		return nil, p.explain(err)
	}
}

// explain puts a failed evaluation into words that have nothing of the request in them. cel-go has no error
// types for what goes wrong in an expression, only texts; the tests have one case for each.
func (p *Program) explain(err error) error {
	var cancelled interpreter.EvalCancelledError
	if errors.As(err, &cancelled) {
		if cancelled.Cause == interpreter.MemoryLimitExceeded {
			return errors.New("evaluate expression: takes more memory than an expression may")
		}
		return errors.New("evaluate expression: takes more steps than an expression may")
	}
	return fmt.Errorf("evaluate expression%s: %w", p.place(err), kindOf(err))
}

// failures sorts cel-go's texts, by how they begin.
var failures = []struct {
	prefix string
	err    error
}{
	{"no such key", ErrAbsent},
	{"no such attribute", ErrAbsent},
	{"index out of bounds", ErrAbsent},
	{"index out of range", ErrAbsent},
	{"optional.none() dereference", ErrAbsent},
	{"no such overload", errType},
	{"unsupported index type", errType},
	{"unsupported index value", errType},
	{"invalid qualifier type: types.Null", errNull},
	{"invalid qualifier type", errType},
	{"got '", errType}, // got 'types.String', expected iterable type
	{"type conversion error", errors.New("converts a value that has no such form")},
	{"invalid RFC 3339 timestamp", errors.New("converts a text that is no timestamp")},
	{"division by zero", errors.New("divides by zero")},
	{"modulus by zero", errors.New("divides by zero")},
	{"integer overflow", errors.New("computes a number that is too large")},
	{"unsigned integer overflow", errors.New("computes a number that is too large")},
	{"error during formatting", errors.New("formats a value that does not fit the format")},
	{errNull.Error(), errNull},
	{errTooMuchWork.Error(), errTooMuchWork},
}

// kindOf is what went wrong, in words of this package.
func kindOf(err error) error {
	text := err.Error()
	for _, failure := range failures {
		if strings.HasPrefix(text, failure.prefix) {
			return failure.err
		}
	}
	return errors.New("ends in an error")
}

// place is where in the source it happened, such as " (column 14)", or "" if that isn't known.
func (p *Program) place(err error) string {
	var failure *types.Err
	if !errors.As(err, &failure) {
		return ""
	}
	location := p.info.GetStartLocation(failure.NodeID())
	switch {
	case location.Line() < 1 || location.Column() < 0:
		return ""
	case p.lines > 1:
		return fmt.Sprintf(" (line %d, column %d)", location.Line(), location.Column()+1)
	default:
		return fmt.Sprintf(" (column %d)", location.Column()+1)
	}
}
