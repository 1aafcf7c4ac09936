package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	stdlog "log"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/pflag"
)

// syncBuffer is a log that is written and read at the same time.
type syncBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (b *syncBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.Write(p)
}

func (b *syncBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.String()
}

// process is a hook-runtime that runs within the test.
type process struct {
	hooks, admin string // URLs
	log          *syncBuffer
	stop         context.CancelFunc
	ended        chan error
}

// start runs the command with these files and arguments until the test ends.
func start(t *testing.T, files map[string]string, args ...string) *process {
	t.Helper()
	dir := t.TempDir()
	for name, content := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	p := &process{log: &syncBuffer{}, ended: make(chan error, 1)}
	ctx, cancel := context.WithCancel(context.Background())
	p.stop = cancel
	cmd := newCommand(func(ctx context.Context, cfg config) error {
		cfg.logTo = p.log
		return run(ctx, cfg)
	})
	cmd.SetArgs(append([]string{"--config", dir + "/hook.yaml", "--secrets", dir + "/secrets", "--log-level", "debug",
		"--listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0", "--drain-delay", "0s"}, args...))
	done := make(chan struct{})
	go func() { defer close(done); p.ended <- cmd.ExecuteContext(ctx) }()
	t.Cleanup(func() { cancel(); <-done })
	return p
}

// listening waits until the process says where it listens.
func (p *process) listening(t *testing.T) *process {
	t.Helper()
	addresses := regexp.MustCompile(`"msg":"listening","hooks":"([^"]+)","admin":"([^"]+)"`)
	for deadline := time.Now().Add(30 * time.Second); ; time.Sleep(time.Millisecond) {
		if found := addresses.FindStringSubmatch(p.log.String()); found != nil {
			p.hooks, p.admin = "http://"+found[1], "http://"+found[2]
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("it does not listen: %s", p.log)
		}
	}
	for { // and until it is ready
		if status, _ := get(t, p.admin+"/readyz"); status == http.StatusOK {
			return p
		}
	}
}

func get(t *testing.T, url string) (int, string) {
	t.Helper()
	response, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, string(text)
}

// call is a call of Okta's.
func (p *process) call(t *testing.T, path, authorization, body string) (int, string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, p.hooks+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Authorization", authorization)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, string(text)
}

const registrationFile = `type: Registration
path: /identity/sign-up
authentication: {header: {secretKeyRef: {name: hook-secret, key: value}}}
handler:
  registration:
    allowedEmailDomains: [example.com]
    message: Please use your work address.
`

func signUp(email string) string {
	return `{"eventId":"` + email + `","eventType":"com.okta.user.pre-registration","requestType":"self.service.registration",` +
		`"data":{"userProfile":{"login":"` + email + `","email":"` + email + `"}}}`
}

func TestRegistrationHook(t *testing.T) {
	t.Parallel()
	p := start(t, map[string]string{"hook.yaml": registrationFile, "secrets/hook-secret/value": "Bearer s3cret\n"}).listening(t)
	for name, tc := range map[string]struct {
		authorization, body string
		status              int
		want                string
	}{
		"an allowed domain": {"Bearer s3cret", signUp("ann@example.com"), 200, `"registration":"ALLOW"`},
		"another domain":    {"Bearer s3cret", signUp("ann@example.net"), 200, "Please use your work address."},
		"no credentials":    {"", signUp("ann@example.com"), 401, `"code":"unauthorized"`},
	} {
		if status, text := p.call(t, "/identity/sign-up", tc.authorization, tc.body); status != tc.status || !strings.Contains(text, tc.want) {
			t.Errorf("%s: answer %d %s, want %d with %s", name, status, text, tc.status, tc.want)
		}
	}
	expectNormalEnd(t, p)
}

func TestPasswordImportHook(t *testing.T) {
	t.Parallel()
	p := start(t, map[string]string{
		"hook.yaml": `type: PasswordImport
path: /identity/legacy-passwords
authentication: {basic: {secretRef: {name: hook-basic}}}
handler: {passwordImport: {userStore: {static: {secretKeyRef: {name: legacy-users, key: htpasswd}}}}}
`,
		"secrets/hook-basic/username":   "okta",
		"secrets/hook-basic/password":   "s3cret",
		"secrets/legacy-users/htpasswd": "ann@example.com:{SHA}87u9ZqY9S/F0eUBXjsPQEDUw4h0=\n", // hunter2, as htpasswd -s writes it
	}).listening(t)
	for password, want := range map[string]string{"hunter2": "VERIFIED", "hunter3": "UNVERIFIED"} {
		body, err := json.Marshal(map[string]any{
			"eventId": want, "eventType": "com.okta.user.credential.password.import",
			"data": map[string]any{"context": map[string]any{"credential": map[string]string{"username": "ann@example.com", "password": password}}},
		})
		if err != nil {
			t.Fatal(err)
		}
		status, text := p.call(t, "/identity/legacy-passwords", "Basic b2t0YTpzM2NyZXQ=", string(body))
		if status != 200 || !strings.Contains(text, `"credential":"`+want+`"`) {
			t.Errorf("answer to %s is %d %s, want %s", password, status, text, want)
		}
	}
	if _, metrics := get(t, p.admin+"/metrics"); !strings.Contains(metrics, `hookline_runtime_password_checks_total{outcome="verified"} 1`) {
		t.Errorf("the handler's metrics are missing:\n%s", metrics)
	}
	expectNormalEnd(t, p)
	if strings.Contains(p.log.String(), "hunter") {
		t.Errorf("the log has a password in it: %s", p.log)
	}
}

func expectNormalEnd(t *testing.T, p *process) {
	t.Helper()
	p.stop()
	if err := <-p.ended; err != nil {
		t.Errorf("it ended with %v", err)
	}
	if strings.Contains(p.log.String(), "s3cret") {
		t.Errorf("the log has a credential in it: %s", p.log)
	}
}

func TestStartTellsWhatIsWrong(t *testing.T) {
	t.Parallel()
	change := func(old, replacement string) map[string]string {
		return map[string]string{"hook.yaml": strings.Replace(registrationFile, old, replacement, 1), "secrets/hook-secret/value": "x"}
	}
	good := change("", "")
	cases := map[string]struct {
		files map[string]string
		args  []string
		want  string
	}{
		"a field that is misspelt": {change("message", "mesage"), nil, "handler.registration.mesage: Forbidden: is no field"},
		"an expression that does not compile": {
			change("allowedEmailDomains: [example.com]", "rules: [{name: a, when: 'user.email ==', allow: {}}]"), nil, "handler.registration.rules[0].when: "},
		"a handler for another type": {change("type: Registration", "type: PasswordImport"), nil, "handler.registration: Forbidden: "},
		"a handler that runs elsewhere": {
			map[string]string{"hook.yaml": "type: Token\npath: /x\nhandler: {external: {url: 'https://a.example'}}"}, nil, "handler.external: Forbidden: "},
		"a secret that is not there":    {map[string]string{"hook.yaml": registrationFile}, nil, "authentication.header.secretKeyRef: read key"},
		"no file":                       {nil, nil, "read configuration: open "},
		"an address that is none":       {good, []string{"--listen", "nowhere"}, "--listen: listen tcp"},
		"an admin address that is none": {good, []string{"--admin-listen", "nowhere"}, "--admin-listen: listen tcp"},
		"a certificate without a key":   {good, []string{"--tls-cert", "x"}, "--tls-cert and --tls-key: give both or none"},
		"a certificate that is none":    {good, []string{"--tls-cert", "x", "--tls-key", "y"}, "load certificate x with key y: open x"},
		"no room at all":                {good, []string{"--max-in-flight", "0"}, "--max-in-flight: give a number from 1 on"},
		"a delay before now":            {good, []string{"--drain-delay", "-1s"}, "--drain-delay and --drain-timeout: give a duration of 0s or more"},
		"no configuration":              {good, []string{"--config", ""}, "--config: is missing; give the configuration file"},
		"a flag that there is not":      {good, []string{"--what"}, "unknown flag: --what"},
		"an argument":                   {good, []string{"what"}, "unknown command"},
		"a level that there is not":     {good, []string{"--log-level", "all"}, "--log-level"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if err := <-start(t, tc.files, tc.args...).ended; err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("error %v, want one with %q", err, tc.want)
			}
		})
	}
}

func TestListensBeforeItReadsAnything(t *testing.T) {
	t.Parallel()
	p := start(t, map[string]string{"hook.yaml": registrationFile, "secrets/hook-secret/value": "x"}).listening(t)
	taken := strings.TrimPrefix(p.hooks, "http://")
	if err := <-start(t, nil, "--listen", taken).ended; err == nil || !strings.Contains(err.Error(), "address already in use") {
		t.Errorf("error %v, want one about the address", err)
	}
}

// TestDocumentedFlags compares the flags with docs/hook-runtime.md.
func TestDocumentedFlags(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../docs/hook-runtime.md")
	if err != nil {
		t.Fatal(err)
	}
	var want, got []string
	newCommand(func(context.Context, config) error { return errors.New("not run") }).Flags().VisitAll(func(flag *pflag.Flag) {
		line := flag.Name
		if flag.DefValue != "" {
			line += " " + flag.DefValue
		}
		want = append(want, line)
	})
	for _, row := range regexp.MustCompile("(?m)^\\| (`--.*`) \\| (?:`(.*?)`|[a-z]+) \\|").FindAllStringSubmatch(string(page), -1) {
		for name := range strings.SplitSeq(row[1], ", ") {
			got = append(got, strings.TrimSpace(strings.Trim(name, "`-")+" "+row[2]))
		}
	}
	slices.Sort(got)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("flags and their defaults (-code +docs):\n%s", diff)
	}
}

// TestLibrariesAreNotQuoted: net/http logs what a provider sends beyond the end of its answer.
func TestLibrariesAreNotQuoted(t *testing.T) {
	p := start(t, map[string]string{"hook.yaml": registrationFile, "secrets/hook-secret/value": "Bearer s3cret"}).listening(t)
	stdlog.Print(`Unsolicited response received on idle HTTP channel starting with "Your code is 482913"`)
	for !strings.Contains(p.log.String(), "a library logged something") {
		if t.Context().Err() != nil {
			t.Fatalf("the log has nothing of it: %s", p.log)
		}
	}
	if strings.Contains(p.log.String(), "482913") {
		t.Errorf("the log has a code in it: %s", p.log)
	}
}
