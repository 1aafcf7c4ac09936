package workload

import (
	"k8s.io/apimachinery/pkg/util/intstr"
	appsv1ac "k8s.io/client-go/applyconfigurations/apps/v1"
	corev1ac "k8s.io/client-go/applyconfigurations/core/v1"
	metav1ac "k8s.io/client-go/applyconfigurations/meta/v1"
	networkingv1ac "k8s.io/client-go/applyconfigurations/networking/v1"
	policyv1ac "k8s.io/client-go/applyconfigurations/policy/v1"

	networkingv1 "k8s.io/api/networking/v1"
	policyv1 "k8s.io/api/policy/v1"

	"github.com/hookline/hookline/api/v1alpha1"
)

// Ports of the pods.
const (
	hookPort    = 8080 // where Okta's calls arrive
	adminPort   = 8081 // health, readiness, metrics
	servicePort = 80
)

// Input is all that the objects depend on.
type Input struct {
	// Hook is the resource itself.
	Hook *v1alpha1.OktaInlineHook
	// Path is where the runtime answers.
	Path string
	// Host is the public host name; Ingress says how it is made. Nil: no Ingress.
	Host    string
	Ingress *v1alpha1.IngressOptions
	// Config is the runtime's configuration file, ConfigVersion what the runtime calls it.
	Config        []byte
	ConfigVersion string
	// Credentials are the complete header values that the pods accept, by number; Credential is the
	// number they must know before they are ready. Pushed is kept beside them, as an annotation.
	Credentials map[int]string
	Credential  int
	DigestKey   []byte
	Pushed      string
	// SecretVersions are the resource versions of the Secrets that only the pods read. Another one is
	// another revision.
	SecretVersions map[string]string
	// Image of the runtime, unless the hook names one.
	Image string
	// Replicas of the Deployment. Nil leaves them to whoever sets them.
	Replicas *int32
}

// Objects are what a hook needs in the cluster. Ingress is nil when something else leads to the Service.
type Objects struct {
	ConfigMap   *corev1ac.ConfigMapApplyConfiguration
	Credentials *corev1ac.SecretApplyConfiguration
	Deployment  *appsv1ac.DeploymentApplyConfiguration
	Service     *corev1ac.ServiceApplyConfiguration
	Ingress     *networkingv1ac.IngressApplyConfiguration
	PDB         *policyv1ac.PodDisruptionBudgetApplyConfiguration
	// Revision is on every pod of the Deployment as AnnotationRevision.
	Revision string
}

// Build makes the objects of a hook. The same input makes the same objects.
func Build(in Input) Objects {
	revision := revisionOf(in)
	return Objects{
		ConfigMap:   configMap(in),
		Credentials: Credentials(in.Hook, in.Credentials, in.DigestKey, in.Pushed),
		Deployment:  deployment(in, revision),
		Service:     service(in),
		Ingress:     ingress(in),
		PDB:         disruptionBudget(in),
		Revision:    revision,
	}
}

func configMap(in Input) *corev1ac.ConfigMapApplyConfiguration {
	return corev1ac.ConfigMap(Name(in.Hook), in.Hook.Namespace).
		WithLabels(labels(in.Hook)).
		WithData(map[string]string{configFile: string(in.Config)})
}

// Credentials makes the Secret with the complete header values that the pods accept, by number.
func Credentials(hook *v1alpha1.OktaInlineHook, values map[int]string, digestKey []byte, pushed string) *corev1ac.SecretApplyConfiguration {
	data := map[string][]byte{DigestKey: digestKey}
	for number, value := range values {
		data[credentialFile(number)] = []byte(value)
	}
	secret := corev1ac.Secret(CredentialsName(hook), hook.Namespace).
		WithLabels(labels(hook)).
		WithData(data)
	if pushed != "" {
		secret.WithAnnotations(map[string]string{AnnotationPushed: pushed})
	}
	return secret
}

func service(in Input) *corev1ac.ServiceApplyConfiguration {
	return corev1ac.Service(Name(in.Hook), in.Hook.Namespace).
		WithLabels(labels(in.Hook)).
		WithSpec(corev1ac.ServiceSpec().
			WithSelector(Selector(in.Hook)).
			WithPorts(corev1ac.ServicePort().
				WithName("http").
				WithAppProtocol("http").
				WithPort(servicePort).
				WithTargetPort(intstr.FromString("hook"))))
}

func ingress(in Input) *networkingv1ac.IngressApplyConfiguration {
	if in.Ingress == nil {
		return nil
	}
	tls := networkingv1ac.IngressTLS().WithHosts(in.Host)
	if in.Ingress.TLSSecretName != "" {
		tls.WithSecretName(in.Ingress.TLSSecretName)
	}
	backend := networkingv1ac.IngressBackend().WithService(networkingv1ac.IngressServiceBackend().
		WithName(Name(in.Hook)).
		WithPort(networkingv1ac.ServiceBackendPort().WithName("http")))
	spec := networkingv1ac.IngressSpec().
		WithTLS(tls).
		WithRules(networkingv1ac.IngressRule().WithHost(in.Host).WithHTTP(networkingv1ac.HTTPIngressRuleValue().
			WithPaths(networkingv1ac.HTTPIngressPath().
				WithPath(in.Path).
				WithPathType(networkingv1.PathTypeExact).
				WithBackend(backend))))
	if in.Ingress.ClassName != "" {
		spec.WithIngressClassName(in.Ingress.ClassName)
	}
	object := networkingv1ac.Ingress(Name(in.Hook), in.Hook.Namespace).
		WithLabels(labels(in.Hook)).
		WithSpec(spec)
	if len(in.Ingress.Annotations) > 0 {
		object.WithAnnotations(in.Ingress.Annotations)
	}
	return object
}

// disruptionBudget lets one pod go at a time: with two or more, one always answers; with a single one
// a node can still be drained.
func disruptionBudget(in Input) *policyv1ac.PodDisruptionBudgetApplyConfiguration {
	return policyv1ac.PodDisruptionBudget(Name(in.Hook), in.Hook.Namespace).
		WithLabels(labels(in.Hook)).
		WithSpec(policyv1ac.PodDisruptionBudgetSpec().
			WithMaxUnavailable(intstr.FromInt32(1)).
			WithUnhealthyPodEvictionPolicy(policyv1.AlwaysAllow).
			WithSelector(metav1ac.LabelSelector().WithMatchLabels(Selector(in.Hook))))
}
