package main

import (
	"path/filepath"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/hookline/hookline/hack/stage"
)

// samples are the objects of config/samples for the simulators of the demo, and the Secrets that they speak of.
func (w *world) samples() ([]*unstructured.Unstructured, error) {
	objects, err := stage.Samples(filepath.Dir(w.sample("kustomization.yaml")), stage.Setting{
		OrgURL: w.okta.URL, OrgToken: w.okta.Token, VendorsURL: w.vendors.URL,
	})
	if err != nil {
		return nil, err
	}
	secrets := []*unstructured.Unstructured{
		secret(namespace, hookTLS, "kubernetes.io/tls", map[string][]byte{"tls.crt": w.trusted.chain, "tls.key": w.trusted.key}),
	}
	for name, file := range map[string]string{stage.OrgCA: w.okta.caFile, stage.VendorsCA: w.vendors.caFile} {
		ca, err := readFile(file)
		if err != nil {
			return nil, err
		}
		secrets = append(secrets, secret(namespace, name, "Opaque", map[string][]byte{stage.CAKey: ca}))
	}
	// The first object is the namespace.
	return append(append(objects[:1:1], secrets...), objects[1:]...), nil
}
