package telephony

import (
	"strings"
	"testing"

	"github.com/hookline/hookline/api/v1alpha1"
	"github.com/hookline/hookline/runtime/outbound"
	"github.com/hookline/hookline/runtime/telephony/providertest"
)

func TestExpressionSentDecides(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		sent   v1alpha1.Expression
		status int // of a refusal; 0: taken
		want   Class
		told   string
	}{
		"yes":                          {"response.status == 202", 0, Sent, ""},
		"no":                           {"response.status == 200", 0, Rejected, "answered 202, which by the expression sent is a refusal"},
		"yes to a conflict":            {"response.status in [202, 409]", 409, Sent, ""},
		"yes to a failure":             {"response.status == 500", 500, Sent, ""},
		"no to a failure":              {"response.status == 202", 500, Unknown, "answered 500, which by the expression sent is a refusal"},
		"no to having too much to do":  {"response.status == 202", 429, Throttled, "answered 429, which by the expression sent is a refusal"},
		"no to a redirect":             {"response.status == 202", 302, Unknown, "answered 302, which by the expression sent is a refusal"},
		"yes to a redirect":            {"response.status in [202, 303]", 303, Sent, ""},
		"no to a success":              {"response.status == 201", 200, Rejected, "answered 200, which by the expression sent is a refusal"},
		"a member that is absent":      {"response.body.result.code == 0", 0, Unknown, "answered 202: sent: evaluate expression"},
		"a member of another type":     {"response.body.id > 5", 0, Unknown, "answered 202: sent: evaluate expression"},
		"something that is no boolean": {"response.body.id", 0, Unknown, "answered 202: sent: evaluate expression: yields string"},
		"the header":                   {"response.headers['content-type'].startsWith('application/json')", 0, Sent, ""},
		"the message and the user":     {"response.status == 202 && send.code.size() == 6 && !has(user.login)", 0, Sent, ""},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, "http", func(r *rig) { r.spec.HTTP.Sent = tc.sent })
			delivered := 1
			if tc.status != 0 {
				r.refuse(t, tc.status, "no")
				delivered = 0
			}
			result := r.send(t, theMessage(v1alpha1.ChannelSMS))
			r.expect(t, result, tc.want, delivered, 1)
			if tc.told != "" && !strings.HasPrefix(result.Err.Error(), tc.told) {
				t.Errorf("got error %v", result.Err)
			}
		})
	}
}

// TestOnePersonsDataDoesNotTakeAServiceOfOnesOwnAway has answers that a service may give to one person, and says
// what they mean for others.
func TestOnePersonsDataDoesNotTakeAServiceOfOnesOwnAway(t *testing.T) {
	t.Parallel()
	const unguarded = "response.body.accepted"
	for name, tc := range map[string]struct {
		sent   v1alpha1.Expression
		status int // of a refusal; 0: taken
		want   outbound.Verdict
	}{
		"a success that sent can't read":  {unguarded, 0, outbound.Works},
		"a refusal that sent can't read":  {unguarded, 422, outbound.Works},
		"a redirect that sent can't read": {unguarded, 303, outbound.Works},
		"403 that sent can't read":        {unguarded, 403, outbound.Works},
		"a failure that sent can't read":  {unguarded, 502, outbound.Fails},
		"a refusal":                       {"response.status == 202", 422, outbound.Works},
		"403":                             {"response.status == 202", 403, outbound.Works},
		"429":                             {"response.status == 202", 429, outbound.Works},
		"401":                             {"response.status == 202", 401, outbound.Fails},
		"503":                             {"response.status == 202", 503, outbound.Fails},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, "http", func(r *rig) { r.spec.HTTP.Sent = tc.sent })
			if tc.status != 0 {
				r.refuse(t, tc.status, "no")
			}
			if got := judge(t.Context(), r.send(t, theMessage(v1alpha1.ChannelSMS))); got != tc.want {
				t.Errorf("got verdict %d, want %d", got, tc.want)
			}
		})
	}
}

func TestRefusalsOfAccountsConcernEverybody(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"twilio", "vonage", "aws"} {
		for _, status := range []int{401, 403, 429, 500} {
			for _, channel := range bothChannels {
				r := newRig(t, kind)
				r.refuse(t, status, "")
				if got := judge(t.Context(), r.send(t, theMessage(channel))); got != outbound.Fails {
					t.Errorf("%s, %s, %d: got verdict %d", kind, channel, status, got)
				}
			}
		}
	}
}

func TestTransactionIDOfAServiceOfOnesOwn(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		source v1alpha1.Expression
		isID   bool
	}{
		"none":                     {"", false},
		"the id":                   {"response.body.id", true},
		"a member that is absent":  {"response.body.other", false},
		"something that is no id":  {"response.body", false},
		"the number":               {"send.phoneNumber", false},
		"a text that is too long":  {"response.body.id + '" + v1alpha1.Expression(strings.Repeat("a", 200)) + "'", false},
		"a text with line ends":    {"response.body.id + '\\n'", false},
		"a number in another form": {"'to:' + send.phoneNumber.substring(1)", false},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, "http", func(r *rig) { r.spec.HTTP.TransactionID = tc.source })
			result := r.send(t, theMessage(v1alpha1.ChannelSMS))
			r.expect(t, result, Sent, 1, 1)
			want := ""
			if tc.isID {
				want = r.sim.Deliveries()[0].ID
			}
			if result.TransactionID != want {
				t.Errorf("got id %q", result.TransactionID)
			}
		})
	}
}

// TestRequestThatCanNotBeMadeIsDefinite has data that an expression can't deal with. The class keeps it from
// counting against the provider: one person's data must not take it away from others.
func TestRequestThatCanNotBeMadeIsDefinite(t *testing.T) {
	t.Parallel()
	for _, source := range []v1alpha1.Expression{"{'to': send.country.split(' ')[3]}", "{'to': message.otpCode}", "{'n': int(send.text)}"} {
		r := newRig(t, "http", func(r *rig) { r.spec.HTTP.Request = source })
		result := r.send(t, theMessage(v1alpha1.ChannelSMS))
		r.expect(t, result, Unsupported, 0, 0)
		if !strings.HasPrefix(result.Err.Error(), "request: evaluate expression") {
			t.Errorf("got error %v", result.Err)
		}
	}
}

func TestHeadersOfAServiceOfOnesOwn(t *testing.T) {
	t.Parallel()
	r := newRig(t, "http", func(r *rig) {
		r.vault["other"] = "n0t-the-one"
		other := keyOf("other")
		r.spec.HTTP.Headers = []v1alpha1.HTTPHeader{
			{Name: "x-api-key", SecretKeyRef: &other}, {Name: "User-Agent", Value: "acme"}, {Name: "Authorization", Value: "Bearer " + providertest.HTTPToken},
		}
	})
	p := r.Provider.(*httpProvider)
	if p.header.Get("X-Api-Key") != "n0t-the-one" || p.header.Get("User-Agent") != "acme" {
		t.Errorf("got %v", p.header)
	}
	r.expect(t, r.send(t, theMessage(v1alpha1.ChannelSMS)), Sent, 1, 1)
}
