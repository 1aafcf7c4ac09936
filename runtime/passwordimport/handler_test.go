package passwordimport

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/hookline/hookline/api/v1alpha1"
	"github.com/hookline/hookline/runtime/hook"
)

// people of most tests, all with the password s3cr3tp@ss unless it is said otherwise.
const people = "isaac.brock@example.com:$2y$05$rJZisKSuJ4XhmSJ3Ivqfru3/4hMb3xjMdsD.6Qg1CrGGJazzEPPES\n" +
	"grün:$apr1$uaMj6VU1$FvPl1yyize.m1HEyrRq7m/\n" +
	"locked@example.com:!$apr1$uaMj6VU1$FvPl1yyize.m1HEyrRq7m/\n"

func TestPasswordIsVerifiedOrNot(t *testing.T) {
	t.Parallel()
	h := newHandler(t, staticSpec(), secrets{"htpasswd": people})
	const user, right = "isaac.brock@example.com", "s3cr3tp@ss"
	for name, test := range map[string]struct{ username, password, want string }{
		"the right password":                     {user, right, "VERIFIED"},
		"the right password of another kind":     {"grün", right, "VERIFIED"},
		"a wrong password":                       {user, "s3cr3tp@sS", "UNVERIFIED"},
		"a password with more behind":            {user, right + " ", "UNVERIFIED"},
		"a password cut off by a NUL":            {user, right + "\x00", "UNVERIFIED"},
		"a stranger":                             {"nobody@example.com", right, "UNVERIFIED"},
		"a user in another case":                 {"Isaac.Brock@example.com", right, "UNVERIFIED"},
		"a user without a password":              {"locked@example.com", right, "UNVERIFIED"},
		"no password":                            {user, "", "UNVERIFIED"},
		"no user":                                {"", right, "UNVERIFIED"},
		"a user with a NUL":                      {user + "\x00", right, "UNVERIFIED"},
		"a password longer than anybody has one": {user, strings.Repeat("x", 513), "UNVERIFIED"},
		"a user name longer than Okta's":         {strings.Repeat("x", 1025), right, "UNVERIFIED"},
		"the digest in place of the password":    {user, "$2y$05$rJZisKSuJ4XhmSJ3Ivqfru3/4hMb3xjMdsD.6Qg1CrGGJazzEPPES", "UNVERIFIED"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := ask(t, h, request(t, test.username, test.password)); got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
		})
	}
}

func TestCredentialIsReadWhereOktaPutsIt(t *testing.T) {
	t.Parallel()
	h := newHandler(t, staticSpec(), secrets{"htpasswd": people})
	const right = `{"username": "isaac.brock@example.com", "password": "s3cr3tp@ss"}`
	const wrong = `{"username": "isaac.brock@example.com", "password": "no"}`
	for name, test := range map[string]struct{ data, want string }{
		"in the context":                             {`{"context": {"credential": ` + right + `}}`, "VERIFIED"},
		"in data, as older guides say":               {`{"credential": ` + right + `}`, "VERIFIED"},
		"in both, and the context wins":              {`{"context": {"credential": ` + right + `}, "credential": ` + wrong + `}`, "VERIFIED"},
		"in both, and the context wins if wrong too": {`{"context": {"credential": ` + wrong + `}, "credential": ` + right + `}`, "UNVERIFIED"},
		"in data beside a null in the context":       {`{"context": {"credential": null}, "credential": ` + right + `}`, "VERIFIED"},
		"in data beside an empty context":            {`{"context": {}, "credential": ` + right + `}`, "VERIFIED"},
		"without a password":                         {`{"context": {"credential": {"username": "isaac.brock@example.com"}}}`, "UNVERIFIED"},
		"with members that nobody knows":             {`{"context": {"x": [1], "credential": ` + strings.Replace(right, "{", `{"y": {}, `, 1) + `}}`, "VERIFIED"},
		"nowhere":                                    {`{"context": {"request": {}}}`, "invalid_data"},
		"as null":                                    {`{"context": {"credential": null}}`, "invalid_data"},
		"as a text":                                  {`{"context": {"credential": "s3cr3tp@ss"}}`, "invalid_data"},
		"with a number for a password":               {`{"context": {"credential": {"username": "a", "password": 4711}}}`, "invalid_data"},
		"in a context that is a list":                {`{"context": ["s3cr3tp@ss"]}`, "invalid_data"},
		"in another encoding":                        {"{\"context\": {\"credential\": {\"username\": \"gr\xfcn\", \"password\": \"x\"}}}", "invalid_data"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			response, err := h.Handle(t.Context(), requestWith(t, test.data))
			if got := word(t, response, err); got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
			if err != nil && (strings.Contains(err.Error(), "s3cr3t") || strings.Contains(err.Error(), "4711")) {
				t.Errorf("error repeats the password: %v", err)
			}
		})
	}
}

func TestUsernameIsWhatTheExpressionMakesOfIt(t *testing.T) {
	t.Parallel()
	const typed = "Isaac.Brock@Example.com"
	for name, test := range map[string]struct{ expression, want string }{
		"as typed":                              {"", "UNVERIFIED"},
		"in lower case":                         {"request.data.context.credential.username.lowerAscii()", "VERIFIED"},
		"nothing":                               {"''", "UNVERIFIED"},
		"of a member that is absent":            {"dyn(request.data.context).nobody.username", "expression_failed"},
		"of a number":                           {"string(int(request.data.context.credential.username))", "expression_failed"},
		"of the password, which is not checked": {"request.data.context.credential.password", "UNVERIFIED"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			spec := staticSpec()
			spec.Username = test.expression
			h := newHandler(t, spec, secrets{"htpasswd": people})
			response, err := h.Handle(t.Context(), request(t, typed, "s3cr3tp@ss"))
			if got := word(t, response, err); got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
			if err != nil && strings.Contains(err.Error(), "Isaac") {
				t.Errorf("error has the user name in it: %v", err)
			}
		})
	}
}

func TestConfigurationThatCannotWorkIsRefusedWithItsField(t *testing.T) {
	t.Parallel()
	both := sqlSpec("SELECT 1 WHERE $1 = ''")
	both.UserStore.Static = staticSpec().UserStore.Static
	badUsername := staticSpec()
	badUsername.Username = "request.data."
	wrongKind := staticSpec()
	wrongKind.Username = "1 + 1"
	otherDriver := sqlSpec("SELECT $1")
	otherDriver.UserStore.SQL.Driver = "oracle"
	otherFormat := sqlSpec("SELECT $1")
	otherFormat.UserStore.SQL.Digest = &v1alpha1.Digest{Format: "ROT13"}
	for name, test := range map[string]struct {
		spec   *v1alpha1.PasswordImportHandler
		values secrets
		want   string
	}{
		"no store":                     {&v1alpha1.PasswordImportHandler{}, nil, "handler.passwordImport.userStore: takes exactly one of static and sql"},
		"two stores":                   {both, nil, "takes exactly one of static and sql"},
		"a file that is not there":     {staticSpec(), nil, "handler.passwordImport.userStore.static.secretKeyRef: there is no such file"},
		"a file that is wrong":         {staticSpec(), secrets{"htpasswd": "x"}, `handler.passwordImport.userStore.static.secretKeyRef: read key "htpasswd" of secret "legacy": line 1:`},
		"an expression that is none":   {badUsername, secrets{"htpasswd": people}, "handler.passwordImport.username: "},
		"an expression for a number":   {wrongKind, secrets{"htpasswd": people}, "handler.passwordImport.username: "},
		"a driver that nobody knows":   {otherDriver, nil, `handler.passwordImport.userStore.sql.driver: "oracle" is not known; write postgres`},
		"no query":                     {sqlSpec(" "), nil, "handler.passwordImport.userStore.sql.query: is empty"},
		"a format that nobody knows":   {otherFormat, nil, `handler.passwordImport.userStore.sql.digest.format: "ROT13" is not known`},
		"a connection without a value": {sqlSpec("SELECT $1"), nil, "handler.passwordImport.userStore.sql.dsn: there is no such file"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := New(t.Context(), test.spec, test.values, Options{})
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got error %v, want %q", err, test.want)
			}
		})
	}
}

// TestAStrangerCostsOneVerificationToo counts the verifications of the one scheme in the file.
func TestAStrangerCostsOneVerificationToo(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		username, password string
		want               int
	}{
		"a user with the right password": {"isaac.brock@example.com", "s3cr3tp@ss", 1},
		"a user with a wrong password":   {"isaac.brock@example.com", "wrong", 1},
		"a stranger":                     {"nobody@example.com", "wrong", 1},
		"a user without a password":      {"locked@example.com", "wrong", 1},
		"no password at all":             {"isaac.brock@example.com", "", 0},
		"the longest password":           {"isaac.brock@example.com", strings.Repeat("x", 512), 1},
		"a password longer than that":    {"isaac.brock@example.com", strings.Repeat("x", 513), 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			registry := prometheus.NewRegistry()
			spec := staticSpec()
			file := strings.ReplaceAll(people, "grün", "#grün") // leaves bcrypt alone
			h, err := New(t.Context(), spec, secrets{"htpasswd": file}, Options{Metrics: NewMetrics(registry)})
			if err != nil {
				t.Fatal(err)
			}
			ask(t, h, request(t, test.username, test.password))
			if got := samples(t, registry, "password_verification_duration_seconds")["bcrypt"]; got != test.want {
				t.Errorf("%d verifications, want %d", got, test.want)
			}
		})
	}
}

// samples are the values of the metrics of one name by the values of their labels: of a counter or gauge its
// value, of a histogram how much it has seen.
func samples(t *testing.T, registry *prometheus.Registry, name string) map[string]int {
	t.Helper()
	families, err := registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	values := map[string]int{}
	for _, family := range families {
		if family.GetName() != "hookline_runtime_"+name {
			continue
		}
		for _, metric := range family.GetMetric() {
			var labels []string
			for _, label := range metric.GetLabel() {
				labels = append(labels, label.GetValue())
			}
			values[strings.Join(labels, " ")] = int(metric.GetCounter().GetValue()+metric.GetGauge().GetValue()) +
				int(metric.GetHistogram().GetSampleCount())
		}
	}
	return values
}

func TestChecksAndLookupsAreCounted(t *testing.T) {
	t.Parallel()
	registry := prometheus.NewRegistry()
	h, err := New(t.Context(), staticSpec(), secrets{"htpasswd": people}, Options{Metrics: NewMetrics(registry)})
	if err != nil {
		t.Fatal(err)
	}
	const user, right = "isaac.brock@example.com", "s3cr3tp@ss"
	for _, typed := range [][2]string{
		{user, right}, {user, "wrong"}, {user, "wrong"}, {"nobody", right}, {"locked@example.com", right}, {user, ""},
	} {
		ask(t, h, request(t, typed[0], typed[1]))
	}
	ask(t, h, requestWith(t, `{}`))
	for name, want := range map[string]map[string]int{
		"password_checks_total": {
			"verified": 1, "wrong_password": 2, "unknown_user": 1, "no_password": 1, "unusable": 1, "invalid_data": 1,
		},
		"user_store_lookups_total":               {"found static": 4, "not_found static": 1},
		"user_store_lookup_duration_seconds":     {"static": 5},
		"password_verification_duration_seconds": {"all": 5},
	} {
		got := samples(t, registry, name)
		if name == "password_verification_duration_seconds" { // which of the two a stranger gets is dealt out
			got = map[string]int{"all": got["bcrypt"] + got["apr1"]}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestTimeoutOfTheConfigurationBoundsALookup(t *testing.T) {
	t.Parallel()
	spec := staticSpec()
	for want, timeout := range map[time.Duration]*metav1.Duration{
		2 * time.Second:        nil,
		150 * time.Millisecond: {Duration: 150 * time.Millisecond},
	} {
		spec.Timeout = timeout
		h := newHandler(t, spec, secrets{"htpasswd": people})
		stub := &stubStore{}
		h.store = stub
		ask(t, h, request(t, "a", "b"))
		if stub.left > want || stub.left < want-100*time.Millisecond {
			t.Errorf("a look-up has %s, want %s", stub.left, want)
		}
	}
}

// stubStore knows nobody and notes how much time it is given.
type stubStore struct{ left time.Duration }

func (s *stubStore) lookup(ctx context.Context, _ string) (digest, bool, error) {
	deadline, _ := ctx.Deadline()
	s.left = time.Until(deadline)
	return digest{}, false, nil
}

func (s *stubStore) decoy(string) digest {
	return digest{scheme: "stub", match: func([]byte) (bool, error) { return true, nil }}
}

func (s *stubStore) close() {}

func TestMatchOfADecoyVerifiesNobody(t *testing.T) {
	t.Parallel()
	h := newHandler(t, staticSpec(), secrets{"htpasswd": people})
	h.store = &stubStore{}
	if got := ask(t, h, request(t, "nobody", "anything")); got != "UNVERIFIED" {
		t.Errorf("got %s", got)
	}
}

func TestSaturatedRuntimeFailsRatherThanRefusesAPassword(t *testing.T) {
	t.Parallel()
	h := newHandler(t, staticSpec(), secrets{"htpasswd": people})
	h.verifier = newVerifier(1, h.metrics)
	if err := h.verifier.slots.Acquire(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	response, err := h.Handle(ctx, request(t, "isaac.brock@example.com", "s3cr3tp@ss"))
	if got := word(t, response, err); got != string(hook.Overloaded) {
		t.Errorf("got %s", got)
	}
}

func TestCredentialCannotBePrinted(t *testing.T) {
	t.Parallel()
	var log strings.Builder
	c := credential{Username: "isaac", Password: "s3cr3t"}
	slog.New(slog.NewTextHandler(&log, nil)).Info("x", "credential", c)
	for _, printed := range []string{fmt.Sprint(c), fmt.Sprintf("%v %+v %#v %s", c, c, c, c), fmt.Sprintf("%v", &c), log.String()} {
		if strings.Contains(printed, "s3cr3t") || strings.Contains(printed, "isaac") {
			t.Errorf("printed %s", printed)
		}
	}
}

func FuzzCredential(f *testing.F) {
	f.Add([]byte(`{"context": {"credential": {"username": "a", "password": "b"}}}`))
	f.Add([]byte(`{"credential": {"username": "\ud800", "password": "\u0000"}, "context": null}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := credentialOf(data)
		if err != nil {
			if code := hook.CodeOf(err); code != hook.RequestInvalid {
				t.Errorf("got %s", code)
			}
			return
		}
		isUsable(c.Username, c.Password)
	})
}
