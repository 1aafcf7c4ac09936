package v1alpha1_test

// The manifests of the design that are in scope: what is public must apply as it stands.
var promised = map[string]string{
	"an org": `
apiVersion: hookline.dev/v1alpha1
kind: OktaOrg
metadata: {name: acme, namespace: identity}
spec:
  url: https://acme.okta.com
  credentials:
    apiToken: {secretKeyRef: {name: okta-api, key: token}}
  tls:
    caSecretKeyRef: {name: okta-ca, key: ca.crt}
  allowedNamespaces: {from: Same}
  hookEndpoint:
    host: hooks.acme.example
    ingress: {className: nginx, tlsSecretName: hooks-tls, annotations: {}}
`,
	"a password hook": `
apiVersion: hookline.dev/v1alpha1
kind: OktaInlineHook
metadata: {name: legacy-passwords, namespace: identity}
spec:
  orgRef: {name: acme}
  displayName: Legacy passwords
  type: PasswordImport
  state: Active
  handler:
    passwordImport:
      userStore:
        sql:
          driver: postgres
          dsn: {secretKeyRef: {name: legacy-db, key: dsn}}
          query: SELECT password_hash FROM users WHERE lower(email) = lower($1)
          digest: {format: Auto}
      username: "request.data.context.credential.username.lowerAscii()"
      timeout: 2s
  endpoint:
    ingress: {host: hooks.acme.example, className: nginx, tlsSecretName: hooks-tls}
    path: /identity/legacy-passwords
  authentication:
    header: {name: Authorization}
    rotation: {interval: 720h}
  runtime:
    replicas: 2
  verification: Probe
  adoption: {policy: Never}
  deletionPolicy: Delete
  interval: 10m
  suspend: false
`,
	"a password hook with a file of users": `
apiVersion: hookline.dev/v1alpha1
kind: OktaInlineHook
metadata: {name: legacy-passwords, namespace: identity}
spec:
  orgRef: {name: acme}
  type: PasswordImport
  handler: {passwordImport: {userStore: {static: {secretKeyRef: {name: legacy-users, key: htpasswd}}}}}
  authentication: {basic: {secretRef: {name: hook-basic}}}
`,
	"a registration hook": `
apiVersion: hookline.dev/v1alpha1
kind: OktaInlineHook
metadata: {name: sign-up, namespace: identity}
spec:
  orgRef: {name: acme}
  type: Registration
  handler:
    registration:
      allowedEmailDomains: [example.com]
      rules:
      - name: employee-number
        requestTypes: [ProgressiveProfile]
        when: "!update.employeeNumber.matches('^[0-9]{4}$')"
        deny: {summary: Enter an employee number with 4 digits., reason: INVALID_EMPLOYEE_NUMBER, location: data.userProfile.employeeNumber}
      - name: partner
        when: "user.email.endsWith('@partner.example')"
        allow: {}
        profile: {userType: "'partner'", displayName: "user.firstName + ' ' + user.lastName"}
      default: Deny
`,
	"a telephony hook with every kind of provider": `
apiVersion: hookline.dev/v1alpha1
kind: OktaInlineHook
metadata: {name: codes, namespace: identity}
spec:
  orgRef: {name: acme}
  type: Telephony
  handler:
    telephony:
      providers:
      - name: twilio
        twilio: {accountSID: AC0123456789abcdef0123456789abcdef, authToken: {secretKeyRef: {name: twilio, key: token}}, from: "+15550100", messagingServiceSID: MG0123456789abcdef0123456789abcdef,
                 voice: {from: "+15550101", twimlURL: https://handler.twilio.com/twiml/EH0123}, baseURL: https://api.twilio.com}
      - {name: vonage, vonage: {apiKey: abcd1234, apiSecret: {secretKeyRef: {name: vonage, key: secret}}, from: ACME, baseURL: https://rest.nexmo.com}}
      - {name: in-house, http: {url: https://sms.acme.example/send, request: "{'to': send.phoneNumber}", sent: response.status == 202, transactionID: response.body.id}}
      routes:
      - {countries: [US, CA], channels: [SMS, Voice], providers: [twilio, vonage]}
      - {providers: [vonage]}
      message: "'Your code is ' + message.otpCode"
      allowedCountries: [US, CA, DE]
      limits: {perNumber: {count: 5, window: 10m}, perUser: {count: 10, window: 1h}, perPrefix: {count: 50, window: 1h}}
      onBlocked: ReportSuccess
      onUnknownOutcome: Pending
`,
	"a telephony hook with an API key of Twilio": `
apiVersion: hookline.dev/v1alpha1
kind: OktaInlineHook
metadata: {name: codes, namespace: identity}
spec:
  orgRef: {name: acme}
  type: Telephony
  handler:
    telephony:
      providers:
      - name: twilio
        twilio: {accountSID: AC0123456789abcdef0123456789abcdef, apiKey: {sid: SK0123456789abcdef0123456789abcdef, secretKeyRef: {name: twilio, key: secret}}, from: "+15550100"}
      onBlocked: ReportFailed
      onUnknownOutcome: NextProvider
`,
	"a token hook": `
apiVersion: hookline.dev/v1alpha1
kind: OktaInlineHook
metadata: {name: claims, namespace: identity}
spec:
  orgRef: {name: acme}
  type: Token
  handler:
    token:
      rules:
      - when: "'medical' in request.data.identity.claims.groups"
        accessToken: [{op: add, path: /claims/patientId, value: "user.profile.login"}]
        idToken: [{op: replace, path: /token/lifetime/expiration, value: "3600"}]
      - deny: {summary: Not today.}
`,
	"a SAML hook": `
apiVersion: hookline.dev/v1alpha1
kind: OktaInlineHook
metadata: {name: attributes, namespace: identity}
spec:
  orgRef: {name: acme}
  type: SAMLAssertion
  handler:
    saml:
      rules:
      - assertion: [{op: add, path: /authentication/sessionLifetime, value: "300"}, {op: add, claim: "https://acme.example/role", value: "user.profile.role"}]
`,
	"a user import hook": `
apiVersion: hookline.dev/v1alpha1
kind: OktaInlineHook
metadata: {name: imports, namespace: identity}
spec:
  orgRef: {name: acme}
  type: UserImport
  handler:
    userImport:
      rules:
      - when: "appUser.department == 'Finance'"
        profile: {customId: "'x-' + appUser.id"}
        appProfile: {costCenter: "'CC-1'"}
        action: CreateUser
      - {action: LinkUser, user: "appUser.oktaId"}
`,
	"a service that exists already": `
apiVersion: hookline.dev/v1alpha1
kind: OktaInlineHook
metadata: {name: claims, namespace: identity}
spec:
  orgRef: {name: acme}
  type: Token
  handler: {external: {url: https://existing.example/hook}}
`,
}
