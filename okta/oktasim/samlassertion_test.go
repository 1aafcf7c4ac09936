package oktasim

import (
	"encoding/json"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func exampleAssertion(t *testing.T) assertion {
	t.Helper()
	return assertion{
		Subject:        assertionSubject{"a@example.com", "format", assertionConfirmation{"bearer", assertionConfirmationData{"https://sp"}}},
		Authentication: assertionAuthentication{SessionIndex: "id1", AuthnContext: assertionContext{"class"}},
		Conditions:     assertionConditions{[]string{"urn:sp"}},
		Claims: map[string]assertionClaim{
			"role": {claimAttributes{"basic"}, []assertionValue{{valueAttributes{"xs:string"}, "admin"}}},
		},
		Lifetime: assertionLifetime{300},
	}
}

func assertionPatch(operations string) command {
	return command{kind: commandAssertionPatch, value: json.RawMessage(operations)}
}

// statement is an attribute statement that patches add, as JSON.
const statement = `{"attributes":{"NameFormat":"uri"},"attributeValues":[{"attributes":{"xsi:type":"xs:string"},"value":"v"}]}`

var stated = assertionClaim{claimAttributes{"uri"}, []assertionValue{{valueAttributes{"xs:string"}, "v"}}}

// assertionPatches is what each patch comes to: a change, or none for a reason.
var assertionPatches = map[string]struct {
	operations string
	change     func(*assertion)
	err        error
}{
	"an attribute statement":    {`[{"op":"add","path":"/claims/new","value":` + statement + `}]`, func(a *assertion) { a.Claims["new"] = stated }, nil},
	"one whose name is a URI":   {`[{"op":"add","path":"/claims/http:~1~1x.test~1~0y","value":` + statement + `}]`, func(a *assertion) { a.Claims["http://x.test/~y"] = stated }, nil},
	"one that is there already": {`[{"op":"add","path":"/claims/role","value":` + statement + `}]`, func(a *assertion) { a.Claims["role"] = stated }, nil},
	"a further value": {`[{"op":"add","path":"/claims/role/attributeValues/-","value":{"value":"w"}}]`, func(a *assertion) {
		a.Claims["role"] = assertionClaim{a.Claims["role"].Attributes, append(a.Claims["role"].Values, assertionValue{Value: "w"})}
	}, nil},
	"another value":                      {`[{"op":"replace","path":"/claims/role/attributeValues/0/value","value":"w"}]`, func(a *assertion) { a.Claims["role"].Values[0].Value = "w" }, nil},
	"another subject":                    {`[{"op":"replace","path":"/subject/nameId","value":"b"}]`, func(a *assertion) { a.Subject.NameID = "b" }, nil},
	"another recipient":                  {`[{"op":"replace","path":"/subject/confirmation/data/recipient","value":"b"}]`, func(a *assertion) { a.Subject.Confirmation.Data.Recipient = "b" }, nil},
	"another audience":                   {`[{"op":"replace","path":"/conditions/audienceRestriction","value":["b","c"]}]`, func(a *assertion) { a.Conditions.AudienceRestriction = []string{"b", "c"} }, nil},
	"another context":                    {`[{"op":"replace","path":"/authentication/authnContext","value":{"authnContextClassRef":"b"}}]`, func(a *assertion) { a.Authentication.AuthnContext.ClassRef = "b" }, nil},
	"a session lifetime":                 {`[{"op":"add","path":"/authentication/sessionLifetime","value":600}]`, func(a *assertion) { a.Authentication.SessionLifetime = 600 }, nil},
	"a lifetime added and replaced":      {`[{"op":"add","path":"/authentication/sessionLifetime","value":600},{"op":"replace","path":"/authentication/sessionLifetime","value":700}]`, func(a *assertion) { a.Authentication.SessionLifetime = 700 }, nil},
	"a member that assertions have not":  {`[{"op":"add","path":"/claims/role/other","value":1}]`, func(*assertion) {}, nil},
	"a remove":                           {`[{"op":"remove","path":"/claims/role"}]`, nil, errUnknownOp},
	"a replaced statement not there":     {`[{"op":"replace","path":"/claims/new","value":` + statement + `}]`, nil, errNoTarget},
	"a replaced value not there":         {`[{"op":"replace","path":"/claims/role/attributeValues/1/value","value":"w"}]`, nil, errBadIndex},
	"a replaced lifetime not there":      {`[{"op":"replace","path":"/authentication/sessionLifetime","value":600}]`, nil, errNoTarget},
	"a value of what is not there":       {`[{"op":"add","path":"/claims/new/attributeValues/-","value":{"value":"w"}}]`, nil, errNoParent},
	"an added subject":                   {`[{"op":"add","path":"/subject/nameId","value":"b"}]`, nil, errAddPath},
	"an added audience":                  {`[{"op":"add","path":"/conditions/audienceRestriction/-","value":"b"}]`, nil, errAddPath},
	"an added claim without a name":      {`[{"op":"add","path":"/claims/","value":` + statement + `}]`, nil, errAddPath},
	"the assertion's lifetime":           {`[{"op":"replace","path":"/lifetime/expiration","value":600}]`, nil, errReplacePath},
	"all claims at once":                 {`[{"op":"replace","path":"/claims","value":{}}]`, nil, errReplacePath},
	"a path that is no pointer":          {`[{"op":"replace","path":"subject/nameId","value":"b"}]`, nil, errNoPointer},
	"a subject that is no text":          {`[{"op":"replace","path":"/subject/nameId","value":7}]`, nil, errNoAssertion},
	"a value that is no text":            {`[{"op":"replace","path":"/claims/role/attributeValues/0/value","value":true}]`, nil, errNoAssertion},
	"a statement that is a text":         {`[{"op":"add","path":"/claims/new","value":"v"}]`, nil, errNoAssertion},
	"a lifetime in text":                 {`[{"op":"add","path":"/authentication/sessionLifetime","value":"600"}]`, nil, errNoAssertion},
	"a lifetime without end":             {`[{"op":"add","path":"/authentication/sessionLifetime","value":9223372036854775807}]`, nil, errNoLifetime},
	"a lifetime of nothing":              {`[{"op":"add","path":"/authentication/sessionLifetime","value":0}]`, nil, errNoLifetime},
	"a statement in other letters":       {`[{"op":"add","path":"/claims/new","value":{"attributevalues":[{"value":"w"}]}}]`, nil, errNoAssertion},
	"a value that is missing":            {`[{"op":"add","path":"/claims/new","value":{"attributeValues":[{}]}}]`, nil, errNoAssertion},
	"an add without a value":             {`[{"op":"add","path":"/claims/new"}]`, nil, errNoValue},
	"good operations before a bad one":   {`[{"op":"replace","path":"/subject/nameId","value":"b"},{"op":"remove","path":"/claims/role"}]`, nil, errUnknownOp},
	"operations that are not operations": {`[7]`, nil, errNoOperation},
}

func TestAssertionPatches(t *testing.T) {
	t.Parallel()
	for name, tc := range assertionPatches {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			want := exampleAssertion(t)
			if tc.change != nil {
				tc.change(&want)
			}
			got, skipped := exampleAssertion(t).applyCommands([]command{assertionPatch(tc.operations)})
			if err := errors.Join(skipped...); !errors.Is(err, tc.err) || len(skipped) > 1 {
				t.Errorf("skipped: got %v, want %v", skipped, tc.err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("assertion (-want +got):\n%s", diff)
			}
		})
	}
}

func TestBadAssertionCommandIsSkippedAlone(t *testing.T) {
	t.Parallel()
	got, skipped := exampleAssertion(t).applyCommands([]command{
		assertionPatch(`[{"op":"replace","path":"/subject/nameId","value":"b"}]`),
		assertionPatch(`[{"op":"replace","path":"/subject/nameFormat","value":"f"},{"op":"replace","path":"/claims/secret","value":"v"}]`),
		{kind: commandIdentityPatch, value: json.RawMessage(`[]`)},
		assertionPatch(`[{"op":"add","path":"/authentication/sessionLifetime","value":60}]`),
	})
	want := exampleAssertion(t)
	want.Subject.NameID, want.Authentication.SessionLifetime = "b", 60
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("assertion (-want +got):\n%s", diff)
	}
	text := "Skipped because they could not be applied: " +
		"command 2 (com.okta.assertion.patch): operation 2 (replace /claims/secret): the target does not exist; " +
		"command 3 (com.okta.identity.patch): there is no such command"
	if got := skippedSome(skipped); got != text {
		t.Errorf("text: got  %s\nwant %s", got, text)
	}
}

func TestOktasSAMLRepliesOnOktasSAMLRequest(t *testing.T) {
	t.Parallel()
	const uri = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/"
	value := func(format, kind, text string) assertionClaim {
		return assertionClaim{claimAttributes{format}, []assertionValue{{valueAttributes{kind}, text}}}
	}
	const basic = "urn:oasis:names:tc:SAML:2.0:attrname-format:basic"
	for name, change := range map[string]func(*assertion){
		"SAMLHookResponseExample": func(a *assertion) {
			a.Claims["array"].Values[1].Value = "replacementValue"
			a.Authentication = assertionAuthentication{"exampleSession", 300, assertionContext{"replacementValue"}}
			a.Claims["extPatientId"] = value(basic, "xs:string", "4321")
		},
		"SAMLHookResponseWithURIFormat": func(a *assertion) {
			// The example has attributes inside of attributes, where no format is.
			a.Claims[uri+"foo"] = value("", "xs:string", "replacementValue")
			a.Claims[uri+"bar"] = value(basic, "xs:string", "bearer")
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tree, err := decodeTree(oktaExample(t, "SAMLPayLoadExample"))
			if err != nil {
				t.Fatal(err)
			}
			given, err := decodeAssertion(tree.(map[string]any)["data"].(map[string]any)["assertion"])
			if err != nil {
				t.Fatal(err)
			}
			given.Claims[uri+"foo"] = value("unspecified", "xs:string", "old") // which one of the replies is about
			answer, err := parseReply(hookTypes[typeSAML], 200, oktaExample(t, name))
			if err != nil {
				t.Fatal(err)
			}
			got, skipped := given.applyCommands(answer.commands)
			if len(skipped) > 0 {
				t.Errorf("skipped: %v", skipped)
			}
			change(&given)
			if diff := cmp.Diff(given, got); diff != "" {
				t.Errorf("assertion (-want +got):\n%s", diff)
			}
		})
	}
}

func TestSessionTellsHowTheUserSignedIn(t *testing.T) {
	t.Parallel()
	plain, strong := session{amr: []string{amrPassword}}, session{amr: []string{amrPassword, amrMFA, smsFactor.amr, "NEW_WAY"}}
	if got := strong.amrClaim(); !slices.Equal(got, []string{"pwd", "mfa", "sms"}) {
		t.Errorf("claim: got %v", got)
	}
	if plain.view("00o").MFAActive || !strong.view("00o").MFAActive {
		t.Error("mfaActive is not about a second factor")
	}
}

func TestVouchersEnd(t *testing.T) {
	t.Parallel()
	now := time.Unix(1000, 0)
	var v vouchers[int]
	v.put("a", 1, now.Add(time.Second))
	v.put("b", 2, now.Add(time.Minute))
	if _, found := v.take("a", now.Add(time.Second)); found {
		t.Error("an expired one was taken")
	}
	if got, found := v.peek("b", now); !found || got != 2 {
		t.Errorf("peek: %d, %v", got, found)
	}
	v.extend("b", now.Add(time.Hour))
	if got, found := v.take("b", now.Add(time.Minute)); !found || got != 2 {
		t.Errorf("take: %d, %v", got, found)
	}
	if _, found := v.take("b", now); found {
		t.Error("one was taken twice")
	}
	for i := range 3 * vouchersKept {
		v.put(randomText(8), i, now.Add(time.Hour))
	}
	if len(v.issued) > vouchersKept || len(v.byText) > vouchersKept {
		t.Errorf("kept: %d and %d", len(v.issued), len(v.byText))
	}
}
