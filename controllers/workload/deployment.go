package workload

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	"k8s.io/apimachinery/pkg/util/intstr"
	appsv1ac "k8s.io/client-go/applyconfigurations/apps/v1"
	corev1ac "k8s.io/client-go/applyconfigurations/core/v1"
	metav1ac "k8s.io/client-go/applyconfigurations/meta/v1"
	"k8s.io/utils/ptr"

	"github.com/hookline/hookline/api/v1alpha1"
)

const (
	// DefaultReplicas when the hook and no autoscaler says otherwise: a node can go without a failed call.
	DefaultReplicas = 2

	configFile     = "hook.yaml"
	configDir      = "/etc/hookline/config"
	secretsDir     = "/etc/hookline/secrets"
	credentialsDir = "/etc/hookline/credentials"

	// nonRoot is the user of the runtime's image.
	nonRoot = 65532

	// terminationGrace is longer than the runtime's drain (5 s of answering on, then 10 s at most).
	terminationGrace = 30

	// progressDeadline is when a rollout that does not come on is called stuck. The runtime starts in a
	// tenth of a second; what takes longer is the image.
	progressDeadline = 120
)

func credentialFile(number int) string { return strconv.Itoa(number) }

func deployment(in Input, revision string) *appsv1ac.DeploymentApplyConfiguration {
	spec := appsv1ac.DeploymentSpec().
		WithSelector(metav1ac.LabelSelector().WithMatchLabels(Selector(in.Hook))).
		WithProgressDeadlineSeconds(progressDeadline).
		WithStrategy(appsv1ac.DeploymentStrategy().
			WithType(appsv1.RollingUpdateDeploymentStrategyType).
			WithRollingUpdate(appsv1ac.RollingUpdateDeployment().
				WithMaxUnavailable(intstr.FromInt32(0)).
				WithMaxSurge(intstr.FromInt32(1)))).
		WithTemplate(podTemplate(in).WithAnnotations(map[string]string{AnnotationRevision: revision}))
	spec.Replicas = in.Replicas
	return appsv1ac.Deployment(Name(in.Hook), in.Hook.Namespace).
		WithLabels(labels(in.Hook)).
		WithSpec(spec)
}

// revisionOf digests the pod template, and the versions of what it mounts but does not show.
func revisionOf(in Input) string {
	template, err := json.Marshal(podTemplate(in))
	if err != nil {
		panic(fmt.Sprintf("encode the pod template of %s/%s: %v", in.Hook.Namespace, in.Hook.Name, err)) // plain data always encodes
	}
	digest := sha256.New()
	digest.Write(template)
	for _, name := range slices.Sorted(maps.Keys(in.SecretVersions)) {
		_, _ = fmt.Fprintf(digest, "\n%s=%s", name, in.SecretVersions[name])
	}
	return hex.EncodeToString(digest.Sum(nil))[:16]
}

func podTemplate(in Input) *corev1ac.PodTemplateSpecApplyConfiguration {
	knobs := ptr.Deref(in.Hook.Spec.Runtime, v1alpha1.Runtime{})
	spec := corev1ac.PodSpec().
		WithAutomountServiceAccountToken(false).
		WithEnableServiceLinks(false).
		WithTerminationGracePeriodSeconds(terminationGrace).
		WithSecurityContext(corev1ac.PodSecurityContext().
			WithRunAsNonRoot(true).
			WithRunAsUser(nonRoot).
			WithRunAsGroup(nonRoot).
			WithFSGroup(nonRoot).
			WithSeccompProfile(corev1ac.SeccompProfile().WithType(corev1.SeccompProfileTypeRuntimeDefault))).
		WithContainers(container(in, knobs)).
		WithVolumes(volumes(in)...)
	schedule(spec, in, knobs)
	template := corev1ac.PodTemplateSpec().
		WithLabels(merged(knobs.PodLabels, labels(in.Hook))).
		WithSpec(spec)
	if len(knobs.PodAnnotations) > 0 {
		template.WithAnnotations(knobs.PodAnnotations)
	}
	return template
}

// schedule adds where the pods run and as whom.
func schedule(spec *corev1ac.PodSpecApplyConfiguration, in Input, knobs v1alpha1.Runtime) {
	if knobs.ServiceAccountName != "" {
		spec.WithServiceAccountName(knobs.ServiceAccountName)
	}
	for _, secret := range knobs.ImagePullSecrets {
		spec.WithImagePullSecrets(corev1ac.LocalObjectReference().WithName(secret.Name))
	}
	if len(knobs.NodeSelector) > 0 {
		spec.WithNodeSelector(knobs.NodeSelector)
	}
	spec.Tolerations = converted[[]corev1ac.TolerationApplyConfiguration](knobs.Tolerations)
	spec.Affinity = converted[*corev1ac.AffinityApplyConfiguration](knobs.Affinity)
	spec.TopologySpreadConstraints = converted[[]corev1ac.TopologySpreadConstraintApplyConfiguration](knobs.TopologySpreadConstraints)
	if len(knobs.TopologySpreadConstraints) == 0 {
		spec.WithTopologySpreadConstraints(
			spread("kubernetes.io/hostname", in.Hook),
			spread("topology.kubernetes.io/zone", in.Hook))
	}
}

// spread is a wish, not a condition: on a single node the pods must run all the same.
func spread(topologyKey string, hook *v1alpha1.OktaInlineHook) *corev1ac.TopologySpreadConstraintApplyConfiguration {
	return corev1ac.TopologySpreadConstraint().
		WithMaxSkew(1).
		WithTopologyKey(topologyKey).
		WithWhenUnsatisfiable(corev1.ScheduleAnyway).
		WithLabelSelector(metav1ac.LabelSelector().WithMatchLabels(Selector(hook)))
}

func container(in Input, knobs v1alpha1.Runtime) *corev1ac.ContainerApplyConfiguration {
	image := in.Image
	if knobs.Image != "" {
		image = knobs.Image
	}
	return corev1ac.Container().
		WithName("hook-runtime").
		WithImage(image).
		WithArgs(
			"--config="+configDir+"/"+configFile,
			"--secrets="+secretsDir,
			"--credentials="+credentialsDir,
			"--expect-config="+in.ConfigVersion,
			"--expect-credential="+strconv.Itoa(in.Credential)).
		WithPorts(
			corev1ac.ContainerPort().WithName("hook").WithContainerPort(hookPort),
			corev1ac.ContainerPort().WithName("admin").WithContainerPort(adminPort)).
		WithEnv(memoryLimit()).
		WithResources(resources(knobs)).
		WithStartupProbe(probe("/healthz").WithPeriodSeconds(1).WithFailureThreshold(60)).
		WithReadinessProbe(probe("/readyz").WithPeriodSeconds(5)).
		WithLivenessProbe(probe("/healthz").WithPeriodSeconds(10).WithFailureThreshold(6)).
		// What the runtime says when it can't start is shown in the hook's status.
		WithTerminationMessagePolicy(corev1.TerminationMessageFallbackToLogsOnError).
		WithSecurityContext(corev1ac.SecurityContext().
			WithAllowPrivilegeEscalation(false).
			WithReadOnlyRootFilesystem(true).
			WithCapabilities(corev1ac.Capabilities().WithDrop("ALL"))).
		WithVolumeMounts(mounts(in)...)
}

// memoryLimit tells Go's garbage collector of the container's limit: it collects harder instead of
// being killed.
func memoryLimit() *corev1ac.EnvVarApplyConfiguration {
	return corev1ac.EnvVar().WithName("GOMEMLIMIT").WithValueFrom(corev1ac.EnvVarSource().
		WithResourceFieldRef(corev1ac.ResourceFieldSelector().WithResource("limits.memory").WithDivisor(resource.MustParse("1"))))
}

// resources leave room for what digests of passwords take: argon2 and its like up to 256Mi, which the
// runtime bounds, on top of what it needs itself.
func resources(knobs v1alpha1.Runtime) *corev1ac.ResourceRequirementsApplyConfiguration {
	if knobs.Resources != nil {
		return converted[*corev1ac.ResourceRequirementsApplyConfiguration](knobs.Resources)
	}
	return corev1ac.ResourceRequirements().
		WithRequests(corev1.ResourceList{
			corev1.ResourceCPU:    resource.MustParse("50m"),
			corev1.ResourceMemory: resource.MustParse("64Mi"),
		}).
		WithLimits(corev1.ResourceList{corev1.ResourceMemory: resource.MustParse("512Mi")})
}

func probe(path string) *corev1ac.ProbeApplyConfiguration {
	return corev1ac.Probe().
		WithHTTPGet(corev1ac.HTTPGetAction().WithPath(path).WithPort(intstr.FromString("admin"))).
		WithTimeoutSeconds(2)
}

func volumes(in Input) []*corev1ac.VolumeApplyConfiguration {
	all := []*corev1ac.VolumeApplyConfiguration{
		corev1ac.Volume().WithName("config").WithConfigMap(corev1ac.ConfigMapVolumeSource().WithName(Name(in.Hook))),
		corev1ac.Volume().WithName("credentials").WithSecret(corev1ac.SecretVolumeSource().
			WithSecretName(CredentialsName(in.Hook)).WithDefaultMode(0o440)),
	}
	for i, mount := range podSecrets(in.Hook) {
		source := corev1ac.SecretVolumeSource().
			WithSecretName(mount.name).
			WithDefaultMode(0o440).
			// A key that is missing must not keep the pod from starting: the runtime says which field wants
			// it, a pod that waits for a volume says nothing that shows in its status.
			WithOptional(true)
		for _, key := range mount.keys {
			source.WithItems(corev1ac.KeyToPath().WithKey(key).WithPath(key))
		}
		all = append(all, corev1ac.Volume().WithName(secretVolume(i)).WithSecret(source))
	}
	return all
}

func mounts(in Input) []*corev1ac.VolumeMountApplyConfiguration {
	all := []*corev1ac.VolumeMountApplyConfiguration{
		corev1ac.VolumeMount().WithName("config").WithMountPath(configDir).WithReadOnly(true),
		corev1ac.VolumeMount().WithName("credentials").WithMountPath(credentialsDir).WithReadOnly(true),
	}
	for i, mount := range podSecrets(in.Hook) {
		all = append(all, corev1ac.VolumeMount().
			WithName(secretVolume(i)).WithMountPath(secretsDir+"/"+mount.name).WithReadOnly(true))
	}
	return all
}

func secretVolume(i int) string { return "secret-" + strconv.Itoa(i) }

// podSecret is a Secret that the pods read, and the keys of it that they need.
type podSecret struct {
	name string
	keys []string
}

func podSecrets(hook *v1alpha1.OktaInlineHook) []podSecret {
	keys := map[string][]string{}
	for _, ref := range hook.Spec.Handler.SecretKeyRefs() {
		if !slices.Contains(keys[ref.Name], ref.Key) {
			keys[ref.Name] = append(keys[ref.Name], ref.Key)
		}
	}
	var all []podSecret
	for _, name := range slices.Sorted(maps.Keys(keys)) {
		all = append(all, podSecret{name: name, keys: slices.Sorted(slices.Values(keys[name]))})
	}
	return all
}

// converted turns a type of the API into its apply configuration: the two have the same JSON.
func converted[To, From any](from From) To {
	var to To
	encoded, err := json.Marshal(from)
	if err == nil {
		err = json.Unmarshal(encoded, &to)
	}
	if err != nil {
		panic(fmt.Sprintf("convert %T to %T: %v", from, to, err)) // both come from one schema
	}
	return to
}
