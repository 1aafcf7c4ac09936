package expr_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/hookline/hookline/runtime/expr"
	"github.com/hookline/hookline/runtime/hook"
)

// calls has a call of each hook type.
var calls = map[string]string{
	hook.PasswordImport: `{"data":{"context":{"credential":{"username":"Rosario","password":"x"}},"action":{"credential":"UNVERIFIED"}}}`,
	hook.Registration:   signUp,
	hook.Telephony:      sms,
	hook.Token:          accessOnly,
	hook.SAMLAssertion: `{"data":{"context":{"user":{"id":"u1","profile":{"role":null}}},
		"assertion":{"claims":{"role":{"attributeValues":[{"value":"nurse"}]}},"lifetime":{"expiration":300}}}}`,
	hook.UserImport: `{"data":{"context":{"conflicts":["login"],"matches":[]},"appUser":{"profile":{"a":[1,null]}},"user":{"id":"u1","profile":{}}}}`,
}

// FuzzExpression: whatever somebody writes into a handler is refused with one line, or can be evaluated and
// yields JSON or an error.
func FuzzExpression(f *testing.F) {
	for _, source := range []string{
		"", "user.email.endsWith('@example.com')", "has(user.a) && !(user.b in [1, 'x', null])", "user.?a.orValue({'b': [1u, 2.5]})",
		"'%s %d'.format([user.firstName, user.age])", "user.groups.map(g, g + g).filter(g, g.matches('^(a|b)*$'))", "cel.bind(x, 1, x)",
		"timestamp(request.eventTime) + duration('1h')", "user[user.firstName]", "\x00", "‘", "((((", "a{1:2}", "user.\n.x", "b'\\xff'",
		"optional.of(1)", "type(user)", "[1][0]", "r'\\d'", "9223372036854775807 + 1", "request.dta", "request.data.?x", "has(request.data.x.y)",
		"dyn(request).x", "request['data']", "request.data.context.session.amr + ['a']", "user == null ? request : request", "message.x", "send.text",
		"{'a': send}.a.b", "response.body.id", "response.headers.exists(h, h == 'a')", "request.data.identity.token.lifetime.expiration + 1",
		"[user, request.data][0].id", "request{}", "request.data{a: 1}", "cel.bind(request, user, request.id)", "'%s'.format([request])", "null",
	} {
		f.Add(source)
	}
	envs := map[*expr.Env]*hook.Request{}
	for id, body := range calls {
		envs[environment(f, id)] = request(f, body)
	}
	registration := environment(f, hook.Registration)
	answers, err := expr.NewScopedEnv(hook.Telephony, expr.ProviderResponse)
	if err != nil {
		f.Fatal(err)
	}
	envs[answers] = request(f, sms)
	values := expr.Values{
		Send:     &expr.Send{Channel: "SMS", Text: "x", PhoneNumber: "+4721000000"},
		Response: expr.NewResponse(200, nil, []byte(`{"id":1,"error":null}`)),
	}
	f.Fuzz(func(t *testing.T, source string) {
		for env, req := range envs {
			kinds := []expr.Kind{expr.JSON}
			if env == registration { // the others differ in their variables only
				kinds = []expr.Kind{expr.Bool, expr.String, expr.Integer, expr.Scalars, expr.Map, expr.JSON}
			}
			for _, kind := range kinds {
				program, err := env.Compile(source, kind)
				if err != nil {
					if strings.ContainsAny(err.Error(), "\n\r") {
						t.Errorf("more than one line: %q", err)
					}
					continue
				}
				evaluate(t, program.With(values), kind, req)
			}
		}
	})
}

func evaluate(t *testing.T, program *expr.Program, kind expr.Kind, req *hook.Request) {
	t.Helper()
	constant, isConstant := program.Constant()
	_, _ = program.Bool(t.Context(), req)
	_, _ = program.String(t.Context(), req)
	value, err := program.JSON(t.Context(), req)
	if err != nil {
		return
	}
	if _, err := json.Marshal(value); err != nil {
		t.Errorf("as %s: yields %v, which is no JSON: %v", kind, value, err)
	}
	if _, isInteger := value.(int64); kind == expr.Integer && !isInteger {
		t.Errorf("yields %v, which is no integer", value)
	}
	if isConstant && !cmp.Equal(constant, value) {
		t.Errorf("yields %v and then %v, which is not constant", constant, value)
	}
}

// FuzzRequest: no body makes an expression panic or yield what is no JSON.
func FuzzRequest(f *testing.F) {
	for _, body := range []string{profileUpdate, `{"data":{}}`, `{"data":{"userProfile":null}}`, `{"data":{"context":{"user":[],"session":1}}}`,
		`{"data":{"userProfile":{"email":{"a":[1e400,-0.0,null]}}}}`, `{"requestType":"progressive.profile","data":{"context":[]}}`} {
		f.Add([]byte(body))
	}
	for _, body := range calls {
		f.Add([]byte(body))
	}
	var programs []*expr.Program
	for typeID, sources := range map[string][]string{
		hook.Registration: {
			"user.email.lowerAscii().endsWith('@example.com')", "user == update", "request", "update.employeeNumber.matches('^[0-9]{4}$')",
			"has(user.email) ? [user.email] : []", "user.groups.map(g, {string(g): g})", "user.age > 18 && user.age < 99",
			"'%s'.format([user])", "user.email[0]", "user.?email.orValue(null)", "string(user.age) + user.email", "request.data.context.user.id",
		},
		hook.PasswordImport: {"request.data.context.credential.username.lowerAscii()", "request.data.action.credential == 'UNVERIFIED'"},
		hook.Telephony: {"'Code: ' + message.otpCode", "message.deliveryChannel.matches('(?i)^sms$')", "timestamp(message.otpExpires) > timestamp(0)",
			"user", "[message.phoneNumber, user.login].join(',')", "request.requestType.split('.')"},
		hook.Token: {"user", "request.data.access.token.lifetime.expiration + 1", "request.data.context.session.amr.exists(a, a == 'PASSWORD')",
			"!request.data.context.session.mfaActive", "request.data.access.claims.groups.filter(g, g != 'a')", "dyn(request.data).x.y",
			"request.data.?identity.?claims.?email.orValue(null)", "request.eventId.size() > 1", "request.data == request.data"},
		hook.SAMLAssertion: {"request.data.assertion.claims.map(c, c)", "request.data.assertion.conditions.audienceRestriction.join()", "user.profile"},
		hook.UserImport:    {"appUser", "'x-' + user.login", "request.data.context.conflicts.map(c, string(c))", "request.data.user.id.trim()"},
	} {
		for _, source := range sources {
			programs = append(programs, compileFor(f, typeID, source, expr.JSON))
		}
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		req, err := hook.Decode(body)
		if err != nil {
			return
		}
		for _, program := range programs {
			evaluate(t, program, expr.JSON, req)
		}
	})
}

// FuzzResponse: whatever a provider answers can be read.
func FuzzResponse(f *testing.F) {
	for _, body := range []string{"", "OK", `{"id":1}`, `[1,null]`, `{"a":`, "17", "\xff", `{"id":1e999}`, strings.Repeat("[", 200) + strings.Repeat("]", 200)} {
		f.Add("application/json", []byte(body))
		f.Add("text/plain", []byte(body))
	}
	var programs []*expr.Program
	for _, source := range []string{"response", "response.body.id", "response.status == 200 && response.headers['content-type'] == 'a'",
		"response.body.contains('OK')", "string(response.body)", "response.body.error.code == 1"} {
		programs = append(programs, compileIn(f, expr.ProviderResponse, source, expr.JSON))
	}
	req := request(f, sms)
	f.Fuzz(func(t *testing.T, contentType string, body []byte) {
		response := expr.NewResponse(200, http.Header{"Content-Type": {contentType}}, body)
		for _, program := range programs {
			evaluate(t, program.With(expr.Values{Response: response}), expr.JSON, req)
		}
	})
}
