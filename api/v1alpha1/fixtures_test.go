package v1alpha1_test

// The smallest manifests of the handlers with rules and providers that are right.
const (
	smallTelephonyHook = `
apiVersion: hookline.dev/v1alpha1
kind: OktaInlineHook
metadata: {name: codes, namespace: default}
spec:
  orgRef: {name: acme}
  type: Telephony
  handler:
    telephony:
      providers:
      - name: in-house
        http: {url: https://sms.acme.example/send, request: "{'to': send.phoneNumber}", sent: response.status == 202}
`
	smallTokenHook = `
apiVersion: hookline.dev/v1alpha1
kind: OktaInlineHook
metadata: {name: claims, namespace: default}
spec:
  orgRef: {name: acme}
  type: Token
  handler: {token: {rules: [{accessToken: [{op: add, claim: department, value: user.profile.department}]}]}}
`
	smallSAMLHook = `
apiVersion: hookline.dev/v1alpha1
kind: OktaInlineHook
metadata: {name: attributes, namespace: default}
spec:
  orgRef: {name: acme}
  type: SAMLAssertion
  handler: {saml: {rules: [{assertion: [{op: add, claim: department, value: user.profile.department}]}]}}
`
	smallUserImportHook = `
apiVersion: hookline.dev/v1alpha1
kind: OktaInlineHook
metadata: {name: imports, namespace: default}
spec:
  orgRef: {name: acme}
  type: UserImport
  handler: {userImport: {rules: [{profile: {department: appUser.department}}]}}
`
)

// The configurations of providers, in YAML's flow style, that are right.
const (
	rightTwilio = `{accountSID: AC0123456789abcdef0123456789ABCDEF, authToken: {secretKeyRef: {name: twilio, key: token}}, from: "+15550100"}`
	rightVonage = `{apiKey: abcd1234, apiSecret: {secretKeyRef: {name: vonage, key: secret}}, from: ACME}`
	rightAWS    = `{region: eu-central-1, originationIdentity: ACME}`
	rightHTTP   = `{url: https://sms.acme.example/send, request: "{'to': send.phoneNumber}", sent: response.status == 202}`
)

// Manifests that have every field of these handlers, between them.
const (
	fullTelephonyHook = `
apiVersion: hookline.dev/v1alpha1
kind: OktaInlineHook
metadata: {name: full-telephony, namespace: default}
spec:
  orgRef: {name: acme}
  type: Telephony
  handler:
    telephony:
      providers:
      - name: twilio
        timeout: 1200ms
        caSecretKeyRef: {name: proxy-ca, key: ca.crt}
        twilio:
          accountSID: AC0123456789abcdef0123456789abcdef
          apiKey: {sid: SK0123456789abcdef0123456789abcdef, secretKeyRef: {name: twilio, key: secret}}
          from: "+15550100"
          messagingServiceSID: MG0123456789abcdef0123456789abcdef
          voice: {from: "+15550101", twimlURL: https://handler.twilio.com/twiml/EH0123}
          baseURL: https://api.dublin.ie1.twilio.com
      - name: twilio-token
        twilio:
          accountSID: AC0123456789abcdef0123456789abcdef
          authToken: {secretKeyRef: {name: twilio, key: token}}
          from: "+15550100"
      - name: vonage
        vonage:
          apiKey: abcd1234
          apiSecret: {secretKeyRef: {name: vonage, key: secret}}
          from: ACME
          voice:
            applicationID: 01234567-89ab-cdef-0123-456789abcdef
            privateKey: {secretKeyRef: {name: vonage, key: private.pem}}
            from: "+15550102"
            baseURL: https://api-eu.vonage.com
          baseURL: https://rest.nexmo.com
      - name: aws
        aws:
          region: eu-central-1
          credentials: {accessKeyID: AKIAIOSFODNN7EXAMPLE, secretAccessKey: {secretKeyRef: {name: aws, key: secret}}}
          originationIdentity: pool-0123456789abcdef0123456789abcdef
          voice: {originationIdentity: phone-0123456789abcdef0123456789abcdef}
          configurationSetName: deliveries
          baseURL: https://sms-voice.eu-central-1.amazonaws.com
      - name: in-house
        http:
          url: https://sms.acme.example/send?queue=otp
          headers:
          - {name: X-Team, value: identity}
          - {name: Authorization, secretKeyRef: {name: in-house, key: authorization}}
          request: "{'to': send.phoneNumber, 'text': send.text}"
          sent: response.status == 202
          transactionID: response.body.id
      routes:
      - countries: [US, CA]
        channels: [SMS]
        requestTypes: [MFAVerification, PasswordReset]
        when: user.login.endsWith('@example.com')
        providers: [twilio, vonage]
        senders: {twilio: "+15550103", vonage: ACME}
      - {providers: [aws]}
      message: "'Your code is ' + message.otpCode"
      allowedCountries: [US, CA, DE]
      limits:
        perNumber: {count: 5, window: 10m}
        perUser: {count: 10, window: 1h}
        perPrefix: {count: 100, window: 24h}
      onBlocked: ReportFailed
      onUnknownOutcome: NextProvider
`
	fullTokenHook = `
apiVersion: hookline.dev/v1alpha1
kind: OktaInlineHook
metadata: {name: full-token, namespace: default}
spec:
  orgRef: {name: acme}
  type: Token
  handler:
    token:
      rules:
      - name: medical
        when: "'medical' in user.profile.teams"
        accessToken: [{op: add, claim: https://acme.example/patient, value: user.profile.patient}, {op: remove, path: /claims/department}]
        idToken: [{op: add, claim: patient, value: user.profile.patient}, {op: replace, path: /token/lifetime/expiration, value: "3600"}]
      - name: contractors
        deny: {summary: Contractors sign in elsewhere.}
`
	fullSAMLHook = `
apiVersion: hookline.dev/v1alpha1
kind: OktaInlineHook
metadata: {name: full-saml, namespace: default}
spec:
  orgRef: {name: acme}
  type: SAMLAssertion
  handler:
    saml:
      rules:
      - name: role
        when: has(user.profile.role)
        assertion: [{op: add, claim: https://acme.example/role, nameFormat: URI, value: user.profile.role}, {op: add, path: /authentication/sessionLifetime, value: "300"}]
      - name: contractors
        deny: {summary: Contractors sign in elsewhere.}
`
	fullUserImportHook = `
apiVersion: hookline.dev/v1alpha1
kind: OktaInlineHook
metadata: {name: full-user-import, namespace: default}
spec:
  orgRef: {name: acme}
  type: UserImport
  handler:
    userImport:
      rules:
      - name: finance
        when: appUser.department == 'Finance'
        profile: {customId: "'x-' + appUser.id"}
        appProfile: {costCenter: "'CC-1'"}
        action: LinkUser
        user: request.data.context.matches[0].id
`
)
