package expr_test

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/hookline/hookline/runtime/expr"
	"github.com/hookline/hookline/runtime/hook"
)

// accessOnly is a token call without an ID token, and with what Okta may leave out as null.
const accessOnly = `{
	"eventId": "e3", "eventType": "com.okta.oauth2.tokens.transform", "source": null, "added": {"later": 1},
	"data": {
		"context": {
			"protocol": {"client": {"id": "c1"}, "request": {"scope": "a b"}},
			"session": {"amr": ["PASSWORD"], "mfaActive": true, "idp": null, "login": 7},
			"user": {"id": "u1", "profile": {"login": "rosario", "title": null}, "risk": "LOW"}
		},
		"access": {"claims": {"groups": ["medical"]}, "token": {"lifetime": {"expiration": 3600}}}
	}
}`

func compileFor(t testing.TB, typeID, source string, want expr.Kind) *expr.Program {
	t.Helper()
	program, err := environment(t, typeID).Compile(source, want)
	if err != nil {
		t.Fatalf("compile %s: %v", source, err)
	}
	return program
}

func TestMisusedMembersAreToldInWordsThatHelp(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ name, typeID, source, want string }{
		{"a misspelt member of the request", hook.Token, "request.dta == null",
			"column 8: there is no member dta in request, only eventId, eventTime, eventType, eventTypeVersion, cloudEventVersion, " +
				"contentType, source and data; if Okta has added it since, write dyn(request).dta"},
		{"a misspelt member of a shorthand", hook.Telephony, "message.phoneNumer.startsWith('+')",
			"column 8: there is no member phoneNumer in message, only msgTemplate, phoneNumber, otpExpires, deliveryChannel, otpCode " +
				"and locale; if Okta has added it since, write dyn(message).phoneNumer"},
		{"a misspelt member deep down", hook.Token, "request.data.context.protocol.client.idd == 'a'",
			"column 37: there is no member idd in request.data.context.protocol.client, only id, name and type; " +
				"if Okta has added it since, write dyn(request.data.context.protocol.client).idd"},
		{"a misspelt member on the way", hook.SAMLAssertion, "request.data.asertion.subject.nameId == 'a'",
			"column 13: there is no member asertion in request.data, only context and assertion; " +
				"if Okta has added it since, write dyn(request.data).asertion"},
		{"a misspelt member in has()", hook.Token, "has(request.data.idtoken)",
			"column 4: there is no member idtoken in request.data, only context, identity, access and refresh_token; " +
				"if Okta has added it since, write dyn(request.data).idtoken"},
		{"a misspelt optional member", hook.Token, "user.?profil.?login.orValue('') == 'a'",
			"column 5: there is no member profil in user, only id, passwordChanged, profile and _links; " +
				"if Okta has added it since, write dyn(user).profil"},
		{"a misspelt member of an optional object", hook.Token, "request.data.?context.?usr.?id.orValue('') == 'a'",
			"column 22: there is no member usr in request.data.context, only request, protocol, session, user and policy; " +
				"if Okta has added it since, write dyn(request.data.context).usr"},
		{"a misspelt member of a name of the author's own", hook.Token, "cel.bind(s, request.data.context.session, s.mfa)",
			"column 44: there is no member mfa in s, only id, userId, login, createdAt, expiresAt, status, lastPasswordVerification, " +
				"amr, idp and mfaActive; if Okta has added it since, write dyn(s).mfa"},
		{"a misspelt member of a long name", hook.Token, "cel.bind(sessionOfThePersonWhoSignsInToTheAppThatAsks, request.data.context.session.idp, " +
			"sessionOfThePersonWhoSignsInToTheAppThatAsks.name)",
			"column 134: there is no member name in request.data.context.session.idp, only id and type; " +
				"if Okta has added it since, write dyn(request.data.context.session.idp).name"},
		{"a misspelt member of what no name stands for", hook.Token, "[user][0].profil == {}",
			"column 10: there is no member profil in user, only id, passwordChanged, profile and _links; " +
				"if Okta has added it since, write dyn(user).profil"},
		{"a member that this type does not have", hook.UserImport, "request.data.context.request.ipAddress == 'a'",
			"column 21: there is no member request in request.data.context, only conflicts, application, job, matches and policy; " +
				"if Okta has added it since, write dyn(request.data.context).request"},
		{"a member of data is not a variable", hook.Token, "identity.claims.email == 'a'",
			"column 1: there is no variable identity, only request and user; write request.data.identity"},
		{"an object is no map", hook.Token, "request.data['access'] == {}",
			"column 13: [] can't be used with (object(request.data), string); members of request.data are written with a dot, " +
				"and dyn(request.data) is a map"},
		{"a loop over an object", hook.Token, "user.exists(name, name == 'id')",
			"column 1: a loop goes over a list or a map, not over object(user); members of user are written with a dot, and dyn(user) is a map"},
		{"a search in an object", hook.Token, "'id' in user",
			"column 6: in can't be used with (string, object(user)); members of user are written with a dot, and dyn(user) is a map"},
		{"the length of an object", hook.Token, "size(user) == 1",
			"column 5: there is no size(object(user)); docs/expressions.md lists the functions; members of user are written with a dot, " +
				"and dyn(user) is a map"},
		{"an object or a map", hook.Token, "request.data.?identity.orValue({}) == {}",
			"column 31: there is no orValue(map(dyn, dyn)) for optional(object(request.data.identity)); docs/expressions.md lists the " +
				"functions; members of request.data.identity are written with a dot, and dyn(request.data.identity) is a map"},
		{"an object in a text", hook.Token, "'%s'.format([user]) == ''",
			"column 14: a value does not fit its place in the format; write dyn(...) around an object"},
		{"a text beside a number", hook.Telephony, "message.otpCode > 1000", "column 17: > can't be used with (string, int)"},
		{"a text beside a number, which no code is", hook.Telephony, "message.otpCode == 4711", "column 17: == can't be used with (string, int)"},
		{"a number beside a text", hook.Token, "request.data.access.token.lifetime.expiration.startsWith('3')",
			"column 57: there is no startsWith(string) for int; docs/expressions.md lists the functions"},
		{"a member of a text", hook.Token, "request.eventId.id == 'a'", "column 16: string has no members"},
		{"a condition that is a text", hook.Telephony, "message.otpCode && true",
			"column 8: string stands where a boolean is needed; compare it with something"},
		{"an open object beside null", hook.Token, "user.profile == null",
			"column 14: == can't be used with (map(string, dyn), null); ask with has(...) whether it is there"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			_, err := environment(t, tc.typeID).Compile(tc.source, expr.JSON)
			if got := errorText(err); got != tc.want {
				t.Errorf("\n got %s\nwant %s", got, tc.want)
			}
		})
	}
}

func TestTypedObjectsAreReadLikeMaps(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name, source string
		want         any
	}{
		{"a member", "user.id", "u1"},
		{"a member of an open object", "user.profile.login", "rosario"},
		{"a number", "request.data.access.token.lifetime.expiration * 2", int64(7200)},
		{"a boolean", "request.data.context.session.mfaActive ? 'strong' : 'weak'", "strong"},
		{"a list", "request.data.context.session.amr.exists(a, a == 'PASSWORD')", true},
		{"an object as a value", "user", map[string]any{"id": "u1", "profile": map[string]any{"login": "rosario", "title": nil}, "risk": "LOW"}},
		{"an object in a list", "[user][0].id", "u1"},
		{"an object in a map", "{'a': user}.a.id", "u1"},
		{"equal objects", "user == request.data.context.user", true},
		{"has() of what is there", "has(request.data.access)", true},
		{"has() of what is not there", "has(request.data.identity)", false},
		{"has() of a text", "has(request.eventTime)", false},
		{"has() is true for null", "has(request.source)", true},
		{"an optional member that is there", "request.data.?access.?token.?lifetime.?expiration.orValue(0)", int64(3600)},
		{"an optional member that is not there", "request.data.?identity.?token.?lifetime.?expiration.orValue(0)", int64(0)},
		{"an optional member of an open object", "user.profile.?manager.orValue('none')", "none"},
		{"a text that is null", "request.source == null", true},
		{"a number beside null", "request.data.access.token.lifetime.expiration == null", false},
		{"a boolean beside null", "request.data.context.session.mfaActive == null", false},
		{"an object that is null", "request.data.context.session.idp == null", true},
		{"a choice between a text and null", "has(request.eventTime) ? request.eventTime : null", nil},
		{"a member that Okta added", "dyn(request).added.later", int64(1)},
		{"a member that Okta added to a shorthand", "dyn(user).risk", "LOW"},
		{"has() of a member that Okta may have added", "has(dyn(user).score)", false},
		{"an optional member that Okta may have added", "dyn(user).?score.orValue(0)", int64(0)},
		{"an object as a map", "dyn(user)['id']", "u1"},
		{"a loop over an object", "dyn(user).exists(name, name == 'risk')", true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			got, err := compileFor(t, hook.Token, tc.source, expr.JSON).JSON(t.Context(), request(t, accessOnly))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

func TestReadingWhatATypedObjectDoesNotHaveIsErrAbsent(t *testing.T) {
	t.Parallel()
	const noUser = `{"data":{"context":{}}}`
	for _, tc := range []struct{ typeID, body, source string }{
		{hook.Token, accessOnly, "request.eventTime"},
		{hook.Token, accessOnly, "request.data.identity"},
		{hook.Token, accessOnly, "request.data.identity.claims"},
		{hook.Token, accessOnly, "request.data.identity.claims.email"},
		{hook.Token, accessOnly, "request.data.identity.token.lifetime.expiration > 1"},
		{hook.Token, accessOnly, "has(request.data.identity.claims)"},
		{hook.Token, accessOnly, "request.data.identity == null"},
		{hook.Token, accessOnly, "dyn(request).newMember"},
		{hook.Token, accessOnly, "request.data.context.session.idp.id"},
		{hook.Token, accessOnly, "request.source.startsWith('a')"},
		{hook.Token, accessOnly, "request.source + 'a'"},
		{hook.Token, accessOnly, "size(request.source)"},
		{hook.Token, accessOnly, "timestamp(request.source) == timestamp(0)"},
		{hook.Token, accessOnly, "user.profile.title.lowerAscii()"},
		{hook.Token, accessOnly, "request.data.context.session.amr[1]"},
		{hook.Token, noUser, "user.id"},
		{hook.Token, noUser, "user.profile"},
		{hook.Token, noUser, "user.profile.login"},
		{hook.Token, noUser, "!request.data.context.session.mfaActive"},
		{hook.SAMLAssertion, noUser, "user.profile.login"},
		{hook.SAMLAssertion, noUser, "request.data.assertion.subject.nameId"},
		{hook.UserImport, noUser, "appUser.department"},
		{hook.UserImport, noUser, "user.login"},
		{hook.UserImport, noUser, "request.data.user.id"},
		{hook.Telephony, noUser, "message.otpCode"},
		{hook.Telephony, noUser, "user.login"},
		{hook.PasswordImport, noUser, "request.data.context.credential.username"},
	} {
		t.Run(tc.source, func(t *testing.T) {
			t.Parallel()
			value, err := compileFor(t, tc.typeID, tc.source, expr.JSON).JSON(t.Context(), request(t, tc.body))
			if !errors.Is(err, expr.ErrAbsent) {
				t.Errorf("got %v and error %v, want ErrAbsent", value, err)
			}
		})
	}
}

// Okta could send another type than it describes. That must end in an error, like any other member of another
// type than expected.
func TestAMemberOfAnotherTypeThanDeclaredIsAnError(t *testing.T) {
	t.Parallel()
	for _, source := range []string{
		"request.data.context.session.login.lowerAscii()", "request.data.context.session.login + 'a'",
		"request.data.context.session.login < 'a'", "request.data.context.session.login.matches('a')",
		"request.data.context.session.login.replace('a', 'b')",
	} {
		t.Run(source, func(t *testing.T) {
			t.Parallel()
			value, err := compileFor(t, hook.Token, source, expr.JSON).JSON(t.Context(), request(t, accessOnly))
			if err == nil || errors.Is(err, expr.ErrAbsent) {
				t.Errorf("got %v and error %v, want another error", value, err)
			}
		})
	}
	_, err := compileFor(t, hook.Token, "request.data.context.session.login", expr.String).String(t.Context(), request(t, accessOnly))
	if want := "evaluate expression: yields int, but must yield a string"; errorText(err) != want {
		t.Errorf("got %v, want %s", err, want)
	}
}
