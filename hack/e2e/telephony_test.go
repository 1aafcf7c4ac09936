//go:build e2e

package e2e

import (
	"net/http"
	"regexp"
	"testing"
	"time"

	"github.com/hookline/hookline/hack/stage"
	"github.com/hookline/hookline/runtime/telephony/providertest"
)

const (
	// password of users who have one in Okta.
	password = "a new password"
	// oktaWaits this long for a hook, for everything.
	oktaWaits = 3 * time.Second
)

var sixDigits = regexp.MustCompile(`\b[0-9]{6}\b`)

// sendCodes has people sign in with a code while vendors work, refuse and fail: each gets one message at most,
// nobody one by Okta's own provider besides, and Okta an answer in time.
func (s *story) sendCodes() {
	twilio := func(at providertest.Point, do providertest.Action) *providertest.Fault {
		return &providertest.Fault{Vendor: providertest.Twilio, At: at, Do: do, Times: 1}
	}
	refused := twilio(providertest.Before, providertest.Refuse)
	refused.Status, refused.Code = http.StatusTooManyRequests, "20429"
	for _, c := range []struct {
		name, number string
		fault        *providertest.Fault
		status       string
		vendor       providertest.Vendor // that delivers; "" for nobody
	}{
		{"the first vendor sends", "+12025550110", nil, "SUCCESSFUL", providertest.Twilio},
		{"the first vendor refuses and the second sends", "+12025550111", refused, "SUCCESSFUL", providertest.Vonage},
		{"the first vendor sends and says nothing", "+12025550112", twilio(providertest.After, providertest.Hang), "PENDING", providertest.Twilio},
		{"the first vendor sends and dies", "+12025550113", twilio(providertest.After, providertest.Reset), "PENDING", providertest.Twilio},
		{"the first vendor takes the request and says nothing", "+12025550114", twilio(providertest.Before, providertest.Hang), "PENDING", ""},
		{"the country is not allowed", "+33639980123", nil, "SUCCESSFUL", ""},
	} {
		s.Run(c.name, func(t *testing.T) {
			part := s.part(t)
			part.must(part.vendors.Reset(t.Context()))
			if c.fault != nil {
				part.must(part.vendors.AddFault(t.Context(), *c.fault))
			}
			part.sendCode(c.number, c.status, c.vendor)
		})
	}
}

// sendCode has a new user with a phone sign in, and with the code if it came.
func (s *story) sendCode(number, status string, vendor providertest.Vendor) {
	s.Helper()
	login := "phone" + number[1:] + "@example.com"
	s.okta.createUserWithPhone(login, number)
	first := s.okta.ask(http.StatusOK, post("/api/v1/authn", object{"username": login, "password": password}))
	verify := "/api/v1/authn/factors/" + first.Text("_embedded.factors.0.id") + "/verify"
	state := first.Text("stateToken")
	s.okta.forget()
	s.okta.ask(http.StatusOK, post(verify, object{"stateToken": state}))
	s.judgeCode(status)

	deliveries, err := s.vendors.Deliveries(s.Context())
	s.must(err)
	if vendor == "" {
		if len(deliveries) != 0 {
			s.Errorf("%d messages were sent, want none", len(deliveries))
		}
		return
	}
	if len(deliveries) != 1 || deliveries[0].Vendor != vendor || deliveries[0].To != number || deliveries[0].Channel != "SMS" {
		s.Fatalf("messages: %d, want one by %s", len(deliveries), vendor)
	}
	code := sixDigits.FindString(deliveries[0].Text)
	last := s.okta.ask(http.StatusOK, post(verify, object{"stateToken": state, "passCode": code}))
	if last.Text("status") != "SUCCESS" {
		s.Errorf("the sign-in with the code ended with %s", last.Text("status"))
	}
}

// judgeCode looks at the one call of the hook, which must have told Okta a status in time.
func (s *story) judgeCode(status string) {
	s.Helper()
	calls := s.okta.calls()
	if len(calls) != 1 || calls[0].Failure != "" || calls[0].Status != http.StatusOK {
		s.Fatalf("calls of the hook: %s", summary(calls))
	}
	took := time.Duration(calls[0].Milliseconds * float64(time.Millisecond))
	if told := stage.At(calls[0].Response, "commands.0.value.0.status"); told != status || took >= oktaWaits {
		s.Errorf("Okta was told %v after %s, want %s in less than %s: %v", told, took, status, oktaWaits, calls[0].Response)
	}
	s.Logf("%s after %s: %v", status, took.Round(time.Millisecond), stage.At(calls[0].Response, "commands.0.value.0.transactionMetadata"))
	own, err := s.okta.OwnMessages(s.Context())
	s.must(err)
	if own != 0 {
		s.Errorf("Okta's own provider sent %d messages", own)
	}
}

// createUserWithPhone makes a user of Okta with a password and a phone for codes.
func (o *org) createUserWithPhone(login, number string) {
	o.Helper()
	user := o.ask(http.StatusOK, postAsAdmin("/api/v1/users?activate=true", object{
		"profile":     object{"firstName": "Joan", "lastName": "Clarke", "email": login, "login": login},
		"credentials": object{"password": object{"value": password}},
	}))
	o.ask(http.StatusOK, postAsAdmin("/api/v1/users/"+user.Text("id")+"/factors?activate=true", object{
		"factorType": "sms", "provider": "OKTA", "profile": object{"phoneNumber": number},
	}))
}
