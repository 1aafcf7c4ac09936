package expr_test

import (
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/hookline/hookline/api/v1alpha1"
	"github.com/hookline/hookline/runtime/expr"
)

// handlerCase is a handler and what CheckHandler says about it.
type handlerCase struct {
	name    string
	of      v1alpha1.HookType
	handler *v1alpha1.Handler
	want    []string
}

func checkHandlers(t *testing.T, cases []handlerCase) {
	t.Helper()
	t.Parallel()
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			var got []string
			for _, err := range expr.CheckHandler(tc.of, tc.handler) {
				got = append(got, err.Error())
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

func TestCheckHandlerFindsEveryExpression(t *testing.T) {
	checkHandlers(t, []handlerCase{
		{"no handler has none", v1alpha1.Registration, nil, nil},
		{"an external handler has none", v1alpha1.Telephony,
			&v1alpha1.Handler{External: &v1alpha1.ExternalHandler{URL: "https://hooks.example/x"}}, nil},
		{"a password import without a user name has none", v1alpha1.PasswordImport,
			&v1alpha1.Handler{PasswordImport: &v1alpha1.PasswordImportHandler{}}, nil},
		{"a user name that is right", v1alpha1.PasswordImport, &v1alpha1.Handler{PasswordImport: &v1alpha1.PasswordImportHandler{
			Username: "request.data.context.credential.username"}}, nil},
		{"a user name that is no text", v1alpha1.PasswordImport,
			&v1alpha1.Handler{PasswordImport: &v1alpha1.PasswordImportHandler{Username: "1"}},
			[]string{`handler.passwordImport.username: Invalid value: "1": yields int, but must yield a string; convert it with string(...)`}},
		{"rules and profiles, in order", v1alpha1.Registration, &v1alpha1.Handler{Registration: &v1alpha1.RegistrationHandler{
			Rules: []v1alpha1.RegistrationRule{
				{Name: "fine", When: "user.email.endsWith('@example.com')", Allow: &v1alpha1.RegistrationAllowed{}},
				{Name: "wrong", When: "usr.vip", Profile: map[string]v1alpha1.Expression{"b": "b'x'", "a": "1 +", "c": "1"}},
			}}},
			[]string{
				`handler.registration.rules[1].when: Invalid value: "usr.vip": column 1: there is no variable usr, only request, user and update`,
				`handler.registration.rules[1].profile[a]: Invalid value: "1 +": column 4: is no CEL: it ends where something must follow`,
				`handler.registration.rules[1].profile[b]: Invalid value: "b'x'": yields bytes, which is no JSON; convert it with string(...)`,
			}},
		{"user import, in order", v1alpha1.UserImport, &v1alpha1.Handler{UserImport: &v1alpha1.UserImportHandler{Rules: []v1alpha1.UserImportRule{
			{When: "appUser.department == 'Finance'", Profile: map[string]v1alpha1.Expression{"b": "usr.a", "a": "user.a"},
				AppProfile: map[string]v1alpha1.Expression{"c": "appusr.c"}, Action: v1alpha1.ActionLinkUser, User: "17"},
		}}}, []string{
			`handler.userImport.rules[0].profile[b]: Invalid value: "usr.a": column 1: there is no variable usr, only request, appUser and user`,
			`handler.userImport.rules[0].appProfile[c]: Invalid value: "appusr.c": column 1: there is no variable appusr, only request, appUser and user`,
			`handler.userImport.rules[0].user: Invalid value: "17": yields int, but must yield a string; convert it with string(...)`,
		}},
		{"what ends in an error for every call", v1alpha1.Registration, &v1alpha1.Handler{Registration: &v1alpha1.RegistrationHandler{
			Rules: []v1alpha1.RegistrationRule{{When: "{'a': true}.b"}, {When: "dyn('a')"}}}},
			[]string{
				`handler.registration.rules[0].when: Invalid value: "{'a': true}.b": ends in an error for every call: (column 12): reads a member that is absent`,
				`handler.registration.rules[1].when: Invalid value: "dyn('a')": ends in an error for every call: yields string, but must yield a boolean`,
			}},
		{"what Okta would not carry out is told anyway", v1alpha1.Registration, &v1alpha1.Handler{Token: &v1alpha1.TokenHandler{
			Rules: []v1alpha1.TokenRule{{IDToken: []v1alpha1.TokenPatch{{Op: "add", Claim: "iss", Value: "1 +"}}}}}},
			[]string{`handler.token.rules[0].idToken[0].claim: Invalid value: "iss": is a claim of Okta's own, and no hook can change it in an ID token; use another name`}},
		{"a handler of another type is refused as a whole elsewhere", v1alpha1.Telephony,
			&v1alpha1.Handler{PasswordImport: &v1alpha1.PasswordImportHandler{Username: "1 +"}}, nil},
	})
}

func TestCheckHandlerFindsExpressionsOfProviders(t *testing.T) {
	checkHandlers(t, []handlerCase{
		{"an http provider, routes and the message, in order", v1alpha1.Telephony, &v1alpha1.Handler{Telephony: telephony(
			v1alpha1.HTTPProvider{Request: "{'to': send.phoneNumbr}", Sent: "response.status", TransactionID: "send.expiresIn"},
			"user.profile.vip", "message.otpCode + 1")},
			[]string{
				`handler.telephony.providers[1].http.request: Invalid value: "{'to': send.phoneNumbr}": column 12: there is no member phoneNumbr in send, ` +
					`only channel, phoneNumber, country, text, code, language, from, expiresIn and eventID`,
				`handler.telephony.providers[1].http.sent: Invalid value: "response.status": yields int, but must yield a boolean; compare it with something`,
				`handler.telephony.providers[1].http.transactionID: Invalid value: "send.expiresIn": yields int, but must yield a string; convert it with string(...)`,
				`handler.telephony.routes[1].when: Invalid value: "user.profile.vip": column 5: there is no member profile in user, ` +
					`only firstName, lastName, login and userId; if Okta has added it since, write dyn(user).profile`,
				`handler.telephony.message: Invalid value: "message.otpCode + 1": column 17: + can't be used with (string, int)`,
			}},
		{"an http provider that is right", v1alpha1.Telephony, &v1alpha1.Handler{Telephony: telephony(v1alpha1.HTTPProvider{
			Request: "{'to': send.phoneNumber}", Sent: "response.status < 300", TransactionID: "response.body.id"}, "", "")}, nil},
		{"an http provider that does not look at anything", v1alpha1.Telephony, &v1alpha1.Handler{Telephony: telephony(v1alpha1.HTTPProvider{
			Request: "{'to': '+4721000000'}", Sent: "true"}, "", "")},
			[]string{
				`handler.telephony.providers[1].http.request: Invalid value: "{'to': '+4721000000'}": is the same for every message; ` +
					`name what is to be sent, such as {'to': send.phoneNumber, 'text': send.text}`,
				`handler.telephony.providers[1].http.sent: Invalid value: "true": is the same for every answer; ` +
					`ask for what tells that the message was taken, such as response.status == 202`,
			}},
	})
}

func TestCheckHandlerFindsWhatOktaWouldNotCarryOut(t *testing.T) {
	checkHandlers(t, []handlerCase{
		{"patches of tokens, in order and with their paths", v1alpha1.Token, &v1alpha1.Handler{Token: &v1alpha1.TokenHandler{Rules: []v1alpha1.TokenRule{
			{When: "request.data.identity.claims.vip", IDToken: []v1alpha1.TokenPatch{
				{Op: "add", Path: "/claims/sub", Value: "user.nam"},
				{Op: "remove", Claim: "iss"},
				{Op: "add", Claim: "department", Value: "user.profile.department"},
			}},
			{When: "user", AccessToken: []v1alpha1.TokenPatch{
				{Op: "replace", Path: v1alpha1.LifetimePath, Value: "60"},
				{Op: "replace", Path: v1alpha1.LifetimePath, Value: "'3600'"},
				{Op: "replace", Path: v1alpha1.LifetimePath, Value: "24 * 3600"},
				{Op: "replace", Path: v1alpha1.LifetimePath, Value: "user.profile.lifetime"},
				{Op: "add", Claim: "since", Value: "timestamp(request.eventTime)"},
			}},
		}}}, []string{
			`handler.token.rules[0].idToken[0].path: Invalid value: "/claims/sub": is a claim of Okta's own, and no hook can change it in an ID token; ` +
				`use another name, or change it under accessToken`,
			`handler.token.rules[0].idToken[0].value: Invalid value: "user.nam": column 5: there is no member nam in user, ` +
				`only id, passwordChanged, profile and _links; if Okta has added it since, write dyn(user).nam`,
			`handler.token.rules[0].idToken[1].claim: Invalid value: "iss": is a claim of Okta's own, and no hook can change it in an ID token; use another name`,
			`handler.token.rules[1].when: Invalid value: "user": yields object(user), but must yield a boolean; compare it with something`,
			`handler.token.rules[1].accessToken[0].value: Invalid value: "60": yields 60, and a lifetime here has from 300 to 86400 seconds`,
			`handler.token.rules[1].accessToken[1].value: Invalid value: "'3600'": yields string, but must yield an integer; convert it with int(...)`,
			`handler.token.rules[1].accessToken[4].value: Invalid value: "timestamp(request.eventTime)": yields timestamp, which is no JSON; convert it with string(...)`,
		}},
		{"patches of assertions, in order and with their paths", v1alpha1.SAMLAssertion, &v1alpha1.Handler{SAML: &v1alpha1.SAMLHandler{Rules: []v1alpha1.SAMLRule{
			{When: "1", Assertion: []v1alpha1.SAMLPatch{
				{Op: "add", Claim: "role", Value: "user.profile"},
				{Op: "add", Claim: "role", Value: "user.profile.roles"},
				{Op: "add", Path: "/claims/role", Value: "'nurse'"},
				{Op: "replace", Path: "/claims/role/attributeValues/0/value", Value: "null"},
				{Op: "replace", Path: "/lifetime/expiration", Value: "1 +"},
				{Op: "add", Path: "/authentication/sessionLifetime", Value: "0"},
				{Op: "add", Path: "/authentication/sessionLifetime", Value: "300"},
				{Op: "replace", Path: "/subject/nameId", Value: "user.profile.login"},
				{Op: "replace", Path: "/claims/role/attributes", Value: "{'NameFormat': 'urn:x'}"},
				{Op: "replace", Path: "/claims/role/attributes", Value: "'urn:x'"},
				{Op: "replace", Path: "/claims/role/attributes/NameFormat", Value: "'urn:x'"},
				{Op: "replace", Path: "/claims/role/attributes/NameFormat", Value: "7"},
				{Op: "add", Path: "/claims/role", Value: "{'attributes': {}}"},
				{Op: "add", Path: "/claims/role", Value: "{'attributeValues': []}"},
				{Op: "replace", Path: "/claims/role/attributeValues/0/value", Value: "['nurse']"},
				{Op: "replace", Path: "/subject/nameId", Value: "null"},
				{Op: "replace", Path: "/subject/confirmation/data/recipient", Value: "1 + 1"},
				{Op: "add", Path: "/conditions/audienceRestriction/-", Value: "['urn:x']"},
				{Op: "replace", Path: "/authentication/authnContext", Value: "{'authnContextClassRef': 'urn:x'}"},
			}},
		}}}, []string{
			`handler.saml.rules[0].when: Invalid value: "1": yields int, but must yield a boolean; compare it with something`,
			`handler.saml.rules[0].assertion[0].value: Invalid value: "user.profile": yields map(string, dyn), but must yield a string, number or boolean, or a list of them`,
			`handler.saml.rules[0].assertion[2].value: Invalid value: "'nurse'": yields string, but must yield a whole attribute statement with a list attributeValues, ` +
				`which claim instead of path makes`,
			`handler.saml.rules[0].assertion[3].value: Invalid value: "null": yields null, but must yield a string, number or boolean`,
			`handler.saml.rules[0].assertion[4].path: Invalid value: "/lifetime/expiration": is no place of an assertion that a hook can change: ` +
				`write one under /claims, /subject, /authentication or /conditions, such as /subject/nameId`,
			`handler.saml.rules[0].assertion[4].value: Invalid value: "1 +": column 4: is no CEL: it ends where something must follow`,
			`handler.saml.rules[0].assertion[5].value: Invalid value: "0": yields 0, and a lifetime here has from 1 to 2147483647 seconds`,
			`handler.saml.rules[0].assertion[9].value: Invalid value: "'urn:x'": yields string, but must yield a map`,
			`handler.saml.rules[0].assertion[11].value: Invalid value: "7": yields int, but must yield a string; convert it with string(...)`,
			`handler.saml.rules[0].assertion[12].value: Invalid value: "{'attributes': {}}": ends in an error for every call: ` +
				`yields map(dyn, dyn), but must yield a whole attribute statement with a list attributeValues, which claim instead of path makes`,
			`handler.saml.rules[0].assertion[14].value: Invalid value: "['nurse']": yields list(string), but must yield a string, number or boolean`,
			`handler.saml.rules[0].assertion[15].value: Invalid value: "null": yields null, but must yield a string`,
			`handler.saml.rules[0].assertion[16].value: Invalid value: "1 + 1": yields int, but must yield a string; convert it with string(...)`,
			`handler.saml.rules[0].assertion[17].value: Invalid value: "['urn:x']": yields list(string), but must yield a string`,
		}},
	})
}

func TestALinkToNobodyIsRefused(t *testing.T) {
	t.Parallel()
	for user, want := range map[string]string{
		"' '": `handler.userImport.rules[0].user: Invalid value: "' '": yields nothing, and must be the id of a user in Okta`,
		"''":  `handler.userImport.rules[0].user: Invalid value: "''": yields nothing, and must be the id of a user in Okta`,
		// What it yields, only the call shows.
		"'00u1'": "", "appUser.oktaId": "",
	} {
		errs := expr.CheckHandler(v1alpha1.UserImport, &v1alpha1.Handler{UserImport: &v1alpha1.UserImportHandler{
			Rules: []v1alpha1.UserImportRule{{Action: v1alpha1.ActionLinkUser, User: user}}}})
		if got := errs.ToAggregate(); (got == nil) != (want == "") || got != nil && got.Error() != want {
			t.Errorf("%s: got %v, want %s", user, got, want)
		}
	}
}

// telephony is a handler with a provider that has no expressions, an http provider and two routes.
func telephony(provider v1alpha1.HTTPProvider, when, message string) *v1alpha1.TelephonyHandler {
	return &v1alpha1.TelephonyHandler{
		Providers: []v1alpha1.TelephonyProvider{{Name: "twilio", Twilio: &v1alpha1.TwilioProvider{}}, {Name: "own", HTTP: &provider}},
		Routes:    []v1alpha1.TelephonyRoute{{When: "message.deliveryChannel == 'SMS'"}, {When: when}},
		Message:   message,
	}
}

// TestTheMessagesOfThePageAreReal makes the mistakes that docs/expressions.md shows.
func TestTheMessagesOfThePageAreReal(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../docs/expressions.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, errs := range []field.ErrorList{
		expr.CheckHandler(v1alpha1.Registration, &v1alpha1.Handler{Registration: &v1alpha1.RegistrationHandler{
			Rules: []v1alpha1.RegistrationRule{{When: "usr.email.endsWith('@example.com')"}}}}),
		expr.CheckHandler(v1alpha1.Token, &v1alpha1.Handler{Token: &v1alpha1.TokenHandler{
			Rules: []v1alpha1.TokenRule{{When: "request.data.context.protocol.client.idd == '0oa1'"}}}}),
	} {
		if len(errs) != 1 || !strings.Contains(string(page), "\n"+errs[0].Error()+"\n") {
			t.Errorf("the page does not have %v", errs)
		}
	}
}
