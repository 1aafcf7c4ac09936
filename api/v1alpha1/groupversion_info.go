package v1alpha1

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

var (
	// GroupVersion is the group and version of every kind in this package.
	GroupVersion = schema.GroupVersion{Group: "hookline.dev", Version: "v1alpha1"}

	// schemeBuilder comes from apimachinery alone: the hook runtime shares these types and must not link
	// controller-runtime, which has a builder of its own.
	schemeBuilder = runtime.NewSchemeBuilder(addKnownTypes)

	// AddToScheme registers the kinds of this package.
	AddToScheme = schemeBuilder.AddToScheme
)

func addKnownTypes(scheme *runtime.Scheme) error {
	scheme.AddKnownTypes(GroupVersion,
		&OktaOrg{}, &OktaOrgList{},
		&OktaInlineHook{}, &OktaInlineHookList{},
	)
	metav1.AddToGroupVersion(scheme, GroupVersion)
	return nil
}
