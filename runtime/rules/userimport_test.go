package rules_test

import (
	"testing"

	"github.com/hookline/hookline/api/v1alpha1"
)

func TestUserImportRules(t *testing.T) {
	t.Parallel()
	const (
		appProfile = `{"type":"com.okta.appUser.profile.update","value":`
		profile    = `{"type":"com.okta.user.profile.update","value":`
		create     = `{"type":"com.okta.action.update","value":{"result":"CREATE_USER"}}`
		link       = `{"type":"com.okta.action.update","value":{"result":"LINK_USER"}}`
	)
	user := func(id string) string { return `{"type":"com.okta.user.update","value":{"id":"` + id + `"}}` }
	call := importCall(`{"department":"Finance","externalId":"u1","groups":["a"],"mobilePhone":null}`, `{"login":"sally@example.com","id":"00u7"}`)
	runPatchCases(t, v1alpha1.UserImport, []patchCase{
		{"a rule does all that there is, in the order that Okta needs",
			`[{action: LinkUser, user: "'00u1'", profile: {title: "'Dr.'"}, appProfile: {firstName: "'Stan'"}}]`, call,
			answered(first, appProfile+`{"firstName":"Stan"}}`, profile+`{"title":"Dr."}}`, link, user("00u1"))},
		{"every rule that matches adds to the answer, and the later one counts",
			`[{name: one, profile: {title: "'a'", b: "appUser.externalId"}},
			  {name: two, when: "appUser.department == 'Sales'", profile: {title: "'x'"}},
			  {name: three, when: "appUser.department == 'Finance'", profile: {title: "'c'", a: "user.login"}, appProfile: {d: "1"}},
			  {name: four, appProfile: {e: "null"}}]`, call,
			answered(`{"rules":["one","three","four"]}`, appProfile+`{"d":1,"e":null}}`, profile+`{"a":"sally@example.com","b":"u1","title":"c"}}`)},
		{"a value is any JSON", `[{profile: {a: "[appUser.groups, 1.5, true]"}}]`, call, answered(first, profile+`{"a":[["a"],1.5,true]}}`)},
		{"a user is created", `[{action: CreateUser}]`, call, answered(first, create)},
		{"a user is linked", `[{action: LinkUser, user: "user.id"}]`, call, answered(first, link, user("00u7"))},
		{"the last action counts", `[{action: CreateUser}, {action: LinkUser, user: "'00u1'"}, {profile: {a: "1"}}]`, call,
			answered(`{"rules":["rules[0]","rules[1]","rules[2]"]}`, profile+`{"a":1}}`, link, user("00u1"))},
		{"a link that is overridden leaves no user behind", `[{action: LinkUser, user: "'00u1'"}, {action: CreateUser}]`, call,
			answered(`{"rules":["rules[0]","rules[1]"]}`, create)},
		{"the user of the last link counts", `[{action: LinkUser, user: "'00u1'"}, {action: LinkUser, user: "'00u2'"}]`, call,
			answered(`{"rules":["rules[0]","rules[1]"]}`, link, user("00u2"))},

		{"no rule matches", `[{when: "false", action: CreateUser}]`, call, nothing},
		{"a rule does not match what is absent", `[{when: "appUser.division == 'x'", action: CreateUser}]`, call, nothing},
		{"a rule does not match the opposite of what is absent", `[{when: "appUser.division != 'x'", action: CreateUser}]`, call, nothing},
		{"null is absent", `[{when: "appUser.mobilePhone.startsWith('+')", action: CreateUser}]`, call, nothing},
		{"has() asks for what is absent", `[{when: "!has(appUser.division)", action: CreateUser}]`, call, answered(first, create)},
		{"a call without profiles", `[{when: "has(appUser.a) || has(user.a)", action: CreateUser}]`, `{"data":{}}`, nothing},
		{"the default of the call can be asked for", `[{when: "request.data.action.result == 'CREATE_USER' && 'login' in request.data.context.conflicts", profile: {login: "appUser.externalId + '@acme.example'"}}]`, call,
			answered(first, profile+`{"login":"u1@acme.example"}}`)},
	})
}

func TestNewUserImportNamesTheRuleThatIsWrong(t *testing.T) {
	t.Parallel()
	runRefusals(t, v1alpha1.UserImport, []refusal{
		{"a condition that does not compile", `[{name: broken, when: "usr.vip", action: CreateUser}]`,
			`compile rule "broken": when: column 1: there is no variable usr, only request, appUser and user`},
		{"a value that does not compile", `[{profile: {a: "1", b: "1 +"}}]`,
			`compile rule "rules[0]": profile[b]: column 4: is no CEL: it ends where something must follow`},
		{"a value of the app user that does not compile", `[{appProfile: {b: "1 +"}}]`,
			`compile rule "rules[0]": appProfile[b]: column 4: is no CEL: it ends where something must follow`},
		{"a user that is no text", `[{action: LinkUser, user: "1"}]`,
			`compile rule "rules[0]": user: yields int, but must yield a string; convert it with string(...)`},
		{"a user that is missing", `[{action: LinkUser}]`,
			`compile rule "rules[0]": user: is empty; write an expression that yields a string`},
		{"a password", `[{profile: {Password: "'x'"}}]`,
			`compile rule "rules[0]": profile[Password]: can't be set: Okta lets no hook do that; leave it out`},
	})
}
