package telephony

import (
	"fmt"
	"io"
	"log/slog"
	"strings"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/hookline/hookline/api/v1alpha1"
	"github.com/hookline/hookline/runtime/hook"
	"github.com/hookline/hookline/runtime/telephony/providertest"
)

// wireFaults is what can go wrong on the way to the first provider and back, at each point.
var wireFaults = []providertest.Fault{
	{At: providertest.Connect, Do: providertest.Hang, Times: 1},
	{At: providertest.Connect, Do: providertest.Reset, Times: 1},
	{At: providertest.Before, Do: providertest.Hang},
	{At: providertest.Before, Do: providertest.Reset},
	{At: providertest.Before, Do: providertest.Refuse, Status: 429},
	{At: providertest.Before, Do: providertest.Refuse, Status: 401},
	{At: providertest.Before, Do: providertest.Refuse, Status: 500},
	{At: providertest.Before, Do: providertest.Refuse, Status: 302},
	{At: providertest.After, Do: providertest.Hang},
	{At: providertest.After, Do: providertest.Reset},
	{At: providertest.After, Do: providertest.Refuse, Status: 503},
	{At: providertest.After, Do: providertest.Half},
	{At: providertest.After, Do: providertest.Garbage},
	{At: providertest.After, Do: providertest.Empty},
	{At: providertest.After, Do: providertest.Huge},
}

// TestNobodyGetsTwoCodesOverTheWire has each provider fail at each point, with another one of another kind
// behind it, and Okta send after FAILED, as it may.
func TestNobodyGetsTwoCodesOverTheWire(t *testing.T) {
	t.Parallel()
	for first, second := range map[string]string{"twilio": "vonage", "vonage": "aws", "aws": "http", "http": "twilio"} {
		for _, onUnknown := range []v1alpha1.OnUnknownOutcome{v1alpha1.UnknownPending, v1alpha1.UnknownNextProvider} {
			for _, fault := range wireFaults {
				t.Run(fmt.Sprintf("%s/%s/%s %s %d", first, onUnknown, fault.At, fault.Do, fault.Status), func(t *testing.T) {
					t.Parallel()
					codesOverTheWire(t, onUnknown, first, second, fault)
				})
			}
		}
	}
}

// overTheWire is a handler with providers of the simulator. The first one has little time if it shall hang.
func overTheWire(t *testing.T, onUnknown v1alpha1.OnUnknownOutcome, hangs bool, kinds ...string) (*Handler, *providertest.Sim) {
	t.Helper()
	r := newRig(t, kinds[0])
	spec := &v1alpha1.TelephonyHandler{OnUnknownOutcome: onUnknown}
	for _, kind := range kinds {
		provider := v1alpha1.TelephonyProvider{Name: v1alpha1.ProviderName(kind), CASecretKeyRef: r.spec.CASecretKeyRef}
		providerKinds[kind](&provider, r.sim)
		spec.Providers = append(spec.Providers, provider)
	}
	if hangs {
		spec.Providers[0].Timeout = &metav1.Duration{Duration: 300 * time.Millisecond}
	}
	h, err := New(t.Context(), spec, r.vault, Options{Logger: slog.New(slog.NewTextHandler(discreet{t}, nil))})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(h.Close)
	return h, r.sim
}

// discreet is a log that the number and the code must not get into.
type discreet struct{ testing.TB }

var _ io.Writer = discreet{}

func (d discreet) Write(line []byte) (int, error) {
	if text := string(line); strings.Contains(text, testNumber) || strings.Contains(text, testNumber[1:]) || strings.Contains(text, testCode) {
		d.Errorf("the log has the number or the code: %s", text)
	}
	return len(line), nil
}

func codesOverTheWire(t *testing.T, onUnknown v1alpha1.OnUnknownOutcome, first, second string, fault providertest.Fault) {
	h, sim := overTheWire(t, onUnknown, fault.Do == providertest.Hang, first, second)
	if fault.At != providertest.Connect { // there nobody knows yet who is called
		fault.Vendor = providertest.Vendor(first)
	}
	if err := sim.AddFault(fault); err != nil {
		t.Fatal(err)
	}
	ctx := fromOkta(t)
	response, err := h.Handle(ctx, oktaCall(t, nil))
	if err != nil || ctx.Err() != nil {
		t.Fatalf("error %v, deadline %v; want an answer before the deadline", err, ctx.Err())
	}
	told := delivery(t, response)
	delivered := sim.DeliveredTo(testNumber)
	codes := delivered
	if told.Status == hook.DeliveryFailed {
		codes++ // Okta's own
	}
	switch {
	case onUnknown == v1alpha1.UnknownPending && codes > 1:
		t.Errorf("%d codes; Okta is told %+v", codes, told)
	case told.Status == hook.DeliveryFailed && delivered > 0:
		t.Errorf("Okta is told %+v, and a provider has delivered", told)
	case told.Status == hook.DeliverySuccessful && delivered == 0:
		t.Errorf("Okta is told %+v, and nobody has delivered", told)
	case onUnknown == v1alpha1.UnknownNextProvider && delivered == 0:
		t.Errorf("nobody has delivered, though the next provider could; Okta is told %+v", told)
	}
}

func TestEachProviderSendsForAHandler(t *testing.T) {
	t.Parallel()
	for kind := range providerKinds {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			h, sim := overTheWire(t, "", false, kind)
			for _, req := range []*hook.Request{oktaCall(t, nil), voiceCall(t, nil)} {
				response, err := h.Handle(fromOkta(t), req)
				if err != nil {
					t.Fatal(err)
				}
				if got := delivery(t, response); got.Status != hook.DeliverySuccessful || got.Provider != kind || got.TransactionID == "" {
					t.Errorf("got %+v, want it sent and named", got)
				}
			}
			sent := sim.Deliveries()
			if len(sent) != 2 || sent[0].Text != "Your code is "+testCode || !strings.Contains(strings.Join(sent[1].Said, " "), "4, 8, 2, 9, 1, 3") {
				t.Errorf("delivered %+v, want a text and a call with the code in them", sent)
			}
		})
	}
}

// TestTheMagicNumbersOfThePage is the list of docs/telephony.md of what Twilio's test numbers do.
func TestTheMagicNumbersOfThePage(t *testing.T) {
	t.Parallel()
	for number, want := range map[string]string{
		"+15005550001": "FAILED reason=invalid_number, twilio=invalid_number/21211",
		"+15005550002": "SUCCESSFUL twilio=rejected/21612",
		"+15005550003": "SUCCESSFUL twilio=rejected/21408",
		"+15005550009": "FAILED reason=invalid_number, twilio=invalid_number/21614",
	} {
		t.Run(number, func(t *testing.T) {
			t.Parallel()
			r, s := newRig(t, "twilio"), &setup{providers: providers{}}
			h, err := newHandler(t.Context(), handlerOf("twilio", "second"), Options{Logger: slog.New(slog.DiscardHandler)},
				func(from *v1alpha1.TelephonyProvider) (Provider, error) {
					if from.Name == "twilio" {
						return r.Provider, nil
					}
					return s.provider(from)
				})
			if err != nil {
				t.Fatal(err)
			}
			response, err := h.Handle(fromOkta(t), oktaCall(t, members{"phoneNumber": number}))
			if err != nil {
				t.Fatal(err)
			}
			got := delivery(t, response)
			if _, failed, sent := strings.Cut(got.TransactionMetadata, "ms, "); sent {
				got.TransactionMetadata = failed
			}
			if said := string(got.Status) + " " + got.TransactionMetadata; said != want {
				t.Errorf("got %s, want %s", said, want)
			}
		})
	}
}
