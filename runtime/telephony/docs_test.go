package telephony

import (
	"context"
	"fmt"
	"maps"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/language"
	"golang.org/x/text/language/display"
	"sigs.k8s.io/yaml"

	"github.com/hookline/hookline/api/v1alpha1"
	"github.com/hookline/hookline/runtime/expr"
	"github.com/hookline/hookline/runtime/hook"
	"github.com/hookline/hookline/runtime/telephony/providertest"
)

func docsPage(t *testing.T) string {
	t.Helper()
	page, err := os.ReadFile("../../docs/telephony.md")
	if err != nil {
		t.Fatal(err)
	}
	return string(page)
}

// docsTable has the rows of the table of docs/telephony.md below the heading row, without its code marks.
func docsTable(t *testing.T, heading string) [][]string {
	t.Helper()
	_, table, found := strings.Cut(docsPage(t), "\n| "+heading+" |\n")
	if !found {
		t.Fatalf("docs/telephony.md has no table %s", heading)
	}
	var rows [][]string
	for line := range strings.Lines(table) {
		if !strings.HasPrefix(line, "| ") {
			if len(rows) > 0 {
				break
			}
			continue
		}
		cells := strings.Split(strings.TrimSuffix(strings.TrimPrefix(strings.TrimSpace(line), "| "), " |"), " | ")
		for i := range cells {
			cells[i] = strings.ReplaceAll(cells[i], "`", "")
		}
		rows = append(rows, cells)
	}
	return rows
}

// TestTheExampleOfThePageWorks answers calls with the handler that docs/telephony.md begins with.
func TestTheExampleOfThePageWorks(t *testing.T) {
	t.Parallel()
	_, rest, _ := strings.Cut(docsPage(t), "```yaml\n")
	manifest, _, _ := strings.Cut(rest, "---\n")
	var example v1alpha1.OktaInlineHook
	if err := yaml.UnmarshalStrict([]byte(manifest), &example); err != nil {
		t.Fatal(err)
	}
	handler := &example.Spec.Handler
	errs := v1alpha1.ValidateHook(example.Spec.Type, "", nil, handler)
	if errs = append(errs, expr.CheckHandler(example.Spec.Type, handler)...); len(errs) > 0 {
		t.Fatal(errs.ToAggregate())
	}
	for name, tc := range map[string]struct {
		number string
		voice  bool
		login  string // empty: ada@example.com
		want   string
	}{
		"a text to the United States": {testNumber, false, "", "twilio:1 vonage:0"},
		"a text to Germany":           {"+4915112345678", false, "", "twilio:0 vonage:1"},
		"a text to a partner there":   {"+4915112345678", false, "bo@partner.example", "twilio:1 vonage:0"},
		"a call to Germany":           {"+4915112345678", true, "", "twilio:1 vonage:0"},
		"a text to Guernsey":          {"+447911123456", false, "", "twilio:0 vonage:1"},
		"a text to somewhere else":    {"+88213123456", false, "", "twilio:0 vonage:0"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := build(t, handler.Telephony, nil)
			req := oktaCall(t, members{"phoneNumber": tc.number})
			if tc.login != "" {
				req = decoded(t, strings.Replace(oktaBody(t, members{"phoneNumber": tc.number}), "ada@example.com", tc.login, 1))
			}
			if tc.voice {
				req = voiceCall(t, members{"phoneNumber": tc.number})
			}
			s.handle(t, fromOkta(t), req)
			if s.sent() != tc.want {
				t.Errorf("messages %s, want %s", s.sent(), tc.want)
			}
		})
	}
}

// TestTheOtherExamplesOfThePageAreTaken puts the provider and the text of the page into a handler.
func TestTheOtherExamplesOfThePageAreTaken(t *testing.T) {
	t.Parallel()
	blocks := regexp.MustCompile("(?s)```yaml\n(.*?)```").FindAllStringSubmatch(docsPage(t), -1)
	if len(blocks) != 4 {
		t.Fatalf("the page has %d examples, want 4", len(blocks))
	}
	spec := handlerOf()
	if err := yaml.UnmarshalStrict([]byte(blocks[1][1]), &spec.Providers); err != nil {
		t.Fatal(err)
	}
	if err := yaml.UnmarshalStrict([]byte(blocks[2][1]), spec); err != nil {
		t.Fatal(err)
	}
	whole := &v1alpha1.Handler{Telephony: spec}
	errs := v1alpha1.ValidateHook(v1alpha1.Telephony, "", nil, whole)
	if errs = append(errs, expr.CheckHandler(v1alpha1.Telephony, whole)...); len(errs) > 0 {
		t.Fatal(errs.ToAggregate())
	}
	s := build(t, spec, nil)
	for locale, want := range map[string]string{"DE-AT": "Ihr Code für ACME ist 482913", "EN-US": "Your code for ACME is 482913"} {
		s.handle(t, fromOkta(t), oktaCall(t, members{"locale": locale}))
		got := s.providers["in-house"].messages()
		if got[len(got)-1].Text != want {
			t.Errorf("%s: the text is another than %q", locale, want)
		}
	}
}

// TestTheSimulatedProvidersOfThePageAreThoseThereAre compares the accounts and secrets that the page
// has for trying by hand with those of the simulated vendors.
func TestTheSimulatedProvidersOfThePageAreThoseThereAre(t *testing.T) {
	t.Parallel()
	page := docsPage(t)
	_, rest, _ := strings.Cut(page, "```yaml\n# codes.yaml\n")
	file, rest, _ := strings.Cut(rest, "```")
	var config struct {
		Handler v1alpha1.Handler `json:"handler"`
	}
	if err := yaml.Unmarshal([]byte(file), &config); err != nil {
		t.Fatal(err)
	}
	if errs := v1alpha1.ValidateHook(v1alpha1.Telephony, "", nil, &config.Handler); len(errs) > 0 {
		t.Fatal(errs.ToAggregate())
	}
	twilio, vonage := config.Handler.Telephony.Providers[0].Twilio, config.Handler.Telephony.Providers[1].Vonage
	got := []string{twilio.AccountSID, twilio.APIKey.SID, twilio.From, vonage.APIKey}
	want := []string{providertest.TwilioAccountSID, providertest.TwilioKeySID, providertest.TwilioSender, providertest.VonageAPIKey}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("accounts (-simulated +page):\n%s", diff)
	}
	for _, command := range []string{
		"printf " + providertest.TwilioKeySecret + " > secrets/twilio/secret\n",
		"printf " + providertest.VonageAPISecret + " > secrets/vonage/secret\n",
	} {
		if !strings.Contains(rest, command) {
			t.Errorf("docs/telephony.md does not say: %s", command)
		}
	}
}

// happening is a configuration, what its providers a and b do, and a call, or the failure of one that
// the handler never sees.
type happening struct {
	change  func(*v1alpha1.TelephonyHandler)
	a, b    func(context.Context, Message) Result
	message members
	budget  time.Duration
	before  int // calls like this one before it
	failure hook.FailureCode
}

func hangs(ctx context.Context, _ Message) Result {
	<-ctx.Done()
	return Result{Class: Unknown}
}

func nextProvider(h *v1alpha1.TelephonyHandler) { h.OnUnknownOutcome = v1alpha1.UnknownNextProvider }

func onlyGermany(h *v1alpha1.TelephonyHandler) { h.AllowedCountries = []v1alpha1.CountryCode{"DE"} }

func limited(limits v1alpha1.TelephonyLimits) func(*v1alpha1.TelephonyHandler) {
	return func(h *v1alpha1.TelephonyHandler) { h.Limits = &limits }
}

func oneRoute(route v1alpha1.TelephonyRoute) func(*v1alpha1.TelephonyHandler) {
	return func(h *v1alpha1.TelephonyHandler) { h.Routes = []v1alpha1.TelephonyRoute{route} }
}

func text(message string) func(*v1alpha1.TelephonyHandler) {
	return func(h *v1alpha1.TelephonyHandler) { h.Message = message }
}

// happenings are all rows of the table but the last, by what happened: what is there several times has a
// row for all.
var happenings = map[string][]happening{
	"a provider has taken the code": {{}},
	"the first provider refuses it or has too much to do, and the next takes it": {
		{a: always(Rejected, "21606", 400)}, {a: always(Throttled, "20429", 429)}},
	"there is no connection to the first provider, and the next takes it":     {{a: always(Rejected, "", 0)}},
	"the first provider is left alone, and the next takes it":                 {{a: always(Rejected, "20003", 401), before: 5}},
	"the first provider is not set up for the channel, and the next takes it": {{a: always(Unsupported, "", 0)}},
	"the number is of a country that is not allowed":                          {{change: onlyGermany}},
	"the number is of no country, has no country code or not as many digits as numbers there have, and there are allowedCountries": {
		{change: onlyGermany, message: members{"phoneNumber": "+491512345678901234"}}, {change: onlyGermany, message: members{"phoneNumber": "+141555526710"}},
		{change: onlyGermany, message: members{"phoneNumber": "9876543210"}}, {change: onlyGermany, message: members{"phoneNumber": "+88213123456"}}},
	"there were too many codes to the number":        {{change: limited(v1alpha1.TelephonyLimits{PerNumber: velocity(1, time.Hour)}), before: 1}},
	"there were too many codes for the user":         {{change: limited(v1alpha1.TelephonyLimits{PerUser: velocity(1, time.Hour)}), before: 1}},
	"there were too many codes to numbers like this": {{change: limited(v1alpha1.TelephonyLimits{PerPrefix: velocity(1, time.Hour)}), before: 1}},
	"a provider blocks it":                           {{a: always(Blocked, "21216", 400)}},
	"any of these, with onBlocked: ReportFailed": {
		{change: func(h *v1alpha1.TelephonyHandler) { onlyGermany(h); h.OnBlocked = v1alpha1.ReportFailed }},
		{change: func(h *v1alpha1.TelephonyHandler) { h.OnBlocked = v1alpha1.ReportFailed }, a: always(Blocked, "21216", 400)}},
	"a provider does not answer in time":                                                 {{a: hangs}},
	"a provider answers with an error of its own, or with something that proves nothing": {{a: always(Unknown, "", 500)}, {a: always(Unknown, "", 200)}},
	"either, with onUnknownOutcome: NextProvider, and the next takes it":                 {{a: hangs, change: nextProvider}, {a: always(Unknown, "", 500), change: nextProvider}},
	"either, with onUnknownOutcome: NextProvider, and the next refuses or blocks it":     {{a: hangs, b: always(Rejected, "", 400), change: nextProvider}, {a: always(Unknown, "", 500), b: always(Blocked, "", 400), change: nextProvider}},
	"a provider says that the number does not exist, can't receive it or has opted out":  {{a: always(InvalidNumber, "21211", 400)}},
	"the number has no country code, or not as many digits as numbers there have":        {{message: members{"phoneNumber": "9876543210"}}, {message: members{"phoneNumber": "+141555526710"}}},
	"no route fits": {{change: oneRoute(forCountries(to("a"), "DE"))}},
	"all providers of the route refuse it, are left alone or are not set up for the channel": {
		{a: always(Rejected, "", 400), b: always(Unsupported, "", 0)}, {a: always(Throttled, "", 429), b: always(Rejected, "", 0), before: 5}},
	"too little time is left to try a provider, or the next one": {{budget: 400 * time.Millisecond}, {a: after(2200*time.Millisecond, Rejected)}},
	"the call has no number, no code or no channel":              {{message: members{"phoneNumber": nil}}, {message: members{"otpCode": nil, "msgTemplate": nil}}, {message: members{"deliveryChannel": nil, "msgTemplate": nil}}},
	"the when of a route can't be evaluated":                     {{change: oneRoute(when(to("a"), "int(message.otpCode + 'x') > 0"))}},
	"message can't be computed, reads an absent member or is empty": {
		{change: text("string(int(message.locale))")}, {change: text("message.locale"), message: members{"locale": nil}}, {change: text("' '")}},
	"there are too many calls at once": {{failure: hook.Overloaded}},
	"the request was not there in time, or when or message took all of it": {{failure: hook.RequestLate},
		{change: text(longExpression + " ? 'x' : 'y'"), budget: answerMargin}, {change: oneRoute(when(to("a"), longExpression)), budget: answerMargin}},
	"a mistake in Hookline": {{failure: hook.Internal}, {failure: hook.DeadlineExceeded}},
	"Okta hangs up first":   {{failure: hook.Canceled}},
}

func TestEachRowOfTheFailureTable(t *testing.T) {
	t.Parallel()
	rows := docsTable(t, "what happened | answer | who sends the code")
	documented := map[string]bool{}
	for i, row := range rows {
		if i == len(rows)-1 {
			break // calls that get no answer from here
		}
		documented[row[0]] = true
		if len(happenings[row[0]]) == 0 {
			t.Errorf("nothing tests that %s", row[0])
		}
		for _, what := range happenings[row[0]] {
			t.Run(row[0], func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) { what.mustBe(t, row[1], row[2]) })
			})
		}
	}
	for _, what := range slices.Sorted(maps.Keys(happenings)) {
		if !documented[what] {
			t.Errorf("docs/telephony.md does not say what happens when %s", what)
		}
	}
}

func (what happening) mustBe(t *testing.T, answer, who string) {
	t.Helper()
	spec := handlerOf("a", "b")
	if what.change != nil {
		what.change(spec)
	}
	s := build(t, spec, providers{"a": {answer: what.a}, "b": {answer: what.b}})
	budget := what.budget
	if budget == 0 {
		budget = defaultBudget
	}
	failure := what.failure
	told := hook.Delivery{}
	for range what.before + 1 {
		if failure != "" {
			break
		}
		response, err := s.Handle(withDeadline(t, budget), oktaCall(t, what.message))
		if err != nil {
			failure = hook.CodeOf(err)
			break
		}
		told = delivery(t, response)
	}
	if failure != "" {
		kind, _ := hook.TypeByID(hook.Telephony)
		told = delivery(t, kind.OnFailure(failure).Response)
	}
	status, rest, _ := strings.Cut(answer, " ")
	if string(told.Status) != status {
		t.Errorf("answered with %+v, documented is %s", told, answer)
	}
	switch reason := strings.TrimSuffix(rest, "…"); {
	case failure != "":
		if !strings.Contains(rest, string(failure)) {
			t.Errorf("failed with %s, documented is %s", failure, rest)
		}
	case !strings.HasPrefix(told.TransactionMetadata, reason):
		t.Errorf("answered with %+v, documented is %s", told, answer)
	}
	if strings.HasPrefix(who, "Okta") != (told.Status == hook.DeliveryFailed) {
		t.Errorf("answered with %s, and documented as the one who sends is %s", told.Status, who)
	}
}

func TestTheClassesOfThePageAreThoseThereAre(t *testing.T) {
	t.Parallel()
	var documented []string
	for _, row := range docsTable(t, "class | means | then") {
		documented = append(documented, row[0])
	}
	var want []string
	for _, class := range Classes() {
		want = append(want, string(class))
	}
	slices.Sort(want)
	slices.Sort(documented)
	if diff := cmp.Diff(want, documented); diff != "" {
		t.Errorf("classes (-code +page):\n%s", diff)
	}
}

func TestTheFiguresOfThePageAreThoseThereAre(t *testing.T) {
	t.Parallel()
	page := docsPage(t)
	seconds := func(d time.Duration) string { return strconv.FormatFloat(d.Seconds(), 'f', -1, 64) }
	for _, figure := range []string{
		"within " + seconds(defaultBudget-answerMargin+grace) + " of the " + seconds(defaultBudget) + " seconds",
		"The providers have " + seconds(defaultBudget-answerMargin) + " seconds together",
		"With less than " + seconds(usefulRest) + " seconds left",
		fmt.Sprintf("at most %d,%d numbers, users and prefixes", maxTracks/1000, maxTracks%1000),
		fmt.Sprintf("A limit of more than %d frees a place up to 1/%d of the window late", exactCount, exactCount),
	} {
		if !strings.Contains(page, figure) {
			t.Errorf("docs/telephony.md does not say: %s", figure)
		}
	}
}

func TestTheLanguagesOfThePageAreThoseThereAre(t *testing.T) {
	t.Parallel()
	_, list, _ := strings.Cut(docsPage(t), "is in the language of the call if that is ")
	list, _, found := strings.Cut(list, ", and otherwise in English")
	if !found {
		t.Fatal("docs/telephony.md does not say which languages there are sentences in")
	}
	documented := regexp.MustCompile(`[A-Z]\w+`).FindAllString(list, -1)
	there := map[string]bool{}
	for key := range sentences {
		base, _ := language.MustParse(key).Base() // Chinese is there twice
		name, _, _ := strings.Cut(display.English.Languages().Name(base), " ")
		there[name] = true
	}
	slices.Sort(documented)
	if diff := cmp.Diff(slices.Sorted(maps.Keys(there)), documented); diff != "" {
		t.Errorf("languages (-code +page):\n%s", diff)
	}
}
