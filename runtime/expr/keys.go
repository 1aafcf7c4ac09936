package expr

import (
	"slices"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/overloads"
)

// badKey is the place in a parsed expression of a key of a map that could make the types of the expression
// endless; false if there is none.
//
// The type of a map has that of its keys in it, and that of its values. With a map as both it is twice as large
// as either, so twenty names for such maps, a few hundred characters, have types of a million parts, and take
// all the memory of whoever checks them.
func (e *Env) badKey(parsed *cel.Ast) (id int64, bad bool) {
	var keys []ast.Expr
	named := map[string]bool{} // by the expression itself: with cel.bind, or by a loop
	ast.PreOrderVisit(parsed.NativeRep().Expr(), ast.NewExprVisitor(func(node ast.Expr) {
		switch node.Kind() {
		case ast.ComprehensionKind:
			loop := node.AsComprehension()
			named[loop.IterVar()], named[loop.IterVar2()], named[loop.AccuVar()] = true, true, true
		case ast.MapKind:
			for _, entry := range node.AsMap().Entries() {
				keys = append(keys, entry.AsMapEntry().Key())
			}
		}
	}))
	for _, key := range keys {
		if !e.isSmall(key, named) {
			return key.ID(), true
		}
	}
	return 0, false
}

// isSmall reports whether the type of a key is small whatever else the expression does. Members of variables
// have the types that this package declares; those of names that the expression gives have any.
func (e *Env) isSmall(key ast.Expr, named map[string]bool) bool {
	switch key.Kind() {
	case ast.LiteralKind:
		return true
	case ast.CallKind:
		if key.AsCall().FunctionName() == overloads.TypeConvertString {
			return true
		}
	}
	operand, _, selects := selection(key)
	for next := operand; selects; next, _, selects = selection(operand) {
		operand = next
	}
	return operand != nil && operand.Kind() == ast.IdentKind && !named[operand.AsIdent()] &&
		slices.ContainsFunc(e.variables, func(v variable) bool { return v.name == operand.AsIdent() })
}
