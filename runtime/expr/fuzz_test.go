package expr_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/hookline/hookline/runtime/expr"
	"github.com/hookline/hookline/runtime/hook"
)

// FuzzExpression: whatever somebody writes into a handler is refused with one line, or can be evaluated and
// yields JSON or an error.
func FuzzExpression(f *testing.F) {
	for _, source := range []string{
		"", "user.email.endsWith('@example.com')", "has(user.a) && !(user.b in [1, 'x', null])", "user.?a.orValue({'b': [1u, 2.5]})",
		"'%s %d'.format([user.firstName, user.age])", "user.groups.map(g, g + g).filter(g, g.matches('^(a|b)*$'))", "cel.bind(x, 1, x)",
		"timestamp(request.eventTime) + duration('1h')", "user[user.firstName]", "\x00", "‘", "((((", "a{1:2}", "user.\n.x", "b'\\xff'",
		"optional.of(1)", "type(user)", "[1][0]", "r'\\d'", "9223372036854775807 + 1",
	} {
		f.Add(source)
	}
	env := environment(f, hook.Registration)
	req := request(f, signUp)
	f.Fuzz(func(t *testing.T, source string) {
		for _, kind := range []expr.Kind{expr.Bool, expr.String, expr.JSON} {
			program, err := env.Compile(source, kind)
			if err != nil {
				if strings.ContainsAny(err.Error(), "\n\r") {
					t.Errorf("more than one line: %q", err)
				}
				continue
			}
			switch kind {
			case expr.Bool:
				_, _ = program.Bool(t.Context(), req)
			case expr.String:
				_, _ = program.String(t.Context(), req)
			default:
				if value, err := program.JSON(t.Context(), req); err == nil {
					if _, err := json.Marshal(value); err != nil {
						t.Errorf("yields %v, which is no JSON: %v", value, err)
					}
				}
			}
		}
	})
}

// FuzzRequest: no body makes an expression panic or yield what is no JSON.
func FuzzRequest(f *testing.F) {
	for _, body := range []string{signUp, profileUpdate, `{"data":{}}`, `{"data":{"userProfile":null}}`,
		`{"data":{"userProfile":{"email":{"a":[1e400,-0.0,null]}}}}`, `{"requestType":"progressive.profile","data":{"context":[]}}`} {
		f.Add([]byte(body))
	}
	var programs []*expr.Program
	for _, source := range []string{
		"user.email.lowerAscii().endsWith('@example.com')", "user == update", "request", "update.employeeNumber.matches('^[0-9]{4}$')",
		"has(user.email) ? [user.email] : []", "user.groups.map(g, {string(g): g})", "user.age > 18 && user.age < 99",
		"'%s'.format([user])", "user.email[0]", "user.?email.orValue(null)", "string(user.age) + user.email", "request.data.context.user.id",
	} {
		programs = append(programs, compile(f, source, expr.JSON))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		req, err := hook.Decode(body)
		if err != nil {
			return
		}
		for _, program := range programs {
			value, err := program.JSON(t.Context(), req)
			if err != nil {
				continue
			}
			if _, err := json.Marshal(value); err != nil {
				t.Errorf("yields %v, which is no JSON: %v", value, err)
			}
		}
	})
}
