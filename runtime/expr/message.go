package expr

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"
)

// functionList is where users find what there is.
const functionList = "docs/expressions.md lists the functions"

var (
	undeclared = regexp.MustCompile(`^undeclared reference to '([^']+)'`)
	noOverload = regexp.MustCompile(`^found no matching overload for '([^']+)' applied to '(.*)'$`)
	unexpected = regexp.MustCompile(`^(?:mismatched|extraneous) input '(.+)' expecting .*$`)
	noToken    = regexp.MustCompile(`^token recognition error at: '(.+)'$`)
	notBoolean = regexp.MustCompile(`^expected type 'bool' but found '(.+)'$`)
	noMembers  = regexp.MustCompile(`^type '(.+)' does not support field selection$`)
	noLoop     = regexp.MustCompile(`^expression of type '(.+)' cannot be range of a comprehension`)
	wrapped    = regexp.MustCompile(`wrapper\(([a-z_]+)\)`)
)

// phrases has words for texts of CEL that need some knowledge of it, by how they begin.
var phrases = []struct{ prefix, text string }{
	{"invalid argument to has()", "has() asks for a member and needs a name with a dot in it, such as has(user.email)"},
	{"invalid matches argument", "the pattern of matches is no regular expression (RE2 syntax)"},
	{"regex program size", "the pattern of matches is too large; write smaller repetitions"},
	{"invalid duration argument", "duration takes a text such as '1h30m'"},
	{"invalid timestamp argument", "timestamp takes a text such as '2026-01-31T00:00:00Z'"},
	{"invalid int literal", "the number is too large"},
	{"max recursion depth exceeded", "is nested too deeply; write it as several rules"},
	{"error recovery", "is no CEL"},
	{"error during formatting", "a value does not fit its place in the format; write dyn(...) around an object"},
	{"argument must be a simple name", "a loop needs a name first, such as list.exists(item, item == 'a')"},
}

// first is the issue that stands first in the source. The later ones are often consequences.
func first(issues *cel.Issues) *cel.Error {
	return slices.MinFunc(issues.Errors(), func(a, b *cel.Error) int {
		if lines := a.Location.Line() - b.Location.Line(); lines != 0 {
			return lines
		}
		return a.Location.Column() - b.Location.Column()
	})
}

// describeSyntax says in one line why source is no CEL.
func describeSyntax(source string, issues *cel.Issues) error {
	issue := first(issues)
	text := oneLine(issue.Message)
	rest, isSyntax := strings.CutPrefix(text, "Syntax error: ")
	if !isSyntax {
		if strings.HasPrefix(text, "expression recursion limit exceeded") {
			return errors.New("is nested too deeply; write it as several rules")
		}
		return at(source, issue, plain(text))
	}
	if found := unexpected.FindStringSubmatch(rest); found != nil {
		return at(source, issue, unexpectedText(found[1]))
	}
	if found := noToken.FindStringSubmatch(rest); found != nil {
		return at(source, issue, unexpectedCharacters(found[1]))
	}
	return at(source, issue, "is no CEL: "+strings.ReplaceAll(rest, "at '<EOF>'", "at the end"))
}

// unexpectedText is for words and signs that are CEL, but not at that place.
func unexpectedText(found string) string {
	switch strings.ToLower(found) {
	case "<eof>":
		return "is no CEL: it ends where something must follow"
	case "and":
		return "is no CEL: write && for and"
	case "or":
		return "is no CEL: write || for or"
	case "not":
		return "is no CEL: write ! for not"
	}
	return "is no CEL: " + shorten(found) + " does not belong here"
}

// unexpectedCharacters is for what is no CEL anywhere.
func unexpectedCharacters(found string) string {
	switch {
	case strings.HasPrefix(found, "="):
		return "is no CEL: compare with =="
	case strings.HasPrefix(found, "&"):
		return "is no CEL: write && for and"
	case strings.HasPrefix(found, "|"):
		return "is no CEL: write || for or"
	case strings.HasPrefix(found, "'"), strings.HasPrefix(found, `"`):
		if strings.Contains(found, `\`) {
			return `is no CEL: the quote is not closed, or \ in it stands for nothing; write \\ for \, or r'...'`
		}
		return "is no CEL: the quote is not closed"
	case strings.ContainsAny(found, "‘’“”"):
		return "is no CEL: quote with ' or \", not with " + found
	}
	return "is no CEL: " + shorten(found) + " does not belong here"
}

// describe says in one line why a parsed expression doesn't hold.
func (e *Env) describe(source string, parsed *cel.Ast, issues *cel.Issues) error {
	issue := first(issues)
	text := oneLine(issue.Message)
	if found := undeclared.FindStringSubmatch(text); found != nil {
		return at(source, issue, e.unknown(found[1], nodeKind(parsed, issue.ExprID)))
	}
	if found := noOverload.FindStringSubmatch(text); found != nil {
		signature := readable(found[2])
		return at(source, issue, cannotApply(found[1], signature)+asMap(signature))
	}
	if found := notBoolean.FindStringSubmatch(text); found != nil {
		return at(source, issue, readable(found[1])+" stands where a boolean is needed; compare it with something")
	}
	if found := noMembers.FindStringSubmatch(text); found != nil {
		return at(source, issue, fmt.Sprintf("%s has no members", readable(found[1])))
	}
	if found := noLoop.FindStringSubmatch(text); found != nil {
		ranged := readable(found[1])
		return at(source, issue, fmt.Sprintf("a loop goes over a list or a map, not over %s%s", ranged, asMap(ranged)))
	}
	return at(source, issue, plain(text))
}

// plain is the text of this package for one of CEL's, or CEL's own.
func plain(text string) string {
	for _, known := range phrases {
		if strings.HasPrefix(text, known.prefix) {
			return known.text
		}
	}
	return text
}

func (e *Env) unknown(name string, kind ast.ExprKind) string {
	switch kind {
	case ast.CallKind:
		return fmt.Sprintf("there is no function %s; %s", shorten(name), functionList)
	case ast.StructKind:
		return fmt.Sprintf("there is no type %s; write a map as {'name': value}", shorten(name))
	}
	hint := ""
	// The members that people may take for variables.
	for _, path := range []string{"request", "request.data"} {
		if slices.Contains(e.types.objects[objectPrefix+path+")"].members, name) {
			hint = "; write " + path + "." + name
		}
	}
	if hint == "" && unicode.IsUpper([]rune(name)[0]) { // as codes are written, and variables are not
		hint = "; a text has quotes of its own, '" + shorten(name) + "'"
	}
	return fmt.Sprintf("there is no variable %s, only %s%s", shorten(name), e.names(), hint)
}

// cannotApply is for an operator or function that has no meaning for the types that it gets.
func cannotApply(function, signature string) string {
	receiver, args, isMember := strings.Cut(signature, ".(")
	if isMember {
		return fmt.Sprintf("there is no %s(%s for %s; %s", function, args, receiver, functionList)
	}
	if function == operators.Conditional {
		return fmt.Sprintf("both sides of ?: must have the same type, and the condition must be a boolean; they are %s", signature)
	}
	if operator, isOperator := operators.FindReverse(function); isOperator && operator != "" {
		if strings.Contains(signature, "null") && (function == operators.Equals || function == operators.NotEquals) {
			return fmt.Sprintf("%s can't be used with %s; ask with has(...) whether it is there", operator, signature)
		}
		if strings.Contains(signature, "optional(") {
			return fmt.Sprintf("%s can't be used with %s; %s", operator, signature, standIn)
		}
		return fmt.Sprintf("%s can't be used with %s", operator, signature)
	}
	switch function {
	case operators.Index:
		return fmt.Sprintf("[] can't be used with %s", signature)
	case operators.Negate:
		return fmt.Sprintf("- can't be used with %s", signature)
	}
	return fmt.Sprintf("there is no %s%s; %s", function, signature, functionList)
}

// asMap says, as the end of a message, how the object that a signature names is used.
func asMap(signature string) string {
	_, path, isThere := strings.Cut(signature, objectPrefix)
	if !isThere {
		return ""
	}
	path, _, _ = strings.Cut(path, ")")
	return fmt.Sprintf("; members of %s are written with a dot, and dyn(%s) is a map", path, path)
}

// nodeKind is the kind of the expression with id.
func nodeKind(parsed *cel.Ast, id int64) ast.ExprKind {
	kind := ast.UnspecifiedExprKind
	ast.PostOrderVisit(parsed.NativeRep().Expr(), ast.NewExprVisitor(func(node ast.Expr) {
		if node.ID() == id {
			kind = node.Kind()
		}
	}))
	return kind
}

// at puts the place of the part with id in front of a message about it.
func atNode(source string, parsed *cel.Ast, id int64, text string) error {
	return at(source, &cel.Error{Location: parsed.NativeRep().SourceInfo().GetStartLocation(id)}, text)
}

// at puts the place in front of a message. The line is named only if there are several.
func at(source string, issue *cel.Error, text string) error {
	// At the end of a source CEL may count one column too many or none.
	column := max(issue.Location.Column()+1, 1)
	if strings.Contains(strings.TrimRight(source, "\n"), "\n") {
		return fmt.Errorf("line %d, column %d: %s", max(issue.Location.Line(), 1), column, text)
	}
	return fmt.Errorf("column %d: %s", column, text)
}

// oneLine puts one space where white space is.
func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }

// shorten cuts what is quoted from a source to what is needed to find it.
func shorten(text string) string { return cut(text, 40) }

// cut leaves so many characters.
func cut(text string, enough int) string {
	if runes := []rune(text); len(runes) > enough {
		return string(runes[:enough]) + "…"
	}
	return text
}
