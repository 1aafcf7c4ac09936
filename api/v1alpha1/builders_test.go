package v1alpha1_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/yaml"
)

// object is a manifest as the API server gets it: no Go type of ours stands between, which would drop
// what it does not know.
type object map[string]any

// The smallest manifests that are right.
const (
	smallOrg = `
apiVersion: hookline.dev/v1alpha1
kind: OktaOrg
metadata: {name: acme, namespace: default}
spec:
  url: https://acme.okta.com
  credentials: {apiToken: {secretKeyRef: {name: okta-api, key: token}}}
`
	smallHook = `
apiVersion: hookline.dev/v1alpha1
kind: OktaInlineHook
metadata: {name: sign-up, namespace: default}
spec:
  orgRef: {name: acme}
  type: Registration
  handler: {registration: {default: Allow}}
`
	smallPasswordHook = `
apiVersion: hookline.dev/v1alpha1
kind: OktaInlineHook
metadata: {name: legacy-passwords, namespace: default}
spec:
  orgRef: {name: acme}
  type: PasswordImport
  handler: {passwordImport: {userStore: {static: {secretKeyRef: {name: legacy-users, key: htpasswd}}}}}
`
	smallSQLHook = `
apiVersion: hookline.dev/v1alpha1
kind: OktaInlineHook
metadata: {name: legacy-passwords, namespace: default}
spec:
  orgRef: {name: acme}
  type: PasswordImport
  handler:
    passwordImport:
      userStore:
        sql:
          driver: postgres
          dsn: {secretKeyRef: {name: legacy-db, key: dsn}}
          query: SELECT password_hash FROM users WHERE email = $1
`
	smallExternalHook = `
apiVersion: hookline.dev/v1alpha1
kind: OktaInlineHook
metadata: {name: existing, namespace: default}
spec:
  orgRef: {name: acme}
  type: Token
  handler: {external: {url: https://existing.example/hook}}
`
)

// change is one edit of a manifest.
type change func(object) error

// set writes value, a piece of YAML, at a path such as spec.handler.registration.rules[0].when.
// Mappings on the way are made; list items must be there.
func set(path, value string) change {
	return func(o object) error {
		var parsed any
		if err := yaml.Unmarshal([]byte(value), &parsed); err != nil {
			return fmt.Errorf("read the value for %s: %w", path, err)
		}
		if err := o.put(steps(path), parsed); err != nil {
			return fmt.Errorf("set %s: %w", path, err)
		}
		return nil
	}
}

// unset drops the member at a path.
func unset(path string) change {
	return func(o object) error {
		all := steps(path)
		parent, err := o.get(all[:len(all)-1])
		if err != nil {
			return fmt.Errorf("drop %s: %w", path, err)
		}
		mapping, ok := parent.(map[string]any)
		if !ok {
			return fmt.Errorf("drop %s: it is in no mapping", path)
		}
		delete(mapping, all[len(all)-1])
		return nil
	}
}

// steps cuts a path into member names and list indexes: rules[0].when is rules, 0, when.
func steps(path string) []string {
	return strings.Split(strings.NewReplacer("[", ".", "]", "").Replace(path), ".")
}

// get is what stands at a path. Mappings on the way are made.
func (o object) get(path []string) (any, error) {
	var at any = map[string]any(o)
	for _, step := range path {
		switch container := at.(type) {
		case map[string]any:
			if container[step] == nil {
				container[step] = map[string]any{}
			}
			at = container[step]
		case []any:
			i, err := strconv.Atoi(step)
			if err != nil || i >= len(container) {
				return nil, fmt.Errorf("the list has no item %s", step)
			}
			at = container[i]
		default:
			return nil, fmt.Errorf("there is no member %s", step)
		}
	}
	return at, nil
}

func (o object) put(path []string, value any) error {
	last := path[len(path)-1]
	parent, err := o.get(path[:len(path)-1])
	if err != nil {
		return err
	}
	switch container := parent.(type) {
	case map[string]any:
		container[last] = value
		return nil
	case []any:
		if i, err := strconv.Atoi(last); err == nil && i < len(container) {
			container[i] = value
			return nil
		}
	}
	return fmt.Errorf("there is no place for %s", last)
}

// changed is a manifest with some edits.
func changed(t *testing.T, manifest string, changes ...change) object {
	t.Helper()
	o := object{}
	if err := yaml.Unmarshal([]byte(manifest), &o); err != nil {
		t.Fatalf("read the manifest: %v", err)
	}
	for _, edit := range changes {
		if err := edit(o); err != nil {
			t.Fatal(err)
		}
	}
	return o
}

func (o object) yaml(t *testing.T) string {
	t.Helper()
	text, err := yaml.Marshal(o)
	if err != nil {
		t.Fatalf("write the manifest: %v", err)
	}
	return string(text)
}

// The plurals of our kinds, as they stand in paths of the API.
var plurals = map[string]string{"OktaOrg": "oktaorgs", "OktaInlineHook": "oktainlinehooks"}

// resource is where objects of a kind of ours live in a namespace.
func resource(kind, namespace string) string {
	return "/apis/hookline.dev/v1alpha1/namespaces/" + namespace + "/" + plurals[kind]
}

// dryRun sends a manifest to be created, and checked as strictly as kubectl has it checked, but not kept. It
// returns what a user gets to read: empty if the API server takes it.
func dryRun(t *testing.T, manifest string) string {
	t.Helper()
	var head struct {
		metav1.TypeMeta   `json:",inline"`
		metav1.ObjectMeta `json:"metadata"`
	}
	if err := yaml.Unmarshal([]byte(manifest), &head); err != nil {
		t.Fatalf("read the manifest: %v", err)
	}
	if plurals[head.Kind] == "" {
		t.Fatalf("the manifest has the kind %q, which is none of ours", head.Kind)
	}
	_, refusal := call(t, http.MethodPost, resource(head.Kind, "default")+"?dryRun=All&fieldValidation=Strict", "application/yaml", manifest)
	return refusal
}

// call sends one request. It returns the answer, or what the API server says when it refuses.
func call(t *testing.T, method, path, contentType, body string) (answer []byte, refusal string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, server.address+path, bytes.NewBufferString(body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", contentType)
	if strings.HasSuffix(contentType, "as=Table") { // asks for a table instead of the object
		request.Header.Set("Accept", "application/json;as=Table;v=v1;g=meta.k8s.io")
	}
	response, err := server.client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	answer, err = io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	if response.StatusCode < http.StatusMultipleChoices {
		return answer, ""
	}
	var status metav1.Status
	if err := json.Unmarshal(answer, &status); err != nil || status.Message == "" {
		t.Fatalf("%s %s: status %d: %s", method, path, response.StatusCode, answer)
	}
	return nil, status.Message
}
