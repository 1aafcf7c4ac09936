package expr

import (
	"fmt"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/types"
)

// knownMembers refuses members that an object is not known to have: a misspelt one would be absent from every
// call, and a rule that reads it never match.
type knownMembers struct{ declared *declarations }

// Name implements cel.ASTValidator.
func (knownMembers) Name() string { return "hookline.known_members" }

// Validate implements cel.ASTValidator.
func (v knownMembers) Validate(_ *cel.Env, _ cel.ValidatorConfig, tree *ast.AST, issues *cel.Issues) {
	ast.PostOrderVisit(tree.Expr(), ast.NewExprVisitor(func(node ast.Expr) {
		operand, name, selects := selection(node)
		if !selects {
			return
		}
		of := tree.GetType(operand.ID())
		if of.Kind() == types.OpaqueKind && len(of.Parameters()) == 1 { // what .? yields
			of = of.Parameters()[0]
		}
		declared, isObject := v.declared.objects[of.TypeName()]
		if !isObject || declared.types[name] != nil {
			return
		}
		issues.ReportErrorAtID(node.ID(), "%s", declared.without(name, sourceOf(operand)))
	}))
}

// selection is what operand.name and operand.?name select; false if node is something else.
func selection(node ast.Expr) (operand ast.Expr, name string, selects bool) {
	switch node.Kind() {
	case ast.SelectKind:
		selected := node.AsSelect()
		return selected.Operand(), selected.FieldName(), true
	case ast.CallKind:
		call := node.AsCall()
		if call.FunctionName() != operators.OptSelect || len(call.Args()) != 2 || call.Args()[1].Kind() != ast.LiteralKind {
			break
		}
		name, isText := call.Args()[1].AsLiteral().Value().(string)
		return call.Args()[0], name, isText
	}
	return nil, "", false
}

// without is the message about a member that the object does not have. written is how the expression names
// the object, or "".
func (d *declaration) without(name, written string) string {
	if written == "" || len(written) > len(d.path) {
		written = d.path
	}
	message := fmt.Sprintf("there is no member %s in %s, only %s", shorten(name), written, enumerate(d.members))
	if d.ours {
		return message
	}
	return fmt.Sprintf("%s; if Okta has added it since, write dyn(%s).%s", message, written, shorten(name))
}

// sourceOf is how an expression names an object, such as request.data.context, or "" if it does more than that.
func sourceOf(node ast.Expr) string {
	if node.Kind() == ast.IdentKind {
		return node.AsIdent()
	}
	operand, name, selects := selection(node)
	if !selects {
		return ""
	}
	if before := sourceOf(operand); before != "" {
		return before + "." + name
	}
	return ""
}
