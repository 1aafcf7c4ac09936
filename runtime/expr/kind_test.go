package expr_test

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/hookline/hookline/runtime/expr"
	"github.com/hookline/hookline/runtime/hook"
)

func TestKindsThatAreKnownBeforehand(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name, source string
		kind         expr.Kind
		want         string
	}{
		{"an integer", "60 * 60", expr.Integer, ""},
		{"an integer without a sign", "60u", expr.Integer, ""},
		{"a number of the call", "request.data.access.token.lifetime.expiration", expr.Integer, ""},
		{"what may be an integer", "user.profile.lifetime", expr.Integer, ""},
		{"a fraction for an integer", "60.5", expr.Integer, "yields double, but must yield an integer; convert it with int(...)"},
		{"a text for an integer", "'3600'", expr.Integer, "yields string, but must yield an integer; convert it with int(...)"},
		{"a boolean for an integer", "true", expr.Integer, "yields bool, but must yield an integer"},
		{"null for an integer", "null", expr.Integer, "yields null, but must yield an integer"},
		{"an optional integer", "user.profile.?lifetime", expr.Integer,
			"yields optional(dyn), but must yield an integer; say what is meant when the value is absent, such as user.?title.orValue('')"},

		{"a text among scalars", "user.id", expr.Scalars, ""},
		{"a number among scalars", "1.5", expr.Scalars, ""},
		{"a list of texts", "request.data.context.session.amr", expr.Scalars, ""},
		{"a list of anything", "[dyn('a'), 1]", expr.Scalars, ""},
		{"an empty list", "[]", expr.Scalars, ""},
		{"a map for a scalar", "{'a': 1}", expr.Scalars, "yields map(string, int), but must yield a string, number or boolean, or a list of them"},
		{"an object for a scalar", "user", expr.Scalars, "yields object(user), but must yield a string, number or boolean, or a list of them"},
		{"a list of lists for scalars", "[[1]]", expr.Scalars, "yields list(list(int)), but must yield a string, number or boolean, or a list of them"},
		{"null for a scalar", "null", expr.Scalars, "yields null, but must yield a string, number or boolean, or a list of them"},
		{"a time for a scalar", "timestamp(0)", expr.Scalars,
			"yields timestamp, but must yield a string, number or boolean, or a list of them; convert it with string(...)"},

		{"a map", "{'a': [user.id]}", expr.Map, ""},
		{"an object for a map", "user", expr.Map, ""},
		{"a text for a map", "user.id", expr.Map, "yields string, but must yield a map"},
		{"numbers as keys", "{1: 2}", expr.Map, "yields map(int, int), which is no JSON; use strings as keys"},

		{"an object for JSON", "[user]", expr.JSON, ""},
		{"an object for a text", "user", expr.String, "yields object(user), but must yield a string"},
		{"nothing", " ", expr.Integer, "is empty; write an expression that yields an integer"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			if _, err := environment(t, hook.Token).Compile(tc.source, tc.kind); errorText(err) != tc.want {
				t.Errorf("\n got %v\nwant %s", err, tc.want)
			}
		})
	}
}

func TestKindsThatTheCallDecides(t *testing.T) {
	t.Parallel()
	body := `{"data":{"userProfile":{"int":60,"whole":60.0,"fraction":60.5,"huge":1e300,"text":"a","nothing":null,"list":["a",1,true],
		"mixed":["a",null],"nested":[["a"]],"map":{"a":1}}}}`
	for _, tc := range []struct {
		name, source string
		kind         expr.Kind
		want         any // an error as a text
		fails        bool
	}{
		{"an integer", "user.int", expr.Integer, int64(60), false},
		{"a number that JSON wrote with a point", "user.whole", expr.Integer, int64(60), false},
		{"a fraction", "user.fraction", expr.Integer, "evaluate expression: yields double, but must yield an integer", true},
		{"a number without a fraction that no integer can hold", "user.huge", expr.Integer, "evaluate expression: yields double, but must yield an integer", true},
		{"a text", "user.text", expr.Integer, "evaluate expression: yields string, but must yield an integer", true},
		{"a text as it is", "user.text", expr.Scalars, "a", false},
		{"a list of scalars", "user.list", expr.Scalars, []any{"a", int64(1), true}, false},
		{"null in a list", "user.mixed", expr.Scalars, "evaluate expression: yields list(dyn), but must yield a string, number or boolean, or a list of them", true},
		{"a list in a list", "user.nested", expr.Scalars, "evaluate expression: yields list(dyn), but must yield a string, number or boolean, or a list of them", true},
		{"a map", "user.map", expr.Scalars, "evaluate expression: yields map(dyn, dyn), but must yield a string, number or boolean, or a list of them", true},
		{"a map as it is", "user.map", expr.Map, map[string]any{"a": int64(1)}, false},
		{"a list for a map", "user.list", expr.Map, "evaluate expression: yields list(dyn), but must yield a map", true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			var got any
			got, err := compile(t, tc.source, tc.kind).JSON(t.Context(), request(t, body))
			if tc.fails {
				got = errorText(err)
			} else if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
	for _, kind := range []expr.Kind{expr.Integer, expr.Scalars, expr.Map} {
		if _, err := compile(t, "user.nothing", kind).JSON(t.Context(), request(t, body)); !errors.Is(err, expr.ErrAbsent) {
			t.Errorf("null as %s: got %v, want ErrAbsent", kind, err)
		}
	}
}

func TestConstants(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name, source string
		kind         expr.Kind
		want         any
		constant     bool
	}{
		{"a number", "60 * 60", expr.JSON, int64(3600), true},
		{"an integer", "3600u", expr.Integer, int64(3600), true},
		{"a text", "'a'.upperAscii()", expr.String, "A", true},
		{"a condition", "1 < 2", expr.Bool, true, true},
		{"a map", "{'a': [1, null]}", expr.JSON, map[string]any{"a": []any{int64(1), nil}}, true},
		{"a loop", "[1, 2].map(x, x + 1)", expr.JSON, []any{int64(2), int64(3)}, true},
		{"null", "null", expr.JSON, nil, true},
		{"a variable", "user.id", expr.JSON, nil, false},
		{"a variable behind dyn()", "dyn(request).id", expr.JSON, nil, false},
		{"a variable that does not matter", "true || has(user.id)", expr.Bool, nil, false},
		{"a variable in a loop", "[1].map(x, user.id)", expr.JSON, nil, false},
		{"a variable that a loop has a name of its own for", "[1].map(user, has(.user.id))", expr.JSON, nil, false},
		{"a variable with a dot before it", ".user.id", expr.JSON, nil, false},
		{"what ends in an error", "'a'.charAt(int('9'))", expr.JSON, nil, false},
		{"what is of another kind", "dyn(1)", expr.String, nil, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			got, constant := compileFor(t, hook.Token, tc.source, tc.kind).Constant()
			if constant != tc.constant {
				t.Errorf("is constant: %v, want %v", constant, tc.constant)
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}
