package v1alpha1_test

const importRule = "spec.handler.userImport.rules[0]"

var userImportRules = []ruleCases{
	{
		at: "spec", base: smallUserImportHook,
		says:    "handler.userImport answers hooks of type UserImport; write type: UserImport or another handler",
		takes:   map[string][]change{"the type that it answers": nil},
		refuses: map[string][]change{"a type that it can't answer": edit(set("spec.type", "Registration"))},
	},
	optionalName(importRule+".name", "finance", smallUserImportHook),
	valueRule(importRule, "a rule needs profile, appProfile or action", smallUserImportHook, nil,
		map[string]string{"the profile": "{profile: {a: b}}", "the profile in the app": "{appProfile: {a: b}}", "an action": "{action: CreateUser}"},
		map[string]string{"nothing": "{when: 'true'}", "a name alone": "{name: finance}"}),
	valueRule(importRule, "user says which user of Okta to link to: it goes with action: LinkUser, which needs it", smallUserImportHook, nil,
		map[string]string{"a link to somebody": "{action: LinkUser, user: appUser.oktaId}", "a new user": "{action: CreateUser}"},
		map[string]string{
			"a link to nobody": "{action: LinkUser}", "a new user who is somebody": "{action: CreateUser, user: appUser.oktaId}",
			"somebody without action": "{profile: {a: b}, user: appUser.oktaId}",
		}),
	valueRule(importRule+".profile", "profile can't set password: Okta lets no hook do that; leave it out", smallUserImportHook, nil,
		map[string]string{"another attribute": "{passwordHint: appUser.hint}"}, map[string]string{
			"the password": "{login: appUser.login, password: appUser.password}", "the password in capitals": "{PASSword: appUser.password}",
		}),
	valueRule(importRule+".profile", "profile has an attribute without a name", smallUserImportHook, nil,
		map[string]string{"a name": "{a: b}"}, map[string]string{"no name": `{a: b, "": c}`}),
	valueRule(importRule+".appProfile", "appProfile has an attribute without a name", smallUserImportHook, nil,
		map[string]string{"a name": "{a: b}"}, map[string]string{"no name": `{a: b, "": c}`}),
}
