package expr_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/hookline/hookline/runtime/expr"
	"github.com/hookline/hookline/runtime/hook"
)

func TestValues(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name, body, source string
		want               any
	}{
		{"user is who signs up", signUp, "user.firstName + ' ' + user.lastName", "Rosario Jones"},
		{"user is Okta's user in a profile update", profileUpdate, "user.login", "rosario@example.com"},
		{"update is what is changed", profileUpdate, "update.employeeNumber", "1234"},
		{"update is empty in a sign-up", signUp, "update", map[string]any{}},
		{"user is empty where there is none", `{"data":{}}`, "user", map[string]any{}},
		{"user is empty where it is no object", `{"data":{"userProfile":[1]}}`, "user", map[string]any{}},
		{"a Classic Engine call has no request type", `{"data":{"userProfile":{"a":"b"}}}`, "user.a", "b"},
		{"request is the body", signUp, "request.data.context.request.ipAddress", "127.0.0.1"},
		{"has() is false for what is absent", signUp, "has(user.title)", false},
		{"has() is false below an empty update", signUp, "has(update.email)", false},
		{"has() is true for null", signUp, "has(user.manager)", true},
		{"an absent value has a stand-in", signUp, "user.?title.orValue('none')", "none"},
		{"a null value has a stand-in", signUp, "user.?manager.orValue('none')", "none"},
		{"a null value by its name has a stand-in", signUp, "user[?'manager'].orValue('none')", "none"},
		{"a member of a null value has a stand-in", signUp, "user.?manager.?name.orValue('none')", "none"},
		{"a null member of an optional object has a stand-in", signUp, "request.data.?userProfile.?manager.orValue('none')", "none"},
		{"a null member behind an optional object has a stand-in", signUp, "request.data.?userProfile.manager.orValue('none')", "none"},
		{"a null member behind a call has a stand-in", signUp, "optional.of(user).?manager.orValue('none')", "none"},
		{"a null value is no value", signUp, "user.?manager.hasValue()", false},
		{"a null value gives way to another", signUp, "user.?manager.or(user.?firstName).value()", "Rosario"},
		{"a null value in a choice has a stand-in", signUp, "(user.vip ? user.?manager : user.?title).orValue('none')", "none"},
		{"an element by a computed place", signUp, "user.groups[size(user.groups) - 1].startsWith('n') && user.groups[?1 + 1].orValue(true)", true},
		{"null in a list has a stand-in", signUp, "user.mixed[?0].orValue('none')", "none"},
		{"a null value can be the stand-in", signUp, "user.?title.orValue(null)", nil},
		{"null can be compared", signUp, "user.manager == null", true},
		{"null is absent to an operation, and an alternative decides", signUp, "user.manager.startsWith('a') || true", true},
		{"null is absent to has() once an operation needs a value", signUp,
			"has(user.manager) && user.manager.startsWith('a')", false},
		{"an alternative decides over an absent member", signUp, "user.title == 'x' || user.vip", true},
		{"numbers of both kinds compare", signUp, "user.age > 40.5 && user.score < 5", true},
		{"an integer", signUp, "user.age + 1", int64(42)},
		{"a fraction", signUp, "user.score", 4.5},
		{"an unsigned integer", signUp, "7u", int64(7)},
		{"a list", signUp, "user.groups.map(g, g.upperAscii())", []any{"MEDICAL", "NIGHT"}},
		{"an empty list is not null", signUp, "user.groups.filter(g, g == 'x')", []any{}},
		{"a map", signUp, "{'a': [1, user.vip, null]}", map[string]any{"a": []any{int64(1), true, nil}}},
		{"membership", signUp, "'medical' in user.groups", true},
		{"the strings functions", signUp, "user.email.lowerAscii().split('@')[1].replace('.com', '')", "example"},
		{"a bound name", signUp, "cel.bind(e, user.email.lowerAscii(), e.substring(e.indexOf('@') + 1))", "example.com"},
		{"a pattern", signUp, `user.email.matches(r'@[A-Z]\w+\.com$')`, true},
		{"a format", signUp, "'%s is %d'.format([user.firstName, user.age])", "Rosario is 41"},
		{"a time as text", signUp, "string(timestamp(request.eventTime) + duration('1h'))", "2026-01-31T13:00:00Z"},
		{"times are UTC", signUp, "timestamp('2026-01-31T23:00:00-02:00').getDate()", int64(1)},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			got, err := compile(t, tc.source, expr.JSON).JSON(t.Context(), request(t, tc.body))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

func TestReadingWhatIsNotThereIsErrAbsent(t *testing.T) {
	t.Parallel()
	for _, source := range []string{
		"user.title", "user.title.x", "user['title']", "user[user.firstName]", "!user.title", "user.title == null",
		"user.title || false", "update.email", "user.email.x", "user.age[0]", "request.data.userProfileUpdate.email",
		"has(user.title.x)", "user.groups[2]", "user.email.split('@')[2]", "{'a': 1}[user.firstName]", "{'a': 1}.b",
		"user.?title.value()", "user.empty.charAt(1)", "user.empty.substring(1)", "user.groups.exists(g, g.x)",
		"user.manager.startsWith('a')", "user.manager + 'a'", "user.manager.x", "!user.manager", "user.manager && true",
		"user.manager ? 1 : 2", "user.manager > 1", "size(user.manager)", "string(user.manager)", "'a' in user.manager",
		"user.manager.all(x, true)", "user.address.zip.trim()", "user.groups[user.manager]", "user[user.manager]",
		"(user.vip ? user.manager : 'a').startsWith('a')", "cel.bind(m, user.manager, m.startsWith('a'))", "user['man' + 'ager'].startsWith('a')",
		"user.?manager.value()", "[user.manager].all(m, m.startsWith('a'))", "user.title == 'a' || user.manager > 3",
	} {
		t.Run(source, func(t *testing.T) {
			t.Parallel()
			value, err := compile(t, source, expr.JSON).JSON(t.Context(), request(t, signUp))
			if !errors.Is(err, expr.ErrAbsent) {
				t.Errorf("got %v and error %v, want ErrAbsent", value, err)
			}
		})
	}
}

func TestNullIsAbsentWhereABooleanOrATextIsWanted(t *testing.T) {
	t.Parallel()
	if _, err := compile(t, "user.manager", expr.Bool).Bool(t.Context(), request(t, signUp)); !errors.Is(err, expr.ErrAbsent) {
		t.Errorf("as boolean: %v, want ErrAbsent", err)
	}
	if _, err := compile(t, "user.manager", expr.String).String(t.Context(), request(t, signUp)); !errors.Is(err, expr.ErrAbsent) {
		t.Errorf("as string: %v, want ErrAbsent", err)
	}
}

func TestOtherErrorsSayWhereAndWhat(t *testing.T) {
	t.Parallel()
	const wrongType = "applies an operation to a value of another type"
	for _, tc := range []struct{ name, source, want string }{
		{"a text beside a number", "user.firstName > 1", "(column 16): " + wrongType},
		{"a method of another type", "user.age.startsWith('a')", "(column 20): " + wrongType},
		{"a function of another type", "size(user.age)", "(column 5): " + wrongType},
		{"a condition that is no boolean", "user.firstName && true", "(column 16): " + wrongType},
		{"a loop over a text", "user.firstName.all(x, true)", wrongType},
		{"an index that is no integer", "user.groups[user.score]", "(column 12): " + wrongType},
		{"an index that is a text", "user.groups[user.firstName]", "(column 12): " + wrongType},
		{"an index that is a list", "user.address[user.groups]", "(column 13): " + wrongType},
		{"null in a list is no member and stays", "user.mixed.all(x, x.startsWith('a'))", "(column 31): " + wrongType},
		{"a text that is no number", "int(user.firstName)", "(column 4): converts a value that has no such form"},
		{"a text that is no time", "string(timestamp(user.firstName))", "(column 17): converts a text that is no timestamp"},
		{"a division by zero", "user.age / 0", "(column 10): divides by zero"},
		{"a rest of zero", "user.age % 0", "(column 10): divides by zero"},
		{"a number that overflows", "user.age * 9223372036854775807", "(column 10): computes a number that is too large"},
		{"a format that does not fit", "'%d'.format([user.firstName])", "(column 12): formats a value that does not fit the format"},
		{"a text beside a number, after a null that was there", "has(user.manager) && user.firstName > 50", "(column 37): " + wrongType},
		{"a text beside a number, after a comparison with null", "user.manager == null && user.firstName >= 3", "(column 40): " + wrongType},
		{"a text beside a number, in a choice after null", "user.manager == null ? user.firstName > 3 : false", "(column 39): " + wrongType},
		{"a text beside a number, in a loop with null", "user.manager == null && user.groups.exists(g, g > 3)", "(column 49): " + wrongType},
		{"the second line", "user.vip &&\nuser.firstName > 1", "(line 2, column 16): " + wrongType},
		{"a number that is none", "user.score * double('inf')", "yields a number that is infinite or none, which is no JSON"},
		{"bytes that were not known before", "dyn(b'a')", "yields bytes, which is no JSON"},
		{"keys that were not known before", "dyn({user.age: 1})", "yields a map with int as key; JSON has only strings there"},
		{"an unsigned number without a signed one", "18446744073709551615u", "yields an unsigned number that is too large"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			_, err := compile(t, tc.source, expr.JSON).JSON(t.Context(), request(t, signUp))
			if errors.Is(err, expr.ErrAbsent) || !strings.HasSuffix(errorText(err), tc.want) {
				t.Errorf("got %v, want it to end in %q", err, tc.want)
			}
		})
	}
}

func TestAResultOfAnotherKindIsAnError(t *testing.T) {
	t.Parallel()
	_, err := compile(t, "user.firstName", expr.Bool).Bool(t.Context(), request(t, signUp))
	if want := "evaluate expression: yields string, but must yield a boolean"; errorText(err) != want {
		t.Errorf("got %v, want %s", err, want)
	}
	_, err = compile(t, "user.age", expr.String).String(t.Context(), request(t, signUp))
	if want := "evaluate expression: yields int, but must yield a string"; errorText(err) != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

// Errors are logged, so what people type must not be in them, whatever an expression does with it.
func TestErrorsHaveNothingOfTheRequest(t *testing.T) {
	t.Parallel()
	body := `{"data":{"userProfile":{"secret":"hunter2","list":["hunter2"]}}}`
	for _, source := range []string{
		"user[user.secret]", "int(user.secret)", "timestamp(user.secret)", "duration(user.secret)", "user.list[user.secret]",
		"'%d'.format([user.secret])", "bool(user.secret)", "{user.secret: 1}.x", "user.secret + 1",
		"user.secret.all(x, x)", "user.secret.charAt(99)", "timestamp('2026-01-31T00:00:00Z').getHours(user.secret)", "-user.secret",
	} {
		t.Run(source, func(t *testing.T) {
			t.Parallel()
			program, err := environment(t, hook.Registration).Compile("dyn("+source+")", expr.JSON)
			if err != nil {
				return // what the compiler refuses is not evaluated
			}
			_, err = program.JSON(t.Context(), request(t, body))
			if err == nil || strings.Contains(err.Error(), "hunter2") {
				t.Errorf("got error %v, want one without the value", err)
			}
		})
	}
}

func TestTheContextEndsAnEvaluation(t *testing.T) {
	t.Parallel()
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := compile(t, "true", expr.Bool).Bool(ended, request(t, signUp))
	if !errors.Is(err, context.Canceled) {
		t.Errorf("before it starts: got %v, want %v", err, context.Canceled)
	}

	late := &endsLater{Context: t.Context(), after: 3, done: make(chan struct{})}
	numbers := `{"data":{"userProfile":{"n":[` + strings.Repeat("1,", 2000) + `1]}}}`
	_, err = compile(t, "user.n.all(x, x == 1)", expr.Bool).Bool(late, request(t, numbers))
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("within a loop: got %v, want %v", err, context.DeadlineExceeded)
	}
}

// endsLater is a context that ends when it is looked at for the nth time, so that no clock is needed.
type endsLater struct {
	context.Context
	mu    sync.Mutex
	after int
	done  chan struct{}
}

func (c *endsLater) Done() <-chan struct{} {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.after--; c.after == 0 {
		close(c.done)
	}
	return c.done
}

func (c *endsLater) Err() error {
	select {
	case <-c.done:
		return context.DeadlineExceeded
	default:
		return nil
	}
}

func TestAProgramServesManyCallsAtOnce(t *testing.T) {
	t.Parallel()
	program := compile(t, "user.name.matches('^n[0-9]+$') ? user.name + user.?nothing.orValue('!') : 'none'", expr.String)
	var calls sync.WaitGroup
	for i := range 50 {
		calls.Go(func() {
			req, err := hook.Decode(fmt.Appendf(nil, `{"data":{"userProfile":{"name":"n%d"}}}`, i))
			if err != nil {
				t.Error(err)
				return
			}
			got, err := program.String(t.Context(), req)
			if want := fmt.Sprintf("n%d!", i); err != nil || got != want {
				t.Errorf("got %q and error %v, want %q", got, err, want)
			}
		})
	}
	calls.Wait()
}

func TestTheSharedBodyIsNotChanged(t *testing.T) {
	t.Parallel()
	req := request(t, signUp)
	if _, err := compile(t, "user.manager.startsWith('a')", expr.Bool).Bool(t.Context(), req); !errors.Is(err, expr.ErrAbsent) {
		t.Fatal(err)
	}
	isNull, err := compile(t, "has(user.manager) && user.manager == null", expr.Bool).Bool(t.Context(), req)
	if err != nil || !isNull {
		t.Errorf("got %v and error %v, want null where it was", isNull, err)
	}
}
