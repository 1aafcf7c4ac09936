package hookconfig

import (
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/hookline/hookline/api/v1alpha1"
)

func TestDecodeReadsTheSliceOfTheResource(t *testing.T) {
	t.Parallel()
	got, err := Decode([]byte(passwordImport))
	if err != nil {
		t.Fatal(err)
	}
	want := &Config{
		Type: v1alpha1.PasswordImport,
		Path: "/identity/legacy-passwords",
		Authentication: &v1alpha1.Authentication{Basic: &v1alpha1.BasicAuthentication{
			SecretRef: v1alpha1.SecretReference{Name: "hook-basic"},
		}},
		Handler: v1alpha1.Handler{PasswordImport: &v1alpha1.PasswordImportHandler{
			UserStore: v1alpha1.UserStore{SQL: &v1alpha1.SQLUserStore{
				Driver: v1alpha1.DriverPostgres,
				DSN:    v1alpha1.SecretValue{SecretKeyRef: v1alpha1.SecretKeyReference{Name: "legacy-db", Key: "dsn"}},
				Query:  "SELECT password_hash FROM users WHERE lower(email) = lower($1)",
			}},
			Timeout: &metav1.Duration{Duration: 1500 * time.Millisecond},
		}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("configuration (-want +got):\n%s", diff)
	}
}

func TestDecodeTakesJSONAndNull(t *testing.T) {
	t.Parallel()
	for name, file := range map[string]string{
		"JSON": `{"type": "Registration", "path": "/r", "handler": {"registration": {"default": "Allow"}}}`,
		"null": "type: Registration\npath: /r\nauthentication: null\nhandler: {external: null, registration: {default: Allow, rules: null}}",
	} {
		cfg, err := Decode([]byte(file))
		if err != nil || cfg.Handler.Registration == nil {
			t.Errorf("%s: configuration %+v, error %v", name, cfg, err)
		}
	}
}

// TestDecodeRefusesFields has cases that change one thing in a valid file: old and new text, and the whole
// of what is said about it.
func TestDecodeRefusesFields(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		old, new string
		want     []string
	}{
		"a field that is misspelt": {"when:", "whn:", []string{
			"handler.registration.rules[0].whn: Forbidden: is no field; known here: allow, deny, name, profile, requestTypes, when"}},
		"a field in the wrong case": {"path:", "Path:", []string{
			"Path: Forbidden: is no field; known here: authentication, handler, path, type"}},
		"a whole manifest": {"type: Registration\n", "type: Registration\napiVersion: hookline.dev/v1alpha1\n", []string{
			"apiVersion: Forbidden: belongs to a whole OktaInlineHook; this file has type, authentication and handler of its spec, " +
				"and spec.endpoint.path as path"}},
		"a key that stands twice": {"      allow: {}\n", "      allow: {}\n      name: partner\n", []string{
			"handler.registration.rules[0].name: Forbidden: stands here twice; keep one"}},
		"an attribute that stands twice": {"{userType: \"'partner'\"}", "{a: b, a: c}", []string{
			"handler.registration.rules[0].profile[a]: Forbidden: stands here twice; keep one"}},
		"a number for a string": {"name: partner", "name: 7", []string{
			"handler.registration.rules[0].name: Invalid value: must be a string; put it in quotes if it looks like a number or true or false"}},
		"a list for a string": {"when: \"user.email.endsWith('@partner.example')\"", "when: [x]", []string{
			"handler.registration.rules[0].when: Invalid value: must be a string; put it in quotes if it looks like a number or true or false"}},
		"a string for a list": {"[SelfService]", "SelfService", []string{
			"handler.registration.rules[0].requestTypes: Invalid value: must be a list"}},
		"a string for a mapping": {"{name: hook-secret, key: value}", "hunter2", []string{
			"authentication.header.secretKeyRef: Invalid value: must be a mapping; known here: key, name"}},
		"a value that the API server would refuse": {"path: /identity/sign-up", "path: identity", []string{
			`path: Invalid value: "identity": must start with / and have only letters, digits and -._~/ in it, without empty or dot ` +
				`segments, such as /identity/legacy-passwords`}},
		"no path": {"path: /identity/sign-up\n", "", []string{
			"path: Required value: say at which path Okta calls the hook, such as /identity/legacy-passwords"}},
		"two things at once": {"path: /identity/sign-up\n", "pth: /x\ntyp: y\n", []string{
			"pth: Forbidden: is no field; known here: authentication, handler, path, type",
			"typ: Forbidden: is no field; known here: authentication, handler, path, type"}},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			expectInvalid(t, replaceOnce(t, registration, tc.old, tc.new), tc.want)
		})
	}
}

func TestDecodeRefusesOtherFields(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		file string
		want []string
	}{
		"a duration without unit": {
			replaceOnce(t, passwordImport, "1500ms", "2"),
			[]string{"handler.passwordImport.timeout: Invalid value: must be a duration with its unit, such as 500ms, 2s or 720h"}},
		"a duration that is none": {
			replaceOnce(t, passwordImport, "1500ms", "soon"),
			[]string{"handler.passwordImport.timeout: Invalid value: must be a duration with its unit, such as 500ms, 2s or 720h"}},
		"an empty item in a list": {
			replaceOnce(t, registration, "[SelfService]", "[SelfService, null]"),
			[]string{"handler.registration.rules[0].requestTypes[1]: Required value: is empty"}},
		"a key that is no string": {
			replaceOnce(t, registration, "type: Registration\n", "type: Registration\n7: x\n"),
			[]string{"7: Invalid value: has a key that is no string; put it in quotes"}},
		"a handler that runs elsewhere": {
			"type: Registration\npath: /x\nhandler: {external: {url: 'https://existing.example/hook'}}",
			[]string{"handler.external: Forbidden: is a service that runs elsewhere, so there is nothing to run here; write another handler"}},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			expectInvalid(t, tc.file, tc.want)
		})
	}
}

func TestDecodeReadsWholeNumbers(t *testing.T) {
	t.Parallel()
	const file = `
type: Telephony
path: /codes
handler:
  telephony:
    providers: [{name: a, http: {url: https://sms.example/, request: send.text, sent: response.status == 202}}]
    limits: {perUser: {count: COUNT, window: 10m}}
`
	for written, want := range map[string]int32{"5": 5, "5.0": 5, "1e3": 1000, "100000": 100000} {
		cfg, err := Decode([]byte(replaceOnce(t, file, "COUNT", written)))
		if err != nil {
			t.Errorf("%s: %v", written, err)
		} else if got := cfg.Handler.Telephony.Limits.PerUser.Count; got != want {
			t.Errorf("%s is read as %d, want %d", written, got, want)
		}
	}
	for _, written := range []string{`"5"`, "1.5", "4294967297", "99999999999999999999", "true", "[5]", ".nan", ".inf", "soon"} {
		expectInvalid(t, replaceOnce(t, file, "COUNT", written), []string{
			"handler.telephony.limits.perUser.count: Invalid value: must be a whole number, without quotes"})
	}
}

func expectInvalid(t *testing.T, file string, want []string) {
	t.Helper()
	_, err := Decode([]byte(file))
	var invalid *InvalidError
	if !errors.As(err, &invalid) {
		t.Fatalf("Decode: error %v, want an *InvalidError", err)
	}
	got := make([]string, len(invalid.Fields))
	for i, fieldErr := range invalid.Fields {
		got[i] = fieldErr.Error()
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("errors (-want +got):\n%s", diff)
	}
	if !strings.HasPrefix(err.Error(), "decode configuration: "+got[0]) {
		t.Errorf("error is %q", err)
	}
}

func replaceOnce(t *testing.T, text, old, replacement string) string {
	t.Helper()
	if strings.Count(text, old) != 1 {
		t.Fatalf("%q is there %d times, want once", old, strings.Count(text, old))
	}
	return strings.Replace(text, old, replacement, 1)
}

func TestDecodeRefusesFiles(t *testing.T) {
	t.Parallel()
	cases := map[string]struct{ file, want string }{
		"an empty one":            {"", "the file is empty; write type, path, authentication and handler"},
		"one of comments":         {"# nothing\n", "the file is empty"},
		"an empty mapping":        {"{}", "the file is empty"},
		"a list":                  {"- type: Registration", "the file must be a mapping with the fields type, path, authentication and handler"},
		"a secret by itself":      {"hunter2", "the file must be a mapping"},
		"two documents":           {registration + "---\n" + registration, "the file goes on after its first document; keep one hook per file"},
		"one that is no YAML":     {"type: [", "yaml: "},
		"an alias of itself":      {"type: &a [*a]", "contains itself"},
		"one that is far too big": {strings.Repeat(" ", MaxBytes+1), "the file is larger than 1048576 bytes"},
	}
	for name, tc := range cases {
		_, err := Decode([]byte(tc.file))
		if err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%s: error %v, want one with %q", name, err, tc.want)
		} else if strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: error %q quotes the file", name, err)
		}
	}
}

// TestCheckKnowsEveryType fails when the API gets a field of a kind that check can't judge yet.
func TestCheckKnowsEveryType(t *testing.T) {
	t.Parallel()
	seen := map[reflect.Type]bool{}
	var visit func(path string, kind reflect.Type)
	visit = func(path string, kind reflect.Type) {
		if seen[kind] || kind == reflect.TypeFor[metav1.Duration]() {
			return
		}
		seen[kind] = true
		switch kind.Kind() {
		case reflect.Pointer, reflect.Slice, reflect.Map:
			visit(path+"[]", kind.Elem())
		case reflect.Struct:
			for i := range kind.NumField() {
				if member := kind.Field(i); member.Anonymous || member.Tag.Get("json") == "" {
					t.Errorf("%s.%s has no JSON name: teach structMembers", path, member.Name)
				} else {
					visit(path+"."+member.Name, member.Type)
				}
			}
		case reflect.String, reflect.Int32:
		default:
			t.Errorf("%s is a %s: teach check", path, kind)
		}
	}
	visit("Config", reflect.TypeFor[Config]())
}

func TestEncodeIsDeterministicAndDecodesToTheSame(t *testing.T) {
	t.Parallel()
	for _, file := range []string{registration, passwordImport} {
		cfg, err := Decode([]byte(file))
		if err != nil {
			t.Fatal(err)
		}
		first := roundTrip(t, cfg)
		for range 20 {
			if again := roundTrip(t, cfg); Version(again) != Version(first) {
				t.Fatalf("encoded once as\n%s\nand once as\n%s", first, again)
			}
		}
	}
}

// roundTrip encodes cfg, checks that it decodes to the same, and gives what was encoded.
func roundTrip(t *testing.T, cfg *Config) []byte {
	t.Helper()
	data, err := Encode(cfg)
	if err != nil {
		t.Fatalf("Encode: %v", err)
	}
	again, err := Decode(data)
	if err != nil {
		t.Fatalf("Decode of what was encoded: %v\n%s", err, data)
	}
	if diff := cmp.Diff(cfg, again); diff != "" {
		t.Fatalf("after encoding and decoding (-before +after):\n%s", diff)
	}
	return data
}

func TestVersionNamesBytes(t *testing.T) {
	t.Parallel()
	if got, want := Version([]byte("a")), "ca978112ca1bbdca"; got != want {
		t.Errorf("Version = %s, want %s", got, want)
	}
}

func FuzzDecode(f *testing.F) {
	for _, seed := range []string{
		registration, passwordImport, "", "{}", "- a", "a: &a [*a]", "type: Registration\ntype: x", "\x00", "? [a]\n: b",
		"path: !!binary aGk=\ntype: 2001-01-01", "handler: {<<: {registration: {default: Allow}}}\ntype: Registration\npath: /x",
		`{"type":"Registration","path":"/r","handler":{"registration":{"rules":[{"name":"a","deny":{"summary":"s"}}]}}}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if cfg, err := Decode(data); err == nil {
			roundTrip(t, cfg)
		}
	})
}
