package hookconfig

import (
	"crypto/sha256"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/hookline/hookline/api/v1alpha1"
)

func header(name string, ref *v1alpha1.SecretKeyReference) *v1alpha1.Authentication {
	return &v1alpha1.Authentication{Header: &v1alpha1.HeaderAuthentication{Name: name, SecretKeyRef: ref}}
}

var (
	hookSecret = &v1alpha1.SecretKeyReference{Name: "hook-secret", Key: "value"}
	basicAuth  = &v1alpha1.Authentication{Basic: &v1alpha1.BasicAuthentication{SecretRef: v1alpha1.SecretReference{Name: "hook-basic"}}}
)

func value(serial, text string) AcceptedValue {
	return AcceptedValue{Serial: serial, Digest: sha256.Sum256([]byte(text))}
}

func TestCredentialsAreWhatOktaHasToSend(t *testing.T) {
	t.Parallel()
	dir := writeFiles(t, map[string]string{
		"hook-secret/value":   "Bearer s3cret\n",
		"hook-basic/username": "okta\n",
		"hook-basic/password": "p:w d\n",
		"credentials/1":       "old",
		"credentials/02":      "new\n",
		"credentials/..data":  "",
		"credentials/key":     "kept by the manager for itself",
	})
	cases := map[string]struct {
		auth        *v1alpha1.Authentication
		credentials string
		want        Accepted
	}{
		"a secret of one's own": {
			header("", hookSecret), "", Accepted{Header: "Authorization", Values: []AcceptedValue{value("", "Bearer s3cret")}}},
		"a secret in another header": {
			header("X-Hook-Secret", hookSecret), "", Accepted{Header: "X-Hook-Secret", Values: []AcceptedValue{value("", "Bearer s3cret")}}},
		"a user name and password": {
			basicAuth, "", Accepted{Header: "Authorization", Basic: true, Values: []AcceptedValue{value("", "Basic b2t0YTpwOncgZA==")}}},
		"credential files, whose references are not read": {
			header("X-Hook-Secret", &v1alpha1.SecretKeyReference{Name: "gone", Key: "gone"}), dir + "/credentials",
			Accepted{Header: "X-Hook-Secret", Values: []AcceptedValue{value("02", "new"), value("1", "old")}}},
		"credential files for a user name and password": {
			basicAuth, dir + "/credentials",
			Accepted{Header: "Authorization", Basic: true, Values: []AcceptedValue{value("02", "new"), value("1", "old")}}},
		"credential files for nothing in particular": {
			nil, dir + "/credentials",
			Accepted{Header: "Authorization", Values: []AcceptedValue{value("02", "new"), value("1", "old")}}},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := Credentials(&Config{Authentication: tc.auth}, SecretsDir(dir), tc.credentials)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(&tc.want, got); diff != "" {
				t.Errorf("accepted (-want +got):\n%s", diff)
			}
		})
	}
}

func TestCredentialsRefuse(t *testing.T) {
	t.Parallel()
	const secret = "hunter2"
	many := map[string]string{}
	for i := range maxCredentials + 1 {
		many[fmt.Sprint(i)] = secret
	}
	cases := map[string]struct {
		auth        *v1alpha1.Authentication
		files       map[string]string
		noSecrets   bool
		credentials string
		want        string
	}{
		"no reference and no folder": {want: "authentication.header.secretKeyRef: Required value: say which file has the value that Okta sends, " +
			"such as {name: hook-secret, key: value} for hook-secret/value below --secrets, or give --credentials DIR"},
		"a header without a reference": {auth: header("X-A", nil), want: "authentication.header.secretKeyRef: Required value"},
		"no folder of secrets": {auth: header("", hookSecret), noSecrets: true,
			want: `authentication.header.secretKeyRef: read key "value" of secret "hook-secret": there is no folder of secrets; give one with --secrets DIR`},
		"a file that is not there": {auth: header("", hookSecret), want: "hook-secret/value; write the value there"},
		"a file that is empty":     {auth: header("", hookSecret), files: map[string]string{"hook-secret/value": "\n"}, want: "hook-secret/value is empty"},
		"a value of two lines":     {auth: header("", hookSecret), files: map[string]string{"hook-secret/value": secret + "\nx"}, want: "line break"},
		"a value that ends in a blank": {auth: header("", hookSecret), files: map[string]string{"hook-secret/value": secret + " "},
			want: "begins or ends with white space"},
		"a value that is too long": {auth: header("", hookSecret), files: map[string]string{"hook-secret/value": strings.Repeat(secret, 2000)},
			want: "longer than 8192 bytes"},
		"a user name with a colon": {auth: basicAuth, files: map[string]string{"hook-basic/username": "a:b", "hook-basic/password": secret},
			want: "authentication.basic.secretRef: the username must not have a colon"},
		"no password":                    {auth: basicAuth, files: map[string]string{"hook-basic/username": "a"}, want: "hook-basic/password"},
		"no user name":                   {auth: basicAuth, files: map[string]string{"hook-basic/password": secret}, want: "hook-basic/username"},
		"a credentials folder of nobody": {credentials: "gone", want: "read credentials: open "},
		"a credentials folder without numbers": {credentials: ".", files: map[string]string{"key": secret},
			want: "has no file whose name is a number; write each header value into one, such as 1"},
		"an empty credential":     {credentials: ".", files: map[string]string{"1": secret, "2": "\n"}, want: "the value is empty"},
		"a huge credential":       {credentials: ".", files: map[string]string{"1": strings.Repeat(secret, 2000)}, want: "larger than 8192 bytes"},
		"a great many":            {credentials: ".", files: many, want: "has 17 of them; keep at most 16"},
		"a path in place of name": {auth: header("", &v1alpha1.SecretKeyReference{Name: "..", Key: "passwd"}), want: "plain file names"},
		"a path in place of key":  {auth: header("", &v1alpha1.SecretKeyReference{Name: "a", Key: "../../etc/passwd"}), want: "plain file names"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := writeFiles(t, tc.files)
			if tc.credentials != "" {
				tc.credentials = dir + "/" + tc.credentials
			}
			secrets := SecretsDir(dir)
			if tc.noSecrets {
				secrets = ""
			}
			_, err := Credentials(&Config{Authentication: tc.auth}, secrets, tc.credentials)
			if err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Fatalf("error %v, want one with %q", err, tc.want)
			}
			if strings.Contains(err.Error(), secret) {
				t.Errorf("error %q quotes a secret", err)
			}
		})
	}
}

func TestAcceptsBySerial(t *testing.T) {
	t.Parallel()
	accepted := Accepted{Values: []AcceptedValue{value("1", "a"), value("2", "b")}}
	for serial, want := range map[string]bool{"1": true, "2": true, "3": false, "01": false} {
		if accepted.Accepts(serial) != want {
			t.Errorf("Accepts(%s) = %t, want %t", serial, !want, want)
		}
	}
}

func TestSecretsKeepAllButTheLastNewline(t *testing.T) {
	t.Parallel()
	dir := writeFiles(t, map[string]string{"users/htpasswd": "ann:x\n\nbob:y\n\n"})
	got, err := SecretsDir(dir).Read(v1alpha1.SecretKeyReference{Name: "users", Key: "htpasswd"})
	if err != nil || string(got) != "ann:x\n\nbob:y\n" {
		t.Errorf("Read = %q, %v", got, err)
	}
}
