package workload

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"
	"sigs.k8s.io/yaml"

	"github.com/hookline/hookline/api/v1alpha1"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// input is a whole input with changes.
func input(changes ...func(*Input)) Input {
	in := Input{
		Hook: &v1alpha1.OktaInlineHook{
			ObjectMeta: metav1.ObjectMeta{Namespace: "identity", Name: "legacy", UID: "uid"},
			Spec: v1alpha1.OktaInlineHookSpec{Handler: v1alpha1.Handler{PasswordImport: &v1alpha1.PasswordImportHandler{
				UserStore: v1alpha1.UserStore{Static: &v1alpha1.StaticUserStore{SecretKeyRef: v1alpha1.SecretKeyReference{Name: "legacy-users", Key: "htpasswd"}}}}}},
		},
		Path: "/identity/legacy", Host: "hooks.example.com",
		Ingress: &v1alpha1.IngressOptions{ClassName: "nginx", TLSSecretName: "hooks-tls", Annotations: map[string]string{"a": "b"}},
		Config:  []byte("type: PasswordImport\n"), ConfigVersion: "c0ffee",
		Credentials: map[int]string{1: "Bearer old", 2: "Bearer new"}, Credential: 2, DigestKey: []byte("key"), Pushed: "{}",
		SecretVersions: map[string]string{"legacy-users": "42"}, Image: "hookline/hook-runtime:test", Replicas: ptr.To[int32](2),
	}
	for _, change := range changes {
		change(&in)
	}
	return in
}

func TestBuild(t *testing.T) {
	t.Parallel()
	for name, in := range map[string]Input{
		"defaults": input(),
		"every-knob": input(func(in *Input) {
			in.Replicas = nil
			in.Hook.Spec.Runtime = &v1alpha1.Runtime{
				Image: "registry.example/hook-runtime:v9", ImagePullSecrets: []corev1.LocalObjectReference{{Name: "pull"}},
				Resources:                 &corev1.ResourceRequirements{Limits: corev1.ResourceList{"cpu": resource.MustParse("1")}},
				NodeSelector:              map[string]string{"disk": "ssd"},
				Tolerations:               []corev1.Toleration{{Key: "dedicated", Operator: corev1.TolerationOpExists}},
				Affinity:                  &corev1.Affinity{NodeAffinity: &corev1.NodeAffinity{RequiredDuringSchedulingIgnoredDuringExecution: &corev1.NodeSelector{NodeSelectorTerms: []corev1.NodeSelectorTerm{{MatchExpressions: []corev1.NodeSelectorRequirement{{Key: "arch", Operator: corev1.NodeSelectorOpIn, Values: []string{"amd64"}}}}}}}},
				TopologySpreadConstraints: []corev1.TopologySpreadConstraint{{MaxSkew: 2, TopologyKey: "rack", WhenUnsatisfiable: corev1.DoNotSchedule}},
				ServiceAccountName:        "runner", PodLabels: map[string]string{"team": "identity"}, PodAnnotations: map[string]string{"mesh": "on"},
			}
		}),
		"no-ingress": input(func(in *Input) { in.Ingress, in.Host = nil, "" }),
		"sql-store": input(func(in *Input) {
			in.Hook.Spec.Handler.PasswordImport.UserStore = v1alpha1.UserStore{SQL: &v1alpha1.SQLUserStore{
				DSN: v1alpha1.SecretValue{SecretKeyRef: v1alpha1.SecretKeyReference{Name: "legacy-db", Key: "dsn"}}}}
		}),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			golden(t, name+".yaml", render(t, Build(in)))
		})
	}
}

// render is the objects as a person would write them. Secret values are base64 in it, as always.
func render(t *testing.T, o Objects) string {
	t.Helper()
	objects := []any{o.ConfigMap, o.Credentials, o.Service, o.Deployment, o.PDB}
	if o.Ingress != nil {
		objects = append(objects, o.Ingress)
	}
	var all []string
	for _, object := range objects {
		encoded, err := yaml.Marshal(object)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, string(encoded))
	}
	return strings.Join(all, "---\n")
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got; -update rewrites):\n%s", path, diff)
	}
}

func TestRevision(t *testing.T) {
	t.Parallel()
	base := Build(input()).Revision
	for name, c := range map[string]struct {
		change func(*Input)
		same   bool
	}{
		"the same input is the same revision":           {change: func(*Input) {}, same: true},
		"another number of replicas is the same":        {change: func(in *Input) { in.Replicas = ptr.To[int32](5) }, same: true},
		"an old credential that goes is the same":       {change: func(in *Input) { delete(in.Credentials, 1) }, same: true},
		"another path of the Ingress alone is the same": {change: func(in *Input) { in.Host = "other.example.com" }, same: true},
		"another configuration is another":              {change: func(in *Input) { in.ConfigVersion = "decaf" }},
		"another credential to know is another":         {change: func(in *Input) { in.Credential = 3 }},
		"another version of a store's Secret is another": {change: func(in *Input) {
			in.SecretVersions = map[string]string{"legacy-users": "43"}
		}},
		"another image is another": {change: func(in *Input) { in.Image = "x" }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if same := Build(input(c.change)).Revision == base; same != c.same {
				t.Errorf("same revision: %v", same)
			}
		})
	}
}
