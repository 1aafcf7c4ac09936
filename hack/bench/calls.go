package main

import "github.com/hookline/hookline/api/v1alpha1"

// envelope is a call with this type and data. The id is filled in, see callBody.
func envelope(eventType, more, data string) string {
	return `{"eventId":"############","eventTime":"2026-04-25T17:35:27.000Z","eventType":"` + eventType + `","eventTypeVersion":"1.0",` +
		`"contentType":"application/json","cloudEventVersion":"0.1","source":"https://acme.okta.com/api/v1/inlineHooks/cal0000000000000001",` +
		more + `"data":` + data + `}`
}

const (
	triggered = `"request":{"id":"reqAAAAAAAAAAAAAAAAAAAAAAAA","method":"POST","url":{"value":"/idp/idx/challenge/answer"},"ipAddress":"192.0.2.1"}`

	session = `"session":{"id":"102AAAAAAAAAAAAAAAAAAAAAA","userId":"00u0000000000000001","login":"ann.example@example.com",` +
		`"createdAt":"2026-04-25T17:17:09.000Z","expiresAt":"2026-04-25T19:20:46.000Z","status":"ACTIVE",` +
		`"lastPasswordVerification":"2026-04-25T17:17:09.000Z","amr":["PASSWORD"],"idp":{"id":"0oa0000000000000001","type":"OKTA"},"mfaActive":false}`

	signedInUser = `"user":{"id":"00u0000000000000001","passwordChanged":"2026-01-11T23:19:12.000Z","profile":{"login":"ann.example@example.com",` +
		`"firstName":"Ann","lastName":"Example","locale":"en","timeZone":"America/Los_Angeles","department":"Finance"},` +
		`"_links":{"groups":{"href":"https://acme.okta.com/00u0000000000000001/groups"},` +
		`"factors":{"href":"https://acme.okta.com/api/v1/users/00u0000000000000001/factors"}}}`

	attribute = `{"attributes":{"NameFormat":"urn:oasis:names:tc:SAML:2.0:attrname-format:unspecified"},` +
		`"attributeValues":[{"attributes":{"xsi:type":"xs:string"},"value":"a value"}]}`
)

// kinds are the types that are measured. Each handler does about as much as the samples do.
var kinds = []kind{
	{
		name:    v1alpha1.PasswordImport,
		handler: "  passwordImport:\n    userStore: {static: {secretKeyRef: {name: bench, key: htpasswd}}}\n    username: request.data.context.credential.username.lowerAscii()\n",
		call: envelope("com.okta.user.credential.password.import", "",
			`{"context":{`+triggered+`,"credential":{"username":"Ada@example.com","password":"engine"}},"action":{"credential":"UNVERIFIED"}}`),
	},
	{
		name: v1alpha1.Registration,
		handler: "  registration:\n    rules:\n    - {name: partner, when: user.email.endsWith('@partner.example'), allow: {}, profile: {userType: \"'partner'\"}}\n" +
			"    allowedEmailDomains: [example.com]\n",
		call: callBody,
	},
	{
		name: v1alpha1.Telephony,
		handler: "  telephony:\n    providers:\n    - name: all\n      http: {url: \"https://sms.example/send\", request: \"{'to': send.phoneNumber}\", sent: response.status == 202}\n" +
			"    routes:\n    - {countries: [DE], providers: [all]}\n    - {countries: [US, CA], channels: [SMS, Voice], providers: [all]}\n" +
			"    allowedCountries: [US, CA, DE]\n    message: \"'Your code is ' + message.otpCode\"\n",
		call: envelope("com.okta.telephony.provider", `"requestType":"com.okta.user.telephony.mfa-verification",`,
			`{"context":{`+triggered+`},"userProfile":{"firstName":"Ann","lastName":"Example","login":"ann.example@example.com","userId":"00u0000000000000001"},`+
				`"messageProfile":{"msgTemplate":"Your code is 123456","phoneNumber":"+14155552671","otpExpires":"2026-04-25T17:40:27.000Z",`+
				`"deliveryChannel":"SMS","otpCode":"123456","locale":"EN-US"}}`),
	},
	{
		name: v1alpha1.Token,
		handler: "  token:\n    rules:\n    - when: user.profile.department == 'Finance'\n      accessToken:\n" +
			"      - {op: add, claim: \"https://acme.example/department\", value: user.profile.department}\n" +
			"      - {op: replace, path: /token/lifetime/expiration, value: \"1800\"}\n      idToken:\n      - {op: remove, claim: nickname}\n",
		call: envelope("com.okta.oauth2.tokens.transform", "", `{"context":{`+triggered+`,"protocol":{"type":"OAUTH2.0","request":{`+
			`"scope":"openid profile email","state":"state","redirect_uri":"https://app.example/callback","response_mode":"query","response_type":"code",`+
			`"client_id":"0oa0000000000000002"},"issuer":{"uri":"https://acme.okta.com/oauth2/default"},"client":{"id":"0oa0000000000000002","name":"App","type":"PUBLIC"}},`+
			session+`,`+signedInUser+`,"policy":{"id":"00p0000000000000001","rule":{"id":"0pr0000000000000001"}}},`+
			`"identity":{"claims":{"sub":"00u0000000000000001","name":"Ann Example","email":"ann.example@example.com","ver":1,`+
			`"iss":"https://acme.okta.com/oauth2/default","aud":"0oa0000000000000002","jti":"ID.AAAA","amr":["pwd"],"nickname":"Annie","auth_time":1777137309},`+
			`"token":{"lifetime":{"expiration":3600}}},"access":{"claims":{"ver":1,"jti":"AT.AAAA","iss":"https://acme.okta.com/oauth2/default","aud":"api://default",`+
			`"cid":"0oa0000000000000002","uid":"00u0000000000000001","sub":"ann.example@example.com","firstName":"Ann"},"token":{"lifetime":{"expiration":3600}},`+
			`"scopes":{"openid":{"id":"scp0000000000000001","action":"GRANT"},"profile":{"id":"scp0000000000000002","action":"GRANT"}}}}`),
	},
	{
		name: v1alpha1.SAMLAssertion,
		handler: "  saml:\n    rules:\n    - assertion:\n      - {op: add, path: /authentication/sessionLifetime, value: \"300\"}\n" +
			"      - {op: add, claim: \"https://acme.example/department\", value: user.profile.department}\n",
		call: envelope("com.okta.saml.tokens.transform", "", `{"context":{`+triggered+`,"protocol":{"type":"SAML2.0","issuer":{"id":"0oa0000000000000003",`+
			`"name":"Payroll","uri":"http://www.okta.com/exk0000000000000001"}},`+session+`,`+signedInUser+`},"assertion":{"subject":{"nameId":"ann.example@example.com",`+
			`"nameFormat":"urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified","confirmation":{"method":"urn:oasis:names:tc:SAML:2.0:cm:bearer",`+
			`"data":{"recipient":"https://payroll.example/saml/sso"}}},"authentication":{"sessionIndex":"id1553800523546","authnContext":{"authnContextClassRef":`+
			`"urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport"}},"conditions":{"audienceRestriction":["urn:example:payroll"]},`+
			`"claims":{"one":`+attribute+`,"two":`+attribute+`,"three":`+attribute+`},"lifetime":{"expiration":300}}}`),
	},
	{
		name: v1alpha1.UserImport,
		handler: "  userImport:\n    rules:\n    - when: appUser.accountType == 'PRO'\n      profile: {displayName: appUser.firstName + ' ' + appUser.lastName}\n" +
			"      appProfile: {firstName: appUser.firstName.upperAscii()}\n      action: CreateUser\n",
		call: envelope("com.okta.import.transform", "", `{"context":{"conflicts":["login"],"application":{"name":"hr","id":"0oa0000000000000004","label":"HR","status":"ACTIVE"},`+
			`"job":{"id":"ij100000000000000001","type":"import:users"},"matches":[],"policy":["EMAIL","FIRST_AND_LAST_NAME"]},"action":{"result":"CREATE_USER"},`+
			`"appUser":{"profile":{"firstName":"Ann","lastName":"Example","mobilePhone":null,"accountType":"PRO","secondEmail":null,"externalId":"user221",`+
			`"groups":["everyone@example.net","tech@example.net"],"userName":"ann","email":"ann.example@example.com"}},"user":{"profile":{"lastName":"Example",`+
			`"zipCode":null,"city":null,"secondEmail":null,"login":"ann.example@example.com","firstName":"Ann","primaryPhone":null,"mobilePhone":null,"state":null,`+
			`"email":"ann.example@example.com"}}}`),
	},
}
