package main

import (
	"context"
	"fmt"
	"net/http"
	"regexp"

	"github.com/hookline/hookline/hack/stage"
	"github.com/hookline/hookline/runtime/telephony/providertest"
)

const (
	joansPhone = "+12025550143"
	// phoneAbroad is in France, where config/samples/telephony.yaml sends nothing to.
	phoneAbroad = "+33639980123"
)

// sentOfTelephony is what the story is about in a call of the telephony hook.
var sentOfTelephony = []string{"requestType", "data.messageProfile"}

// addPhone adds a phone for one-time codes to a user of Okta.
func addPhone(user, number string) stage.Request {
	return stage.Request{Method: http.MethodPost, Path: "/api/v1/users/" + user + "/factors", AsAdmin: true, Body: map[string]any{
		"factorType": "sms", "provider": "OKTA", "profile": map[string]any{"phoneNumber": number},
	}}
}

func (s *story) codeByText(ctx context.Context) error {
	phone := addPhone(s.joan, joansPhone)
	phone.Path += "?activate=true"
	if _, err := s.prepare(ctx, phone); err != nil {
		return err
	}
	s.labelled("In Okta:", "Joan has a phone for codes, "+maskedPhone(joansPhone), nil)
	return s.signInByCode(ctx, providertest.Twilio)
}

func (s *story) secondVendorSends(ctx context.Context) error {
	s.say("(Twilio has too much to do: it refuses its next request with status 429.)")
	err := s.world.vendors.AddFault(ctx, providertest.Fault{
		Vendor: providertest.Twilio, At: providertest.Before, Do: providertest.Refuse, Status: http.StatusTooManyRequests, Code: "20429", Times: 1,
	})
	if err != nil {
		return err
	}
	return s.signInByCode(ctx, providertest.Vonage)
}

// signInByCode has Joan sign in with her password and a code that a vendor brings to her.
func (s *story) signInByCode(ctx context.Context, vendor providertest.Vendor) error {
	a, err := s.exchange(ctx, scene{
		who: "Joan", Request: stage.Request{Method: http.MethodPost, Path: "/api/v1/authn", Body: map[string]any{
			"username": "joan@example.com", "password": newPassword,
		}},
		status: http.StatusOK, show: []string{"status", "stateToken"},
	})
	if err != nil {
		return err
	}
	state := a.Text("stateToken")
	verify := "/api/v1/authn/factors/" + a.Text("_embedded.factors.0.id") + "/verify"
	before, err := s.world.vendors.Deliveries(ctx)
	if err != nil {
		return err
	}
	_, err = s.exchange(ctx, scene{
		who: "Joan", Request: stage.Request{Method: http.MethodPost, Path: verify, Body: map[string]any{"stateToken": state}},
		calls: 1, sent: sentOfTelephony, status: http.StatusOK, show: []string{"status", "_embedded.factor.profile"},
	})
	if err != nil {
		return err
	}
	code, err := s.showTheText(ctx, vendor, len(before))
	if err != nil {
		return err
	}
	a, err = s.exchange(ctx, scene{
		who: "Joan", Request: stage.Request{Method: http.MethodPost, Path: verify, Body: map[string]any{"stateToken": state, "passCode": code}},
		status: http.StatusOK, show: []string{"status", "_embedded.user.profile.login"},
	})
	if err != nil {
		return err
	}
	return expect(a.Text("status") == "SUCCESS", "the sign-in ended with %q, not SUCCESS", a.Text("status"))
}

var sixDigits = regexp.MustCompile(`\b[0-9]{6}\b`)

// showTheText shows the one message that somebody sent to Joan after so many others, and returns the code in it.
func (s *story) showTheText(ctx context.Context, vendor providertest.Vendor, before int) (string, error) {
	deliveries, err := s.sentSince(ctx, before)
	if err != nil {
		return "", err
	}
	if err := expect(len(deliveries) == 1, "%d messages were sent, not one", len(deliveries)); err != nil {
		return "", err
	}
	sent := deliveries[0]
	s.labelled(titleOf(sent.Vendor)+" → Joan", sent.Channel, masked(map[string]any{"to": sent.To, "text": sent.Text}))
	if err := expect(sent.Vendor == vendor && sent.To == joansPhone, "%s sent the message, not %s, or not to Joan", sent.Vendor, vendor); err != nil {
		return "", err
	}
	code := sixDigits.FindString(sent.Text)
	return code, expect(code != "", "there is no code in the message")
}

// sentSince are the messages that vendors sent after so many others. Okta's own provider must have sent none.
func (s *story) sentSince(ctx context.Context, before int) ([]providertest.Delivery, error) {
	deliveries, err := s.world.vendors.Deliveries(ctx)
	if err != nil {
		return nil, err
	}
	own, err := s.world.okta.OwnMessages(ctx)
	if err != nil {
		return nil, err
	}
	if own > 0 {
		return nil, fmt.Errorf("messages of Okta's own provider: %d, want none", own)
	}
	return deliveries[before:], nil
}

func titleOf(vendor providertest.Vendor) string {
	return map[providertest.Vendor]string{providertest.Twilio: "Twilio", providertest.Vonage: "Vonage"}[vendor]
}

func (s *story) blockedCountry(ctx context.Context) error {
	before, err := s.world.vendors.Deliveries(ctx)
	if err != nil {
		return err
	}
	_, err = s.exchange(ctx, scene{
		who: "Grace", Request: addPhone(s.grace, phoneAbroad),
		calls: 1, sent: sentOfTelephony, status: http.StatusOK, show: []string{"status", "profile"},
	})
	if err != nil {
		return err
	}
	deliveries, err := s.sentSince(ctx, len(before))
	if err != nil {
		return err
	}
	s.say("(Okta is told SUCCESSFUL so that it does not send the code by itself. Nobody did.)")
	return expect(len(deliveries) == 0, "%d messages were sent to a number that is blocked", len(deliveries))
}
