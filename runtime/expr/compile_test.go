package expr_test

import (
	"strings"
	"testing"

	"github.com/hookline/hookline/runtime/expr"
	"github.com/hookline/hookline/runtime/hook"
)

func TestMistakesAreToldInWordsThatHelp(t *testing.T) {
	t.Parallel()
	const asBool, asString, asJSON = expr.Bool, expr.String, expr.JSON
	for _, tc := range []struct {
		name, source string
		kind         expr.Kind
		want         string
	}{
		{"an unknown variable is answered with those that there are", "usr.email == 'a'", asBool,
			"column 1: there is no variable usr, only request, user and update"},
		{"a member of request is not a variable", "data.userProfile.email == 'a'", asBool,
			"column 1: there is no variable data, only request, user and update; write request.data"},
		{"a text without quotes", "PRO", asJSON,
			"column 1: there is no variable PRO, only request, user and update; a text has quotes of its own, 'PRO'"},
		{"an unknown method", "user.email.toLowerCase() == 'a'", asBool,
			"column 23: there is no function toLowerCase; docs/expressions.md lists the functions"},
		{"a method that is called as a function", "lowerAscii(user.email) == 'a'", asBool,
			"column 11: there is no lowerAscii(dyn); docs/expressions.md lists the functions"},
		{"a function without what it needs", "size() == 1", asBool,
			"column 5: there is no size(); docs/expressions.md lists the functions"},
		{"a method for another type", "'a'.endsWith(1)", asBool,
			"column 13: there is no endsWith(int) for string; docs/expressions.md lists the functions"},
		{"an operator between types that do not go together", "'a' + 1 == 'a1'", asBool,
			"column 5: + can't be used with (string, int)"},
		{"a map as a key", "{{'a': 1}: 1} == {}", asBool,
			"column 2: a key of a map must be written out, or be a member of a variable or string(...)"},
		{"a key that the expression has a name for", "cel.bind(a, 'b', {a: 1}) == {}", asBool,
			"column 19: a key of a map must be written out, or be a member of a variable or string(...)"},
		{"a key that is a member of such a name", "cel.bind(user, {'b': {'c': 1}}, {user.b: 1}) == {}", asBool,
			"column 38: a key of a map must be written out, or be a member of a variable or string(...)"},
		{"an optional value that is compared", "user.?email == 'a'", asBool,
			"column 13: == can't be used with (optional(dyn), string); say what is meant when the value is absent, such as user.?title.orValue('')"},
		{"an optional value that is compared with a member", "user.email != user.?login", asBool,
			"column 19: say what is meant when the value is absent, such as user.?title.orValue('')"},
		{"an optional value that is looked for", "user.?email in user.groups", asBool,
			"column 5: say what is meant when the value is absent, such as user.?title.orValue('')"},
		{"an optional value in a list of others", "user.email in [user.?login, 'a']", asBool,
			"column 20: say what is meant when the value is absent, such as user.?title.orValue('')"},
		{"an optional value that is made dynamic", "dyn(user.?email) == 'a'", asBool,
			"column 9: say what is meant when the value is absent, such as user.?title.orValue('')"},
		{"a minus before a text", "-'a'", asString, "column 1: - can't be used with (string)"},
		{"an index of the wrong type", "user[1] == 'a'", asBool, "column 5: [] can't be used with (map(string, dyn), int)"},
		{"two kinds of result", "user.vip ? 1 : 'a'", asJSON,
			"column 10: both sides of ?: must have the same type, and the condition must be a boolean; they are (dyn, int, string)"},
		{"a number where a boolean is needed", "1 && true", asBool,
			"column 1: int stands where a boolean is needed; compare it with something"},
		{"a message of protobuf", "Foo{a: 1} == 1", asBool, "column 4: there is no type Foo; write a map as {'name': value}"},
		{"has() without a member", "has(user)", asBool,
			"column 5: has() asks for a member and needs a name with a dot in it, such as has(user.email)"},
		{"a loop without a name", "user.groups.all(1, true)", asBool,
			"column 17: a loop needs a name first, such as list.exists(item, item == 'a')"},
		{"a pattern that is none", "user.email.matches('(')", asBool,
			"column 20: the pattern of matches is no regular expression (RE2 syntax)"},
		{"a pattern that comes from the request", "user.email.matches(user.pattern)", asBool,
			"column 24: the pattern of matches must be written out, such as '^[0-9]{4}$'"},
		{"a pattern that is too large", "user.email.matches('a{1000}')", asBool,
			"column 20: the pattern of matches is too large; write smaller repetitions"},
		{"a number that is too large", "9999999999999999999 == 1", asBool, "column 1: the number is too large"},
		{"a duration that is none", "duration('1x') == duration('1s')", asBool,
			"column 10: duration takes a text such as '1h30m'"},
		{"a timestamp that is none", "timestamp('x') == timestamp(request.eventTime)", asBool,
			"column 11: timestamp takes a text such as '2026-01-31T00:00:00Z'"},
		{"a constant that can't be computed", "int(1e300)", asJSON, "can't be evaluated: integer overflow"},

		{"nothing", "", asBool, "is empty; write an expression that yields a boolean"},
		{"only space", " \n", asString, "is empty; write an expression that yields a string"},
		{"one equals sign", "user.email = 'a'", asBool, "column 12: is no CEL: compare with =="},
		{"and in words", "user.vip and true", asBool, "column 10: is no CEL: write && for and"},
		{"or in words", "user.vip or true", asBool, "column 10: is no CEL: write || for or"},
		{"a single ampersand", "user.vip & true", asBool, "column 10: is no CEL: write && for and"},
		{"a single bar", "user.vip | true", asBool, "column 10: is no CEL: write || for or"},
		{"an end too soon", "user.email ==", asBool, "column 14: is no CEL: it ends where something must follow"},
		{"a bracket that stays open", "user.email.endsWith('a'", asBool, "column 24: is no CEL: missing ')' at the end"},
		{"a quote that stays open", "user.email == 'x", asBool, "column 15: is no CEL: the quote is not closed"},
		{"a backslash as in a regular expression", `user.email.matches('^\d+$')`, asBool,
			`column 20: is no CEL: the quote is not closed, or \ in it stands for nothing; write \\ for \, or r'...'`},
		{"quotes from a word processor", "user.email == ‘a’", asBool,
			"column 15: is no CEL: quote with ' or \", not with ‘"},
		{"a sign that CEL does not have", "$user.email == 'a'", asBool, "column 1: is no CEL: $ does not belong here"},
		{"a line of several", "user.vip &&\nusr.vip", asBool,
			"line 2, column 1: there is no variable usr, only request, user and update"},
		{"nesting without end", strings.Repeat("(", 1000) + "1" + strings.Repeat(")", 1000), asJSON,
			"is nested too deeply; write it as several rules"},
		{"more text than the schema allows", "'" + strings.Repeat("ä", 4095) + "'", asString,
			"has 4097 characters, and must not have more than 4096"},

		{"a number for a condition", "1 + 1", asBool, "yields int, but must yield a boolean; compare it with something"},
		{"a text for a condition", "'a'", asBool, "yields string, but must yield a boolean; compare it with something"},
		{"a number for a text", "1", asString, "yields int, but must yield a string; convert it with string(...)"},
		{"null for a text", "null", asString, "yields null, but must yield a string"},
		{"an object for a text", "user", asString, "yields map(string, dyn), but must yield a string"},
		{"an optional value", "user.?title", asJSON,
			"yields optional(dyn), which is no JSON; say what is meant when the value is absent, such as user.?title.orValue('')"},
		{"bytes", "b'a'", asJSON, "yields bytes, which is no JSON; convert it with string(...)"},
		{"a time", "timestamp(request.eventTime)", asJSON, "yields timestamp, which is no JSON; convert it with string(...)"},
		{"a time in a list", "[duration('1s')]", asJSON, "yields list(duration), which is no JSON; convert it with string(...)"},
		{"a type", "type(1)", asJSON, "yields type(int), which is no JSON"},
		{"numbers as keys", "{1: 2}", asJSON, "yields map(int, int), which is no JSON; use strings as keys"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			_, err := environment(t, hook.Registration).Compile(tc.source, tc.kind)
			if err == nil {
				t.Fatalf("compiles, want %q", tc.want)
			}
			if err.Error() != tc.want {
				t.Errorf("\n got %s\nwant %s", err, tc.want)
			}
		})
	}
}

func TestWhatADynamicMemberIsDecidesTheRequest(t *testing.T) {
	t.Parallel()
	env := environment(t, hook.Registration)
	for _, kind := range []expr.Kind{expr.Bool, expr.String, expr.JSON} {
		if _, err := env.Compile("user.anything", kind); err != nil {
			t.Errorf("as %s: %v", kind, err)
		}
	}
}

func TestEachHookTypeHasItsVariables(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name, typeID, source, want string
	}{
		{"a password import has the request", hook.PasswordImport, "request.data.context.credential.username.lowerAscii()", ""},
		{"a password import has no user", hook.PasswordImport, "user.login", "column 1: there is no variable user, only request"},
		{"a registration has the request", hook.Registration, "request.data.userProfile.email", ""},
		{"a registration has user and update", hook.Registration, "user.login + update.login", ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			_, err := environment(t, tc.typeID).Compile(tc.source, expr.String)
			if got := errorText(err); got != tc.want {
				t.Errorf("got %q, want %q", got, tc.want)
			}
		})
	}
}

func TestAHookTypeWithoutVariablesHasNoEnvironment(t *testing.T) {
	t.Parallel()
	_, err := expr.NewEnv("com.okta.nothing")
	if want := `find expression variables: there are none for hook type "com.okta.nothing"`; errorText(err) != want {
		t.Errorf("got %q, want %q", errorText(err), want)
	}
}

func errorText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}
