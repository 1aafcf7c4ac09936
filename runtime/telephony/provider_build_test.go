package telephony

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"strings"
	"testing"

	"github.com/hookline/hookline/api/v1alpha1"
	"github.com/hookline/hookline/runtime/telephony/providertest"
)

func TestProvidersThatCanNotBeBuilt(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		kind   string
		change func(*v1alpha1.TelephonyProvider, vault)
		want   string
	}{
		"no kind of provider": {"twilio", func(p *v1alpha1.TelephonyProvider, _ vault) { p.Twilio = nil }, ": takes exactly one of twilio, vonage, aws and http"},
		"a CA that is not there": {"twilio", func(_ *v1alpha1.TelephonyProvider, v vault) { delete(v, "ca.crt") },
			".caSecretKeyRef: there is no such file"},
		"a CA that is none": {"http", func(_ *v1alpha1.TelephonyProvider, v vault) { v["ca.crt"] = "s3cret" },
			`.caSecretKeyRef: key "ca.crt" of secret "sms" has no certificate in PEM; write those of the CAs, which begin with -----BEGIN CERTIFICATE-----`},
		"twilio without a secret": {"twilio", func(_ *v1alpha1.TelephonyProvider, v vault) { delete(v, "twilio") },
			".twilio.apiKey.secretKeyRef: there is no such file"},
		"twilio with an empty token": {"twilio", func(p *v1alpha1.TelephonyProvider, v vault) {
			token := valueOf("twilio-auth")
			p.Twilio.APIKey, p.Twilio.AuthToken, v["twilio-auth"] = nil, &token, ""
		}, `.twilio.authToken.secretKeyRef: key "twilio-auth" of secret "sms" is empty; write the value there`},
		"twilio without credentials": {"twilio", func(p *v1alpha1.TelephonyProvider, _ vault) { p.Twilio.APIKey = nil },
			".twilio: takes exactly one of authToken and apiKey"},
		"a secret with two line ends": {"vonage", func(_ *v1alpha1.TelephonyProvider, v vault) { v["vonage"] = "s3cret\n" },
			`.vonage.apiSecret.secretKeyRef: key "vonage" of secret "sms" has a line end or another character that is not printable ASCII; write the value alone`},
		"a key that is no PEM": {"vonage", func(_ *v1alpha1.TelephonyProvider, v vault) { v["vonage.key"] = "s3cret" },
			`.vonage.voice.privateKey.secretKeyRef: key "vonage.key" of secret "sms" is no private key in PEM; write the file private.key that the application was made with`},
		"a key of another kind": {"vonage", func(_ *v1alpha1.TelephonyProvider, v vault) { v["vonage.key"] = ecKey(t) },
			`.vonage.voice.privateKey.secretKeyRef: key "vonage.key" of secret "sms" has PEM, but no RSA private key without a passphrase; write the file private.key that the application was made with`},
		"a certificate for a key": {"vonage", func(_ *v1alpha1.TelephonyProvider, v vault) { v["vonage.key"] = v["ca.crt"] },
			`.vonage.voice.privateKey.secretKeyRef: key "vonage.key" of secret "sms" has PEM, but no RSA private key without a passphrase; write the file private.key that the application was made with`},
		"aws without a secret": {"aws", func(_ *v1alpha1.TelephonyProvider, v vault) { delete(v, "aws") },
			".aws.credentials.secretAccessKey.secretKeyRef: there is no such file"},
		"aws in a pod without an identity": {"aws", func(p *v1alpha1.TelephonyProvider, _ vault) { p.AWS.Credentials = nil },
			".aws.credentials: is unset, and this pod has no identity at AWS; write credentials, or give runtime.serviceAccountName a service account with an IAM role"},
		"a header without its secret": {"http", func(_ *v1alpha1.TelephonyProvider, v vault) { delete(v, "token") },
			".http.headers[0].secretKeyRef: there is no such file"},
		"a request that is no expression": {"http", func(p *v1alpha1.TelephonyProvider, _ vault) { p.HTTP.Request = "{'to': sent.phoneNumber}" },
			".http.request: "},
		"a sent that is no boolean": {"http", func(p *v1alpha1.TelephonyProvider, _ vault) { p.HTTP.Sent = "response.status" },
			".http.sent: yields int, but must yield a boolean; compare it with something"},
		"an id that is no text": {"http", func(p *v1alpha1.TelephonyProvider, _ vault) { p.HTTP.TransactionID = "response.status" },
			".http.transactionID: yields int, but must yield a string; convert it with string(...)"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, tc.kind)
			tc.change(r.spec, r.vault)
			provider, err := newProvider(r.spec, r.vault, func(string) string { return "" })
			if err == nil || provider != nil || !strings.HasPrefix(err.Error(), tc.want) {
				t.Fatalf("got provider %v, error %v; want %s", provider, err, tc.want)
			}
			if strings.Contains(err.Error(), "s3cret") {
				t.Errorf("error %v repeats the secret", err)
			}
		})
	}
}

func ecKey(t *testing.T) string {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	encoded, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: encoded}))
}

func TestKeysOfVonageComeInTwoForms(t *testing.T) {
	t.Parallel()
	block, _ := pem.Decode(providertest.New().VonagePrivateKey())
	parsed, err := newVonageApplication("a", string(pem.EncodeToMemory(block)))
	if err != nil {
		t.Fatal(err)
	}
	older := pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(parsed.key)})
	if again, err := newVonageApplication("a", string(older)); err != nil || !again.key.Equal(parsed.key) {
		t.Errorf("got error %v", err)
	}
}

// TestProvidersAreBuiltWithoutTheirServices has nobody listening: a provider that is down must not keep the
// runtime from starting.
func TestProvidersAreBuiltWithoutTheirServices(t *testing.T) {
	t.Parallel()
	forEachKind(t, func(t *testing.T, kind string) {
		r := newRig(t, kind)
		if err := r.sim.Close(); err != nil {
			t.Fatal(err)
		}
		provider, err := NewProvider(r.spec, r.vault)
		if err != nil {
			t.Fatal(err)
		}
		provider.Close()
	})
}

func TestBaseURLsMayEndInASlash(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"twilio", "vonage"} {
		r := newRig(t, kind, func(r *rig) {
			if r.spec.Twilio != nil {
				r.spec.Twilio.BaseURL += "/"
			} else {
				r.spec.Vonage.BaseURL += "/"
				r.spec.Vonage.Voice.BaseURL += "/"
			}
		})
		for i, channel := range bothChannels {
			r.expect(t, r.send(t, theMessage(channel)), Sent, i+1, i+1)
		}
	}
}

func TestDefaultAddresses(t *testing.T) {
	t.Parallel()
	r := newRig(t, "twilio", func(r *rig) { r.spec.Twilio.BaseURL = "" })
	if got := r.Provider.(*twilio).account; got != "https://api.twilio.com/2010-04-01/Accounts/"+providertest.TwilioAccountSID {
		t.Errorf("twilio is at %s", got)
	}
	r = newRig(t, "vonage", func(r *rig) { r.spec.Vonage.BaseURL, r.spec.Vonage.Voice.BaseURL = "", "" })
	if p := r.Provider.(*vonage); p.messages != "https://rest.nexmo.com/sms/json" || p.calls != "https://api.nexmo.com/v1/calls" {
		t.Errorf("vonage is at %s and %s", p.messages, p.calls)
	}
}
