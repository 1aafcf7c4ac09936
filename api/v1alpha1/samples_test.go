package v1alpha1_test

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	utilyaml "k8s.io/apimachinery/pkg/util/yaml"
	"sigs.k8s.io/yaml"

	"github.com/hookline/hookline/api/v1alpha1"
	"github.com/hookline/hookline/runtime/expr"
)

func TestPromisedManifestsApply(t *testing.T) {
	t.Parallel()
	for name, manifest := range promised {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			applies(t, manifest)
		})
	}
}

// sampleFiles are the texts of the samples, by the names of their files.
func sampleFiles(t *testing.T) map[string]string {
	t.Helper()
	files, err := filepath.Glob("../../config/samples/*.yaml")
	if err != nil {
		t.Fatal(err)
	}
	samples := map[string]string{}
	for _, file := range files {
		if filepath.Base(file) == "kustomization.yaml" {
			continue
		}
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		samples[filepath.Base(file)] = string(data)
	}
	if len(samples) == 0 {
		t.Error("there are no samples in config/samples")
	}
	return samples
}

// sampleHook is the one OktaInlineHook of a sample.
func sampleHook(t *testing.T, file string) *v1alpha1.OktaInlineHook {
	t.Helper()
	for _, manifest := range documents(t, sampleFiles(t)[file]) {
		if kind, _ := changed(t, manifest)["kind"].(string); kind == "OktaInlineHook" {
			return hookOf(t, manifest)
		}
	}
	t.Fatalf("%s has no OktaInlineHook", file)
	return nil
}

// hookOf reads a manifest into the Go type.
func hookOf(t *testing.T, manifest string) *v1alpha1.OktaInlineHook {
	t.Helper()
	hook := new(v1alpha1.OktaInlineHook)
	if err := yaml.UnmarshalStrict([]byte(manifest), hook); err != nil {
		t.Fatalf("%v in:\n%s", err, manifest)
	}
	return hook
}

func TestSamplesApplyAsTheyStand(t *testing.T) {
	t.Parallel()
	for file, text := range sampleFiles(t) {
		t.Run(file, func(t *testing.T) {
			t.Parallel()
			for _, manifest := range documents(t, text) {
				applies(t, manifest)
			}
		})
	}
}

// TestSamplesDoNotGetInEachOthersWay: each can be applied beside the others.
func TestSamplesDoNotGetInEachOthersWay(t *testing.T) {
	t.Parallel()
	from := map[string]string{}
	for file, text := range sampleFiles(t) {
		for _, manifest := range documents(t, text) {
			o := changed(t, manifest)
			name, err := o.get(steps("metadata.name"))
			if err != nil {
				t.Fatal(err)
			}
			id := fmt.Sprint(o["kind"], " ", name)
			if other := from[id]; other != "" {
				t.Errorf("%s is in %s and in %s", id, file, other)
			}
			from[id] = file
		}
	}
}

// TestSamplesHaveEachTypeOnce: what kubectl apply -k makes is an org with one hook of each type, and every Secret that
// these hooks name.
func TestSamplesHaveEachTypeOnce(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile("../../config/samples/kustomization.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var kustomization struct {
		Resources []string `json:"resources"`
	}
	if err := yaml.Unmarshal(data, &kustomization); err != nil {
		t.Fatal(err)
	}
	var types []v1alpha1.HookType
	secrets, needed := map[string]bool{}, map[string]string{}
	for _, file := range kustomization.Resources {
		for _, manifest := range documents(t, sampleFiles(t)[file]) {
			switch o := changed(t, manifest); o["kind"] {
			case "Secret":
				secrets[o["metadata"].(map[string]any)["name"].(string)] = true
			case "OktaInlineHook":
				hook := hookOf(t, manifest)
				types = append(types, hook.Spec.Type)
				for _, ref := range hook.Spec.Handler.SecretKeyRefs() {
					needed[ref.Name] = file
				}
			}
		}
	}
	want := []v1alpha1.HookType{v1alpha1.PasswordImport, v1alpha1.Registration, v1alpha1.Telephony, v1alpha1.Token, v1alpha1.SAMLAssertion, v1alpha1.UserImport}
	if !slices.Equal(types, want) {
		t.Errorf("the samples that go together have hooks of the types %v, want %v", types, want)
	}
	for name, file := range needed {
		if !secrets[name] {
			t.Errorf("%s names the Secret %s, which none of the samples makes", file, name)
		}
	}
}

// TestManifestsInDocumentationApply takes every whole manifest out of the pages.
func TestManifestsInDocumentationApply(t *testing.T) {
	t.Parallel()
	for page, text := range pages(t) {
		for i, block := range blocks(text, "yaml") {
			for _, manifest := range documents(t, block) {
				if !strings.HasPrefix(strings.TrimSpace(manifest), "apiVersion:") {
					continue // a part of one
				}
				t.Run(page+" "+string(rune('a'+i)), func(t *testing.T) {
					t.Parallel()
					applies(t, manifest)
				})
			}
		}
	}
}

// blocks are the fenced blocks of a page in a language.
func blocks(page, language string) []string {
	var found []string
	for _, rest := range strings.Split(page, "\n```"+language+"\n")[1:] {
		block, _, _ := strings.Cut(rest, "\n```")
		found = append(found, block+"\n")
	}
	return found
}

// documents splits YAML into its documents; those with comments alone are left out.
func documents(t *testing.T, text string) []string {
	t.Helper()
	var all []string
	reader := utilyaml.NewYAMLReader(bufio.NewReader(strings.NewReader(text)))
	for {
		document, err := reader.Read()
		if errors.Is(err, io.EOF) {
			return all
		}
		if err != nil {
			t.Fatal(err)
		}
		var content any
		if err := yaml.Unmarshal(document, &content); err != nil {
			t.Fatalf("%v in:\n%s", err, document)
		}
		if content != nil {
			all = append(all, string(document))
		}
	}
}

// collections are where objects that samples have live.
var collections = map[string]string{
	"OktaOrg":        "/apis/hookline.dev/v1alpha1/namespaces/default/oktaorgs",
	"OktaInlineHook": "/apis/hookline.dev/v1alpha1/namespaces/default/oktainlinehooks",
	"Secret":         "/api/v1/namespaces/default/secrets",
	"ServiceAccount": "/api/v1/namespaces/default/serviceaccounts",
	"Namespace":      "/api/v1/namespaces",
}

// applies has a manifest checked as kubectl would, and the expressions of a hook as the manager would. Its
// namespace, which a dry run can't make, is replaced.
func applies(t *testing.T, manifest string) {
	t.Helper()
	o := changed(t, manifest)
	kind, _ := o["kind"].(string)
	if collections[kind] == "" {
		t.Fatalf("the kind is %q; add where it lives to collections", kind)
	}
	if kind != "Namespace" {
		if err := o.put(steps("metadata.namespace"), "default"); err != nil {
			t.Fatal(err)
		}
	}
	if _, refusal := call(t, http.MethodPost, collections[kind]+"?dryRun=All&fieldValidation=Strict", "application/yaml", o.yaml(t)); refusal != "" {
		t.Errorf("the API server refuses it: %s\n%s", refusal, manifest)
	}
	if kind == "OktaInlineHook" {
		hook := hookOf(t, manifest)
		for _, err := range expr.CheckHandler(hook.Spec.Type, &hook.Spec.Handler) {
			t.Errorf("the manager refuses it: %v\n%s", err, manifest)
		}
	}
}
