package okta

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"
)

func TestASecretDoesNotPrintItself(t *testing.T) {
	t.Parallel()
	cfg := Config{URL: "https://acme.okta.com", APIToken: NewSecret(testToken)}
	client, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	hook := spec()
	hook.Channel.AuthScheme.Value = NewSecret(testToken)
	var out bytes.Buffer
	log := slog.New(slog.NewJSONHandler(&out, nil))
	for _, v := range []any{NewSecret(testToken), cfg, &cfg, client, *client, hook, &hook, struct{ hidden Secret }{NewSecret(testToken)}, hook.Channel.AuthScheme, []Secret{NewSecret(testToken)}} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
			_, _ = fmt.Fprintf(&out, verb+"\n", v)
		}
		log.Info("x", "v", v)
	}
	encoded, err := json.Marshal(hook)
	if err != nil {
		t.Fatal(err)
	}
	out.Write(encoded)
	for _, leak := range []string{testToken, fmt.Sprintf("%x", testToken)} {
		if strings.Contains(out.String(), leak) {
			t.Errorf("the secret is in what was printed: %s", out.String())
		}
	}
	if got := fmt.Sprintf("%s|%s", NewSecret("x"), Secret{}); got != "[redacted]|" {
		t.Errorf("got %s", got)
	}
}
