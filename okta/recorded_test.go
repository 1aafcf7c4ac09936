package okta_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/google/go-cmp/cmp"
	"github.com/hookline/hookline/okta"
)

// contractFolder is where Okta's schemas and recordings are; they are Okta's
// and not part of this repository.
func contractFolder(t *testing.T) string {
	t.Helper()
	folder := os.Getenv("OKTA_CONTRACT")
	if folder == "" {
		t.Skip("OKTA_CONTRACT is not set: name the folder with inline-hooks.openapi.yaml and recorded/")
	}
	return folder
}

// exchange is one recorded request and its reply.
type exchange struct {
	Method   string          `json:"method"`
	Path     string          `json:"path"`
	Request  json.RawMessage `json:"request_body"`
	Status   int             `json:"status"`
	Response json.RawMessage `json:"response_body"`
}

// recordedHook is what a hook looks like on the wire, written down a second
// time so that a mistake in the client's own types does not cancel out.
type recordedHook struct {
	ID, Name, Type, Status, Version string
	Created, LastUpdated            time.Time
	Channel                         struct {
		Type   string
		Config struct {
			URI, Method string
			Headers     []struct{ Key, Value string }
			AuthScheme  *struct{ Type, Key, Value string }
		}
	}
}

func (r recordedHook) channel() okta.Channel {
	config := r.Channel.Config
	ch := okta.Channel{Type: r.Channel.Type, URI: config.URI, Method: config.Method, Headers: []okta.Header{}}
	for _, h := range config.Headers {
		ch.Headers = append(ch.Headers, okta.Header{Key: h.Key, Value: h.Value})
	}
	if auth := config.AuthScheme; auth != nil {
		ch.AuthScheme = &okta.AuthScheme{Type: auth.Type, Key: auth.Key}
		if auth.Value != "" {
			ch.AuthScheme.Value = okta.NewSecret(auth.Value)
		}
	}
	return ch
}

func TestRecordedExchanges(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob(filepath.Join(contractFolder(t), "recorded", "*.jsonl"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no recordings in OKTA_CONTRACT: %v", err)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewScanner(bytes.NewReader(data))
		lines.Buffer(nil, 1<<20)
		for n := 1; lines.Scan(); n++ {
			var ex exchange
			if err := json.Unmarshal(lines.Bytes(), &ex); err != nil {
				t.Fatalf("%s:%d: %v", file, n, err)
			}
			t.Run(fmt.Sprintf("%s line %d", filepath.Base(file), n), func(t *testing.T) { replay(t, ex) })
		}
	}
}

// replay has the client do what was recorded against a server that answers as
// was recorded, and compares both directions.
func replay(t *testing.T, ex exchange) {
	var line string
	var sent []byte
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		line = r.Method + " " + r.URL.Path
		sent, _ = io.ReadAll(r.Body)
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(ex.Status)
		if string(ex.Response) != "null" {
			_, _ = w.Write(ex.Response)
		}
	}))
	defer server.Close()
	c := connect(t, okta.Config{URL: server.URL, APIToken: okta.NewSecret("t"), RootCAs: authority(server)})

	got, err := call(t, c, ex)
	if err != nil {
		t.Fatal(err)
	}
	if want := ex.Method + " " + ex.Path; line != want {
		t.Errorf("sent %s, recorded %s", line, want)
	}
	if string(ex.Request) == "null" {
		if len(sent) > 0 {
			t.Errorf("sent the body %s, recorded none", sent)
		}
	} else if diff := cmp.Diff(withoutIgnored(t, ex.Request), withoutIgnored(t, sent)); diff != "" {
		t.Errorf("body: recorded -, sent +:\n%s", diff)
	}
	if got == nil {
		return
	}
	var r recordedHook
	if err := json.Unmarshal(ex.Response, &r); err != nil {
		t.Fatal(err)
	}
	want := okta.InlineHook{
		ID: r.ID, Name: r.Name, Type: r.Type, Status: r.Status, Version: r.Version,
		Created: r.Created, LastUpdated: r.LastUpdated, Channel: r.channel(),
	}
	if diff := cmp.Diff(want, *got); diff != "" {
		t.Errorf("reply: recorded -, read +:\n%s", diff)
	}
}

// call makes the client's call for a recorded request.
func call(t *testing.T, c *okta.Client, ex exchange) (*okta.InlineHook, error) {
	t.Helper()
	var spec okta.InlineHookSpec
	if string(ex.Request) != "null" {
		var r recordedHook
		if err := json.Unmarshal(ex.Request, &r); err != nil {
			t.Fatal(err)
		}
		spec = okta.InlineHookSpec{Name: r.Name, Type: r.Type, Channel: r.channel()}
	}
	id, action, _ := strings.Cut(strings.TrimPrefix(strings.TrimPrefix(ex.Path, "/api/v1/inlineHooks"), "/"), "/")
	switch ex.Method + " " + path.Base(action) {
	case "GET .":
		return c.GetInlineHook(t.Context(), id)
	case "POST .":
		return c.CreateInlineHook(t.Context(), spec)
	case "PUT .":
		return c.ReplaceInlineHook(t.Context(), id, spec)
	case "POST activate":
		return c.ActivateInlineHook(t.Context(), id)
	case "POST deactivate":
		return c.DeactivateInlineHook(t.Context(), id)
	case "DELETE .":
		return nil, c.DeleteInlineHook(t.Context(), id)
	}
	t.Fatalf("a recording of something new: %s %s", ex.Method, ex.Path)
	return nil, nil
}

// withoutIgnored drops what may differ between two bodies that mean the same:
// the status, which Okta ignores, the version, of which we only send the
// documented one, and members that are empty, which say what leaving out says.
func withoutIgnored(t *testing.T, body []byte) any {
	t.Helper()
	var v map[string]any
	if err := json.Unmarshal(body, &v); err != nil {
		t.Fatalf("%v in %s", err, body)
	}
	delete(v, "status")
	delete(v, "version")
	config := v["channel"].(map[string]any)["config"].(map[string]any)
	for name, member := range config {
		if list, isList := member.([]any); member == nil || isList && len(list) == 0 {
			delete(config, name)
		}
	}
	return v
}

func TestWhatIsSentFitsOktasSchema(t *testing.T) {
	t.Parallel()
	doc, err := openapi3.NewLoader().LoadFromFile(filepath.Join(contractFolder(t), "inline-hooks.openapi.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	var sent []byte
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		sent, _ = io.ReadAll(r.Body)
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, `{"id":"cal1"}`)
	}))
	t.Cleanup(server.Close)
	c := connect(t, okta.Config{URL: server.URL, APIToken: okta.NewSecret("t"), RootCAs: authority(server)})
	bare := newSpec()
	bare.Channel.Headers, bare.Channel.AuthScheme = nil, nil
	for name, spec := range map[string]okta.InlineHookSpec{"full": newSpec(), "bare": bare} {
		for path, send := range map[string]func() (*okta.InlineHook, error){
			"/api/v1/inlineHooks":                func() (*okta.InlineHook, error) { return c.CreateInlineHook(t.Context(), spec) },
			"/api/v1/inlineHooks/{inlineHookId}": func() (*okta.InlineHook, error) { return c.ReplaceInlineHook(t.Context(), "cal1", spec) },
		} {
			if _, err := send(); err != nil {
				t.Fatal(err)
			}
			item := doc.Paths.Value(path)
			operation := item.Post
			if item.Put != nil {
				operation = item.Put
			}
			var body any
			if err := json.Unmarshal(sent, &body); err != nil {
				t.Fatal(err)
			}
			if err := operation.RequestBody.Value.Content.Get("application/json").Schema.Value.VisitJSON(body); err != nil {
				t.Errorf("%s to %s: %v", name, path, err)
			}
		}
	}
}
