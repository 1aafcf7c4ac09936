package v1alpha1

import (
	corev1 "k8s.io/api/core/v1"
)

// Runtime says how the service that answers runs in the cluster.
type Runtime struct {
	// replicas of the service. When unset, 2, or whatever an autoscaler sets.
	// +optional
	// +kubebuilder:validation:Minimum=1
	// +kubebuilder:validation:Maximum=100
	Replicas *int32 `json:"replicas,omitempty"`

	// image of the hook runtime. When unset, the one that came with the manager.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=512
	Image string `json:"image,omitempty"`

	// imagePullSecrets for the image.
	// +optional
	// +listType=map
	// +listMapKey=name
	// +kubebuilder:validation:MaxItems=8
	ImagePullSecrets []corev1.LocalObjectReference `json:"imagePullSecrets,omitempty"`

	// resources of the container. When unset, requests of 50m CPU and 64Mi memory, and a memory limit of
	// 512Mi.
	// +optional
	Resources *corev1.ResourceRequirements `json:"resources,omitempty"`

	// nodeSelector of the pods.
	// +optional
	// +kubebuilder:validation:MaxProperties=32
	NodeSelector map[string]string `json:"nodeSelector,omitempty"`

	// tolerations of the pods.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=32
	Tolerations []corev1.Toleration `json:"tolerations,omitempty"`

	// affinity of the pods.
	// +optional
	Affinity *corev1.Affinity `json:"affinity,omitempty"`

	// topologySpreadConstraints of the pods. When unset, they are spread over nodes and zones as well as
	// possible.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=8
	TopologySpreadConstraints []corev1.TopologySpreadConstraint `json:"topologySpreadConstraints,omitempty"`

	// serviceAccountName of the pods. They get no token in any case.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=253
	// +kubebuilder:validation:XValidation:rule="!format.dns1123Subdomain().validate(self).hasValue()",message="serviceAccountName must be the name of a ServiceAccount: lower-case letters, digits, - and ., such as hooks"
	ServiceAccountName string `json:"serviceAccountName,omitempty"`

	// podLabels are added to the pods' own.
	// +optional
	// +kubebuilder:validation:MaxProperties=32
	// +kubebuilder:validation:XValidation:rule="!self.exists(key, key.startsWith('hookline.dev/') || key.startsWith('app.kubernetes.io/'))",message="podLabels can't set hookline.dev/ or app.kubernetes.io/ labels: the pods are found by them; write other keys"
	PodLabels map[string]string `json:"podLabels,omitempty"`

	// podAnnotations are added to the pods' own.
	// +optional
	// +kubebuilder:validation:MaxProperties=32
	// +kubebuilder:validation:XValidation:rule="!self.exists(key, key.startsWith('hookline.dev/'))",message="podAnnotations can't set hookline.dev/ annotations; write other keys"
	PodAnnotations map[string]string `json:"podAnnotations,omitempty"`
}
