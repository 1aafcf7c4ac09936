package stage

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	yamlutil "k8s.io/apimachinery/pkg/util/yaml"
	"sigs.k8s.io/yaml"

	"github.com/hookline/hookline/runtime/telephony/providertest"
)

// The Secrets, in the namespace of the samples, that the samples speak of once they are changed. Each has the
// certificate of a simulator's CA under the key CAKey.
const (
	OrgCA     = "okta-ca"
	VendorsCA = "vendors-ca"
	CAKey     = "ca.crt"
)

// Setting is what the samples can't know.
type Setting struct {
	// OrgURL and OrgToken are those of the simulated org.
	OrgURL, OrgToken string
	// VendorsURL is where the simulated vendors are.
	VendorsURL string
}

// Samples are the objects of the kustomization in a folder, config/samples, in its order: an org and a hook of
// each type. The org, and the providers of the telephony hook, are those of the setting; everything else is as it
// stands there.
func Samples(folder string, setting Setting) ([]*unstructured.Unstructured, error) {
	content, err := os.ReadFile(filepath.Join(folder, "kustomization.yaml"))
	if err != nil {
		return nil, fmt.Errorf("read samples: %w", err)
	}
	var kustomization struct {
		Resources []string `json:"resources"`
	}
	if err := yaml.Unmarshal(content, &kustomization); err != nil {
		return nil, fmt.Errorf("read kustomization.yaml: %w", err)
	}
	var all []*unstructured.Unstructured
	for _, file := range kustomization.Resources {
		objects, err := Manifests(filepath.Join(folder, file))
		if err != nil {
			return nil, err
		}
		all = append(all, objects...)
	}
	for _, c := range setting.changes() {
		if err := c.apply(all); err != nil {
			return nil, fmt.Errorf("change the samples: %w", err)
		}
	}
	return all, nil
}

// change is another value at a place of a sample.
type change struct {
	kind, name string
	// path leads through lists by the names of their entries.
	path  []string
	value any
}

// changes of the samples. The accounts are those that the simulated vendors know.
func (s Setting) changes() []change {
	twilio := []string{"spec", "handler", "telephony", "providers", "twilio"}
	vonage := []string{"spec", "handler", "telephony", "providers", "vonage"}
	ca := func(name string) any { return map[string]any{"name": name, "key": CAKey} }
	hook := func(provider []string, value any, path ...string) change {
		return change{"OktaInlineHook", "one-time-codes", append(provider[:len(provider):len(provider)], path...), value}
	}
	return []change{
		{"OktaOrg", "acme", []string{"spec", "url"}, s.OrgURL},
		{"OktaOrg", "acme", []string{"spec", "tls"}, map[string]any{"caSecretKeyRef": ca(OrgCA)}},
		{"Secret", "okta-api", []string{"stringData", "token"}, s.OrgToken},
		hook(twilio, ca(VendorsCA), "caSecretKeyRef"),
		hook(twilio, s.VendorsURL+"/twilio", "twilio", "baseURL"),
		hook(twilio, providertest.TwilioAccountSID, "twilio", "accountSID"),
		hook(twilio, providertest.TwilioKeySID, "twilio", "apiKey", "sid"),
		hook(twilio, providertest.TwilioSender, "twilio", "from"),
		{"Secret", "twilio", []string{"stringData", "secret"}, providertest.TwilioKeySecret},
		hook(vonage, ca(VendorsCA), "caSecretKeyRef"),
		hook(vonage, s.VendorsURL+"/vonage", "vonage", "baseURL"),
		hook(vonage, providertest.VonageAPIKey, "vonage", "apiKey"),
		{"Secret", "vonage", []string{"stringData", "secret"}, providertest.VonageAPISecret},
	}
}

func (c change) apply(objects []*unstructured.Unstructured) error {
	for _, object := range objects {
		if object.GetKind() == c.kind && object.GetName() == c.name {
			if err := setAt(object.Object, c.value, c.path); err != nil {
				return fmt.Errorf("%s %s: %w", c.kind, c.name, err)
			}
			return nil
		}
	}
	return fmt.Errorf("there is no %s %s", c.kind, c.name)
}

// setAt sets a member of nested objects, which must be there.
func setAt(object map[string]any, value any, path []string) error {
	for i, name := range path[:len(path)-1] {
		switch next := object[name].(type) {
		case map[string]any:
			object = next
		case []any:
			entry, err := named(next, path[i+1])
			if err != nil {
				return err
			}
			return setAt(entry, value, path[i+2:])
		default:
			return fmt.Errorf("%s is no object", name)
		}
	}
	object[path[len(path)-1]] = value
	return nil
}

// named is the entry of a list that has a name.
func named(list []any, name string) (map[string]any, error) {
	for _, entry := range list {
		if object, ok := entry.(map[string]any); ok && object["name"] == name {
			return object, nil
		}
	}
	return nil, fmt.Errorf("nothing is called %s", name)
}

// Manifests reads the objects of a file.
func Manifests(file string) ([]*unstructured.Unstructured, error) {
	content, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("read manifests: %w", err)
	}
	var all []*unstructured.Unstructured
	documents := yamlutil.NewYAMLReader(bufio.NewReader(bytes.NewReader(content)))
	for {
		document, err := documents.Read()
		if errors.Is(err, io.EOF) {
			return all, nil
		}
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", filepath.Base(file), err)
		}
		object := &unstructured.Unstructured{}
		if err := yaml.Unmarshal(document, &object.Object); err != nil {
			return nil, fmt.Errorf("read %s: %w", filepath.Base(file), err)
		}
		if len(object.Object) > 0 {
			all = append(all, object)
		}
	}
}
