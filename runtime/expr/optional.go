package expr

import (
	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/overloads"
)

// standIn is what to do about an optional value, for messages.
const standIn = "say what is meant when the value is absent, such as user.?title.orValue('')"

// comparedOptionals refuses optional values where any type is taken. Such a value equals no member of a profile,
// whatever that is: a rule with user.?title == 'Doctor' would never match.
type comparedOptionals struct{}

// Name implements cel.ASTValidator.
func (comparedOptionals) Name() string { return "hookline.compared_optionals" }

// Validate implements cel.ASTValidator.
func (comparedOptionals) Validate(_ *cel.Env, _ cel.ValidatorConfig, tree *ast.AST, issues *cel.Issues) {
	ast.PostOrderVisit(tree.Expr(), ast.NewExprVisitor(func(node ast.Expr) {
		for _, part := range takesAnyType(node, tree) {
			if isOptional(tree.GetType(part.ID())) {
				issues.ReportErrorAtID(part.ID(), standIn)
			}
		}
	}))
}

// takesAnyType are the operands of which the type checker asks no type.
func takesAnyType(node ast.Expr, tree *ast.AST) []ast.Expr {
	switch node.Kind() {
	case ast.CallKind:
		switch call := node.AsCall(); call.FunctionName() {
		case operators.Equals, operators.NotEquals, operators.In, overloads.TypeConvertDyn:
			return call.Args()
		}
	case ast.ListKind: // of one type, which may well be that, or of several
		if tree.GetType(node.ID()).Parameters()[0].IsDyn() {
			return node.AsList().Elements()
		}
	}
	return nil
}
