package v1alpha1_test

import (
	"os"
	"slices"
	"testing"

	"sigs.k8s.io/yaml"
)

// node is one place of a CRD's schema, with what these tests look at.
type node struct {
	Type                 string           `json:"type"`
	Description          string           `json:"description"`
	Format               string           `json:"format"`
	Properties           map[string]*node `json:"properties"`
	AdditionalProperties *node            `json:"additionalProperties"`
	Items                *node            `json:"items"`
	Required             []string         `json:"required"`
	Enum                 []any            `json:"enum"`
	Minimum              *float64         `json:"minimum"`
	Maximum              *float64         `json:"maximum"`
	MinLength            *int             `json:"minLength"`
	MaxLength            *int             `json:"maxLength"`
	MinItems             *int             `json:"minItems"`
	MaxItems             *int             `json:"maxItems"`
	MinProperties        *int             `json:"minProperties"`
	MaxProperties        *int             `json:"maxProperties"`
	Rules                []schemaRule     `json:"x-kubernetes-validations"`
}

// schemaRule is a CEL rule.
type schemaRule struct {
	Rule    string `json:"rule"`
	Message string `json:"message"`
}

// schemaOf is the schema of one of our kinds, as it is installed.
func schemaOf(t *testing.T, kind string) *node {
	t.Helper()
	// The file is read here and not only by the API server that was started for all tests, because go test
	// reuses a result while the files that tests themselves have read are the same.
	data, err := os.ReadFile("../../config/crd/bases/hookline.dev_" + plurals[kind] + ".yaml")
	if err != nil {
		t.Fatal(err)
	}
	var crd struct {
		Spec struct {
			Versions []struct {
				Schema struct {
					Root *node `json:"openAPIV3Schema"`
				} `json:"schema"`
			} `json:"versions"`
		} `json:"spec"`
	}
	if err := yaml.Unmarshal(data, &crd); err != nil {
		t.Fatal(err)
	}
	if len(crd.Spec.Versions) != 1 {
		t.Fatalf("the CRD of %s has %d versions; these tests know of one", kind, len(crd.Spec.Versions))
	}
	return crd.Spec.Versions[0].Schema.Root
}

// borrowed are fields with types of Kubernetes' own, which we neither bound nor document in detail.
var borrowed = []string{
	"spec.allowedNamespaces.selector",
	"spec.runtime.affinity",
	"spec.runtime.imagePullSecrets[]",
	"spec.runtime.resources",
	"spec.runtime.tolerations[]",
	"spec.runtime.topologySpreadConstraints[]",
	"status.conditions[]",
}

// walk visits every place below at, parents first, with paths such as spec.handler.registration.rules[].name. The
// values of mappings with free names end in [*].
func (n *node) walk(at string, visit func(path string, n *node)) {
	if at != "" {
		visit(at, n)
	}
	if slices.Contains(borrowed, at) {
		return
	}
	if n.Items != nil {
		n.Items.walk(at+"[]", visit)
	}
	if n.AdditionalProperties != nil {
		n.AdditionalProperties.walk(at+"[*]", visit)
	}
	for name, member := range n.Properties {
		if at != "" {
			name = at + "." + name
		}
		member.walk(name, visit)
	}
}
