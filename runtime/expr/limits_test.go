package expr_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/hookline/hookline/runtime/expr"
)

// Each of these would keep a core busy for seconds to years, or take gigabytes, if nothing stopped it.
func TestNoExpressionCostsMoreThanACallCanAfford(t *testing.T) {
	t.Parallel()
	const half = 500_000
	body := `{"data":{"userProfile":{"a":` + quoted("a", half) + `,"b":` + quoted("b", half) + `,"c":` + quoted("a", 1200) + `}}}`
	numbers := `{"data":{"userProfile":{"a":` + quoted("a", half) + `,"n":[` + strings.Repeat("1,", 20_000) + `1],` +
		`"s":[` + strings.Repeat("1,", 2000) + `1]}}}`
	const steps, memory, work = "takes more steps", "takes more memory", "would take more than"
	for _, tc := range []struct{ name, body, source, want string }{
		{"a replacement that multiplies two long texts", body, "user.a.replace('a', user.b)", work},
		{"a replacement between all characters", body, "user.a.replace('', user.b, 499999)", work},
		{"a naive search in a long text", body, "user.c.indexOf(user.c + 'b')", work},
		{"a naive search in a long text from the middle", body, "user.c.indexOf(user.c + 'b', 1)", work},
		{"a naive search from behind", body, "user.c.lastIndexOf('b' + user.c)", work},
		{"a pattern with many states on a long text", body, "user.a.matches('(a?){100}x')", work},
		{"a list of long texts", numbers, "user.n.map(x, user.a)", memory},
		{"a long separator", numbers, "user.n.map(x, 'a').join(user.a)", work},
		{"a loop in a loop", numbers, "user.n.all(x, user.n.all(y, x == y))", steps},
		{"a loop over the characters of a long text", body, "user.a.split('').all(c, c == 'a')", steps},
		{"a search for each element", numbers, "user.n.all(x, !(2 in user.n))", steps},
		{"a comparison of lists of lists for each element", numbers, "cel.bind(m, [user.n], user.s.all(x, m == m))", steps},
		{"a search among lists for each element", numbers, "cel.bind(m, [user.n, 1], user.s.all(x, !(m in [[user.n, 2]])))", steps},
		{"a comparison of long texts for each element", numbers, "user.n.all(x, user.a <= user.a)", steps},
		{"a format for each element", numbers, "user.n.all(x, '%s%s'.format([user.a, user.a]) != '')", steps},
		{"a concatenation for each element", numbers, "user.n.all(x, user.a + user.a != '')", steps},
		{"a text that doubles again and again", body,
			"cel.bind(x, user.a + user.a, cel.bind(y, x + x, cel.bind(z, y + y, z + z + z + z + z + z)))", ""},
		{"a list that multiplies itself", numbers,
			"[user.n].map(a, [a,a,a,a,a,a,a,a]).map(a, [a,a,a,a,a,a,a,a]).map(a, [a,a,a,a,a,a,a,a])", memory},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			value, err := compile(t, tc.source, expr.JSON).JSON(t.Context(), request(t, tc.body))
			if err == nil || errors.Is(err, expr.ErrAbsent) || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("got a %T and error %v, want an error with %q", value, err, tc.want)
			}
		})
	}
}

func TestResultsAreBounded(t *testing.T) {
	t.Parallel()
	long := `{"data":{"userProfile":{"a":` + quoted("a", 65_000) + `,"b":` + quoted("b", 66_000) + `}}}`
	nested := strings.Repeat("[", 40) + strings.Repeat("]", 40)
	for _, tc := range []struct {
		name, source string
		kind         expr.Kind
		want         string
	}{
		{"a text below the bound", "user.a", expr.JSON, ""},
		{"a text above it", "user.b", expr.JSON, "evaluate expression: yields more than 65536 bytes"},
		{"two texts that are too much together", "[user.a, user.a]", expr.JSON, "evaluate expression: yields more than 65536 bytes"},
		{"a name below the bound", "user.a", expr.String, ""},
		{"a name above it", "user.b", expr.String, "evaluate expression: yields more than 65536 bytes"},
		{"lists in lists", nested, expr.JSON, "evaluate expression: yields a value that is nested deeper than 32"},
		{"keys count", "{user.b: 1}", expr.JSON, "evaluate expression: yields more than 65536 bytes"},
		{"a small value that is large when written out",
			"[[1,1]].map(a,[a,a,a,a,a,a,a,a]).map(a,[a,a,a,a,a,a,a,a]).map(a,[a,a,a,a,a,a,a,a]).map(a,[a,a,a,a,a,a,a,a]).map(a,[a,a,a,a,a,a,a,a])",
			expr.JSON, "evaluate expression: yields more than 65536 bytes"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			program, err := compile(t, tc.source, tc.kind), error(nil)
			if tc.kind == expr.String {
				_, err = program.String(t.Context(), request(t, long))
			} else {
				_, err = program.JSON(t.Context(), request(t, long))
			}
			if errorText(err) != tc.want {
				t.Errorf("got %q, want %q", errorText(err), tc.want)
			}
		})
	}
}

// The whole request, however deep and large it may be, can be looked at.
func TestALargeRequestIsNoReasonToFail(t *testing.T) {
	t.Parallel()
	deep := strings.Repeat(`{"m":`, 58) + "1" + strings.Repeat("}", 58)
	body := `{"data":{"userProfile":{"email":"a@example.com","groups":[` + strings.Repeat(`"group",`, 2000) + `"last"],"deep":` + deep + `}}}`
	for _, source := range []string{
		"user.email.endsWith('@example.com')", "'last' in user.groups", "user.groups.exists(g, g.startsWith('la'))",
		"user == request.data.userProfile", "size(user.groups.filter(g, g != 'group')) == 1", "request.data != {}",
	} {
		t.Run(source, func(t *testing.T) {
			t.Parallel()
			got, err := compile(t, source, expr.Bool).Bool(t.Context(), request(t, body))
			if err != nil || !got {
				t.Errorf("got %v and error %v, want true", got, err)
			}
		})
	}
}
