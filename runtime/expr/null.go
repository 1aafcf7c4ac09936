package expr

import (
	"fmt"
	"maps"
	"strings"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/overloads"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/interpreter"
)

// errNull is the error of an operation that got null and has no use for it. It is told apart from an operation
// that got a number instead of a text: null may be a member that nobody filled in, and then counts as absent,
// while the other one must never be mistaken for that.
var errNull = fmt.Errorf("%w", errType)

// takesNull are the functions that null is as good as any other value to.
var takesNull = map[string]bool{
	operators.Equals: true, operators.NotEquals: true, overloads.TypeConvertDyn: true, overloads.TypeConvertType: true,
	operators.Index: true, operators.OptSelect: true, operators.OptIndex: true, operators.NotStrictlyFalse: true,
	"optional.of": true, "optional.ofNonZeroValue": true, "or": true, "orValue": true, "hasValue": true,
}

// nulls is what the evaluation of an expression does about null, by the id of the parts that it concerns.
type nulls struct {
	// operations has, for an operand that must not be null, the operation that it belongs to.
	operations map[int64]int64
	// optionals are the parts that .? and [?] yield: with null, none.
	optionals map[int64]bool
}

func nullsOf(checked *cel.Ast) nulls {
	tree := checked.NativeRep()
	n := nulls{operations: map[int64]int64{}, optionals: map[int64]bool{}}
	inner := map[int64]bool{} // what others read from: reading from null yields what reading from nothing does
	ast.PreOrderVisit(tree.Expr(), ast.NewExprVisitor(func(node ast.Expr) {
		for _, operand := range valuesNeeded(node) {
			if canBeNull(operand, tree.GetType(operand.ID())) {
				n.operations[operand.ID()] = node.ID()
			}
		}
		if from, reads := readFrom(node); reads {
			inner[from.ID()] = true
		}
		n.optionals[node.ID()] = mayYieldNone(node, tree.GetType(node.ID()))
	}))
	maps.DeleteFunc(n.optionals, func(id int64, yields bool) bool { return inner[id] || !yields })
	return n
}

// valuesNeeded are the operands of an operation that must not be null.
func valuesNeeded(node ast.Expr) []ast.Expr {
	switch node.Kind() {
	case ast.ComprehensionKind:
		return []ast.Expr{node.AsComprehension().IterRange()}
	case ast.CallKind:
		return argumentsNeeded(node.AsCall())
	}
	return nil
}

func argumentsNeeded(call ast.CallExpr) []ast.Expr {
	args := call.Args()
	switch name := call.FunctionName(); {
	case takesNull[name]:
		return nil
	case name == operators.Conditional:
		return args[:1]
	case name == operators.In:
		return args[1:]
	case call.IsMemberFunction():
		return append([]ast.Expr{call.Target()}, args...)
	}
	return args
}

// canBeNull reports whether an operand of type t may turn out to be null.
func canBeNull(operand ast.Expr, t *cel.Type) bool {
	switch operand.Kind() {
	case ast.IdentKind:
		return !strings.HasPrefix(operand.AsIdent(), "@") // which is what macros name their own
	case ast.SelectKind:
		return !operand.AsSelect().IsTestOnly()
	case ast.CallKind, ast.ComprehensionKind:
		_, reads := readFrom(operand)
		return reads || t.IsDyn() || t.IsAssignableType(types.NullType)
	}
	return false
}

// readFrom is what a member or an element is read from; false if node is something else.
func readFrom(node ast.Expr) (ast.Expr, bool) {
	switch node.Kind() {
	case ast.SelectKind:
		return node.AsSelect().Operand(), true
	case ast.CallKind:
		switch call := node.AsCall(); call.FunctionName() {
		case operators.OptSelect, operators.OptIndex, operators.Index:
			return call.Args()[0], true
		}
	}
	return nil, false
}

// mayYieldNone reports whether a part of type t is what .? or [?] has read, or a choice of such parts. The type
// of what is in an open object is not known.
func mayYieldNone(node ast.Expr, t *cel.Type) bool {
	if node.Kind() == ast.CallKind && node.AsCall().FunctionName() == operators.Conditional {
		return isOptional(t) || t.IsDyn()
	}
	_, reads := readFrom(node)
	return reads && (node.Kind() == ast.CallKind || isOptional(t))
}

// isOptional reports whether t is the type of what may be missing, such as that of user.?title.
func isOptional(t *cel.Type) bool {
	return t.Kind() == types.OpaqueKind && t.TypeName() == "optional_type"
}

// decorate implements interpreter.InterpretableDecoratorV2.
func (n nulls) decorate(part interpreter.InterpretableV2) (interpreter.InterpretableV2, error) {
	if _, isConstant := part.(interpreter.InterpretableConst); isConstant {
		return part, nil
	}
	operation, needed := n.operations[part.ID()]
	optional := n.optionals[part.ID()]
	if !needed && !optional {
		return part, nil
	}
	// The planner goes on with attributes: it has parts that it will only have as such.
	if attribute, isAttribute := part.(interpreter.InterpretableAttribute); isAttribute {
		return &nullableAttribute{attribute, operation}, nil
	}
	return &nullable{part, operation}, nil
}

// nullable is a part of an expression that may yield null.
type nullable struct {
	interpreter.InterpretableV2
	operation int64 // that has no use for null; 0 if there is none
}

// Exec implements interpreter.InterpretableV2.
func (n *nullable) Exec(frame *interpreter.ExecutionFrame) ref.Val {
	return withoutNull(n.InterpretableV2.Exec(frame), n.operation)
}

// Eval implements interpreter.Interpretable.
func (n *nullable) Eval(vars interpreter.Activation) ref.Val {
	return withoutNull(n.InterpretableV2.Eval(vars), n.operation)
}

// nullableAttribute is a nullable that reads members and elements.
type nullableAttribute struct {
	interpreter.InterpretableAttribute
	operation int64
}

// Exec implements interpreter.InterpretableV2.
func (n *nullableAttribute) Exec(frame *interpreter.ExecutionFrame) ref.Val {
	return withoutNull(n.InterpretableAttribute.Exec(frame), n.operation)
}

// Eval implements interpreter.Interpretable.
func (n *nullableAttribute) Eval(vars interpreter.Activation) ref.Val {
	return withoutNull(n.InterpretableAttribute.Eval(vars), n.operation)
}

// withoutNull is the value, or what takes the place of null: an error for an operation that needs a value, and
// none in an optional value.
func withoutNull(value ref.Val, operation int64) ref.Val {
	switch v := value.(type) {
	case types.Null:
		if operation != 0 {
			return types.LabelErrNode(operation, types.WrapErr(errNull))
		}
	case *types.Optional:
		if v.HasValue() && v.GetValue() == types.NullValue {
			return types.OptionalNone
		}
	}
	return value
}
