package telephony

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/hookline/hookline/api/v1alpha1"
	"github.com/hookline/hookline/runtime/hook"
)

// The number and the code of calls, and what must never be seen of them.
const (
	testNumber = "+14155552671"
	testCode   = "482913"
)

// members change messageProfile of a call; nil takes a member away.
type members map[string]any

// oktaBody is a call as Okta sends it: an SMS at a sign-in.
func oktaBody(t testing.TB, changes members) string {
	t.Helper()
	message := members{
		"msgTemplate": "Your code is " + testCode, "phoneNumber": testNumber, "otpExpires": "2026-01-02T03:09:05.000Z",
		"deliveryChannel": "SMS", "otpCode": testCode, "locale": "EN-US",
	}
	for name, value := range changes {
		if message[name] = value; value == nil {
			delete(message, name)
		}
	}
	body, err := json.Marshal(members{
		"eventId": "e-1", "eventTime": "2026-01-02T03:04:05.000Z", "eventType": hook.Telephony, "eventTypeVersion": "1.0",
		"requestType": "com.okta.user.telephony.mfa-verification",
		"data": members{
			"context":        members{"request": members{"id": "r-1", "ipAddress": "192.0.2.1"}},
			"userProfile":    members{"firstName": "Ada", "login": "ada@example.com", "userId": "00u1"},
			"messageProfile": message,
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

func decoded(t testing.TB, body string) *hook.Request {
	t.Helper()
	req, err := hook.Decode([]byte(body))
	if err != nil {
		t.Fatalf("decode the test's own request: %v", err)
	}
	return req
}

func oktaCall(t testing.TB, changes members) *hook.Request {
	t.Helper()
	return decoded(t, oktaBody(t, changes))
}

// voiceCall asks for a call rather than a text message.
func voiceCall(t testing.TB, changes members) *hook.Request {
	t.Helper()
	all := members{"deliveryChannel": "CALL", "msgTemplate": nil}
	for name, value := range changes {
		all[name] = value
	}
	return oktaCall(t, all)
}

// double is a provider in the hands of a test.
type double struct {
	// answer is what it does; nil sends.
	answer func(ctx context.Context, m Message) Result

	mu     sync.Mutex
	got    []Message
	closed bool
}

func (d *double) Send(ctx context.Context, m Message) Result {
	d.mu.Lock()
	d.got = append(d.got, m)
	d.mu.Unlock()
	if d.answer == nil {
		return Result{Class: Sent, TransactionID: "SM1"}
	}
	return d.answer(ctx, m)
}

func (d *double) Close() { d.closed = true }

func (d *double) messages() []Message {
	d.mu.Lock()
	defer d.mu.Unlock()
	return append([]Message(nil), d.got...)
}

// always answers with a class and a code.
func always(class Class, code string, status int) func(context.Context, Message) Result {
	return func(context.Context, Message) Result {
		return Result{Class: class, Code: code, Status: status, Err: fmt.Errorf("answered %d: code %q", status, code)}
	}
}

// answers gives a result.
func answers(result Result) func(context.Context, Message) Result {
	return func(context.Context, Message) Result { return result }
}

// after answers late, unless the time is over before.
func after(delay time.Duration, class Class) func(context.Context, Message) Result {
	return func(ctx context.Context, _ Message) Result {
		select {
		case <-time.After(delay):
			return Result{Class: class}
		case <-ctx.Done():
			return Result{Class: Unknown, Err: errors.New("no answer")}
		}
	}
}

// providers are the doubles of a handler by name.
type providers map[string]*double

// setup is a handler under test and what can be seen of it.
type setup struct {
	*Handler
	providers providers
	metrics   *Metrics
	logged    *bytes.Buffer
}

// build makes a handler whose providers are doubles. The configuration names the providers; those without a
// double send.
func build(t testing.TB, spec *v1alpha1.TelephonyHandler, doubles providers) *setup {
	t.Helper()
	s := &setup{providers: doubles, metrics: NewMetrics(nil), logged: &bytes.Buffer{}}
	if s.providers == nil {
		s.providers = providers{}
	}
	made, err := newHandler(t.Context(), spec, Options{Metrics: s.metrics, Logger: slog.New(slog.NewTextHandler(s.logged, nil))}, s.provider)
	if err != nil {
		t.Fatal(err)
	}
	s.Handler = made
	t.Cleanup(func() {
		if log := s.logged.String(); strings.Contains(log, testNumber) || strings.Contains(log, testCode) {
			t.Errorf("the log has the number or the code: %s", log)
		}
	})
	return s
}

func (s *setup) provider(from *v1alpha1.TelephonyProvider) (Provider, error) {
	name := string(from.Name)
	if s.providers[name] == nil {
		s.providers[name] = &double{}
	}
	return s.providers[name], nil
}

// sent lists which providers got how many messages, such as "a:1 b:0".
func (s *setup) sent() string {
	var counts []string
	for _, c := range s.carriers {
		counts = append(counts, fmt.Sprintf("%s:%d", c.name, len(s.providers[c.name].messages())))
	}
	return strings.Join(counts, " ")
}

// handle is what Okta is told.
func (s *setup) handle(t testing.TB, ctx context.Context, req *hook.Request) hook.Delivery {
	t.Helper()
	response, err := s.Handle(ctx, req)
	if err != nil {
		t.Fatal(err)
	}
	return delivery(t, response)
}

// delivery is the one in a response, which must be one that Okta takes.
func delivery(t testing.TB, response *hook.Response) hook.Delivery {
	t.Helper()
	encoded, err := response.Encode()
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(encoded), testNumber) || strings.Contains(string(encoded), testCode) {
		t.Errorf("the answer has the number or the code: %s", encoded)
	}
	if len(response.Commands) != 1 || response.Commands[0].Type != hook.CommandTelephonyAction || response.Error != nil {
		t.Fatalf("answer %s, want one command and no error", encoded)
	}
	told := response.Commands[0].Value.([]hook.Delivery)
	if len(told) != 1 {
		t.Fatalf("answer %s, want one value", encoded)
	}
	return told[0]
}

// handlerOf has providers of these names.
func handlerOf(names ...string) *v1alpha1.TelephonyHandler {
	spec := &v1alpha1.TelephonyHandler{}
	for _, name := range names {
		spec.Providers = append(spec.Providers, v1alpha1.TelephonyProvider{Name: v1alpha1.ProviderName(name)})
	}
	return spec
}

func velocity(count int32, window time.Duration) *v1alpha1.VelocityLimit {
	return &v1alpha1.VelocityLimit{Count: count, Window: metav1.Duration{Duration: window}}
}

// withDeadline is the context of a call that has this much time.
func withDeadline(t testing.TB, budget time.Duration) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), budget)
	t.Cleanup(cancel)
	return ctx
}

// fromOkta is the context of a call whose whole time is left.
func fromOkta(t testing.TB) context.Context {
	t.Helper()
	return withDeadline(t, defaultBudget)
}
