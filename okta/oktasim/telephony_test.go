package oktasim_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/hookline/hookline/okta/oktasim"
)

const (
	authnPath = "/api/v1/authn"
	phone     = "+15554151337"
)

// action is a reply of a telephony hook; members are those of its one action.
func action(members string) string {
	return `{"commands":[{"type":"com.okta.telephony.action","value":[{` + members + `}]}]}`
}

var (
	sent    = action(`"status":"SUCCESSFUL","provider":"VONAGE","transactionId":"SM1","transactionMetadata":"Duration=300ms"`)
	notSent = action(`"status":"FAILED"`)
)

// asUser sends a request as a user does: without an API token.
func (b *bench) asUser(path, body string) answer {
	b.t.Helper()
	a, err := b.try("POST", path, body, map[string]string{"Authorization": ""})
	if err != nil {
		b.t.Fatalf("POST %s: %v", path, err)
	}
	checkReply(b.t, "POST", path, a)
	return a
}

// enroll enrolls a factor and returns its id.
func (b *bench) enroll(userID, kind, query string) string {
	b.t.Helper()
	id, _ := b.must("POST", usersPath+"/"+userID+"/factors"+query, factorBody(kind, phone))["id"].(string)
	return id
}

func factorBody(kind, number string) string {
	return `{"factorType":"` + kind + `","provider":"OKTA","profile":{"phoneNumber":"` + number + `"}}`
}

// withFactor starts an org with a hook and a user with an active factor.
func withFactor(t *testing.T, opts oktasim.Options, kind string) (b *bench, userID, factorID string) {
	t.Helper()
	b = start(t, opts)
	if opts.TrustCAs != nil {
		b.createHook("telephony", telephonyType)
	}
	userID = b.createUser("", passwordUser("isaac@example.com", "pw"))
	return b, userID, b.enroll(userID, kind, "?activate=true")
}

// member follows a path of names through a decoded body.
func memberAt(t *testing.T, value any, path string) any {
	t.Helper()
	for name := range strings.SplitSeq(path, ".") {
		members, isObject := value.(map[string]any)
		if !isObject {
			t.Fatalf("%s: %v has no %s", path, value, name)
		}
		value = members[name]
	}
	return value
}

// lastCode is the code of the last call of a telephony hook.
func (b *bench) lastCode() string {
	b.t.Helper()
	calls := b.org.Calls()
	if len(calls) == 0 {
		b.t.Fatal("no hook was called")
	}
	var request any
	if err := json.Unmarshal(calls[len(calls)-1].Request, &request); err != nil {
		b.t.Fatal(err)
	}
	checkHookRequest(b.t, telephonyType, string(calls[len(calls)-1].Request))
	code, _ := memberAt(b.t, request, "data.messageProfile.otpCode").(string)
	return code
}

var sixDigits = regexp.MustCompile(`\b[0-9]{6}\b`)

// stateToken is a reply's, which must have a status.
func (a answer) stateToken(t *testing.T, status string) string {
	t.Helper()
	if a.status != 200 || a.object(t)["status"] != status {
		t.Fatalf("got %d %s, want the status %s", a.status, a.body, status)
	}
	token, _ := a.object(t)["stateToken"].(string)
	return token
}

func stepBody(token, passCode string) string {
	return `{"stateToken":"` + token + `","passCode":"` + passCode + `"}`
}

func TestWhatATelephonyHookIsSent(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		kind, locale, channel, template, wantLocale string
		opts                                        func(*oktasim.Options)
	}{
		"a text to a user with a locale":    {kind: "sms", locale: `"locale":"de_CH",`, channel: "SMS", template: "Your verification code is CODE.", wantLocale: "DE-CH"},
		"a text to a user without one":      {kind: "sms", channel: "SMS", template: "Your verification code is CODE.", wantLocale: "EN-US"},
		"a call, which has no template":     {kind: "call", channel: "CALL", wantLocale: "EN-US"},
		"a call under another of its names": {kind: "call", channel: "VOICE CALL", wantLocale: "EN-US", opts: func(o *oktasim.Options) { o.VoiceChannel = "VOICE CALL" }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			service := answering(t, 200, sent)
			opts := service.options()
			opts.OrgURL = orgURL
			if tc.opts != nil {
				tc.opts(&opts)
			}
			b := start(t, opts)
			hookID := b.createHook("telephony", telephonyType)
			user := strings.Replace(passwordUser("isaac@example.com", "pw"), `"profile":{`, `"profile":{`+tc.locale, 1)
			userID := b.createUser("", user)
			b.enroll(userID, tc.kind, "")
			var request map[string]any
			if err := json.Unmarshal([]byte(service.requests()[0].body), &request); err != nil {
				t.Fatal(err)
			}
			code, id := b.lastCode(), memberAt(t, request, "data.context.request.id")
			message := map[string]any{
				"phoneNumber": phone, "otpExpires": "2025-03-13T23:43:58.000Z", "deliveryChannel": tc.channel,
				"otpCode": code, "locale": tc.wantLocale,
			}
			if tc.template != "" {
				message["msgTemplate"] = strings.Replace(tc.template, "CODE", code, 1)
			}
			want := map[string]any{
				"eventId": request["eventId"], "eventTime": "2025-03-13T23:38:58.000Z", "eventType": telephonyType,
				"eventTypeVersion": "1.0", "contentType": "application/json", "cloudEventVersion": "0.1",
				"source": orgURL + "/api/v1/inlineHooks/" + hookID, "requestType": "com.okta.user.telephony.pre-enrollment",
				"data": map[string]any{
					"context": map[string]any{"request": map[string]any{
						"id": id, "method": "POST", "url": map[string]any{"value": usersPath + "/" + userID + "/factors"}, "ipAddress": "127.0.0.1",
					}},
					"userProfile":    map[string]any{"firstName": "Isaac", "lastName": "Brock", "login": "isaac@example.com", "userId": userID},
					"messageProfile": message,
				},
			}
			if diff := cmp.Diff(want, request); diff != "" || !sixDigits.MatchString(code) || len(code) != 6 || id == nil {
				t.Errorf("request to hook, code %q (-want +got):\n%s", code, diff)
			}
		})
	}
}

// telephonyReplies is what each answer means: either the hook has sent the code, or
// Okta's own provider sends it, and the user always gets one.
var telephonyReplies = map[string]struct {
	reply  http.HandlerFunc
	reason string // of Okta's own message; empty if the hook has sent it
	// processed is the outcome of the event inline_hook.response.processed,
	// empty if there is none.
	processed string
}{
	"SUCCESSFUL":                    {body(200, sent), "", "SUCCESS"},
	"PENDING":                       {body(200, action(`"status":"PENDING"`)), "", "SUCCESS"},
	"SUCCESSFUL without a provider": {body(200, action(`"status":"SUCCESSFUL","provider":null}],"x":[{`)), "", "SUCCESS"},
	"FAILED":                        {body(200, notSent), "the inline hook responded with the status FAILED", "SUCCESS"},
	"an error object":               {body(200, `{"error":{"errorSummary":"No route."}}`), "the inline hook responded with an error: No route.", "FAILURE"},
	"an error object without a text": {body(200, `{"error":{}}`),
		"the inline hook responded with an error: The callback service returned an error", "FAILURE"},
	"an error object beside SUCCESSFUL": {body(200, strings.Replace(sent, `{"commands"`, `{"error":{"errorSummary":"x"},"commands"`, 1)),
		"the inline hook responded with an error: x", "FAILURE"},
	"a 500":                       {status(500), "The inline hook responded with status 500", ""},
	"a 400 with an error object":  {body(400, `{"error":{"errorSummary":"x"}}`), "The inline hook responded with status 400", ""},
	"a 201 with SUCCESSFUL":       {body(201, sent), "The inline hook responded with status 201", "FAILURE"},
	"a 204":                       {status(204), "The inline hook responded with status 204", "FAILURE"},
	"a redirect":                  {redirect, "The inline hook responded with status 307", ""},
	"no answer in time":           {func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }, "The inline hook did not respond within 200ms", ""},
	"a connection that breaks":    {func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, "The connection to the inline hook failed", ""},
	"what is no JSON":             {body(200, `sent`), "Could not deserialize", "FAILURE"},
	"no command":                  {body(200, `{}`), "something other than one com.okta.telephony.action", "FAILURE"},
	"two commands":                {body(200, strings.Replace(sent, `[{`, `[{"type":"com.okta.telephony.action","value":[]},{`, 1)), "something other than one", "FAILURE"},
	"a command of another type":   {body(200, strings.Replace(sent, "telephony.action", "action.update", 1)), "something other than one", "FAILURE"},
	"a value that is an object":   {body(200, `{"commands":[{"type":"com.okta.telephony.action","value":{"status":"SUCCESSFUL"}}]}`), "Could not deserialize", "FAILURE"},
	"no action":                   {body(200, strings.Replace(action(``), `{}`, ``, 1)), "a value that is not a list of one action", "FAILURE"},
	"two actions":                 {body(200, action(`"status":"SUCCESSFUL"},{"status":"SUCCESSFUL"`)), "a value that is not a list of one action", "FAILURE"},
	"a status that there is not":  {body(200, action(`"status":"SENT"`)), "a status that is none of SUCCESSFUL, PENDING and FAILED", "FAILURE"},
	"a status in lower case":      {body(200, action(`"status":"successful"`)), "a status that is none of", "FAILURE"},
	"no status":                   {body(200, action(`"provider":"x"`)), "a status that is none of", "FAILURE"},
	"metadata that are an object": {body(200, action(`"status":"SUCCESSFUL","transactionMetadata":{}`)), "an action whose members are not all strings", "FAILURE"},
}

func TestRepliesOfTelephonyHooks(t *testing.T) {
	t.Parallel()
	for name, tc := range telephonyReplies {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			service := serveHook(t, func(w http.ResponseWriter, r *http.Request, _ int) { tc.reply(w, r) })
			opts := service.options()
			if name == "no answer in time" {
				opts.HookTimeout = 200 * time.Millisecond
			}
			b := start(t, opts)
			b.createHook("telephony", telephonyType)
			userID := b.createUser("", passwordUser("isaac@example.com", "pw"))
			factorID := b.enroll(userID, "sms", "")
			checkDelivery(t, b, tc.reason)
			if n := len(b.org.Calls()); n != 1 {
				t.Errorf("calls: got %d, want one and no retry", n)
			}
			got := b.events("inline_hook.response.processed")
			if (tc.processed == "") != (len(got) == 0) || len(got) > 0 && !strings.HasPrefix(got[0], tc.processed) {
				t.Errorf("processed events: got %q, want %q", got, tc.processed)
			}
			if n := len(b.events("inline_hook.executed")); (n == 1) != (tc.processed == "") {
				t.Errorf("executed events: got %d, and %d of a processed reply", n, len(got))
			}
			b.must("POST", usersPath+"/"+userID+"/factors/"+factorID+"/lifecycle/activate", `{"passCode":"`+b.lastCode()+`"}`)
		})
	}
}

// checkDelivery checks who sent the last code: the hook, or Okta for a reason.
func checkDelivery(t *testing.T, b *bench, reason string) {
	t.Helper()
	messages := b.org.Messages()
	log := b.do("GET", `/api/v1/logs?filter=eventType%20eq%20%22system.sms.send_phone_verification_message%22`, "")
	debug, _ := memberAt(t, log.list(t)[0], "debugContext.debugData").(map[string]any)
	if sixDigits.MatchString(log.body) || strings.Contains(log.body, phone) {
		t.Errorf("a code or number is in the System Log: %s", log.body)
	}
	if reason == "" {
		if len(messages) != 0 || debug["telephonyProvider"] == "Okta" {
			t.Errorf("Okta sent %+v too, event %v", messages, debug)
		}
		return
	}
	if len(messages) != 1 || debug["telephonyProvider"] != "Okta" {
		t.Fatalf("messages of Okta's own: got %+v, want one; event %v", messages, debug)
	}
	code := b.lastCode()
	got := messages[0]
	if !strings.Contains(got.Reason, reason) || debug["fallbackReason"] != got.Reason {
		t.Errorf("reason: got %q, in the log %v, want %q", got.Reason, debug["fallbackReason"], reason)
	}
	got.Reason = ""
	want := oktasim.Message{
		Time: b.clock.now(), Channel: "SMS", PhoneNumber: phone, Text: "Your verification code is " + code + ".",
		RequestType: "com.okta.user.telephony.pre-enrollment", UserID: got.UserID,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("message (-want +got):\n%s", diff)
	}
}

func TestWithoutATelephonyHookOktaSends(t *testing.T) {
	t.Parallel()
	service := answering(t, 200, sent)
	b := start(t, service.options())
	hookID := b.createHook("telephony", telephonyType)
	b.must("POST", hooksPath+"/"+hookID+"/lifecycle/deactivate", "")
	userID := b.createUser("", passwordUser("isaac@example.com", "pw"))
	factorID := b.enroll(userID, "call", "")
	messages := b.org.Messages()
	if len(messages) != 1 || messages[0].Channel != "CALL" || messages[0].Reason != "there is no active telephony inline hook" {
		t.Fatalf("messages: got %+v", messages)
	}
	code := sixDigits.FindString(messages[0].Text)
	b.must("POST", usersPath+"/"+userID+"/factors/"+factorID+"/lifecycle/activate", `{"passCode":"`+code+`"}`)
	if n := len(service.requests()); n != 0 {
		t.Errorf("the INACTIVE hook got %d requests", n)
	}
	if diff := cmp.Diff([]string{"SUCCESS"}, b.events("system.voice.send_phone_verification_call")); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
	shown, err := b.try("GET", "/-/sim/messages", "", map[string]string{"Authorization": ""})
	if err != nil || !strings.Contains(shown.body, `"phoneNumber": "`+phone+`"`) {
		t.Errorf("messages: %v, %s", err, shown.body)
	}
	if a, err := b.try("DELETE", "/-/sim/messages", "", nil); err != nil || a.status != 204 || len(b.org.Messages()) != 0 {
		t.Errorf("after DELETE: %v, %d, %+v", err, a.status, b.org.Messages())
	}
}

func TestWhatAHookSaysOfASendIsInTheSystemLog(t *testing.T) {
	t.Parallel()
	b, userID, _ := withFactor(t, answering(t, 200, sent).options(), "call")
	b.enroll(userID, "sms", "")
	log := b.do("GET", `/api/v1/logs?filter=eventType%20eq%20%22system.sms.send_phone_verification_message%22`, "").list(t)[0]
	for name, want := range map[string]string{"telephonyProvider": "VONAGE", "transactionId": "SM1", "transactionMetadata": "Duration=300ms"} {
		if got := memberAt(t, log, "debugContext.debugData."+name); got != want {
			t.Errorf("%s: got %v, want %s", name, got, want)
		}
	}
	if got := fmt.Sprint(memberAt(t, log, "target")); !strings.Contains(got, userID) {
		t.Errorf("target: got %s", got)
	}
}
