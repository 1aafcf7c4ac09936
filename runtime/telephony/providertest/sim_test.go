package providertest_test

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/hookline/hookline/runtime/telephony/providertest"
)

// start serves a simulator and returns it with a client that trusts it and follows no redirects.
func start(t *testing.T) (*providertest.Sim, *http.Client) {
	t.Helper()
	sim := providertest.New()
	certificate, err := providertest.NewCertificate("127.0.0.1", "providers.example")
	if err != nil {
		t.Fatal(err)
	}
	if err := sim.Start("127.0.0.1:0", certificate.TLS, sim.Control()); err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(certificate.CA)
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}}, Timeout: 10 * time.Second}
	t.Cleanup(func() {
		client.CloseIdleConnections()
		if err := sim.Close(); err != nil {
			t.Error(err)
		}
	})
	return sim, client
}

// do makes a request and returns status and body.
func do(t *testing.T, client *http.Client, method, address, contentType, body string, change func(*http.Request)) (int, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, address, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", contentType)
	if change != nil {
		change(req)
	}
	resp, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	content, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(content)
}

const form = "application/x-www-form-urlencoded"

// TestTwilioRefusesWhatTwilioDoes has requests that a provider of ours does not make.
func TestTwilioRefusesWhatTwilioDoes(t *testing.T) {
	t.Parallel()
	sim, client := start(t)
	good := url.Values{"To": {"+15005550010"}, "From": {providertest.TwilioSender}, "Body": {"hi"}}
	call := url.Values{"To": {"+15005550010"}, "From": {providertest.TwilioSender}, "Twiml": {"<Response><Say>hi</Say></Response>"}}
	with := func(values url.Values, name, value string) string {
		changed := url.Values{}
		for n, v := range values {
			changed[n] = v
		}
		changed.Del(name)
		if value != "" {
			changed.Set(name, value)
		}
		return changed.Encode()
	}
	const messages, calls = "/Messages.json", "/Calls.json"
	cases := map[string]struct {
		resource, body string
		code           float64
	}{
		"no To":                        {messages, with(good, "To", ""), 21604},
		"no Body":                      {messages, with(good, "Body", ""), 21602},
		"no sender":                    {messages, with(good, "From", ""), 21603},
		"a sender of somebody else":    {messages, with(good, "From", "+15550100"), 21606},
		"a number without plus":        {messages, with(good, "To", "15005550010"), 21211},
		"a text that is too long":      {messages, with(good, "Body", strings.Repeat("a", 1601)), 21617},
		"a service that is none":       {messages, with(good, "MessagingServiceSid", "MG1"), 21705},
		"a validity that is too long":  {messages, with(good, "ValidityPeriod", "36001"), 20001},
		"a call without instructions":  {calls, with(call, "Twiml", ""), 21205},
		"a call with broken markup":    {calls, with(call, "Twiml", "<Response><Say>hi</Response>"), 12100},
		"a call with too much of it":   {calls, with(call, "Twiml", "<Response><Say>"+strings.Repeat("a", 4000)+"</Say></Response>"), 12100},
		"a call from nobody":           {calls, with(call, "From", ""), 21213},
		"a call that rings too long":   {calls, with(call, "Timeout", "601"), 20001},
		"a resource that there is not": {"/Faxes.json", "", 20404},
	}
	account := sim.URL(providertest.Twilio) + "/2010-04-01/Accounts/" + providertest.TwilioAccountSID
	authorize := func(r *http.Request) { r.SetBasicAuth(providertest.TwilioAccountSID, providertest.TwilioAuthToken) }
	for name, tc := range cases {
		_, body := do(t, client, http.MethodPost, account+tc.resource, form, tc.body, authorize)
		var content map[string]any
		if err := json.Unmarshal([]byte(body), &content); err != nil || content["code"] != tc.code {
			t.Errorf("%s: got %s", name, body)
		}
	}
	if status, _ := do(t, client, http.MethodPost, account+messages, form, good.Encode(), nil); status != http.StatusUnauthorized {
		t.Errorf("without credentials: got %d", status)
	}
	if len(sim.Deliveries()) != 0 || sim.RequestsTo(providertest.Twilio) != len(cases)+1 {
		t.Errorf("delivered %v, had %d requests", sim.Deliveries(), sim.RequestsTo(providertest.Twilio))
	}
}

func TestVonageRefusesWhatVonageDoes(t *testing.T) {
	t.Parallel()
	sim, client := start(t)
	good := "api_key=" + providertest.VonageAPIKey + "&api_secret=" + providertest.VonageAPISecret + "&from=ACME&to=15005550010"
	for body, status := range map[string]string{
		good:                        "2",
		good + "&text=a&ttl=1000":   "3",
		good + "&text=a&type=emoji": "3",
		good[1:] + "&text=a":        "4",
		good + "0123456789&text=a":  "3",
		good + "&text=a&client-ref=" + strings.Repeat("e", 41): "3",
		good + "&text=a": "0",
	} {
		_, got := do(t, client, http.MethodPost, sim.URL(providertest.Vonage)+"/sms/json", form, body, nil)
		if !strings.Contains(got, `"status":"`+status+`"`) {
			t.Errorf("%s: got %s", body, got)
		}
	}
	status, _ := do(t, client, http.MethodPost, sim.URL(providertest.Vonage)+"/v1/calls", "application/json", "{}", func(r *http.Request) {
		r.Header.Set("Authorization", "Bearer eyJhbGciOiJub25lIn0.eyJhcHBsaWNhdGlvbl9pZCI6ImEifQ.")
	})
	if status != http.StatusUnauthorized {
		t.Errorf("a token without signature: got %d", status)
	}
	// What GSM 7-bit does not have is garbled without type=unicode.
	do(t, client, http.MethodPost, sim.URL(providertest.Vonage)+"/sms/json", form, good+"&text="+url.QueryEscape("日本 1"), nil)
	if d := sim.Deliveries(); d[len(d)-1].Text != "?? 1" {
		t.Errorf("delivered %+v", d[len(d)-1])
	}
}

func TestAWSRefusesRequestsThatAreNotSigned(t *testing.T) {
	t.Parallel()
	sim, client := start(t)
	for authorization, code := range map[string]string{
		"": "MissingAuthenticationToken",
		"AWS4-HMAC-SHA256 Credential=AKIAOTHER00000000000/20260101/eu-central-1/sms-voice/aws4_request, SignedHeaders=host;x-amz-date;x-amz-target, Signature=" +
			strings.Repeat("0", 64): "UnrecognizedClientException",
		"AWS4-HMAC-SHA256 Credential=" + providertest.AWSAccessKeyID + "/" + time.Now().UTC().Format("20060102") +
			"/eu-central-1/sms-voice/aws4_request, SignedHeaders=host;x-amz-date;x-amz-target, Signature=" + strings.Repeat("0", 64): "InvalidSignatureException",
	} {
		_, body := do(t, client, http.MethodPost, sim.URL(providertest.AWS), "application/x-amz-json-1.0", "{}", func(r *http.Request) {
			r.Header.Set("Authorization", authorization)
			r.Header.Set("X-Amz-Date", time.Now().UTC().Format("20060102T150405Z"))
			r.Header.Set("X-Amz-Target", "PinpointSMSVoiceV2.SendTextMessage")
		})
		if !strings.Contains(body, "#"+code+`"`) {
			t.Errorf("%q: got %s", authorization, body)
		}
	}
}

func TestFaultsHappenInTurn(t *testing.T) {
	t.Parallel()
	sim, client := start(t)
	for _, f := range []providertest.Fault{
		{Vendor: providertest.HTTP, At: providertest.Before, Do: providertest.Refuse, Status: 418, Times: 2},
		{Vendor: providertest.Twilio, At: providertest.Before, Do: providertest.Refuse, Status: 500},
		{At: providertest.Before, Do: providertest.Refuse, Status: 502, Times: 1},
	} {
		if err := sim.AddFault(f); err != nil {
			t.Fatal(err)
		}
	}
	var got []int
	for range 4 {
		status, _ := do(t, client, http.MethodPost, sim.URL(providertest.HTTP), "application/json", "{}", nil)
		got = append(got, status)
	}
	if diff := cmp.Diff([]int{418, 418, 502, 401}, got); diff != "" {
		t.Errorf("answers (-want +got):\n%s", diff)
	}
}

func TestFaultsThatThereAreNot(t *testing.T) {
	t.Parallel()
	sim, _ := start(t)
	for _, f := range []providertest.Fault{
		{}, {At: providertest.Connect, Do: providertest.Half}, {At: "later", Do: providertest.Hang}, {At: providertest.Before, Do: providertest.Garbage},
		{At: providertest.Before, Do: providertest.Half},
		{At: providertest.Before, Do: providertest.Refuse}, {At: providertest.After, Do: providertest.Slow},
	} {
		if err := sim.AddFault(f); err == nil || !strings.HasPrefix(err.Error(), "there is no such fault") {
			t.Errorf("%+v: got error %v", f, err)
		}
	}
}

func TestControl(t *testing.T) {
	t.Parallel()
	sim, client := start(t)
	base := "https://" + sim.Address()
	send := func() int {
		status, _ := do(t, client, http.MethodPost, sim.URL(providertest.HTTP), "application/json", `{"to":"+15005550010","text":"hi"}`,
			func(r *http.Request) { r.Header.Set("Authorization", "Bearer "+providertest.HTTPToken) })
		return status
	}
	expect := func(method, path, body string, status int, want string) {
		t.Helper()
		gotStatus, got := do(t, client, method, base+path, "application/json", body, nil)
		if gotStatus != status || !strings.Contains(got, want) {
			t.Errorf("%s %s: got %d %s", method, path, gotStatus, got)
		}
	}
	expect(http.MethodGet, "/-/healthz", "", 200, "")
	expect(http.MethodGet, "/-/deliveries", "", 200, "[]")
	if status := send(); status != http.StatusAccepted {
		t.Errorf("got %d", status)
	}
	expect(http.MethodGet, "/-/deliveries", "", 200, `"vendor":"http","id":"m-00000001","channel":"SMS","to":"+15005550010"`)
	expect(http.MethodGet, "/-/deliveries?to=%2B15005550011", "", 200, "[]")
	expect(http.MethodPost, "/-/fault", `{"vendor":"http","at":"before","do":"refuse","status":503}`, 200, "")
	expect(http.MethodPost, "/-/fault", `{"vendor":"http","when":"never"}`, 400, "when")
	if status := send(); status != http.StatusServiceUnavailable {
		t.Errorf("got %d", status)
	}
	expect(http.MethodDelete, "/-/fault", "", 200, "")
	if status := send(); status != http.StatusAccepted {
		t.Errorf("got %d", status)
	}
	expect(http.MethodGet, "/-/requests", "", 200, `{"vendor":"http","path":"","status":503,`)
	expect(http.MethodDelete, "/-/deliveries", "", 200, "")
	expect(http.MethodGet, "/-/requests", "", 200, "[]")
}

func TestCloseEndsWhatHangs(t *testing.T) {
	t.Parallel()
	for _, f := range []providertest.Fault{
		{At: providertest.Connect, Do: providertest.Hang}, {At: providertest.Before, Do: providertest.Hang}, {At: providertest.Connect, Do: providertest.Slow, Delay: time.Hour},
	} {
		sim, client := start(t)
		if err := sim.AddFault(f); err != nil {
			t.Fatal(err)
		}
		ended := make(chan error, 1)
		go func() {
			resp, err := client.Post(sim.URL(providertest.HTTP), "application/json", bytes.NewReader([]byte("{}")))
			if err == nil {
				err = errors.New(resp.Status)
				_ = resp.Body.Close()
			}
			ended <- err
		}()
		for f.At == providertest.Before && len(sim.Requests()) == 0 {
			time.Sleep(time.Millisecond)
		}
		if err := sim.Close(); err != nil {
			t.Error(err)
		}
		if err := <-ended; err == nil {
			t.Errorf("%+v: was answered", f)
		}
	}
}
