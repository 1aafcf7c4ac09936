package main

import (
	"context"
	"fmt"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

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
