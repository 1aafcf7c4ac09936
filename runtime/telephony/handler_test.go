package telephony

import (
	"context"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/hookline/hookline/api/v1alpha1"
	"github.com/hookline/hookline/runtime/hook"
)

func TestTheNextProviderIsTriedOnlyIfTheOneBeforeHasNotSent(t *testing.T) {
	t.Parallel()
	const next = v1alpha1.UnknownNextProvider
	for name, tc := range map[string]struct {
		a, b      func(context.Context, Message) Result
		onUnknown v1alpha1.OnUnknownOutcome
		sent      string
		want      hook.DeliveryStatus
	}{
		"the first sends":                                  {nil, nil, "", "a:1 b:0", hook.DeliverySuccessful},
		"the first refuses":                                {always(Rejected, "21606", 400), nil, "", "a:1 b:1", hook.DeliverySuccessful},
		"the first has too much to do":                     {always(Throttled, "20429", 429), nil, "", "a:1 b:1", hook.DeliverySuccessful},
		"the first is not for this channel":                {always(Unsupported, "", 0), nil, "", "a:1 b:1", hook.DeliverySuccessful},
		"the first says that the number is none":           {always(InvalidNumber, "21211", 400), nil, "", "a:1 b:0", hook.DeliveryFailed},
		"the first blocks":                                 {always(Blocked, "21216", 400), nil, "", "a:1 b:0", hook.DeliverySuccessful},
		"the first may have sent":                          {always(Unknown, "", 500), nil, "", "a:1 b:0", hook.DeliveryPending},
		"the first may have sent, and the next shall":      {always(Unknown, "", 500), nil, next, "a:1 b:1", hook.DeliverySuccessful},
		"the first may have sent, and the next refuses":    {always(Unknown, "", 500), always(Rejected, "", 400), next, "a:1 b:1", hook.DeliveryPending},
		"the first may have sent, the next knows better":   {always(Unknown, "", 500), always(InvalidNumber, "", 400), next, "a:1 b:1", hook.DeliveryPending},
		"the first blocks, and an unknown outcome is fine": {always(Blocked, "21216", 400), nil, next, "a:1 b:0", hook.DeliverySuccessful},
		"both refuse":                                      {always(Rejected, "", 401), always(Throttled, "", 429), "", "a:1 b:1", hook.DeliveryFailed},
		"the first gives a class that is none":             {always("happy", "", 200), nil, "", "a:1 b:0", hook.DeliveryPending},
		"the first panics":                                 {func(context.Context, Message) Result { panic(testCode + testNumber) }, nil, "", "a:1 b:0", hook.DeliveryPending},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			spec := handlerOf("a", "b")
			spec.OnUnknownOutcome = tc.onUnknown
			s := build(t, spec, providers{"a": {answer: tc.a}, "b": {answer: tc.b}})
			got := s.handle(t, fromOkta(t), oktaCall(t, nil))
			if s.sent() != tc.sent || got.Status != tc.want {
				t.Errorf("got %+v and messages %s, want %s and %s", got, s.sent(), tc.want, tc.sent)
			}
		})
	}
}

// hang does not heed its context.
func hang(until <-chan struct{}) func(context.Context, Message) Result {
	return func(context.Context, Message) Result { <-until; return Result{Class: Sent} }
}

func TestThereIsAnAnswerBeforeTheDeadline(t *testing.T) {
	t.Parallel()
	const next = v1alpha1.UnknownNextProvider
	seconds := func(d time.Duration) *metav1.Duration { return &metav1.Duration{Duration: d} }
	for name, tc := range map[string]struct {
		a, b      func(context.Context, Message) Result
		timeout   *metav1.Duration // of a
		onUnknown v1alpha1.OnUnknownOutcome
		budget    time.Duration
		want      string
		took      time.Duration
	}{
		"a provider that is slow": {after(2*time.Second, Sent), nil, nil, "", defaultBudget, "SUCCESSFUL a:1 b:0", 2 * time.Second},
		"a provider that hangs":   {after(time.Hour, Sent), nil, nil, "", defaultBudget, "PENDING a:1 b:0", 2350 * time.Millisecond},
		"one that hangs beyond its timeout": {after(time.Hour, Sent), nil, seconds(700 * time.Millisecond), "", defaultBudget,
			"PENDING a:1 b:0", 700 * time.Millisecond},
		"one that does not heed its context": {nil, nil, nil, "", defaultBudget, "PENDING a:1 b:0", 2400 * time.Millisecond},
		"one that hangs, and the next shall send": {after(time.Hour, Sent), nil, nil, next, defaultBudget,
			"SUCCESSFUL a:1 b:1", 1175 * time.Millisecond},
		"two that hang": {after(time.Hour, Sent), after(time.Hour, Sent), nil, next, defaultBudget, "PENDING a:1 b:1", 2350 * time.Millisecond},
		"one that refuses while there is time": {after(2050*time.Millisecond, Rejected), nil, nil, "", defaultBudget,
			"SUCCESSFUL a:1 b:1", 2050 * time.Millisecond},
		"one that refuses too late for another": {after(2100*time.Millisecond, Rejected), nil, nil, "", defaultBudget,
			"FAILED a:1 b:0", 2100 * time.Millisecond},
		"a call that came late":         {nil, nil, nil, "", answerMargin + usefulRest - 1, "FAILED a:0 b:0", 0},
		"a call that came nearly late":  {after(time.Hour, Sent), nil, nil, "", answerMargin + usefulRest, "PENDING a:1 b:0", 300 * time.Millisecond},
		"a call without a deadline":     {after(time.Hour, Sent), nil, nil, "", 0, "PENDING a:1 b:0", 2350 * time.Millisecond},
		"one that knows after its time": {slowToSay(20 * time.Millisecond), nil, seconds(time.Second), "", defaultBudget, "SUCCESSFUL a:1 b:1", 1020 * time.Millisecond},
		"one that knows much later":     {slowToSay(80 * time.Millisecond), nil, seconds(time.Second), "", defaultBudget, "PENDING a:1 b:0", 1050 * time.Millisecond},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				spec := handlerOf("a", "b")
				spec.OnUnknownOutcome, spec.Providers[0].Timeout = tc.onUnknown, tc.timeout
				release := make(chan struct{})
				defer close(release)
				if name == "one that does not heed its context" {
					tc.a = hang(release)
				}
				s := build(t, spec, providers{"a": {answer: tc.a}, "b": {answer: tc.b}})
				ctx := t.Context()
				if tc.budget > 0 {
					ctx = withDeadline(t, tc.budget)
				}
				start := time.Now()
				got := s.handle(t, ctx, oktaCall(t, nil))
				if said := string(got.Status) + " " + s.sent(); said != tc.want || time.Since(start) != tc.took {
					t.Errorf("got %s after %s (%s), want %s after %s", said, time.Since(start), got.TransactionMetadata, tc.want, tc.took)
				}
				time.Sleep(2 * grace) // those who are slow to say are left behind
			})
		})
	}
}

// slowToSay takes a moment after the end of its time to find that it never had a connection.
func slowToSay(moment time.Duration) func(context.Context, Message) Result {
	return func(ctx context.Context, _ Message) Result {
		<-ctx.Done()
		time.Sleep(moment)
		return Result{Class: Rejected}
	}
}

func TestACallThatIsGivenUpIsNotAFailureOfTheProvider(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := build(t, handlerOf("a"), providers{"a": {answer: after(time.Second, Sent)}})
		for range 10 {
			ctx, cancel := context.WithCancel(t.Context())
			time.AfterFunc(time.Millisecond, cancel)
			if got := s.handle(t, ctx, oktaCall(t, nil)); got.Status != hook.DeliveryPending {
				t.Fatalf("got %+v, want PENDING: the provider may have sent", got)
			}
		}
		if got := s.handle(t, fromOkta(t), oktaCall(t, nil)); got.Status != hook.DeliverySuccessful {
			t.Errorf("got %+v: the provider is left alone because callers hung up", got)
		}
		ended, cancel := context.WithCancel(t.Context())
		cancel()
		if got := s.handle(t, ended, oktaCall(t, nil)); got.TransactionMetadata != "reason=no_time" {
			t.Errorf("got %+v for a call that was over before it began", got)
		}
	})
}

func TestAProviderThatFailsIsLeftAlone(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		answer func(context.Context, Message) Result
		opens  bool
	}{
		"without a connection":                         {always(Rejected, "", 0), true},
		"wrong credentials":                            {always(Rejected, "20003", 401), true},
		"no money left":                                {always(Rejected, "", 402), true},
		"not allowed":                                  {always(Rejected, "", 403), true},
		"too much to do":                               {always(Throttled, "20429", 429), true},
		"too much to do, said in another way":          {always(Throttled, "1", 200), true},
		"nobody knows":                                 {always(Unknown, "", 500), true},
		"nobody knows, without an answer":              {always(Unknown, "", 0), true},
		"an answer that broke off":                     {answers(lost(halfAnswer{404})), true},
		"an internal error in a success":               {answers(vonageCodes.refusal(200, "5")), true},
		"an answer that proves nothing":                {always(Unknown, "", 200), false},
		"an answer that nobody understands":            {always(Unknown, "", 404), false},
		"a panic":                                      {func(context.Context, Message) Result { panic("x") }, false},
		"no answer in time":                            {after(time.Hour, Sent), true},
		"a country without a route":                    {always(Rejected, "21612", 400), false},
		"a number that a service of one's own refuses": {always(Rejected, "", 422), false},
		"a number that does not exist":                 {always(InvalidNumber, "21211", 400), false},
		"a number that is blocked":                     {always(Blocked, "21216", 400), false},
		"a channel that it does not have":              {always(Unsupported, "", 0), false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := build(t, handlerOf("a"), providers{"a": {answer: tc.answer}})
				for range 5 {
					s.handle(t, fromOkta(t), oktaCall(t, nil))
				}
				got := s.handle(t, fromOkta(t), oktaCall(t, nil))
				if isOpen := got.TransactionMetadata == "reason=no_provider, a=skipped"; isOpen != tc.opens {
					t.Errorf("after five of them: got %+v, open should be %t", got, tc.opens)
				}
				if want := map[bool]string{true: "a:5", false: "a:6"}[tc.opens]; s.sent() != want {
					t.Errorf("messages %s, want %s", s.sent(), want)
				}
				if tc.opens != strings.Contains(s.logged.String(), `msg="circuit breaker of the provider changed" provider=a from=closed to=open`) {
					t.Errorf("the log says: %s", s.logged)
				}
			})
		})
	}
}

func TestTheNextProviderSendsWhileOneIsLeftAlone(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := build(t, handlerOf("a", "b"), providers{"a": {answer: always(Rejected, "20003", 401)}})
		for range 8 {
			if got := s.handle(t, fromOkta(t), oktaCall(t, nil)); got.Provider != "b" {
				t.Fatalf("got %+v, want b to send", got)
			}
		}
		if s.sent() != "a:5 b:8" {
			t.Errorf("messages %s, want a:5 b:8", s.sent())
		}
		s.providers["a"].answer = nil
		time.Sleep(3 * time.Second)
		if got := s.handle(t, fromOkta(t), oktaCall(t, nil)); got.Provider != "a" {
			t.Errorf("got %+v, want a to be tried again", got)
		}
	})
}

func TestBlockedCallsReachNoProvider(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		changes   members
		onBlocked v1alpha1.OnBlocked
		want      hook.Delivery
		log       []string
	}{
		"another country": {members{"phoneNumber": "+447911123456"}, "",
			hook.Delivery{Status: hook.DeliverySuccessful, TransactionMetadata: "blocked=country"},
			[]string{"country=GG", "reason=country", "number=+44791112****", "answer=SUCCESSFUL"}},
		"no country": {members{"phoneNumber": "+88213123456"}, v1alpha1.ReportSuccess,
			hook.Delivery{Status: hook.DeliverySuccessful, TransactionMetadata: "blocked=country"},
			[]string{`country=""`, "reason=country", "number=+8821312****", "answer=SUCCESSFUL"}},
		"a number without a country code": {members{"phoneNumber": "9876543210"}, "",
			hook.Delivery{Status: hook.DeliverySuccessful, TransactionMetadata: "blocked=country"},
			[]string{`country=""`, "reason=country", `number="not a possible number"`, "answer=SUCCESSFUL"}},
		"a number with a digit too many": {members{"phoneNumber": "+141555526710"}, "",
			hook.Delivery{Status: hook.DeliverySuccessful, TransactionMetadata: "blocked=country"},
			[]string{`country=""`, "reason=country", `number="not a possible number"`, "answer=SUCCESSFUL"}},
		"another country, and Okta may send": {members{"phoneNumber": "+447911123456"}, v1alpha1.ReportFailed,
			hook.Delivery{Status: hook.DeliveryFailed, TransactionMetadata: "blocked=country"},
			[]string{"country=GG", "reason=country", "number=+44791112****", "answer=FAILED"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			spec := handlerOf("a")
			spec.AllowedCountries, spec.OnBlocked = []v1alpha1.CountryCode{"US", "CA"}, tc.onBlocked
			s := build(t, spec, nil)
			if got := s.handle(t, fromOkta(t), oktaCall(t, tc.changes)); got != tc.want || s.sent() != "a:0" {
				t.Errorf("got %+v and messages %s, want %+v and none", got, s.sent(), tc.want)
			}
			want := `level=WARN msg="code not sent: blocked" eventID=e-1 channel=SMS ` + tc.log[0] +
				" requestType=com.okta.user.telephony.mfa-verification " + strings.Join(tc.log[1:3], " ") + " user=00u1 " + tc.log[3] + "\n"
			if _, logged, _ := strings.Cut(s.logged.String(), " "); logged != want {
				t.Errorf("the log says\n%swant\n%s", logged, want)
			}
		})
	}
}

func TestLimitsBlock(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		spec := handlerOf("a")
		spec.Limits = &v1alpha1.TelephonyLimits{PerNumber: velocity(2, 10*time.Minute), PerPrefix: velocity(3, time.Hour)}
		s := build(t, spec, nil)
		expect := func(what, number, want string) {
			t.Helper()
			if got := s.handle(t, fromOkta(t), oktaCall(t, members{"phoneNumber": number})); got.TransactionMetadata != want || got.Status != hook.DeliverySuccessful {
				t.Errorf("%s: got %+v, want %s", what, got, want)
			}
		}
		expect("the first", testNumber, "duration=0ms")
		expect("the second", "+1 (415) 555-2671", "duration=0ms")
		expect("the third, in whatever form", "+1 415 555 26 71", "blocked=number")
		expect("a number next to it", "+14155552672", "duration=0ms")
		expect("another", "+14155552673", "blocked=prefix")
		expect("one elsewhere", "+14155562673", "duration=0ms")
		time.Sleep(10 * time.Minute)
		expect("when the number's window is over, the prefix's is not", testNumber, "blocked=prefix")
		time.Sleep(50 * time.Minute)
		expect("when that is over too", testNumber, "duration=0ms")
	})
}

// TestANumberIsOneHoweverItIsWritten has what would otherwise get round the limits: forms of a number that still
// reach the same phone.
func TestANumberIsOneHoweverItIsWritten(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct{ number, other, want string }{
		"with a trunk prefix":   {"+442079460000", "+44 (0)20 7946 0000", "blocked=number"},
		"as Mexicans wrote it":  {"+525512345678", "+5215512345678", "blocked=number"},
		"with a digit too many": {testNumber, testNumber + "0", "reason=invalid_number"},
		"with four digits more": {testNumber, testNumber + "0123", "reason=invalid_number"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			spec := handlerOf("a")
			spec.Limits = &v1alpha1.TelephonyLimits{PerNumber: velocity(1, time.Hour)}
			for _, first := range []string{tc.number, tc.other} {
				s := build(t, spec, nil)
				got := s.handle(t, fromOkta(t), oktaCall(t, members{"phoneNumber": first}))
				if got.TransactionMetadata == "reason=invalid_number" {
					continue
				}
				if to := s.providers["a"].messages()[0].To; to != tc.number {
					t.Errorf("the provider is to send to another number than %s", tc.number)
				}
				if got := s.handle(t, fromOkta(t), oktaCall(t, members{"phoneNumber": tc.other})); got.TransactionMetadata != tc.want {
					t.Errorf("the second call: got %+v, want %s", got, tc.want)
				}
			}
		})
	}
}

func TestOnlyWhatMayHaveBeenSentCounts(t *testing.T) {
	t.Parallel()
	for class, counts := range map[Class]bool{
		Sent: true, Unknown: true, InvalidNumber: false, Rejected: false, Throttled: false, Blocked: false, Unsupported: false,
	} {
		t.Run(string(class), func(t *testing.T) {
			t.Parallel()
			spec := handlerOf("a")
			spec.Limits = &v1alpha1.TelephonyLimits{PerUser: velocity(1, time.Hour)}
			s := build(t, spec, providers{"a": {answer: always(class, "", 400)}})
			s.handle(t, fromOkta(t), oktaCall(t, nil))
			got := s.handle(t, fromOkta(t), oktaCall(t, nil))
			if blocked := got.TransactionMetadata == "blocked=user"; blocked != counts {
				t.Errorf("the second call: got %+v, want it blocked: %t", got, counts)
			}
		})
	}
}

func TestACallThatFailsBeforeAnyAttemptDoesNotCount(t *testing.T) {
	t.Parallel()
	spec := handlerOf("a")
	spec.Limits = &v1alpha1.TelephonyLimits{PerNumber: velocity(1, time.Hour)}
	spec.Message = "message.locale"
	s := build(t, spec, nil)
	for range 3 {
		if _, err := s.Handle(fromOkta(t), oktaCall(t, members{"locale": nil})); hook.CodeOf(err) != hook.ExpressionFailed {
			t.Fatalf("got %v, want %s", err, hook.ExpressionFailed)
		}
	}
	if got := s.handle(t, fromOkta(t), oktaCall(t, nil)); got.Provider != "a" {
		t.Errorf("got %+v, want a to send", got)
	}
}

func TestSimultaneousCallsDoNotBothTakeTheLastPlace(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		spec := handlerOf("a")
		spec.Limits = &v1alpha1.TelephonyLimits{PerNumber: velocity(1, time.Hour)}
		s := build(t, spec, providers{"a": {answer: after(time.Second, Sent)}})
		answers := make(chan string, 2)
		for range 2 {
			go func() {
				response, err := s.Handle(context.Background(), oktaCall(t, nil))
				if err != nil {
					t.Error(err)
				}
				answers <- delivery(t, response).TransactionMetadata
			}()
		}
		if got := <-answers + " " + <-answers; got != "blocked=number duration=1000ms" {
			t.Errorf("got %s, want one blocked at once and one sent", got)
		}
	})
}

func TestLimitsOutliveAHandler(t *testing.T) {
	t.Parallel()
	spec := handlerOf("a")
	spec.Limits = &v1alpha1.TelephonyLimits{PerNumber: velocity(1, time.Hour)}
	history := NewHistory()
	for i, want := range []hook.DeliveryStatus{hook.DeliverySuccessful, hook.DeliveryFailed} {
		spec.OnBlocked = v1alpha1.ReportFailed
		s := &setup{providers: providers{}}
		h, err := newHandler(t.Context(), spec, Options{History: history, Logger: slog.New(slog.DiscardHandler)}, s.provider)
		if err != nil {
			t.Fatal(err)
		}
		s.Handler = h
		if got := s.handle(t, fromOkta(t), oktaCall(t, nil)); got.Status != want {
			t.Errorf("handler %d: got %+v, want %s", i, got, want)
		}
		h.Close()
		if !s.providers["a"].closed {
			t.Errorf("handler %d: the provider is left open", i)
		}
	}
}
