package telephony

import (
	"context"
	"strings"
	"testing"

	"github.com/hookline/hookline/api/v1alpha1"
	"github.com/hookline/hookline/runtime/hook"
)

// routed has providers a to d and these routes.
func routed(routes ...v1alpha1.TelephonyRoute) *v1alpha1.TelephonyHandler {
	spec := handlerOf("a", "b", "c", "d")
	spec.Routes = routes
	return spec
}

func to(names ...v1alpha1.ProviderName) v1alpha1.TelephonyRoute {
	return v1alpha1.TelephonyRoute{Providers: names}
}

func forCountries(r v1alpha1.TelephonyRoute, countries ...v1alpha1.CountryCode) v1alpha1.TelephonyRoute {
	r.Countries = countries
	return r
}

func forChannels(r v1alpha1.TelephonyRoute, channels ...v1alpha1.TelephonyChannel) v1alpha1.TelephonyRoute {
	r.Channels = channels
	return r
}

func forTypes(r v1alpha1.TelephonyRoute, types ...v1alpha1.TelephonyRequestType) v1alpha1.TelephonyRoute {
	r.RequestTypes = types
	return r
}

func when(r v1alpha1.TelephonyRoute, condition string) v1alpha1.TelephonyRoute {
	r.When = condition
	return r
}

func TestTheFirstRouteThatFitsDecides(t *testing.T) {
	t.Parallel()
	requestType := func(name string) *hook.Request {
		return decoded(t, strings.Replace(oktaBody(t, nil), "com.okta.user.telephony.mfa-verification", name, 1))
	}
	for name, tc := range map[string]struct {
		spec *v1alpha1.TelephonyHandler
		req  *hook.Request
		want string // the provider that sends; empty if no route fits
	}{
		"no routes at all":                       {routed(), oktaCall(t, nil), "a"},
		"a route without conditions":             {routed(to("b")), oktaCall(t, nil), "b"},
		"two that fit":                           {routed(to("c"), to("b")), oktaCall(t, nil), "c"},
		"the country is in the list":             {routed(forCountries(to("b"), "DE", "US"), to("c")), oktaCall(t, nil), "b"},
		"the country is not":                     {routed(forCountries(to("b"), "DE"), to("c")), oktaCall(t, nil), "c"},
		"the country can't be told":              {routed(forCountries(to("b"), "DE"), to("c")), oktaCall(t, members{"phoneNumber": "+88213123456"}), "c"},
		"a calling code that is not the country": {routed(forCountries(to("b"), "US"), to("c")), oktaCall(t, members{"phoneNumber": "+12423570000"}), "c"},
		"the channel is in the list":             {routed(forChannels(to("b"), v1alpha1.ChannelVoice), to("c")), voiceCall(t, nil), "b"},
		"the channel is not":                     {routed(forChannels(to("b"), v1alpha1.ChannelVoice), to("c")), oktaCall(t, nil), "c"},
		"the request type is in the list":        {routed(forTypes(to("b"), v1alpha1.RequestMFAVerification), to("c")), oktaCall(t, nil), "b"},
		"the request type is another":            {routed(forTypes(to("b"), v1alpha1.RequestPasswordReset), to("c")), oktaCall(t, nil), "c"},
		"pre-enrollment":                         {routed(forTypes(to("b"), v1alpha1.RequestPreEnrollment)), requestType("com.okta.user.telephony.pre-enrollment"), "b"},
		"account unlock":                         {routed(forTypes(to("b"), v1alpha1.RequestAccountUnlock)), requestType("com.okta.user.telephony.account-unlock"), "b"},
		"password reset":                         {routed(forTypes(to("b"), v1alpha1.RequestPasswordReset)), requestType("com.okta.user.telephony.password-reset"), "b"},
		"a type of tomorrow, and types":          {routed(forTypes(to("b"), v1alpha1.RequestMFAVerification), to("c")), requestType("com.okta.user.telephony.tomorrow"), "c"},
		"a type of tomorrow, and none":           {routed(to("b")), requestType("com.okta.user.telephony.tomorrow"), "b"},
		"the condition holds":                    {routed(when(to("b"), "user.login.endsWith('@example.com')"), to("c")), oktaCall(t, nil), "b"},
		"the condition does not":                 {routed(when(to("b"), "message.locale == 'DE'"), to("c")), oktaCall(t, nil), "c"},
		"the condition reads what is absent":     {routed(when(to("b"), "message.locale == 'DE'"), to("c")), oktaCall(t, members{"locale": nil}), "c"},
		"all have to hold and one does not":      {routed(when(forCountries(to("b"), "US"), "false"), to("c")), oktaCall(t, nil), "c"},
		"none of them fits":                      {routed(forCountries(to("b"), "DE"), when(to("c"), "false")), oktaCall(t, nil), ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := build(t, tc.spec, nil)
			got := s.handle(t, fromOkta(t), tc.req)
			want := hook.Delivery{Status: hook.DeliverySuccessful, Provider: tc.want, TransactionID: "SM1", TransactionMetadata: got.TransactionMetadata}
			if tc.want == "" {
				want = hook.Delivery{Status: hook.DeliveryFailed, TransactionMetadata: "reason=no_route"}
			}
			if got != want {
				t.Errorf("got %+v, want %+v", got, want)
			}
		})
	}
}

func TestARouteMayHaveSendersOfItsOwn(t *testing.T) {
	t.Parallel()
	route := to("a", "b")
	route.Senders = map[string]v1alpha1.Sender{"b": "ACME"}
	s := build(t, routed(route), providers{"a": {answer: always(Rejected, "21606", 400)}})
	s.handle(t, fromOkta(t), oktaCall(t, nil))
	if from := s.providers["a"].messages()[0].From; from != "" {
		t.Errorf("a sends as %q, want its own sender", from)
	}
	if from := s.providers["b"].messages()[0].From; from != "ACME" {
		t.Errorf("b sends as %q, want ACME", from)
	}
}

func TestProvidersGetTheWholeMessage(t *testing.T) {
	t.Parallel()
	s := build(t, handlerOf("a"), nil)
	req := oktaCall(t, nil)
	s.handle(t, fromOkta(t), req)
	want := Message{
		EventID: "e-1", Channel: v1alpha1.ChannelSMS, To: testNumber, Country: "US", Text: "Your code is 482913", Code: testCode,
		Language: "en-US", ExpiresIn: 300e9, Request: req,
	}
	if got := s.providers["a"].messages()[0]; got != want {
		t.Error("the message differs from what was wanted") // it does not print itself
	}
}

func TestMistakesInTheConfigurationAreToldWithTheirPath(t *testing.T) {
	t.Parallel()
	ended, cancel := context.WithCancel(context.Background())
	cancel()
	message := handlerOf("a")
	message.Message = "message.otpCod"
	for name, tc := range map[string]struct {
		ctx  context.Context
		spec *v1alpha1.TelephonyHandler
		want string
	}{
		"a condition":       {t.Context(), routed(to("a"), when(to("b"), "1")), "handler.telephony.routes[1].when: yields int, but must yield a boolean; compare it with something"},
		"a provider":        {t.Context(), routed(to("a", "e")), `handler.telephony.routes[0].providers[1]: there is no provider "e" in handler.telephony.providers`},
		"the text":          {t.Context(), message, "handler.telephony.message: column 8: "},
		"an end before all": {ended, routed(to("a")), "handler.telephony.routes[0]: compile route: context canceled"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := &setup{providers: providers{}}
			_, err := newHandler(tc.ctx, tc.spec, Options{}, s.provider)
			if err == nil || !strings.HasPrefix(err.Error(), tc.want) {
				t.Errorf("got %v, want %s", err, tc.want)
			}
			for name, made := range s.providers {
				if !made.closed {
					t.Errorf("provider %s is left open", name)
				}
			}
		})
	}
}
