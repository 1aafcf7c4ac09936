package telephony

import (
	"strings"
	"testing"

	"github.com/hookline/hookline/api/v1alpha1"
	"github.com/hookline/hookline/runtime/telephony/providertest"
)

// codeTables are the tables by kind of provider, the status that codes come with, and the channels that have
// codes.
var codeTables = map[string]struct {
	table    codeTable
	status   int
	channels []v1alpha1.TelephonyChannel
	pages    string
}{
	"twilio": {twilioCodes, 400, bothChannels, "https://www.twilio.com/docs/api/errors/"},
	"vonage": {vonageCodes, 200, bothChannels[:1], "https://developer.vonage.com/"},
	"aws":    {awsCodes, 400, bothChannels, "https://docs.aws.amazon.com/"},
}

// TestEveryCodeHasItsClass sends each code over the wire. The code decides, also where the status alone would
// say something else.
func TestEveryCodeHasItsClass(t *testing.T) {
	t.Parallel()
	for kind, codes := range codeTables {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, kind)
			for _, row := range codes.table {
				for _, channel := range codes.channels {
					r.refuse(t, codes.status, row.code)
					result := r.send(t, theMessage(channel))
					r.expect(t, result, row.class, 0, 1)
					if result.Code != row.code || result.Status != codes.status || !strings.HasSuffix(result.Err.Error(), "with code "+row.code+": "+row.meaning) {
						t.Errorf("code %s over %s: got %+v", row.code, channel, result)
					}
				}
			}
		})
	}
}

// refuse has the next request refused, and all others.
func (r *rig) refuse(t *testing.T, status int, code string) {
	t.Helper()
	r.sim.Reset()
	err := r.sim.AddFault(providertest.Fault{Vendor: r.vendor, At: providertest.Before, Do: providertest.Refuse, Status: status, Code: code})
	if err != nil {
		t.Fatal(err)
	}
}

func TestTablesAreWellFormed(t *testing.T) {
	t.Parallel()
	for kind, codes := range codeTables {
		seen := map[string]bool{}
		for _, row := range codes.table {
			if seen[row.code] {
				t.Errorf("%s: code %s stands there twice", kind, row.code)
			}
			seen[row.code] = true
			if row.meaning == "" || !strings.HasPrefix(row.source, codes.pages) || sanitizeCode(row.code) != row.code {
				t.Errorf("%s: code %s has the meaning %q from %q", kind, row.code, row.meaning, row.source)
			}
		}
	}
}

func TestCodesThatNobodyKnowsAreNeverSuccess(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		kind   string
		status int
		code   string
		want   Class
		told   string
	}{
		"twilio refuses with an unknown code":                   {"twilio", 400, "29999", Rejected, "29999"},
		"twilio refuses without a code":                         {"twilio", 400, "", Rejected, ""},
		"twilio fails with an unknown code":                     {"twilio", 500, "59999", Unknown, "59999"},
		"twilio has too much to do, without a code":             {"twilio", 429, "", Throttled, ""},
		"twilio has an error in a success":                      {"twilio", 200, "29999", Unknown, ""},
		"a code of twilio's that may be a number is not told":   {"twilio", 400, "15005550199", Rejected, ""},
		"vonage refuses with an unknown status":                 {"vonage", 200, "99", Unknown, "99"},
		"a status of vonage's that is a text is not told":       {"vonage", 200, "no to +1", Unknown, ""},
		"vonage answers 402 with a code":                        {"vonage", 402, "9", Rejected, ""},
		"aws refuses with an unknown type":                      {"aws", 400, "SomethingElseException", Rejected, "SomethingElseException"},
		"aws refuses with an unknown reason":                    {"aws", 400, "ConflictException/SOMETHING_ELSE", Rejected, "ConflictException/SOMETHING_ELSE"},
		"aws refuses a parameter for an unknown reason":         {"aws", 400, "ValidationException/SOMETHING_ELSE", Rejected, "ValidationException/SOMETHING_ELSE"},
		"aws refuses with an error of its own, without a type":  {"aws", 400, "", Rejected, "UnknownError"},
		"aws fails with an unknown type":                        {"aws", 500, "SomethingElseException", Unknown, "SomethingElseException"},
		"a reason of aws' that is a text is not told":           {"aws", 400, "ConflictException/not for +15005550199", Rejected, ""},
		"a service of somebody's own refuses":                   {"http", 422, "number", Rejected, ""},
		"a service of somebody's own fails":                     {"http", 502, "number", Unknown, ""},
		"a service of somebody's own answers what is no answer": {"http", 202, "number", Unknown, ""},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, tc.kind)
			r.refuse(t, tc.status, tc.code)
			result := r.send(t, theMessage(v1alpha1.ChannelSMS))
			r.expect(t, result, tc.want, 0, 1)
			if result.Code != tc.told || result.Status != tc.status {
				t.Errorf("got %+v", result)
			}
		})
	}
}

func TestPartsOfATextThatAreRefusedLeaveItOpen(t *testing.T) {
	t.Parallel()
	for _, row := range vonageCodes {
		r := newRig(t, "vonage")
		if err := r.sim.AddFault(providertest.Fault{At: providertest.After, Do: providertest.Refuse, Status: 200, Code: row.code}); err != nil {
			t.Fatal(err)
		}
		result := r.send(t, theMessage(v1alpha1.ChannelSMS))
		r.expect(t, result, Unknown, 1, 1)
		if !strings.HasPrefix(result.Err.Error(), "has taken a part of the text: ") {
			t.Errorf("got error %v", result.Err)
		}
	}
}

// TestNumbersThatVendorsRefuse has the numbers that vendors refuse for tests.
func TestNumbersThatVendorsRefuse(t *testing.T) {
	t.Parallel()
	classes := map[string]struct{ text, call map[string]Class }{
		"twilio": {
			map[string]Class{"1": InvalidNumber, "2": Rejected, "3": Rejected, "4": InvalidNumber, "9": InvalidNumber, "5": Sent},
			map[string]Class{"1": InvalidNumber, "2": InvalidNumber, "3": Rejected, "4": Blocked, "9": Sent, "5": Sent},
		},
		"vonage": {
			map[string]Class{"1": InvalidNumber, "2": Rejected, "3": Rejected, "4": InvalidNumber, "9": InvalidNumber, "5": Sent},
			map[string]Class{"1": Rejected, "2": Rejected, "3": Rejected, "4": Rejected, "5": Sent},
		},
		"aws": {
			map[string]Class{"1": InvalidNumber, "2": Rejected, "3": Rejected, "4": InvalidNumber, "5": Blocked, "9": Sent},
			map[string]Class{"1": InvalidNumber, "2": Rejected, "3": Rejected, "4": InvalidNumber, "5": Blocked, "9": Sent},
		},
		"http": {
			map[string]Class{"1": Rejected, "2": Rejected, "3": Rejected, "4": Rejected, "5": Sent},
			map[string]Class{"1": Rejected, "2": Rejected, "3": Rejected, "4": Rejected, "5": Sent},
		},
	}
	forEachKind(t, func(t *testing.T, kind string) {
		r := newRig(t, kind)
		for channel, numbers := range map[v1alpha1.TelephonyChannel]map[string]Class{
			v1alpha1.ChannelSMS: classes[kind].text, v1alpha1.ChannelVoice: classes[kind].call,
		} {
			for last, class := range numbers {
				m := theMessage(channel)
				m.To = "+1500555000" + last
				if result := r.send(t, m); result.Class != class {
					t.Errorf("%s to %s: got %s (%v), want %s", channel, m.To, result.Class, result.Err, class)
				}
				if sent := r.sim.DeliveredTo(m.To) > 0; sent != (class == Sent) {
					t.Errorf("%s to %s: delivered is %t", channel, m.To, sent)
				}
				r.sim.Reset()
			}
		}
	})
}

func TestSendersThatTwilioRefuses(t *testing.T) {
	t.Parallel()
	r := newRig(t, "twilio")
	for sender, codes := range map[string][2]string{
		"+15005550001": {"21212", "21212"}, "+15005550007": {"21606", "21210"}, "+15005550008": {"21611", "21210"}, "+15005550099": {"21606", "21210"},
	} {
		for i, channel := range bothChannels {
			m := theMessage(channel)
			m.From = sender
			if result := r.send(t, m); result.Code != codes[i] {
				t.Errorf("%s from %s: got %+v", channel, sender, result)
			}
		}
	}
}

func TestIDsAndCodesAreRepeatedOnlyIfTheyLookLikeOne(t *testing.T) {
	t.Parallel()
	for id, want := range map[string]string{
		"SM0123": "SM0123", "": "", "a b": "", "line\n": "", "ümlaut": "", "m-15005550010": "", strings.Repeat("a", maxTransactionID): strings.Repeat("a", maxTransactionID),
		strings.Repeat("a", maxTransactionID+1): "",
	} {
		if got := sanitizeID(id, theNumber); got != want {
			t.Errorf("id %q became %q", id, got)
		}
	}
	for code, want := range map[string]string{
		"21211": "21211", "": "", "Type/REASON_1": "Type/REASON_1", "1234567": "", "a b": "", "+1": "", strings.Repeat("a", maxCodeLength+1): "",
	} {
		if got := sanitizeCode(code); got != want {
			t.Errorf("code %q became %q", code, got)
		}
	}
}
