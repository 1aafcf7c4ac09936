package telephony

import (
	"testing"
	"time"

	"github.com/hookline/hookline/api/v1alpha1"
	"github.com/hookline/hookline/runtime/hook"
)

func TestChannelsHaveManyNames(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		channel, template any
		want              v1alpha1.TelephonyChannel
	}{
		"SMS":                              {"SMS", "x", v1alpha1.ChannelSMS},
		"sms in lower case":                {"sms", "x", v1alpha1.ChannelSMS},
		"SMS with spaces":                  {" SMS ", nil, v1alpha1.ChannelSMS},
		"CALL, as the reference has it":    {"CALL", nil, v1alpha1.ChannelVoice},
		"Voice":                            {"Voice", nil, v1alpha1.ChannelVoice},
		"VOICE CALL, as some orgs send it": {"VOICE CALL", nil, v1alpha1.ChannelVoice},
		"anything else":                    {"WHISTLE", "x", v1alpha1.ChannelVoice},
		"none, with a text":                {nil, "x", v1alpha1.ChannelSMS},
		"null, with a text":                {"", "x", v1alpha1.ChannelSMS},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, err := readCall(oktaCall(t, members{"deliveryChannel": tc.channel, "msgTemplate": tc.template}), time.Now())
			if err != nil || c.channel != tc.want {
				t.Errorf("got %s and error %v, want %s", c.channel, err, tc.want)
			}
		})
	}
}

func TestACallIsReadLeniently(t *testing.T) {
	t.Parallel()
	c, err := readCall(decoded(t, `{"data":{"messageProfile":{"phoneNumber":" +14155552671 ","otpCode":11111,"deliveryChannel":"SMS",
		"msgTemplate":["x"],"locale":7,"otpExpires":null,"tomorrow":{}},"userProfile":"x","context":7},"requestType":"com.okta.user.telephony.tomorrow"}`), time.Now())
	if err != nil {
		t.Fatal(err)
	}
	if c.number.e164 != testNumber || c.code != "11111" || c.template != "" || c.language != "" || c.expiresIn != 0 ||
		c.requestType != "" || c.user() != "" {
		t.Errorf("got %+v", c)
	}
}

// TestATextMayComeWithoutItsCode is Okta's preview, which renders a text but makes no code.
func TestATextMayComeWithoutItsCode(t *testing.T) {
	t.Parallel()
	c, err := readCall(oktaCall(t, members{"otpCode": nil}), time.Now())
	if err != nil || c.template == "" || c.code != "" {
		t.Errorf("got %+v and error %v", c, err)
	}
}

func TestACallThatLacksWhatNobodyCanDoWithoutIsInvalid(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		body, want string
	}{
		"no number":                  {oktaBody(t, members{"phoneNumber": nil}), "invalid_data: data.messageProfile.phoneNumber is missing"},
		"an empty number":            {oktaBody(t, members{"phoneNumber": " "}), "invalid_data: data.messageProfile.phoneNumber is missing"},
		"a number that is an object": {oktaBody(t, members{"phoneNumber": members{}}), "invalid_data: data.messageProfile.phoneNumber is missing"},
		"neither code nor text":      {oktaBody(t, members{"otpCode": nil, "msgTemplate": nil}), "invalid_data: data.messageProfile.otpCode is missing"},
		"no code to read in a call":  {oktaBody(t, members{"otpCode": nil, "deliveryChannel": "CALL"}), "invalid_data: data.messageProfile.otpCode is missing"},
		"neither channel nor text": {oktaBody(t, members{"deliveryChannel": nil, "msgTemplate": nil}),
			"invalid_data: data.messageProfile.deliveryChannel is missing, and so is msgTemplate, which would tell that it is a text message"},
		"no message at all": {`{"data":{}}`, "invalid_data: data.messageProfile.phoneNumber is missing"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := readCall(decoded(t, tc.body), time.Now())
			if err == nil || err.Error() != tc.want || hook.CodeOf(err) != hook.RequestInvalid {
				t.Errorf("got %v, want %s", err, tc.want)
			}
		})
	}
}

func TestACodeIsGoodUntilItExpires(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 1, 2, 3, 4, 0, 0, time.UTC)
	for name, tc := range map[string]struct {
		expires, eventTime string
		want               time.Duration
	}{
		"counted by Okta's clock":              {"2026-01-02T03:09:05.500Z", "2026-01-02T03:04:05.000Z", 5*time.Minute + 500*time.Millisecond},
		"whatever time it is here":             {"2020-01-02T03:09:05.000Z", "2020-01-02T03:04:05Z", 5 * time.Minute},
		"in another time zone":                 {"2026-01-02T04:09:05+01:00", "2026-01-02T03:04:05.000Z", 5 * time.Minute},
		"by the clock here, if Okta says none": {"2026-01-02T03:09:00Z", "", 5 * time.Minute},
		"nobody knows how long":                {"", "2026-01-02T03:04:05.000Z", 0},
		"nobody can read how long":             {"soon", "2026-01-02T03:04:05.000Z", 0},
		"over":                                 {"2026-01-02T03:00:00Z", "2026-01-02T03:04:05.000Z", 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := untilExpiry(tc.expires, tc.eventTime, now); got != tc.want {
				t.Errorf("got %s, want %s", got, tc.want)
			}
		})
	}
}

func TestTheUserIsTheIDOrTheLogin(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct{ id, login, want string }{
		"both":       {"00u1", "ada@example.com", "00u1"},
		"no id":      {"", "ada@example.com", "login:ada@example.com"},
		"neither":    {"", "", ""},
		"only an id": {"00u1", "", "00u1"},
	} {
		if got := (&call{userID: tc.id, login: tc.login}).user(); got != tc.want {
			t.Errorf("%s: got %q, want %q", name, got, tc.want)
		}
	}
}
