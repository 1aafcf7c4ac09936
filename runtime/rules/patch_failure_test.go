package rules_test

import (
	"context"
	"errors"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/hookline/hookline/api/v1alpha1"
	"github.com/hookline/hookline/runtime/hook"
)

// happening is a row of the table "What happens when" of a page: a call, and what becomes of it.
type happening struct {
	rules, body string
	ctx         context.Context // the test's own if nil
	// want is the answer; wantError is what keeps the call from being decided.
	want, wantError string
	code            hook.FailureCode
}

// Rows that are the same on all pages.
const (
	noMatch      = "no rule matches"
	notThere     = "an operation has no target or parent"
	denies       = "a rule denies"
	badCondition = "a condition can't be evaluated, is no boolean or takes too long"
	badValue     = "a value can't be computed, reads an absent member or is too large"
	tooLarge     = "all values together are more than Okta takes (256 KB)"
	tooLate      = "the call is not there in time to be decided"
	deadline     = "the call is not answered within the deadline"
	tooMany      = "there are too many calls at once"
	hangsUp      = "Okta hangs up first"
	noPod        = "no pod answers"
	refuses      = "a pod refuses the request"
)

// outcomes are the rows that every page has, for one type: rules in YAML with WHEN for a condition, with
// VALUE for a value, and with five values of data.text, and a call that all of them match.
func outcomes(t *testing.T, condition, value, long, longBody string) map[string][]happening {
	ended, cancel := context.WithCancel(context.Background())
	cancel()
	late, stop := context.WithTimeout(context.Background(), 0)
	t.Cleanup(stop)
	when := func(source string) string { return strings.Replace(condition, "WHEN", source, 1) }
	valueOf := func(source string) string { return strings.Replace(value, "VALUE", source, 1) }
	const data = `{"data":{"list":[` // of more steps than an expression may take
	many := data + strings.Repeat("1,", 200) + `1],"text":"41"}}`
	at := valueField(value)
	failed := func(rules, body, problem string) happening {
		return happening{rules: rules, body: body, code: hook.ExpressionFailed, wantError: `expression_failed: rule "rules[0]": ` + problem}
	}
	const other = "applies an operation to a value of another type"
	return map[string][]happening{
		badCondition: {
			failed(when("dyn(request).data.text >= 18"), many, "when: evaluate expression (column 24): "+other),
			failed(when("dyn(request).data.text"), many, "when: evaluate expression: yields string, but must yield a boolean"),
			failed(when("dyn(request).data.list.all(a, dyn(request).data.list.all(b, dyn(request).data.list.all(c, a == c)))"), many,
				"when: evaluate expression: takes more steps than an expression may"),
		},
		badValue: {
			failed(valueOf("dyn(request).data.text - 1"), withData(longBody, `"text":"41"`), at+": evaluate expression (column 24): "+other),
			failed(valueOf("dyn(request).data.missing"), longBody, at+": evaluate expression (column 18): reads a member that is absent"),
			failed(valueOf("dyn(request).data.text"), withData(longBody, `"text":"`+strings.Repeat("a", 70_000)+`"`), at+": evaluate expression: yields more than 65536 bytes"),
		},
		tooLarge: {{rules: long, body: withData(longBody, `"text":"`+strings.Repeat("a", 60_000)+`"`), code: hook.ResponseInvalid}},
		deadline: {{rules: when("true"), body: longBody, ctx: late, code: hook.DeadlineExceeded,
			wantError: `rule "rules[0]": when: evaluate expression: context deadline exceeded`}},
		hangsUp: {{rules: when("true"), body: longBody, ctx: ended, code: hook.Canceled,
			wantError: `rule "rules[0]": when: evaluate expression: context canceled`}},
		// The server decides on these, or nobody.
		tooLate: {{code: hook.RequestLate}},
		tooMany: {{code: hook.Overloaded}},
		noPod:   {},
		refuses: {},
	}
}

// valueField is the field that VALUE stands in, as errors name it.
func valueField(rules string) string {
	if strings.Contains(rules, "profile:") {
		return "profile[a]"
	}
	if strings.Contains(rules, "accessToken:") {
		return "accessToken[0].value"
	}
	return "assertion[0].value"
}

// withData is a call with more members of data.
func withData(body, members string) string {
	return strings.Replace(body, `"data":{`, `"data":{`+members+`,`, 1)
}

func TestEachRowOfTheTokenPage(t *testing.T) {
	t.Parallel()
	call := tokenCall(`{}`, `{"title":"x"}`)
	rows := outcomes(t, `[{when: "WHEN", deny: {summary: No.}}]`, `[{accessToken: [{op: add, path: /claims/a, value: "VALUE"}]}]`,
		`[{accessToken: [`+strings.Repeat(`{op: add, path: /claims/a, value: "dyn(request).data.text"}, `, 5)+`]}]`, call)
	rows["no pod answers, or one refuses the request"] = rows[noPod]
	delete(rows, noPod)
	delete(rows, refuses)
	rows["rules change something"] = []happening{{rules: `[{accessToken: [{op: remove, claim: title}]}]`, body: call, want: answered(first, accessToken(remove("/claims/title")))}}
	rows[noMatch] = []happening{{rules: `[{when: "false", deny: {summary: No.}}]`, body: call, want: nothing}}
	rows[notThere] = []happening{{rules: `[{accessToken: [{op: remove, claim: b}, {op: remove, claim: title}]}]`, body: call,
		want: answered(skipping("accessToken /claims/b"), accessToken(remove("/claims/title")))}}
	rows[denies] = []happening{{rules: `[{deny: {summary: No.}}]`, body: call,
		want: `{"commands":[],"error":{"errorSummary":"No."},"debugContext":{"hookline":{"rules":["rules[0]"]}}}`}}
	lifetime := "a lifetime is no whole number from 300 to 86400"
	for _, value := range []string{"299", "86401", "0", "-300", "300.5", "'3600'", "null", "[3600]", "true", "1e300", "9223372036854775807"} {
		rows[lifetime] = append(rows[lifetime], happening{rules: `[{accessToken: [{op: replace, path: /token/lifetime/expiration, value: "` + value + `"}]}]`, body: call,
			code: hook.ExpressionFailed, wantError: `expression_failed: rule "rules[0]": accessToken[0].value: ` +
				`must be a whole number of seconds from 300 to 86400; convert a text with int(...)`})
	}
	runPage(t, "token.md", v1alpha1.Token, rows)
}

func TestEachRowOfTheSAMLPage(t *testing.T) {
	t.Parallel()
	call := samlCall(`{"a":` + statement("basic", "xs:string=x") + `}`)
	rows := outcomes(t, `[{when: "WHEN", deny: {summary: No.}}]`, `[{assertion: [{op: add, claim: a, value: "VALUE"}]}]`,
		`[{assertion: [`+strings.Repeat(`{op: add, claim: a, value: "dyn(request).data.text"}, `, 5)+`]}]`, call)
	changed := assertion(op("replace", "/subject/nameId", `"y"`))
	rows["rules change something"] = []happening{{rules: `[{assertion: [{op: replace, path: /subject/nameId, value: "'y'"}]}]`, body: call, want: answered(first, changed)}}
	rows[noMatch] = []happening{{rules: `[{when: "false", deny: {summary: No.}}]`, body: call, want: nothing}}
	rows[notThere] = []happening{{rules: `[{assertion: [{op: replace, claim: b, value: "1"}, {op: replace, path: /subject/nameId, value: "'y'"}]}]`, body: call,
		want: answered(skipping("assertion /claims/b"), changed)}}
	rows[denies] = []happening{{rules: `[{deny: {summary: No.}}]`, body: call,
		want: `{"commands":[],"error":{"errorSummary":"No."},"debugContext":{"hookline":{"rules":["rules[0]"]}}}`}}
	failed := func(patch, problem string) happening {
		return happening{rules: `[{assertion: [{` + patch + `}]}]`, body: call, code: hook.ExpressionFailed,
			wantError: `expression_failed: rule "rules[0]": assertion[0].value: ` + problem}
	}
	const structure = "must be a string, a number, a boolean or a list of them; an attribute of an assertion has no structure"
	const isNull = "is null, which no attribute can be; say what is meant instead, such as user.profile.?title.orValue('')"
	value := "a value is no attribute: null, a map, a list in a list"
	for _, op := range []string{"add", "replace"} {
		rows[value] = append(rows[value], failed(`op: `+op+`, claim: a, value: "null"`, isNull),
			failed(`op: `+op+`, claim: a, value: "user.profile.title"`, isNull),
			failed(`op: `+op+`, claim: a, value: "['x', null]"`, isNull),
			failed(`op: `+op+`, claim: a, value: "user.profile.home"`, structure),
			failed(`op: `+op+`, claim: a, value: "[['x']]"`, structure),
			failed(`op: `+op+`, path: /claims/a/attributeValues/0/value, value: "user.profile.teams"`,
				"evaluate expression: yields list(dyn), but must yield a string, number or boolean"),
			failed(`op: `+op+`, path: /claims/a/attributeValues/0/value, value: "user.profile.title"`, "evaluate expression: yields null: reads a member that is absent"),
			failed(`op: `+op+`, path: /subject/nameId, value: "user.profile.title"`, "evaluate expression: yields null: reads a member that is absent"),
			failed(`op: `+op+`, path: /subject/nameId, value: "user.profile.age"`, "evaluate expression: yields int, but must yield a string"),
			failed(`op: `+op+`, path: /conditions/audienceRestriction/0, value: "user.profile.teams"`, "evaluate expression: yields list(dyn), but must yield a string"),
			failed(`op: `+op+`, path: /claims/a, value: "user.profile.login"`,
				"evaluate expression: yields string, but must yield a whole attribute statement with a list attributeValues, which claim instead of path makes"),
			failed(`op: `+op+`, path: /claims/a, value: "user.profile.home"`,
				"evaluate expression: yields map(dyn, dyn), but must yield a whole attribute statement with a list attributeValues, which claim instead of path makes"))
	}
	lifetime := "a session lifetime is no whole number above 0"
	for _, value := range []string{"0", "-1", "1.5", "'300'", "null", "2147483648"} {
		rows[lifetime] = append(rows[lifetime], failed(`op: add, path: /authentication/sessionLifetime, value: "`+value+`"`,
			"must be a whole number of seconds from 1 to 2147483647; convert a text with int(...)"))
	}
	runPage(t, "saml.md", v1alpha1.SAMLAssertion, rows)
}

func TestEachRowOfTheUserImportPage(t *testing.T) {
	t.Parallel()
	call := importCall(`{"a":"x","none":null}`, `{}`)
	rows := outcomes(t, `[{when: "WHEN", action: CreateUser}]`, `[{profile: {a: "VALUE"}}]`,
		`[{profile: {a: "dyn(request).data.text", b: "dyn(request).data.text", c: "dyn(request).data.text"}, appProfile: {a: "dyn(request).data.text", b: "dyn(request).data.text"}}]`, call)
	rows["rules set attributes or decide"] = []happening{{rules: `[{action: CreateUser}]`, body: call,
		want: answered(first, `{"type":"com.okta.action.update","value":{"result":"CREATE_USER"}}`)}}
	rows[noMatch] = []happening{{rules: `[{when: "false", action: CreateUser}]`, body: call, want: nothing}}
	failed := func(rules, problem string) happening {
		return happening{rules: rules, body: call, code: hook.ExpressionFailed, wantError: `expression_failed: rule "rules[0]": ` + problem}
	}
	const empty = "user: must be the id of a user in Okta, and is empty; link only when there is one"
	rows["the user to link to is empty"] = []happening{
		failed(`[{action: LinkUser, user: "''"}]`, empty),
		failed(`[{action: LinkUser, user: "' '"}]`, empty),
		failed(`[{action: LinkUser, user: "appUser.none"}]`, "user: evaluate expression: yields null: reads a member that is absent"),
	}
	rows[badValue] = append(rows[badValue],
		failed(`[{action: LinkUser, user: "appUser.missing"}]`, "user: evaluate expression (column 8): reads a member that is absent"),
		failed(`[{appProfile: {b: "appUser.missing"}}, {appProfile: {b: "1"}}]`, "appProfile[b]: evaluate expression (column 8): reads a member that is absent"))
	runPage(t, "user-import.md", v1alpha1.UserImport, rows)
}

// runPage has everything happen that a page lists, and nothing else.
func runPage(t *testing.T, page string, kind v1alpha1.HookType, rows map[string][]happening) {
	t.Helper()
	described, _ := hook.TypeByID(kind.OktaID())
	if summary := described.Failure.Response.Error.ErrorSummary; !strings.Contains(strings.Join(strings.Fields(readPage(t, page)), " "), `"`+summary+`"`) {
		t.Errorf("%s does not say what people get to see: %s", page, summary)
	}
	documented := map[string]string{}
	for _, cells := range table(t, page, "what happened") {
		documented[cells[0]] = cells[1]
	}
	if diff := cmp.Diff(slices.Sorted(maps.Keys(rows)), slices.Sorted(maps.Keys(documented))); diff != "" {
		t.Fatalf("what happens in %s (-tests +page):\n%s", page, diff)
	}
	for row, happenings := range rows {
		for _, h := range happenings {
			t.Run(row, func(t *testing.T) {
				t.Parallel()
				h.run(t, kind, documented[row])
			})
		}
	}
}

// run has it happen, and compares what comes of it with the cell of the page that says what is answered.
func (h happening) run(t *testing.T, kind v1alpha1.HookType, answer string) {
	if h.rules != "" {
		h.handle(t, buildAny(t, kind, h.rules))
	}
	if h.code == "" {
		if isError := strings.Contains(h.want, `"error":`); isError != strings.Contains(answer, "error") || !strings.HasPrefix(answer, "200") {
			t.Errorf("the page says %q, but the answer is %s", answer, h.want)
		}
		return
	}
	if want := "200 error (" + string(h.code) + ")"; !strings.HasPrefix(answer, want) {
		t.Errorf("the page says %q, want %q", answer, want)
	}
	described, _ := hook.TypeByID(kind.OktaID())
	onFailure := described.OnFailure(h.code)
	if onFailure.Status != 200 || onFailure.Response == nil || onFailure.Response.Error == nil || len(onFailure.Response.Commands) > 0 {
		t.Errorf("a failure is answered with %+v, want 200 and an error object alone", onFailure)
	}
}

func (h happening) handle(t *testing.T, handler hook.Handler) {
	t.Helper()
	ctx := h.ctx
	if ctx == nil {
		ctx = t.Context()
	}
	response, err := handler.Handle(ctx, decode(t, h.body))
	switch {
	case h.wantError != "":
		if response != nil || err == nil || err.Error() != h.wantError || hook.CodeOf(err) != h.code {
			t.Errorf("got %+v and\n     %v\nwant %s", response, err, h.wantError)
		}
	case h.code == hook.ResponseInvalid:
		if err == nil {
			_, err = response.Encode()
		}
		if !errors.Is(err, hook.ErrResponseTooLarge) {
			t.Errorf("got %v, want %v", err, hook.ErrResponseTooLarge)
		}
	case err != nil:
		t.Error(err)
	default:
		if got := encode(t, response); got != h.want {
			t.Errorf("\n got %s\nwant %s", got, h.want)
		}
	}
}

// table gives the rows of the table of a page whose first heading is this, without marks.
func table(t *testing.T, page, heading string) [][]string {
	t.Helper()
	text := readPage(t, page)
	_, rest, found := strings.Cut(text, "| "+heading+" |")
	if !found {
		t.Fatalf("%s has no table that begins with %q", page, heading)
	}
	rest, _, _ = strings.Cut(rest, "\n\n")
	var rows [][]string
	for line := range strings.Lines(rest) {
		if strings.HasPrefix(line, "| ") {
			rows = append(rows, strings.Split(strings.Trim(withoutMarks(line), "| \n"), " | "))
		}
	}
	return rows
}

// withoutMarks is a line without what Markdown makes of it.
func withoutMarks(line string) string {
	for {
		before, rest, isLink := strings.Cut(line, "](")
		_, after, ends := strings.Cut(rest, ")")
		if !isLink || !ends {
			return strings.NewReplacer("`", "", "*", "").Replace(line)
		}
		from := strings.LastIndex(before, "[")
		line = before[:from] + before[from+1:] + after
	}
}

func readPage(t testing.TB, page string) string {
	t.Helper()
	text, err := os.ReadFile("../../docs/" + page)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
