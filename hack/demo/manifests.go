package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	yamlutil "k8s.io/apimachinery/pkg/util/yaml"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/yaml"
)

// manifests reads the objects of a file.
func manifests(file string) ([]*unstructured.Unstructured, error) {
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

// apply does what kubectl apply --server-side does.
func apply(ctx context.Context, c client.Client, objects ...*unstructured.Unstructured) error {
	for _, object := range objects {
		err := c.Apply(ctx, client.ApplyConfigurationFromUnstructured(object), client.FieldOwner("kubectl"), client.ForceOwnership)
		if err != nil {
			return fmt.Errorf("apply %s %s: %w", object.GetKind(), object.GetName(), err)
		}
	}
	return nil
}

// find is the one object of a kind among others.
func find(objects []*unstructured.Unstructured, kind string) (*unstructured.Unstructured, error) {
	for _, object := range objects {
		if object.GetKind() == kind {
			return object, nil
		}
	}
	return nil, fmt.Errorf("the sample has no %s", kind)
}

// secret makes a Secret.
func secret(namespace, name, kind string, data map[string][]byte) *unstructured.Unstructured {
	values := map[string]any{}
	for key, value := range data {
		values[key] = string(value)
	}
	return &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "v1", "kind": "Secret", "type": kind,
		"metadata":   map[string]any{"name": name, "namespace": namespace},
		"stringData": values,
	}}
}
