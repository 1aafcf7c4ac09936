package rules_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/hookline/hookline/api/v1alpha1"
	"github.com/hookline/hookline/runtime/hook"
)

// patchCase is a call that rules in YAML answer.
type patchCase struct{ name, rules, body, want string }

func runPatchCases(t *testing.T, kind v1alpha1.HookType, cases []patchCase) {
	t.Helper()
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			if got := answerOf(t, buildAny(t, kind, tc.rules), tc.body); got != tc.want {
				t.Errorf("\n got %s\nwant %s", got, tc.want)
			}
		})
	}
}

const nothing = `{"commands":[]}`

func TestTokenRules(t *testing.T) {
	t.Parallel()
	both := tokenCall(`{}`, `{}`)
	runPatchCases(t, v1alpha1.Token, []patchCase{
		{"a rule changes both tokens, the ID token first",
			`[{accessToken: [{op: add, path: /claims/a, value: "1"}], idToken: [{op: add, path: /claims/b, value: "2"}]}]`, both,
			answered(first, idToken(op("add", "/claims/b", "2")), accessToken(op("add", "/claims/a", "1")))},
		{"every rule that matches adds its operations, in order",
			`[{name: one, accessToken: [{op: add, path: /claims/a, value: "1"}]},
			  {name: two, when: "false", accessToken: [{op: add, path: /claims/b, value: "2"}]},
			  {name: three, when: "user.profile.age > 40", accessToken: [{op: add, path: /claims/c, value: "3"}, {op: add, path: /claims/a, value: "4"}]}]`, both,
			answered(`{"rules":["one","three"]}`, accessToken(op("add", "/claims/a", "1"), op("add", "/claims/c", "3"), op("add", "/claims/a", "4")))},
		{"no rule matches", `[{when: "user.profile.age < 40", accessToken: [{op: add, path: /claims/a, value: "1"}]}]`, both, nothing},
		{"a rule that changes does not match what is absent",
			`[{when: "user.profile.department == 'x'", accessToken: [{op: add, path: /claims/a, value: "1"}]}]`, both, nothing},
		{"a rule that changes does not match the opposite of what is absent",
			`[{when: "user.profile.department != 'x'", accessToken: [{op: add, path: /claims/a, value: "1"}]}]`, both, nothing},
		{"a call without a user matches no rule about one",
			`[{when: "user.profile.login != ''", accessToken: [{op: add, path: /claims/a, value: "1"}]}]`,
			`{"data":{"context":{},"access":{"claims":{}}}}`, nothing},
		{"a value is any JSON",
			`[{accessToken: [{op: add, path: /claims/a, value: "{'list': [user.profile.age, user.profile.score, user.profile.vip, null], 'name': user.profile.login}"}, {op: add, path: /claims/b, value: "null"}]}]`, both,
			answered(first, accessToken(op("add", "/claims/a", `{"list":[41,4.5,true,null],"name":"rosario@example.com"}`), op("add", "/claims/b", "null")))},
		{"a claim is named as it is",
			`[{accessToken: [{op: add, claim: "https://acme.example/~role", value: "'admin'"}, {op: replace, claim: "https://acme.example/~role", value: "'user'"}]}]`, both,
			answered(first, accessToken(op("add", "/claims/https:~1~1acme.example~1~0role", `"admin"`), op("replace", "/claims/https:~1~1acme.example~1~0role", `"user"`)))},
		{"the lifetime of both tokens",
			`[{idToken: [{op: replace, path: /token/lifetime/expiration, value: "300"}], accessToken: [{op: replace, path: /token/lifetime/expiration, value: "86400"}]}]`, both,
			answered(first, idToken(op("replace", "/token/lifetime/expiration", "300")), accessToken(op("replace", "/token/lifetime/expiration", "86400")))},
		{"a whole double is a lifetime, written as an integer",
			`[{accessToken: [{op: replace, path: /token/lifetime/expiration, value: "double(user.profile.age) * 100.0"}]}]`, both,
			answered(first, accessToken(op("replace", "/token/lifetime/expiration", "4100")))},
	})
}

func TestTokenRulesThatDeny(t *testing.T) {
	t.Parallel()
	both := tokenCall(`{}`, `{}`)
	const change = `{name: change, accessToken: [{op: add, path: /claims/a, value: "1"}]}`
	denied := func(by string) string {
		return `{"commands":[],"error":{"errorSummary":"No token."},"debugContext":{"hookline":{"rules":["` + by + `"]}}}`
	}
	runPatchCases(t, v1alpha1.Token, []patchCase{
		{"a rule denies", `[{deny: {summary: No token.}}]`, both, denied("rules[0]")},
		{"a rule that denies undoes what earlier ones have changed", `[` + change + `, {name: block, deny: {summary: No token.}}]`, both, denied("block")},
		{"a rule that denies ends it", `[{name: block, deny: {summary: No token.}}, {name: other, deny: {summary: Other.}}, ` + change + `]`, both, denied("block")},
		{"later values are not computed any more",
			`[{name: block, deny: {summary: No token.}}, {accessToken: [{op: add, path: /claims/a, value: "user.profile.missing"}]}]`, both, denied("block")},
		{"a rule that denies and does not match is passed over", `[{when: "user.profile.age < 18", deny: {summary: No token.}}, ` + change + `]`, both,
			answered(`{"rules":["change"]}`, accessToken(op("add", "/claims/a", "1")))},
		{"a rule that denies matches what is absent", `[{name: block, when: "user.profile.department == 'x'", deny: {summary: No token.}}]`, both, denied("block")},
		{"a rule that denies matches the opposite of what is absent", `[{name: block, when: "user.profile.department != 'x'", deny: {summary: No token.}}]`, both, denied("block")},
		{"null is absent to a rule that denies", `[{name: block, when: "user.profile.title.startsWith('x')", deny: {summary: No token.}}]`, both, denied("block")},
		{"null has a stand-in to a rule that denies", `[{name: block, when: "user.?profile.?title.orValue(true)", deny: {summary: No token.}}]`, both, denied("block")},
		{"null has a stand-in that a rule that denies is passed over for", `[{when: "user.?profile.?title.orValue(false)", deny: {summary: No token.}}]`, both, nothing},
		{"has() asks for what is absent", `[{when: "has(user.profile.department) && user.profile.department == 'x'", deny: {summary: No token.}}]`, both, nothing},
	})
}

func TestPatchesOfATokenThatNobodyAskedForArePassedOver(t *testing.T) {
	t.Parallel()
	const rule = `[{idToken: [{op: add, path: /claims/b, value: "request.data.identity.claims.sub"}], accessToken: [{op: add, path: /claims/a, value: "request.data.access.claims.sub"}]}]`
	const sub = `{"sub":"x"}`
	runPatchCases(t, v1alpha1.Token, []patchCase{
		{"the request has no ID token", rule, tokenCall("", sub), answered(first, accessToken(op("add", "/claims/a", `"x"`)))},
		{"the request has no access token", rule, tokenCall(sub, ""), answered(first, idToken(op("add", "/claims/b", `"x"`)))},
		{"the request has no token", rule, tokenCall("", ""), answered(first)},
		{"the ID token is null", rule, `{"data":{"identity":null,"access":{"claims":{"sub":"x"}}}}`, answered(first, accessToken(op("add", "/claims/a", `"x"`)))},
	})
}

// TestOperationsThatOktaCouldNotCarryOutAreLeftOut: one of them would have Okta drop all the others.
func TestOperationsThatOktaCouldNotCarryOutAreLeftOut(t *testing.T) {
	t.Parallel()
	const claims = `{"name":"Rosario","empty":null,"teams":["a","b"],"airports":["sjc","sfo","oak"],"home":{"city":"Oslo","tags":["x"]},"list":[{"k":1}]}`
	for _, tc := range []struct {
		name, operation string
		want            string // "" if it is left out
	}{
		{"add a claim", `{op: add, path: /claims/new, value: "1"}`, op("add", "/claims/new", "1")},
		{"add a claim that is there", `{op: add, path: /claims/name, value: "1"}`, op("add", "/claims/name", "1")},
		{"replace a claim", `{op: replace, path: /claims/name, value: "1"}`, op("replace", "/claims/name", "1")},
		{"replace a claim that is null", `{op: replace, path: /claims/empty, value: "1"}`, op("replace", "/claims/empty", "1")},
		{"replace a claim that is not there", `{op: replace, path: /claims/new, value: "1"}`, ""},
		{"replace a claim that is not there with a value that can't be computed", `{op: replace, path: /claims/new, value: "request.data.access.claims.missing"}`, ""},
		{"remove a claim", `{op: remove, path: /claims/name}`, remove("/claims/name")},
		{"remove a claim that is null", `{op: remove, path: /claims/empty}`, remove("/claims/empty")},
		{"remove a claim that is not there", `{op: remove, path: /claims/new}`, ""},

		{"add a member", `{op: add, path: /claims/home/street, value: "1"}`, op("add", "/claims/home/street", "1")},
		{"add a member that is there", `{op: add, path: /claims/home/city, value: "1"}`, op("add", "/claims/home/city", "1")},
		{"add a member of a claim that is not there", `{op: add, path: /claims/office/city, value: "1"}`, ""},
		{"add a member of a text", `{op: add, path: /claims/name/city, value: "1"}`, ""},
		{"add a member of null", `{op: add, path: /claims/empty/city, value: "1"}`, ""},
		{"add a member of a member that is not there", `{op: add, path: /claims/home/street/number, value: "1"}`, ""},
		{"replace a member", `{op: replace, path: /claims/home/city, value: "1"}`, op("replace", "/claims/home/city", "1")},
		{"replace a member that is not there", `{op: replace, path: /claims/home/street, value: "1"}`, ""},
		{"remove a member", `{op: remove, path: /claims/home/city}`, remove("/claims/home/city")},
		{"remove a member that is not there", `{op: remove, path: /claims/home/street}`, ""},
		{"remove a member of a claim that is not there", `{op: remove, path: /claims/office/city}`, ""},

		{"add an element in front", `{op: add, path: /claims/teams/0, value: "1"}`, op("add", "/claims/teams/0", "1")},
		{"add an element in front of three", `{op: add, path: /claims/airports/0, value: "1"}`, op("add", "/claims/airports/0", "1")},
		{"add an element at the end", `{op: add, path: /claims/teams/2, value: "1"}`, op("add", "/claims/teams/2", "1")},
		{"add an element at the end with -", `{op: add, path: /claims/teams/-, value: "1"}`, op("add", "/claims/teams/-", "1")},
		{"add an element behind the end", `{op: add, path: /claims/teams/3, value: "1"}`, ""},
		{"add an element to a list that is not there", `{op: add, path: /claims/none/-, value: "1"}`, ""},
		{"add a member of a list", `{op: add, path: /claims/teams/name, value: "1"}`, ""},
		{"an index with a zero in front", `{op: add, path: /claims/teams/01, value: "1"}`, ""},
		{"an index with a sign", `{op: add, path: /claims/teams/+1, value: "1"}`, ""},
		{"an index below zero", `{op: replace, path: /claims/teams/-1, value: "1"}`, ""},
		{"an index that is too large for anything", `{op: replace, path: /claims/teams/99999999999999999999, value: "1"}`, ""},
		{"replace an element", `{op: replace, path: /claims/teams/1, value: "1"}`, op("replace", "/claims/teams/1", "1")},
		{"replace an element that is not there", `{op: replace, path: /claims/teams/2, value: "1"}`, ""},
		{"remove an element", `{op: remove, path: /claims/teams/0}`, remove("/claims/teams/0")},
		{"remove an element that is not there", `{op: remove, path: /claims/teams/2}`, ""},
		{"replace a member of an element", `{op: replace, path: /claims/list/0/k, value: "1"}`, op("replace", "/claims/list/0/k", "1")},
		{"add an element to a list in an object", `{op: add, path: /claims/home/tags/1, value: "1"}`, op("add", "/claims/home/tags/1", "1")},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			h := buildAny(t, v1alpha1.Token, `[{accessToken: [`+tc.operation+`, {op: add, path: /claims/last, value: "true"}]}]`)
			last := op("add", "/claims/last", "true")
			want := answered(first, accessToken(tc.want, last))
			if tc.want == "" {
				_, path, _ := strings.Cut(strings.TrimRight(tc.operation, "}"), "path: ")
				path, _, _ = strings.Cut(path, ",")
				want = answered(skipping("accessToken "+path), accessToken(last))
			}
			if got := answerOf(t, h, tokenCall("", claims)); got != want {
				t.Errorf("\n got %s\nwant %s", got, want)
			}
		})
	}
}

func TestEachOperationSeesWhatTheOnesBeforeHaveDone(t *testing.T) {
	t.Parallel()
	const claims = `{"name":"Rosario","teams":["a","b"],"home":{"city":"Oslo"}}`
	for _, tc := range []struct {
		name, operations string
		want             []string
		skipped          []string
	}{
		{"a member of an object that was added", `{op: add, path: /claims/o, value: "{}"}, {op: add, path: /claims/o/k, value: "1"}, {op: replace, path: /claims/o/k, value: "2"}`,
			[]string{op("add", "/claims/o", "{}"), op("add", "/claims/o/k", "1"), op("replace", "/claims/o/k", "2")}, nil},
		{"an element of a list that was added", `{op: add, path: /claims/l, value: "[]"}, {op: add, path: /claims/l/0, value: "1"}, {op: add, path: /claims/l/1, value: "2"}, {op: add, path: /claims/l/3, value: "3"}`,
			[]string{op("add", "/claims/l", "[]"), op("add", "/claims/l/0", "1"), op("add", "/claims/l/1", "2")}, []string{"/claims/l/3"}},
		{"a claim that was removed", `{op: remove, path: /claims/name}, {op: replace, path: /claims/name, value: "1"}, {op: remove, path: /claims/name}, {op: add, path: /claims/name, value: "2"}, {op: remove, path: /claims/name}`,
			[]string{remove("/claims/name"), op("add", "/claims/name", "2"), remove("/claims/name")}, []string{"/claims/name", "/claims/name"}},
		{"a member of a claim that was removed", `{op: remove, path: /claims/home}, {op: add, path: /claims/home/city, value: "1"}`,
			[]string{remove("/claims/home")}, []string{"/claims/home/city"}},
		{"a member that was removed", `{op: remove, path: /claims/home/city}, {op: replace, path: /claims/home/city, value: "1"}`,
			[]string{remove("/claims/home/city")}, []string{"/claims/home/city"}},
		{"a list that gets shorter", `{op: remove, path: /claims/teams/1}, {op: remove, path: /claims/teams/1}, {op: remove, path: /claims/teams/0}, {op: remove, path: /claims/teams/0}`,
			[]string{remove("/claims/teams/1"), remove("/claims/teams/0")}, []string{"/claims/teams/1", "/claims/teams/0"}},
		{"a list that gets longer", `{op: add, path: /claims/teams/0, value: "{}"}, {op: add, path: /claims/teams/0/k, value: "1"}, {op: replace, path: /claims/teams/2, value: "2"}, {op: add, path: /claims/teams/4, value: "3"}`,
			[]string{op("add", "/claims/teams/0", "{}"), op("add", "/claims/teams/0/k", "1"), op("replace", "/claims/teams/2", "2")}, []string{"/claims/teams/4"}},
		{"a claim that became something else", `{op: replace, path: /claims/home, value: "'Oslo'"}, {op: replace, path: /claims/home/city, value: "1"}`,
			[]string{op("replace", "/claims/home", `"Oslo"`)}, []string{"/claims/home/city"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			debug := first
			if tc.skipped != nil {
				debug = skipping("accessToken " + strings.Join(tc.skipped, `","accessToken `))
			}
			want := answered(debug, accessToken(tc.want...))
			h := buildAny(t, v1alpha1.Token, `[{accessToken: [`+tc.operations+`]}]`)
			if got := answerOf(t, h, tokenCall(claims, claims)); got != want {
				t.Errorf("\n got %s\nwant %s", got, want)
			}
		})
	}
}

func TestPlacesOfATokenThatOktaLeftOut(t *testing.T) {
	t.Parallel()
	const add = `[{accessToken: [{op: add, path: /claims/a, value: "1"}]}]`
	access := func(members string) string { return `{"data":{"access":{` + members + `}}}` }
	runPatchCases(t, v1alpha1.Token, []patchCase{
		{"claims that are left out are empty", add, access(``), answered(first, accessToken(op("add", "/claims/a", "1")))},
		{"claims that are null are empty", add, access(`"claims":null`), answered(first, accessToken(op("add", "/claims/a", "1")))},
		{"claims that are no object take no claim", add, access(`"claims":[]`), answered(skipping("accessToken /claims/a"))},
	})
}

// Okta's System Log gets no more than is needed to find the mistake.
// Left out, a shorter lifetime would be a longer one.
func TestALifetimeThatCannotBeReplacedFailsTheCall(t *testing.T) {
	t.Parallel()
	h := buildAny(t, v1alpha1.Token, `[{accessToken: [{op: replace, path: /token/lifetime/expiration, value: "300"}]}]`)
	for _, access := range []string{`{"claims":{}}`, `{"token":{}}`, `{"token":{"lifetime":null}}`, `{"token":{"lifetime":{}}}`} {
		response, err := h.Handle(t.Context(), decode(t, `{"data":{"access":`+access+`}}`))
		if response != nil || hook.CodeOf(err) != hook.ExpressionFailed {
			t.Errorf("%s: got %+v and %v, want %s", access, response, err, hook.ExpressionFailed)
		}
	}
}

// A remove has no expression that would look at the context.
func TestTheContextEndsOperations(t *testing.T) {
	t.Parallel()
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	h := buildAny(t, v1alpha1.Token, `[{accessToken: [{op: remove, path: /claims/a/0}]}]`)
	response, err := h.Handle(ended, decode(t, tokenCall("", `{"a":[1,2]}`)))
	if response != nil || hook.CodeOf(err) != hook.Canceled {
		t.Errorf("got %+v and %v, want %s", response, err, hook.Canceled)
	}
}

// Each value may have 64 KiB, and there may be 4,096 of them.
func TestValuesAreNotKeptBeyondWhatOktaTakes(t *testing.T) {
	t.Parallel()
	large := strings.Repeat(`{op: add, claim: a, value: "user.profile.text"}, `, 5)
	h := buildAny(t, v1alpha1.Token, `[{accessToken: [`+large+`{op: add, claim: b, value: "user.profile.missing"}]}]`)
	response, err := h.Handle(t.Context(), decode(t, `{"data":{"context":{"user":{"profile":{"text":"`+strings.Repeat("a", 60_000)+`"}}},"access":{"claims":{}}}}`))
	if response != nil || hook.CodeOf(err) != hook.ResponseInvalid {
		t.Errorf("got %+v and %v, want %s before the last value", response, err, hook.ResponseInvalid)
	}
}

// TestNullIsNotTakenForAnotherMistake: whoever is to be kept out must not get in because of it.
func TestNullIsNotTakenForAnotherMistake(t *testing.T) {
	t.Parallel()
	const change = `accessToken: [{op: add, claim: a, value: "1"}]`
	for _, tc := range []struct{ name, rule, profile string }{
		{"a rule that denies", `when: "has(user.profile.suspendedSince) && user.profile.riskScore > 50", deny: {summary: No.}`, `{"suspendedSince":null,"riskScore":"90"}`},
		{"a rule that changes", `when: "user.profile.manager == null && user.profile.level >= 3", ` + change, `{"manager":null,"level":"3"}`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			body := `{"data":{"context":{"user":{"profile":` + tc.profile + `}},"access":{"claims":{}}}}`
			response, err := buildAny(t, v1alpha1.Token, `[{`+tc.rule+`}]`).Handle(t.Context(), decode(t, body))
			if response != nil || hook.CodeOf(err) != hook.ExpressionFailed {
				t.Errorf("got %+v and %v, want %s", response, err, hook.ExpressionFailed)
			}
		})
	}
}

func TestOperationsThatWereLeftOutAreNamedInBounds(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 200)
	operations := []string{`{op: remove, path: /claims/` + long + `}`}
	for i := range 40 {
		operations = append(operations, fmt.Sprintf(`{op: remove, path: /claims/c%d}`, i))
	}
	want := []string{"accessToken /claims/" + long[:108] + "…"}
	for i := range 15 {
		want = append(want, fmt.Sprintf("accessToken /claims/c%d", i))
	}
	want = append(want, "and 25 more")
	got := answerOf(t, buildAny(t, v1alpha1.Token, `[{accessToken: [`+strings.Join(operations, ", ")+`]}]`), tokenCall("", `{}`))
	if got != answered(skipping(want...)) {
		t.Errorf("\n got %s\nwant %s", got, answered(skipping(want...)))
	}
}

// Two calls at once share a handler and must not see each other's copies.
func TestCallsDoNotShareWhatTheyChange(t *testing.T) {
	t.Parallel()
	h := buildAny(t, v1alpha1.Token, `[{accessToken: [{op: add, path: /claims/o, value: "{}"}, {op: add, path: /claims/o/k, value: "user.id"}]}]`)
	for range 2 {
		const want = `{"commands":[{"type":"com.okta.access.patch","value":[{"op":"add","path":"/claims/o","value":{}},{"op":"add","path":"/claims/o/k","value":"00u1"}]}],` +
			`"debugContext":{"hookline":{"rules":["rules[0]"]}}}`
		if got := answerOf(t, h, tokenCall("", `{}`)); got != want {
			t.Errorf("\n got %s\nwant %s", got, want)
		}
	}
}

// escapes are names of claims and what a JSON Pointer (RFC 6901) makes of them.
var escapes = []struct{ name, pointer string }{
	{"department", "department"},
	{"https://acme.example/role", "https:~1~1acme.example~1role"},
	{"a~b", "a~0b"},
	{"~1", "~01"},
	{"~0", "~00"},
	{"a/b~c/~", "a~1b~0c~1~0"},
	{"//", "~1~1"},
	{"0", "0"},
	{"-", "-"},
	{" a b ", " a b "},
	{"über", "über"},
	{"%2F", "%2F"},
	{`a"b\c`, `a\"b\\c`},
}

func TestNamesOfClaimsAreEscaped(t *testing.T) {
	t.Parallel()
	for _, tc := range escapes {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			name, err := json.Marshal(tc.name)
			if err != nil {
				t.Fatal(err)
			}
			patches := `{op: replace, claim: ` + string(name) + `, value: "1"}, {op: remove, claim: ` + string(name) + `}`
			got := answerOf(t, buildAny(t, v1alpha1.Token, `[{accessToken: [`+patches+`]}]`), tokenCall("", `{`+string(name)+`:"x"}`))
			path := "/claims/" + tc.pointer
			if want := answered(first, accessToken(op("replace", path, "1"), remove(path))); got != want {
				t.Errorf("\n got %s\nwant %s", got, want)
			}
		})
	}
}

func TestNewTokenRefusesWhatOktaWouldNotCarryOut(t *testing.T) {
	t.Parallel()
	runRefusals(t, v1alpha1.Token, []refusal{
		{"a condition that does not compile", `[{name: broken, when: "usr.vip", deny: {summary: No.}}]`,
			`compile rule "broken": when: column 1: there is no variable usr, only request and user`},
		{"a value that does not compile, of a rule without a name", `[{deny: {summary: No.}}, {idToken: [{op: add, path: /claims/a, value: "1 +"}]}]`,
			`compile rule "rules[1]": idToken[0].value: column 4: is no CEL: it ends where something must follow`},
		{"a value that is missing", `[{accessToken: [{op: add, path: /claims/a}]}]`,
			`compile rule "rules[0]": accessToken[0].value: is empty; write an expression that yields a JSON value`},
		{"an operation that there is not", `[{accessToken: [{op: move, path: /claims/a, value: "1"}]}]`,
			`compile rule "rules[0]": accessToken[0].op: must be one of add, replace, remove`},
		{"a claim of Okta's own", `[{accessToken: [{op: add, claim: uid, value: "1"}]}]`,
			`handler.token.rules[0].accessToken[0].claim: Invalid value: "uid": is a claim of Okta's own, and no hook can change it in an access token; use another name`},
		{"a place that no hook can change", `[{idToken: [{op: add, path: /scopes/openid, value: "1"}]}]`,
			`handler.token.rules[0].idToken[0].path: Invalid value: "/scopes/openid": is no place of a token that a hook can change: write /claims/<name>, or /token/lifetime/expiration`},
	})
}

// refusal is a set of rules in YAML that no handler is made of.
type refusal struct{ name, rules, want string }

func runRefusals(t *testing.T, kind v1alpha1.HookType, cases []refusal) {
	t.Helper()
	anything := func(testing.TB, v1alpha1.HookType, *v1alpha1.Handler) {}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			var built hook.Handler
			built, err := compileAny(t, kind, tc.rules, anything)
			if built != nil || err == nil || err.Error() != tc.want {
				t.Errorf("got handler %v and error\n     %v\nwant %s", built, err, tc.want)
			}
		})
	}
}
