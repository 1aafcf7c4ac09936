package v1alpha1

// SecretKeyReference names one key of a Secret in the namespace of the object that refers to it.
type SecretKeyReference struct {
	// name of the Secret.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=253
	// +kubebuilder:validation:XValidation:rule="!format.dns1123Subdomain().validate(self).hasValue()",message="name must be the name of a Secret: lower-case letters, digits, - and ., such as okta-api"
	Name string `json:"name"`

	// key within the Secret's data.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=253
	// +kubebuilder:validation:XValidation:rule="self.matches('^[-._a-zA-Z0-9]+$') && self != '.' && self != '..'",message="key must be a key of a Secret: letters, digits, -, _ and ., such as token"
	Key string `json:"key"`
}

// SecretValue is a value that is kept in a Secret.
type SecretValue struct {
	// secretKeyRef names the key of a Secret in the same namespace.
	// +required
	SecretKeyRef SecretKeyReference `json:"secretKeyRef"`
}

// SecretReference names a Secret in the namespace of the object that refers to it.
type SecretReference struct {
	// name of the Secret.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=253
	// +kubebuilder:validation:XValidation:rule="!format.dns1123Subdomain().validate(self).hasValue()",message="name must be the name of a Secret: lower-case letters, digits, - and ., such as hook-basic"
	Name string `json:"name"`
}

// IngressOptions say how the Ingress of a hook is made.
type IngressOptions struct {
	// className is the IngressClass. When unset, the cluster's default class.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=253
	// +kubebuilder:validation:XValidation:rule="!format.dns1123Subdomain().validate(self).hasValue()",message="className must be the name of an IngressClass: lower-case letters, digits, - and ., such as nginx"
	ClassName string `json:"className,omitempty"`

	// tlsSecretName names the Secret with the certificate of the host, in the namespace of the hook.
	// Okta calls over https only and must trust the certificate. When unset, the Ingress controller's
	// own certificate is used.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=253
	// +kubebuilder:validation:XValidation:rule="!format.dns1123Subdomain().validate(self).hasValue()",message="tlsSecretName must be the name of a Secret: lower-case letters, digits, - and ., such as hooks-tls"
	TLSSecretName string `json:"tlsSecretName,omitempty"`

	// annotations of the Ingress, such as cert-manager.io/cluster-issuer.
	// +optional
	// +kubebuilder:validation:MaxProperties=32
	Annotations map[string]string `json:"annotations,omitempty"`
}
