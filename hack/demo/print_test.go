package main

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
)

func decoded(t *testing.T, text string) map[string]any {
	t.Helper()
	var object map[string]any
	if err := json.Unmarshal([]byte(text), &object); err != nil {
		t.Fatal(err)
	}
	return object
}

func TestMaskedHidesSecretsAtAnyDepth(t *testing.T) {
	t.Parallel()
	got := compact(masked(decoded(t, `{
		"data": [{"credential": {"password": "secret", "username": "ada"}}],
		"credentials": {"password": {"hook": {}}, "passcode": "secret"},
		"messageProfile": {"otpCode": "123456", "phoneNumber": "+15555550123", "msgTemplate": "Your code is 123456."},
		"deliveries": [{"to": "+447700900123", "text": "Say 1, 2, 3, 4, 5, 6. Again 123456."}],
		"access_token": "secret", "to": "123"
	}`)))
	for _, hidden := range []string{"secret", "123456", "5, 6", "555555", "00900", `"123"`} {
		if strings.Contains(got, hidden) {
			t.Errorf("shows %s: %s", hidden, got)
		}
	}
	for _, kept := range []string{
		`"username": "ada"`, `"password": {"hook": {}}`, `"+15•••••0123"`, `"Your code is •••."`, `"Say •••. Again •••."`,
	} {
		if !strings.Contains(got, kept) {
			t.Errorf("%s lacks %s", got, kept)
		}
	}
}

func TestPick(t *testing.T) {
	t.Parallel()
	object := decoded(t, `{"a": 1, "b": {"c": 2, "d": {"e": 3}}, "f": 4, "g": [{"h": 5, "i": 6}, {"i": 7}, 8]}`)
	for paths, want := range map[string]string{
		"a":         `{"a": 1}`,
		"b.c b.d.e": `{"b": {"c": 2, "d": {"e": 3}}}`,
		"b.d f":     `{"f": 4, "b": {"d": {"e": 3}}}`,
		"a.b x.y":   `{}`,
		"g.h g.i":   `{"g": [{"h": 5, "i": 6}, {"i": 7}]}`,
		"g.h.x":     `{}`,
	} {
		if got := compact(pick(object, strings.Fields(paths)...)); got != want {
			t.Errorf("pick %s: %s, want %s", paths, got, want)
		}
	}
}

func TestLabelled(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 80)
	for name, c := range map[string]struct{ text, body, want string }{
		"what fits stays on one line": {"200", `{"b": {"c": "é"}, "a": "<1>"}`, `   Okta → hook   200 {"a": "<1>", "b": {"c": "é"}}` + "\n"},
		"what does not has a line for each member": {"200", `{"a": "` + long + `", "b": {"c": [1, 2]}}`, strings.Join([]string{
			`   Okta → hook   200`,
			`                 {`,
			`                   "a": "` + long + `",`,
			`                   "b": {"c": [1, 2]}`,
			`                 }`, ``}, "\n")},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var out bytes.Buffer
			(&printer{out: &out}).labelled("Okta → hook", c.text, decoded(t, c.body))
			if out.String() != c.want {
				t.Errorf("got\n%swant\n%s", out.String(), c.want)
			}
		})
	}
}
