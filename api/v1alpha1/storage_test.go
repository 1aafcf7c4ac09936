package v1alpha1_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/yaml"
)

func TestDefaultsAreWrittenDown(t *testing.T) {
	t.Parallel()
	hook := create(t, changed(t, smallHook, set("metadata.name", "defaults"), set("spec.authentication.header", "{}"), set("spec.adoption", "{}")))
	want := map[string]any{
		"orgRef":         map[string]any{"name": "acme"},
		"type":           "Registration",
		"state":          "Active",
		"handler":        map[string]any{"registration": map[string]any{"default": "Allow"}},
		"authentication": map[string]any{"header": map[string]any{"name": "Authorization"}},
		"verification":   "Probe",
		"adoption":       map[string]any{"policy": "Never"},
		"deletionPolicy": "Delete",
		"interval":       "10m",
	}
	if diff := cmp.Diff(want, hook["spec"]); diff != "" {
		t.Errorf("spec of the hook (-want +got):\n%s", diff)
	}
	sql := create(t, changed(t, smallSQLHook, set("metadata.name", "default-digest"), set("spec.handler.passwordImport.userStore.sql.digest", "{}")))
	if format, err := sql.get(steps("spec.handler.passwordImport.userStore.sql.digest.format")); err != nil || format != "Auto" {
		t.Errorf("digest.format is %v, want Auto (%v)", format, err)
	}
	org := create(t, changed(t, smallOrg, set("metadata.name", "defaults"), set("spec.allowedNamespaces", "{}")))
	if from, err := org.get(steps("spec.allowedNamespaces.from")); err != nil || from != "Same" {
		t.Errorf("allowedNamespaces.from is %v, want Same (%v)", from, err)
	}
}

// TestUnsetStaysUnset: what the manager decides later, such as the number of pods beside an autoscaler, is
// not written down by the API server.
func TestUnsetStaysUnset(t *testing.T) {
	t.Parallel()
	hook := create(t, changed(t, smallHook, set("metadata.name", "unset"), set("spec.runtime", "{}")))
	if diff := cmp.Diff(map[string]any{}, hook["spec"].(map[string]any)["runtime"]); diff != "" {
		t.Errorf("runtime (-want +got):\n%s", diff)
	}
	for _, member := range []string{"displayName", "endpoint", "authentication", "adoption", "suspend"} {
		if value, ok := hook["spec"].(map[string]any)[member]; ok {
			t.Errorf("%s is %v, want it unset", member, value)
		}
	}
}

// TestGoTypesLoseNothing: what the API server keeps of manifests with every field is the same after a controller has
// read and written it. Durations are the same length in other words.
func TestGoTypesLoseNothing(t *testing.T) {
	t.Parallel()
	for i, manifest := range fullHooks {
		kept := create(t, changed(t, manifest, set("metadata.name", fmt.Sprintf("kept-%d", i))))
		written, err := json.Marshal(hookOf(t, kept.yaml(t)))
		if err != nil {
			t.Fatal(err)
		}
		again := object{}
		if err := json.Unmarshal(written, &again); err != nil {
			t.Fatal(err)
		}
		sameDuration := cmp.Comparer(func(a, b string) bool {
			length, err := time.ParseDuration(a)
			other, otherErr := time.ParseDuration(b)
			return a == b || err == nil && otherErr == nil && length == other
		})
		if diff := cmp.Diff(kept["spec"], again["spec"], sameDuration); diff != "" {
			t.Errorf("%s: spec (-kept +written):\n%s", kept.path(), diff)
		}
	}
}

// TestEverySecretOfAHandlerIsListed goes through manifests with every field: a Secret that is not listed is not
// mounted, and the pods would not start.
func TestEverySecretOfAHandlerIsListed(t *testing.T) {
	t.Parallel()
	for _, manifest := range fullHooks {
		o := changed(t, manifest)
		handler, err := o.get(steps("spec.handler"))
		if err != nil {
			t.Fatal(err)
		}
		var want, got []string
		references(handler, func(name, key string) { want = append(want, name+"/"+key) })
		for _, ref := range hookOf(t, manifest).Spec.Handler.SecretKeyRefs() {
			got = append(got, ref.Name+"/"+ref.Key)
		}
		slices.Sort(want)
		slices.Sort(got)
		if !slices.Equal(got, want) {
			t.Errorf("%s: listed are %v, want %v", o.path(), got, want)
		}
	}
}

// references finds what looks like a reference to a key of a Secret.
func references(value any, found func(name, key string)) {
	switch value := value.(type) {
	case map[string]any:
		for member, below := range value {
			if ref, ok := below.(map[string]any); ok && strings.HasSuffix(strings.ToLower(member), "secretkeyref") {
				found(ref["name"].(string), ref["key"].(string))
			} else {
				references(below, found)
			}
		}
	case []any:
		for _, item := range value {
			references(item, found)
		}
	}
}

// TestCRDsFitIntoTheAnnotationOfKubectl: kubectl apply, unless it is told to apply on the server's side, keeps what it
// applies in an annotation, and all annotations of an object together have 256 KiB.
func TestCRDsFitIntoTheAnnotationOfKubectl(t *testing.T) {
	t.Parallel()
	const most = 256 << 10
	for kind, plural := range plurals {
		data, err := os.ReadFile("../../config/crd/bases/hookline.dev_" + plural + ".yaml")
		if err != nil {
			t.Fatal(err)
		}
		applied, err := yaml.YAMLToJSON(data)
		if err != nil {
			t.Fatal(err)
		}
		var crd metav1.PartialObjectMetadata
		if err := json.Unmarshal(applied, &crd); err != nil {
			t.Fatal(err)
		}
		size := len("kubectl.kubernetes.io/last-applied-configuration") + len(applied) + 1 // a newline
		for name, value := range crd.Annotations {
			size += len(name) + len(value)
		}
		if size > most {
			t.Errorf("the annotations of the CRD of %s would have %d bytes, more than %d: shorten descriptions, or have them left out by controller-gen", kind, size, most)
		}
	}
}

func TestStatusIsApartFromSpec(t *testing.T) {
	t.Parallel()
	for name, manifest := range map[string]string{"an org": smallOrg, "a hook": smallHook} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			kept := create(t, changed(t, manifest, set("metadata.name", "status"), set("status.observedGeneration", "7")))
			if _, ok := kept["status"]; ok {
				t.Errorf("a status was stored with the object: %v", kept["status"])
			}
			patch := `{"spec": {"suspend": true, "url": "https://other.example"}, "status": {"observedGeneration": 1}}`
			answer, refusal := call(t, http.MethodPatch, kept.path()+"/status", "application/merge-patch+json", patch)
			if refusal != "" {
				t.Fatalf("patch the status: %s", refusal)
			}
			got := object{}
			if err := json.Unmarshal(answer, &got); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(kept["spec"], got["spec"]); diff != "" {
				t.Errorf("a status patch changed the spec (-before +after):\n%s", diff)
			}
			if diff := cmp.Diff(map[string]any{"observedGeneration": 1.0}, got["status"]); diff != "" {
				t.Errorf("status (-want +got):\n%s", diff)
			}
		})
	}
}

// hookStatus and orgStatus are as the manager writes them.
const hookStatus = `{"status": {
	"url": "https://hooks.acme.example/default/columns",
	"hook": {"id": "cal1", "name": "Sign-up", "type": "com.okta.user.pre-registration", "state": "INACTIVE"},
	"conditions": [{"type": "Ready", "status": "False", "reason": "Conflict", "message": "another hook has this name already", "lastTransitionTime": "2026-01-02T03:04:05Z"}]
}}`

const orgStatus = `{"status": {
	"orgID": "00o1", "hooks": {"total": 3, "managed": 2},
	"conditions": [{"type": "Ready", "status": "True", "reason": "Authenticated", "message": "answers and takes the credentials", "lastTransitionTime": "2026-01-02T03:04:05Z"}]
}}`

func TestKubectlGetShowsWhatMatters(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		manifest, status string
		narrow, wide     []string
		cells            []any // of all columns; the age is left out
	}{
		"hooks": {
			smallHook, hookStatus,
			[]string{"Name", "Type", "State", "Ready", "Age"}, []string{"URL", "Hook ID", "Message"},
			[]any{"columns", "Registration", "INACTIVE", "False", "https://hooks.acme.example/default/columns", "cal1", "another hook has this name already"},
		},
		"orgs": {
			smallOrg, orgStatus,
			[]string{"Name", "URL", "Ready", "Hooks", "Age"}, []string{"Org ID", "Message"},
			[]any{"columns", "https://acme.okta.com", "True", 2.0, "00o1", "answers and takes the credentials"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			kept := create(t, changed(t, c.manifest, set("metadata.name", "columns")))
			if _, refusal := call(t, http.MethodPatch, kept.path()+"/status", "application/merge-patch+json", c.status); refusal != "" {
				t.Fatalf("patch the status: %s", refusal)
			}
			answer, refusal := call(t, http.MethodGet, kept.path(), "application/json;as=Table", "")
			if refusal != "" {
				t.Fatal(refusal)
			}
			var table metav1.Table
			if err := json.Unmarshal(answer, &table); err != nil {
				t.Fatal(err)
			}
			var narrow, wide []string
			var cells []any
			for i, column := range table.ColumnDefinitions {
				if column.Priority == 0 {
					narrow = append(narrow, column.Name)
				} else {
					wide = append(wide, column.Name)
				}
				if column.Name != "Age" {
					cells = append(cells, table.Rows[0].Cells[i])
				}
			}
			if !slices.Equal(narrow, c.narrow) || !slices.Equal(wide, c.wide) {
				t.Errorf("columns %v and with -o wide %v; want %v and %v", narrow, wide, c.narrow, c.wide)
			}
			if diff := cmp.Diff(c.cells, cells); diff != "" {
				t.Errorf("cells (-want +got):\n%s", diff)
			}
		})
	}
}

func TestKindsHaveShortNameAndCategory(t *testing.T) {
	t.Parallel()
	answer, refusal := call(t, http.MethodGet, "/apis/hookline.dev/v1alpha1", "application/json", "")
	if refusal != "" {
		t.Fatal(refusal)
	}
	var list metav1.APIResourceList
	if err := json.Unmarshal(answer, &list); err != nil {
		t.Fatal(err)
	}
	type names struct{ Short, Categories []string }
	got := map[string]names{}
	for _, r := range list.APIResources {
		if r.Kind != "" && r.Name == plurals[r.Kind] {
			got[r.Name] = names{r.ShortNames, r.Categories}
		}
	}
	want := map[string]names{
		"oktaorgs":        {nil, []string{"hookline"}},
		"oktainlinehooks": {[]string{"oih"}, []string{"hookline"}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("names of our kinds (-want +got):\n%s", diff)
	}
}
