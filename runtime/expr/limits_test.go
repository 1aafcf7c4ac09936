package expr_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/hookline/hookline/runtime/expr"
	"github.com/hookline/hookline/runtime/hook"
)

// Each of these would keep a core busy for seconds to years, or take gigabytes, if nothing stopped it.
func TestNoExpressionCostsMoreThanACallCanAfford(t *testing.T) {
	t.Parallel()
	const half = 500_000
	body := `{"data":{"userProfile":{"a":` + quoted("a", half) + `,"b":` + quoted("b", half) + `,"c":` + quoted("a", 1200) + `}}}`
	numbers := `{"data":{"userProfile":{"a":` + quoted("a", half) + `,"c":` + quoted("a", 1200) + `,"n":[` + strings.Repeat("1,", 20_000) + `1],` +
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
		{"a pattern for each element", numbers, "user.s.all(x, !user.c.matches('(a?){100}x'))", steps},
		{"the length of a text for each element", numbers, "user.n.all(x, size(user.a) != x)", steps},
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

// What a value was declared as must not make an operation cheaper, and no operation may take longer to price than
// to carry out: each of these is tried for every element of a long list.
func TestEveryOperationOnATypedMemberHasItsPrice(t *testing.T) {
	t.Parallel()
	const length = 100_000
	body := `{"eventId":` + quoted("a", length) + `,"source":` + quoted("a", length) + `,"data":{"context":{` +
		`"protocol":{"request":{"n":[` + strings.Repeat("1,", 20_000) + `1]}},` +
		`"session":{"amr":[` + strings.Repeat(`"a",`, 10_000) + `"b"]},"user":{"id":` + quoted("a", 1000) + `}}}}`
	const id, amr = "request.eventId", "request.data.context.session.amr"
	for _, operation := range []string{
		id + " == 'a'", id + " != request.source", id + " <= request.source", id + " + request.source == ''", id + " in ['a']", id + " in [request.source]",
		"size(" + id + ") == 1", id + ".size() == 1", id + ".startsWith(request.source)", id + ".endsWith('b')", id + ".contains('b')",
		id + ".lowerAscii() == ''", id + ".upperAscii() == ''", id + ".trim() == ''", id + ".reverse() == ''", id + ".charAt(1) == ''",
		id + ".substring(1) == ''", id + ".indexOf('b') == 1", id + ".lastIndexOf('b') == 1", id + ".replace('b', 'c') == ''",
		id + ".split('') == []", id + ".matches('b')", "user.id.matches('(a?){100}x')", "strings.quote(" + id + ") == ''", "'%s'.format([" + id + "]) == ''",
		"int(" + id + ") == 1", "bool(" + id + ")", "double(" + id + ") == 1.0", "string(" + id + ") == ''", "bytes(" + id + ") == b''",
		"timestamp(" + id + ") == timestamp(0)", "duration(" + id + ") == duration('1s')", "type(" + id + ") == string", "dyn(" + id + ") == 'a'",
		"optional.of(" + id + ").hasValue()", "'c' in " + amr, amr + " == ['c']", amr + ".join() == ''", amr + " + " + amr + " == []",
		"size(" + amr + ") == 1", amr + ".exists(a, a == 'c')", amr + ".map(a, a) == []", amr + "[0] == 'b'", "dyn(request).eventId == 'b'",
		"request.data == request.data", "dyn(request) == {}", "[request] == []",
	} {
		t.Run(operation, func(t *testing.T) {
			t.Parallel()
			program := compileFor(t, hook.Token, "request.data.context.protocol.request.n.all(x, ["+operation+"].size() == 1)", expr.Bool)
			ended, cancel := context.WithTimeout(t.Context(), 2*time.Second)
			defer cancel()
			_, err := program.Bool(ended, request(t, body))
			if want := "takes more steps"; err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("got %v, want an error with %q", err, want)
			}
		})
	}
}

// Whoever applies a manifest has it compiled by the manager, which has little memory. Twenty levels of maps of maps
// would have types of a million parts.
func TestNoExpressionTakesMoreToCompileThanThereIs(t *testing.T) {
	source := "size(a14) == 1" // enough to see it, and little enough for a test that fails
	for i := 14; i > 0; i-- {
		source = fmt.Sprintf("cel.bind(a%d,{a%d:a%d},%s)", i, i-1, i-1, source)
	}
	source = "cel.bind(a0,{1:1}," + source + ")"
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, err := environment(t, hook.Registration).Compile(source, expr.Bool)
	runtime.ReadMemStats(&after)
	if err == nil || !strings.Contains(err.Error(), "a key of a map must be written out") {
		t.Errorf("got %v, want it refused for its keys", err)
	}
	if took := after.TotalAlloc - before.TotalAlloc; took > 8<<20 {
		t.Errorf("took %d bytes, want few", took)
	}
}

func TestKeysThatMapsCanHave(t *testing.T) {
	t.Parallel()
	for _, source := range []string{
		"{'a': 1}", "{user.firstName: 1}", "{request.data.userProfile.firstName: 1}", "user.groups.map(g, {string(g): 1})",
	} {
		compile(t, source, expr.JSON)
	}
}

func TestNamesOfTypesAreShort(t *testing.T) {
	t.Parallel()
	source := strings.Repeat("{'a': ", 100) + "1" + strings.Repeat("}", 100)
	_, err := environment(t, hook.Registration).Compile(source+" + 1 == 1", expr.Bool)
	if err == nil || len(err.Error()) > 500 {
		t.Errorf("got %v, want a short message", err)
	}
	_, err = environment(t, hook.Registration).Compile(source, expr.Bool)
	if err == nil || len(err.Error()) > 500 {
		t.Errorf("got %v, want a short message", err)
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
		"user == request.data.userProfile", "size(user.groups.filter(g, g != 'group')) == 1", "dyn(request.data) != {}",
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

// What Okta may add is reached in a request of any size.
func TestOpeningAnObjectCostsNothing(t *testing.T) {
	t.Parallel()
	body := `{"data":{"userProfile":{"groups":[` + strings.Repeat(`"g",`, 120_000) + `"last"]}}}`
	got, err := compile(t, "!has(dyn(request).newMember) && dyn(request.data).?score.orValue(1) == 1", expr.Bool).Bool(t.Context(), request(t, body))
	if err != nil || !got {
		t.Errorf("got %v and error %v, want true", got, err)
	}
}
