package oktasim_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/google/go-cmp/cmp"

	"github.com/hookline/hookline/okta/oktasim"
)

// contractDir is the folder with Okta's schemas and recorded exchanges, which are
// Okta's and so are not in this repository.
func contractDir(t *testing.T) string {
	t.Helper()
	dir := os.Getenv("OKTA_CONTRACT")
	if dir == "" {
		t.Skip("OKTA_CONTRACT is not set: name the folder with inline-hooks.openapi.yaml and recorded/ to run the contract tests")
	}
	return dir
}

// schemas is Okta's API description, nil without OKTA_CONTRACT.
var schemas = sync.OnceValues(func() (*openapi3.T, error) {
	dir := os.Getenv("OKTA_CONTRACT")
	if dir == "" {
		return nil, nil
	}
	return openapi3.NewLoader().LoadFromFile(filepath.Join(dir, "inline-hooks.openapi.yaml"))
})

// checkReply checks a reply against the schema of its operation and status, if
// Okta publishes one.
func checkReply(t *testing.T, method, path string, a answer) {
	t.Helper()
	doc, err := schemas()
	if err != nil {
		t.Fatalf("load schemas: %v", err)
	}
	if doc == nil || a.body == "" {
		return
	}
	path, _, _ = strings.Cut(path, "?")
	schema := errorSchema(doc)
	if a.status < 400 {
		if schema = operationSchema(doc, method, path, a.status); schema == nil {
			return
		}
	}
	var value any
	if err := json.Unmarshal([]byte(a.body), &value); err != nil {
		t.Errorf("%s %s: body is not JSON: %v", method, path, err)
		return
	}
	if strings.HasPrefix(path, "/idp/") && a.status >= 400 {
		return // a form's messages are no API error
	}
	if err := schema.VisitJSON(value); err != nil {
		t.Errorf("%s %s: %d does not fit Okta's schema: %v", method, path, a.status, err)
	}
	checkChannels(t, doc, value)
}

func errorSchema(doc *openapi3.T) *openapi3.Schema { return doc.Components.Schemas["Error"].Value }

var braces = regexp.MustCompile(`\{[^}]+\}`)

func operationSchema(doc *openapi3.T, method, path string, status int) *openapi3.Schema {
	for template, item := range doc.Paths.Map() {
		pattern := "^" + braces.ReplaceAllString(template, `[^/]+`) + "$"
		operation := item.GetOperation(method)
		if operation == nil || !regexp.MustCompile(pattern).MatchString(path) {
			continue
		}
		if strings.HasSuffix(path, "/hook-keys/public") {
			continue
		}
		response := operation.Responses.Status(status)
		if response == nil || response.Value.Content["application/json"] == nil {
			return nil
		}
		return response.Value.Content["application/json"].Schema.Value
	}
	return nil
}

// checkChannels checks hooks' channels by their discriminators, which VisitJSON
// follows only in a oneOf.
func checkChannels(t *testing.T, doc *openapi3.T, value any) {
	t.Helper()
	if list, isList := value.([]any); isList {
		for _, entry := range list {
			checkChannels(t, doc, entry)
		}
		return
	}
	hook, _ := value.(map[string]any)
	channel, isHook := hook["channel"].(map[string]any)
	if !isHook {
		return
	}
	config, _ := channel["config"].(map[string]any)
	if scope, present := config["scope"]; present && scope == nil {
		delete(config, "scope") // the schema says a string, Okta's own example replies say null
	}
	names := []string{"InlineHookChannelHttp", "InlineHookHttpConfig"}
	if channel["type"] == "OAUTH" {
		names = []string{"InlineHookChannelOAuth", "InlineHookOAuthClientSecretConfig"}
		if config["authType"] == "private_key_jwt" {
			names[1] = "InlineHookOAuthPrivateKeyJwtConfig"
		}
	}
	for i, part := range []any{channel, config} {
		if err := doc.Components.Schemas[names[i]].Value.VisitJSON(part); err != nil {
			t.Errorf("%v does not fit Okta's %s: %v", part, names[i], err)
		}
	}
}

// checkHookRequest checks what the org sent to a hook.
func checkHookRequest(t *testing.T, hookType, body string) {
	t.Helper()
	doc, err := schemas()
	if err != nil {
		t.Fatalf("load schemas: %v", err)
	}
	if doc == nil {
		return
	}
	var value map[string]any
	if err := json.Unmarshal([]byte(body), &value); err != nil {
		t.Fatalf("request to hook is not JSON: %v", err)
	}
	operation := doc.Paths.Value("/__hook/" + hookType).Post
	checked := []*openapi3.Schema{operation.RequestBody.Value.Content["application/json"].Schema.Value}
	switch value["requestType"] { // a discriminator without oneOf
	case "self.service.registration":
		checked = append(checked, doc.Components.Schemas["RegistrationInlineHookSSRData"].Value)
	case "progressive.profile":
		checked = append(checked, doc.Components.Schemas["RegistrationInlineHookPPData"].Value)
	}
	for _, schema := range checked {
		if err := schema.VisitJSON(value); err != nil {
			t.Errorf("request to a %s hook does not fit Okta's schema: %v", hookType, err)
		}
	}
}

func TestOktaSchemasRefuseWhatIsNotOkta(t *testing.T) {
	contractDir(t)
	doc, err := schemas()
	if err != nil {
		t.Fatal(err)
	}
	// Without this, a checkReply that finds no schema would look like a success.
	schema := operationSchema(doc, "POST", hooksPath, 200)
	if schema == nil {
		t.Fatal("no schema for a create's reply")
	}
	if err := schema.VisitJSON(map[string]any{"id": 7}); err == nil {
		t.Error("a hook whose id is a number passed")
	}
	if operationSchema(doc, "PUT", hooksPath+"/cal1", 200) == nil {
		t.Error("no schema for a replacement's reply")
	}
}

// exchange is a line of a recording.
type exchange struct {
	Method, Path string
	RequestBody  json.RawMessage `json:"request_body"`
	Status       int
	ResponseBody json.RawMessage `json:"response_body"`
}

func readRecording(t *testing.T, file string) []exchange {
	t.Helper()
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var exchanges []exchange
	lines := bufio.NewScanner(bytes.NewReader(raw))
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var e exchange
		if err := json.Unmarshal(lines.Bytes(), &e); err != nil {
			t.Fatalf("decode recording: %v", err)
		}
		exchanges = append(exchanges, e)
	}
	if len(exchanges) == 0 {
		t.Fatalf("%s has no exchanges", file)
	}
	return exchanges
}

var (
	recordedID   = regexp.MustCompile(`cal[0-9A-Za-z]{17}`)
	recordedTime = regexp.MustCompile(`"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.000Z"`)
)

// TestRecordedExchanges sends what a real client sent to a real org and compares
// the answers byte for byte, ids, host and times apart.
func TestRecordedExchanges(t *testing.T) {
	dir := contractDir(t)
	files, err := filepath.Glob(filepath.Join(dir, "recorded", "*.jsonl"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no recordings in %s (%v)", dir, err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			t.Parallel()
			b := start(t, oktasim.Options{OrgURL: "https://{org}"})
			ids := map[string]string{} // recorded: ours
			for i, e := range readRecording(t, file) {
				path := recordedID.ReplaceAllStringFunc(e.Path, func(id string) string { return ids[id] })
				got := b.do(e.Method, path, nullAsEmpty(e.RequestBody))
				if theirs, ours := recordedID.Find(e.ResponseBody), recordedID.FindString(got.body); theirs != nil {
					ids[string(theirs)] = ours
				}
				want := recordedID.ReplaceAllStringFunc(nullAsEmpty(e.ResponseBody), func(id string) string { return ids[id] })
				if got.status != e.Status {
					t.Errorf("exchange %d, %s %s: status %d, recorded %d", i, e.Method, e.Path, got.status, e.Status)
				}
				if diff := cmp.Diff(withoutTimes(want), withoutTimes(got.body)); diff != "" {
					t.Errorf("exchange %d, %s %s: body differs from the recorded (-) one:\n%s", i, e.Method, e.Path, diff)
				}
			}
		})
	}
}

func nullAsEmpty(raw json.RawMessage) string {
	if string(raw) == "null" {
		return ""
	}
	return string(raw)
}

// withoutTimes keeps the form of a time and drops its value.
func withoutTimes(body string) string { return recordedTime.ReplaceAllString(body, `"<time>"`) }
