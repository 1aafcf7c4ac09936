package stage

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/hookline/hookline/runtime/telephony/providertest"
)

// textThrough sends a text message through the simulated Twilio.
func textThrough(t *testing.T, v *Vendors, to string) int {
	t.Helper()
	form := url.Values{"To": {to}, "From": {providertest.TwilioSender}, "Body": {"Your code is 123456."}}
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost,
		v.URL+"/twilio/2010-04-01/Accounts/"+providertest.TwilioAccountSID+"/Messages.json", strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	request.SetBasicAuth(providertest.TwilioKeySID, providertest.TwilioKeySecret)
	response, err := v.Client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	_ = response.Body.Close()
	return response.StatusCode
}

func TestVendors(t *testing.T) {
	t.Parallel()
	server := httptest.NewTLSServer(providertest.New().Control())
	t.Cleanup(server.Close)
	v := &Vendors{URL: server.URL, Client: server.Client()}
	deliveries := func(want int) {
		t.Helper()
		all, err := v.Deliveries(t.Context())
		if err != nil || len(all) != want {
			t.Fatalf("got %d deliveries, %v, want %d", len(all), err, want)
		}
		if want > 0 && (all[want-1].To != "+12025550143" || all[want-1].Text != "Your code is 123456." || all[want-1].Vendor != providertest.Twilio) {
			t.Errorf("delivery: got %+v", all[want-1])
		}
	}
	deliveries(0)
	if status := textThrough(t, v, "+12025550143"); status != http.StatusCreated {
		t.Errorf("status %d", status)
	}
	deliveries(1)
	fault := providertest.Fault{Vendor: providertest.Twilio, At: providertest.Before, Do: providertest.Refuse, Status: 429}
	if err := v.AddFault(t.Context(), fault); err != nil {
		t.Fatal(err)
	}
	if status := textThrough(t, v, "+12025550143"); status != http.StatusTooManyRequests {
		t.Errorf("status %d with a fault", status)
	}
	deliveries(1)
	if err := v.AddFault(t.Context(), providertest.Fault{At: "nowhere"}); err == nil || !strings.Contains(err.Error(), "there is no such fault") {
		t.Errorf("a fault that there is not: %v", err)
	}
	if err := v.Reset(t.Context()); err != nil {
		t.Fatal(err)
	}
	deliveries(0)
	if status := textThrough(t, v, "+12025550143"); status != http.StatusCreated {
		t.Errorf("status %d after the faults are gone", status)
	}
}
