package telephony

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sync/errgroup"

	"github.com/hookline/hookline/api/v1alpha1"
	"github.com/hookline/hookline/runtime/hook"
	"github.com/hookline/hookline/runtime/telephony/providertest"
)

// vault has the values of the one Secret that the providers of tests refer to, by key.
type vault map[string]string

func (v vault) Read(ref v1alpha1.SecretKeyReference) ([]byte, error) {
	value, found := v[ref.Key]
	if !found {
		return nil, errors.New("there is no such file")
	}
	return []byte(value), nil
}

func keyOf(key string) v1alpha1.SecretKeyReference {
	return v1alpha1.SecretKeyReference{Name: "sms", Key: key}
}

func valueOf(key string) v1alpha1.SecretValue { return v1alpha1.SecretValue{SecretKeyRef: keyOf(key)} }

// rig is one provider, and the simulator that it sends through.
type rig struct {
	sim    *providertest.Sim
	vendor providertest.Vendor
	spec   *v1alpha1.TelephonyProvider
	vault  vault
	// environment of the pod.
	environment map[string]string
	Provider
}

// newRig starts a simulator with the provider of a kind; changes are made to it before.
func newRig(t testing.TB, kind string, changes ...func(*rig)) *rig {
	t.Helper()
	sim := providertest.New()
	certificate, err := providertest.NewCertificate("127.0.0.1")
	if err != nil {
		t.Fatal(err)
	}
	if err := sim.Start("127.0.0.1:0", certificate.TLS, nil); err != nil {
		t.Fatal(err)
	}
	ca := keyOf("ca.crt")
	r := &rig{
		sim: sim, vendor: providertest.Vendor(kind), environment: map[string]string{},
		spec: &v1alpha1.TelephonyProvider{Name: "the-provider", CASecretKeyRef: &ca},
		vault: vault{
			"ca.crt": string(certificate.CA), "twilio": providertest.TwilioKeySecret, "twilio-auth": providertest.TwilioAuthToken,
			"vonage": providertest.VonageAPISecret, "vonage.key": string(sim.VonagePrivateKey()),
			"aws": providertest.AWSSecretAccessKey, "token": "Bearer " + providertest.HTTPToken,
		},
	}
	providerKinds[kind](r.spec, sim)
	for _, change := range changes {
		change(r)
	}
	r.Provider, err = newProvider(r.spec, r.vault, func(name string) string { return r.environment[name] })
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		r.Close()
		if err := sim.Close(); err != nil {
			t.Error(err)
		}
	})
	return r
}

func base(sim *providertest.Sim, vendor providertest.Vendor) v1alpha1.BaseURL {
	return v1alpha1.BaseURL(sim.URL(vendor))
}

// providerKinds are the providers that pass the suite, each set up for both channels.
var providerKinds = map[string]func(*v1alpha1.TelephonyProvider, *providertest.Sim){
	"twilio": func(p *v1alpha1.TelephonyProvider, sim *providertest.Sim) {
		p.Twilio = &v1alpha1.TwilioProvider{
			AccountSID: providertest.TwilioAccountSID, BaseURL: base(sim, providertest.Twilio), From: providertest.TwilioSender,
			APIKey: &v1alpha1.TwilioAPIKey{SID: providertest.TwilioKeySID, SecretKeyRef: keyOf("twilio")},
		}
	},
	"vonage": func(p *v1alpha1.TelephonyProvider, sim *providertest.Sim) {
		p.Vonage = &v1alpha1.VonageProvider{
			APIKey: providertest.VonageAPIKey, APISecret: valueOf("vonage"), From: "15005550006", BaseURL: base(sim, providertest.Vonage),
			Voice: &v1alpha1.VonageVoice{
				ApplicationID: providertest.VonageApplicationID, PrivateKey: valueOf("vonage.key"), From: "+15005550006",
				BaseURL: base(sim, providertest.Vonage),
			},
		}
	},
	"aws": func(p *v1alpha1.TelephonyProvider, sim *providertest.Sim) {
		p.AWS = &v1alpha1.AWSProvider{
			Region: providertest.AWSRegion, BaseURL: base(sim, providertest.AWS), OriginationIdentity: providertest.AWSSender,
			Credentials: &v1alpha1.AWSCredentials{AccessKeyID: providertest.AWSAccessKeyID, SecretAccessKey: valueOf("aws")},
			Voice:       &v1alpha1.AWSVoice{OriginationIdentity: providertest.AWSSender},
		}
	},
	"http": func(p *v1alpha1.TelephonyProvider, sim *providertest.Sim) {
		token := keyOf("token")
		p.HTTP = &v1alpha1.HTTPProvider{
			URL:     sim.URL(providertest.HTTP) + "/send",
			Headers: []v1alpha1.HTTPHeader{{Name: "authorization", SecretKeyRef: &token}},
			Request: `{'to': send.phoneNumber, 'text': send.text, 'channel': send.channel, 'language': send.?language.orValue(''),
				'from': send.?from.orValue('+15005550006'), 'expires': send.?expiresIn.orValue(0), 'reference': send.eventID}`,
			Sent:          "response.status == 202 && response.body.id != ''",
			TransactionID: "response.body.id",
		}
	},
}

// What the messages of the suite have.
const (
	theNumber = "+15005550010"
	theCode   = "493817"
	theText   = "Your code is " + theCode + ". Don't share it."
	theSpeech = "Your code is 4, 9, 3, 8, 1, 7 <&> don't share it."
)

func theMessage(channel v1alpha1.TelephonyChannel) Message {
	m := Message{
		EventID: "e-1", Channel: channel, To: theNumber, Country: "US", Text: theText, Code: theCode, Language: "en-US",
		ExpiresIn: 5 * time.Minute, Request: &hook.Request{},
	}
	if channel == v1alpha1.ChannelVoice {
		m.Text = theSpeech
	}
	return m
}

var bothChannels = []v1alpha1.TelephonyChannel{v1alpha1.ChannelSMS, v1alpha1.ChannelVoice}

// send hands over a message with ten seconds of time.
func (r *rig) send(t testing.TB, m Message) Result {
	t.Helper()
	return r.sendWithin(t, m, 10*time.Second)
}

// sendWithin hands over a message and checks what holds of every one: it comes back soon after its time, and
// nothing in the result is confidential.
func (r *rig) sendWithin(t testing.TB, m Message, limit time.Duration) Result {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	defer cancel()
	start := time.Now()
	result := r.Send(ctx, m)
	if took := time.Since(start); took > limit+time.Second {
		t.Errorf("took %s of %s", took, limit)
	}
	r.expectDiscreet(t, m, result)
	return result
}

func (r *rig) expectDiscreet(t testing.TB, m Message, result Result) {
	t.Helper()
	if (result.Err == nil) != (result.Class == Sent) {
		t.Errorf("class %s has error %v", result.Class, result.Err)
	}
	told := fmt.Sprintf("%v %+v", result, result.Err)
	hidden := []string{"refused for", "request for", "15005550199", m.Text, m.Code, strings.TrimPrefix(m.To, "+")}
	for _, secret := range r.vault {
		hidden = append(hidden, secret, strings.TrimPrefix(secret, "Bearer "))
	}
	for _, part := range hidden {
		if part != "" && strings.Contains(strings.ToLower(told), strings.ToLower(part)) {
			t.Errorf("the result has %q in it: %s", part, told)
		}
	}
}

// expect checks a class, and how many messages and requests there were.
func (r *rig) expect(t testing.TB, result Result, class Class, delivered, requests int) {
	t.Helper()
	if result.Class != class {
		t.Errorf("got class %s (%v), want %s", result.Class, result.Err, class)
	}
	if got := len(r.sim.Deliveries()); got != delivered {
		t.Errorf("%d messages were delivered, want %d", got, delivered)
	}
	if got := r.sim.RequestsTo(r.vendor); got != requests {
		t.Errorf("%d requests arrived, want %d", got, requests)
	}
}

func forEachKind(t *testing.T, test func(t *testing.T, kind string)) {
	for kind := range providerKinds {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			test(t, kind)
		})
	}
}

func TestProvidersSendTexts(t *testing.T) {
	t.Parallel()
	forEachKind(t, func(t *testing.T, kind string) {
		r := newRig(t, kind)
		result := r.send(t, theMessage(v1alpha1.ChannelSMS))
		r.expect(t, result, Sent, 1, 1)
		got := r.sim.Deliveries()[0]
		if got.Channel != "SMS" || got.To != theNumber || got.Text != theText || strings.TrimPrefix(got.From, "+") != "15005550006" || got.Expires != 300 {
			t.Errorf("delivered %+v", got)
		}
		if result.TransactionID == "" || result.TransactionID != got.ID || result.Status < 200 || result.Status > 299 {
			t.Errorf("got result %+v for message %s", result, got.ID)
		}
	})
}

func TestProvidersCallAndSayItTwice(t *testing.T) {
	t.Parallel()
	forEachKind(t, func(t *testing.T, kind string) {
		r := newRig(t, kind)
		result := r.send(t, theMessage(v1alpha1.ChannelVoice))
		r.expect(t, result, Sent, 1, 1)
		got := r.sim.Deliveries()[0]
		want := []string{theSpeech, theSpeech}
		if kind == "http" {
			want = want[:1] // what a service makes of it is its own business
		}
		if diff := cmp.Diff(want, got.Said); diff != "" || got.Channel != "Voice" || got.To != theNumber || result.TransactionID != got.ID {
			t.Errorf("delivered %+v, result %+v, said (-want +got):\n%s", got, result, diff)
		}
	})
}

func TestProvidersSendAnyScript(t *testing.T) {
	t.Parallel()
	forEachKind(t, func(t *testing.T, kind string) {
		r := newRig(t, kind)
		for _, text := range []string{"確認コードは493817です。", "Код: 493817", "Código: 493817 – ¡no lo compartas! 🔑", "a&b=c+d%20e\n\"x\"", "äöüß"} {
			m := theMessage(v1alpha1.ChannelSMS)
			m.Text = text
			r.sim.Reset()
			r.expect(t, r.send(t, m), Sent, 1, 1)
			if got := r.sim.Deliveries()[0].Text; got != text {
				t.Errorf("sent %q, delivered %q", text, got)
			}
		}
	})
}

func TestProvidersSendFromTheSenderOfTheRoute(t *testing.T) {
	t.Parallel()
	const other = "+15005550123"
	forEachKind(t, func(t *testing.T, kind string) {
		for _, channel := range bothChannels {
			r := newRig(t, kind)
			r.sim.AddSender(other)
			m := theMessage(channel)
			m.From = other
			r.expect(t, r.send(t, m), Sent, 1, 1)
			if got := r.sim.Deliveries()[0].From; strings.TrimPrefix(got, "+") != other[1:] {
				t.Errorf("%s came from %s", channel, got)
			}
		}
	})
}

func TestNamesDoNotCall(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"twilio", "vonage", "aws"} {
		r := newRig(t, kind)
		m := theMessage(v1alpha1.ChannelVoice)
		m.From = "ACME"
		r.expect(t, r.send(t, m), Sent, 1, 1)
		if got := r.sim.Deliveries()[0].From; strings.TrimPrefix(got, "+") != "15005550006" {
			t.Errorf("%s calls from %s", kind, got)
		}
	}
}

func TestMessagesWithoutKnownEndHaveNone(t *testing.T) {
	t.Parallel()
	forEachKind(t, func(t *testing.T, kind string) {
		r := newRig(t, kind)
		m := theMessage(v1alpha1.ChannelSMS)
		m.ExpiresIn, m.Language, m.EventID, m.Country = 0, "", "e", ""
		r.expect(t, r.send(t, m), Sent, 1, 1)
		if got := r.sim.Deliveries()[0].Expires; got != 0 {
			t.Errorf("expires after %v", got)
		}
	})
}

func TestExpiryStaysWithinTheLimitsOfTheProvider(t *testing.T) {
	t.Parallel()
	for kind, limits := range map[string][2]float64{"twilio": {1, 36000}, "vonage": {20, 604800}, "aws": {5, 259200}} {
		r := newRig(t, kind)
		for i, expiry := range []time.Duration{time.Millisecond, 1000 * time.Hour} {
			r.sim.Reset()
			m := theMessage(v1alpha1.ChannelSMS)
			m.ExpiresIn = expiry
			r.expect(t, r.send(t, m), Sent, 1, 1)
			if got := r.sim.Deliveries()[0].Expires; got != limits[i] {
				t.Errorf("%s: a message that is good for %s expires after %v", kind, expiry, got)
			}
		}
	}
}

func TestChannelThatIsNotSetUpIsNotTried(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		kind    string
		channel v1alpha1.TelephonyChannel
		change  func(*rig)
	}{
		"twilio with a number for calls only": {"twilio", v1alpha1.ChannelSMS, func(r *rig) {
			r.spec.Twilio.From, r.spec.Twilio.Voice = "", &v1alpha1.TwilioVoice{From: providertest.TwilioSender}
		}},
		"twilio with a name": {"twilio", v1alpha1.ChannelVoice, func(r *rig) { r.spec.Twilio.From = "ACME" }},
		"twilio with a messaging service": {"twilio", v1alpha1.ChannelVoice, func(r *rig) {
			r.spec.Twilio.From, r.spec.Twilio.MessagingServiceSID = "", "MG0123456789abcdef0123456789abcdef"
		}},
		"vonage without from":             {"vonage", v1alpha1.ChannelSMS, func(r *rig) { r.spec.Vonage.From = "" }},
		"vonage without voice":            {"vonage", v1alpha1.ChannelVoice, func(r *rig) { r.spec.Vonage.Voice = nil }},
		"aws without originationIdentity": {"aws", v1alpha1.ChannelSMS, func(r *rig) { r.spec.AWS.OriginationIdentity = "" }},
		"aws without voice":               {"aws", v1alpha1.ChannelVoice, func(r *rig) { r.spec.AWS.Voice = nil }},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, tc.kind, tc.change)
			r.expect(t, r.send(t, theMessage(tc.channel)), Unsupported, 0, 0)
		})
	}
}

func TestProvidersSendManyAtATime(t *testing.T) {
	t.Parallel()
	forEachKind(t, func(t *testing.T, kind string) {
		r := newRig(t, kind)
		var group errgroup.Group
		const count = 40
		for i := range count {
			group.Go(func() error {
				m := theMessage(bothChannels[i%2])
				m.To = fmt.Sprintf("+150055502%02d", i)
				if result := r.send(t, m); result.Class != Sent {
					return fmt.Errorf("got %s: %w", result.Class, result.Err)
				}
				return nil
			})
		}
		if err := group.Wait(); err != nil {
			t.Error(err)
		}
		for i := range count {
			if got := r.sim.DeliveredTo(fmt.Sprintf("+150055502%02d", i)); got != 1 {
				t.Errorf("number %d got %d messages", i, got)
			}
		}
	})
}

func TestMessagePrintsNothing(t *testing.T) {
	t.Parallel()
	m := theMessage(v1alpha1.ChannelSMS)
	var logged strings.Builder
	slog.New(slog.NewJSONHandler(&logged, nil)).Info("m", "message", m, "pointer", &m)
	for _, text := range []string{fmt.Sprint(m), fmt.Sprintf("%+v %#v %s %q %d", m, m, m, m, m), fmt.Sprintf("%v", &m), logged.String()} {
		if strings.Contains(text, theCode) || strings.Contains(text, theNumber) || !strings.Contains(text, redacted) {
			t.Errorf("printed as %s", text)
		}
	}
}

func TestClassesAreThoseThatResultsHave(t *testing.T) {
	t.Parallel()
	for _, table := range []codeTable{twilioCodes, vonageCodes, awsCodes} {
		for _, row := range table {
			if row.class == Sent || row.class == Unsupported || !slices.Contains(Classes(), row.class) {
				t.Errorf("code %s has class %s", row.code, row.class)
			}
		}
	}
	for status := 100; status < 600; status++ {
		if class := classOf(status); class == Sent || class != Unknown && (status < 400 || status > 499) {
			t.Errorf("status %d is of class %s", status, class)
		}
	}
	if classOf(http.StatusTooManyRequests) != Throttled {
		t.Error("429 is not throttled")
	}
}
