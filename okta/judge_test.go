package okta

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"
)

// body is an Okta error body with the members every one has.
func body(code, summary string, causes ...string) string {
	quoted := make([]string, 0, len(causes))
	for _, cause := range causes {
		quoted = append(quoted, fmt.Sprintf(`{"errorSummary":%q}`, cause))
	}
	return fmt.Sprintf(`{"errorCode":%q,"errorSummary":%q,"errorLink":%q,"errorId":"oaeX","errorCauses":[%s]}`,
		code, summary, code, strings.Join(quoted, ","))
}

const scopeChallenge = `Bearer authorization_uri="http://acme.okta.com/oauth2/v1/authorize", realm="http://acme.okta.com", ` +
	`scope="okta.inlineHooks.manage", error="insufficient_scope", ` +
	`error_description="The access token provided does not contain the required scopes.", resource="/api/v1/inlineHooks"`

// errorBodies are those that Okta documents or was recorded to send, and some that
// are not its own.
var errorBodies = []struct {
	name      string
	status    int
	body      string
	challenge string
	kind      Kind
	unknown   bool   // a write may have happened
	message   string // after `create inline hook "x": `
}{
	{
		"a validation error is final", 400, body("E0000001", "Api validation failed: name", "name: The field cannot be left blank", "uri: bad"), "",
		KindTerminal, false, "Api validation failed: name: name: The field cannot be left blank; uri: bad (HTTP 400, E0000001)",
	},
	{
		"a body that Okta cannot read is final", 400, body("E0000003", "The request body was not well-formed."), "",
		KindTerminal, false, "The request body was not well-formed. (HTTP 400, E0000003)",
	},
	{
		"a wrong media type is final", 400, body("E0000019", "Bad request. Accept and/or Content-Type headers likely do not match supported values."), "",
		KindTerminal, false, "Bad request. Accept and/or Content-Type headers likely do not match supported values. (HTTP 400, E0000019)",
	},
	{
		"a hook that answered with an error is final", 400, body("E0000135", "An inline hook responded with an error."), "",
		KindTerminal, false, "An inline hook responded with an error. (HTTP 400, E0000135)",
	},
	{
		"a missing precondition is final", 400, body("E0000226", "You must have an active telephony inline hook to activate and use the Phone authenticator."), "",
		KindTerminal, false, "You must have an active telephony inline hook to activate and use the Phone authenticator. (HTTP 400, E0000226)",
	},
	{
		"a bad token is for the org to fix", 401, body("E0000011", "Invalid token provided"), "",
		KindUnauthorized, false, "Invalid token provided (HTTP 401, E0000011)",
	},
	{
		"a feature the org lacks is for the org to fix", 401, body("E0000015", "You do not have permission to access the feature you are requesting"), "",
		KindUnauthorized, false, "You do not have permission to access the feature you are requesting (HTTP 401, E0000015)",
	},
	{
		"a missing scope is told by the challenge alone", 403, "", scopeChallenge,
		KindUnauthorized, false, "The access token provided does not contain the required scopes. (HTTP 403)",
	},
	{
		"a missing scope as 401", 401, "", scopeChallenge,
		KindUnauthorized, false, "The access token provided does not contain the required scopes. (HTTP 401)",
	},
	{
		"a small admin role is for the org to fix", 403, body("E0000006", "You do not have permission to perform the requested action"), "",
		KindUnauthorized, false, "You do not have permission to perform the requested action (HTTP 403, E0000006)",
	},
	{
		"another forbidden is final", 403, body("E0000056", "Delete application forbidden.", "The application must be deactivated before deletion."), "",
		KindTerminal, false, "Delete application forbidden.: The application must be deactivated before deletion. (HTTP 403, E0000056)",
	},
	{
		"an unknown id is not found", 404, body("E0000007", "Not found: Resource not found: calX (InlineHook)"), "",
		KindNotFound, false, "Not found: Resource not found: calX (InlineHook) (HTTP 404, E0000007)",
	},
	{
		"an unknown path is no statement about an object", 404, body("E0000008", "The requested path was not found"), "",
		KindTerminal, false, "The requested path was not found (HTTP 404, E0000008)",
	},
	{
		"a wrong method is final", 405, body("E0000022", "The endpoint does not support the provided HTTP method"), "",
		KindTerminal, false, "The endpoint does not support the provided HTTP method (HTTP 405, E0000022)",
	},
	{
		"a concurrent change passes", 409, body("E0000195", "Api validation failed due to conflict: x"), "",
		KindTransient, false, "Api validation failed due to conflict: x (HTTP 409, E0000195)",
	},
	{
		"a lock passes", 423, body("E0000239", "Policy priorities are being reconciled. Please try again later."), "",
		KindTransient, false, "Policy priorities are being reconciled. Please try again later. (HTTP 423, E0000239)",
	},
	{
		"a rate limit has its own kind", 429, body("E0000047", "API call exceeded rate limit due to too many requests."), "",
		KindRateLimited, false, "API call exceeded rate limit due to too many requests. (HTTP 429, E0000047)",
	},
	{
		"a server error may have come after the effect", 500, body("E0000009", "Internal Server Error"), "",
		KindTransient, true, "Internal Server Error (HTTP 500, E0000009)",
	},
	{
		"a hook that Okta cannot talk to", 502, body("E0000134", "Okta could not communicate correctly with an inline hook."), "",
		KindTransient, true, "Okta could not communicate correctly with an inline hook. (HTTP 502, E0000134)",
	},
	{
		"read-only mode passes", 503, body("E0000010", "Service is in read only mode"), "",
		KindTransient, true, "Service is in read only mode (HTTP 503, E0000010)",
	},
	{
		"a hook that does not answer", 504, body("E0000137", "Okta did not receive a response from an inline hook."), "",
		KindTransient, true, "Okta did not receive a response from an inline hook. (HTTP 504, E0000137)",
	},
	{
		"a gateway's page is described, not quoted", 502, "<html>upstream secret-host down</html>", "",
		KindTransient, true, "the answer has no Okta error body (content type application/json): something between here and Okta may have given it (HTTP 502)",
	},
	{
		"an odd error body is taken as far as it fits", 400, `{"errorCode":"E0000001","errorSummary":7,"errorCauses":[{"reason":"UNIQUE"},{"errorSummary":"a\nb"},{}]}`, "",
		KindTerminal, false, "Okta gives no reason: UNIQUE; a b (HTTP 400, E0000001)",
	},
}

func TestErrorBodiesAreSorted(t *testing.T) {
	t.Parallel()
	for _, tc := range errorBodies {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			headers := []string{"X-Okta-Request-Id", "req1"}
			if tc.challenge != "" {
				headers = append(headers, "WWW-Authenticate", tc.challenge)
			}
			s := serve(t, answer(tc.status, tc.body, headers...))
			_, err := s.client(t).CreateInlineHook(t.Context(), spec())
			e := asError(t, err)
			if e.Kind != tc.kind || e.MayHaveHappened != tc.unknown {
				t.Errorf("got %s, may have happened: %t; want %s, %t", e.Kind, e.MayHaveHappened, tc.kind, tc.unknown)
			}
			if want := `create inline hook "x": ` + tc.message; e.Message() != want {
				t.Errorf("message:\n got %s\nwant %s", e.Message(), want)
			}
			if e.Status != tc.status || e.RequestID != "req1" || e.RetryAt.IsZero() == (tc.kind == KindRateLimited) {
				t.Errorf("got %+v", e)
			}
		})
	}
}

func TestTheErrorNamesOneIdAndTheMessageNone(t *testing.T) {
	t.Parallel()
	e := Error{Op: "get inline hook", Summary: "s", ID: "oae1", RequestID: "r1"}
	without := Error{Op: "get inline hook", Summary: "s", RequestID: "r1"}
	for got, want := range map[string]string{
		e.Error():         "get inline hook: s (errorId oae1)",
		e.Message():       "get inline hook: s",
		without.Error():   "get inline hook: s (request id r1)",
		without.Message(): "get inline hook: s",
	} {
		if got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

func TestCredentialsAreTakenOutOfOktasText(t *testing.T) {
	t.Parallel()
	sent := spec().Channel.AuthScheme.Value.Reveal()
	_, encoded, _ := strings.Cut(sent, " ")
	echo := body("E0000001", "bad header "+sent, "value '"+encoded+"' is refused", "token "+testToken)
	s := serve(t, answer(400, echo))
	_, err := s.client(t).CreateInlineHook(t.Context(), spec())
	text := fmt.Sprintf("%v %+v %#v", err, asError(t, err), err)
	for _, secret := range []string{sent, encoded, testToken} {
		if strings.Contains(text, secret) {
			t.Errorf("the error contains %q: %s", secret, err)
		}
	}
	if want := "bad header [redacted]: value '[redacted]' is refused; token [redacted]"; !strings.Contains(err.Error(), want) {
		t.Errorf("got %s, want in it %s", err, want)
	}
}

func TestTextFromOktaIsBounded(t *testing.T) {
	t.Parallel()
	causes := make([]string, 50)
	for i := range causes {
		causes[i] = strings.Repeat("ö", 10_000)
	}
	s := serve(t, answer(400, body("E0000001", strings.Repeat("x", 10_000), causes...)))
	_, err := s.client(t).GetInlineHook(t.Context(), "calA")
	if n := len([]rune(err.Error())); n > (maxCauses+1)*(maxText+10)+100 {
		t.Errorf("the error has %d characters", n)
	}
}

// FuzzJudge feeds answers of any kind through the judgement: nothing panics, no
// failure passes for a success, and no credential comes back out.
func FuzzJudge(f *testing.F) {
	f.Add(400, []byte(body("E0000001", "x", "y")), scopeChallenge, "https://x", "1759127105")
	f.Add(429, []byte(`{"errorCode":`), `Bearer error="`, ":", "-1")
	f.Add(200, []byte("null"), "", "", "999999999999999999")
	now := time.Unix(1759127000, 0)
	f.Fuzz(func(t *testing.T, status int, body []byte, challenge, location, reset string) {
		h := http.Header{
			"Www-Authenticate": {challenge}, "Location": {location}, "X-Rate-Limit-Reset": {reset},
			"X-Rate-Limit-Limit": {"50"}, "X-Rate-Limit-Remaining": {"0"}, "Date": {"Mon, 29 Sep 2025 06:24:57 GMT"},
		}
		ex := &exchange{op: opCreate, status: status, header: h, body: body}
		e := judge(call{op: opCreate, object: "x", secrets: []Secret{NewSecret(testToken)}}, ex, now)
		if (e == nil) != (status >= 200 && status <= 299) {
			t.Fatalf("status %d judged as %v", status, e)
		}
		b := newBudget("org", nil)
		b.learn(managementBucket, h, e, now)
		if held := b.withheld(managementBucket, now.Add(longestWait)); held != nil {
			t.Errorf("calls are withheld beyond %s, until %s", longestWait, held.RetryAt)
		}
		if e != nil && (e.Kind == 0 || strings.Contains(e.Error(), testToken)) {
			t.Errorf("got %#v", e)
		}
		_, _ = decodeHook(body)
		_, _ = decodeHooks(body)
	})
}
