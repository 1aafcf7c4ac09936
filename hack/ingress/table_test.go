package ingress

import (
	"slices"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"
)

// TestFind leads to the Service "web" at 10.0.0.1:8080 or to "other" at 10.0.0.1:9090.
func TestFind(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		ingresses  []*networkingv1.Ingress
		host, path string
		want       string // the endpoint; empty: no route
	}{
		"an exact path is found":                   {[]*networkingv1.Ingress{anIngress("a", "/x/y")}, "hooks.example", "/x/y", "10.0.0.1:8080"},
		"a host is found in any case":              {[]*networkingv1.Ingress{anIngress("a", "/x")}, "Hooks.Example", "/x", "10.0.0.1:8080"},
		"another host is not":                      {[]*networkingv1.Ingress{anIngress("a", "/x")}, "other.example", "/x", ""},
		"below an exact path is nothing":           {[]*networkingv1.Ingress{anIngress("a", "/x")}, "hooks.example", "/x/y", ""},
		"a trailing slash is another exact path":   {[]*networkingv1.Ingress{anIngress("a", "/x")}, "hooks.example", "/x/", ""},
		"a prefix has what is below it":            {[]*networkingv1.Ingress{anIngress("a", "/x", prefix)}, "hooks.example", "/x/y", "10.0.0.1:8080"},
		"a prefix has itself":                      {[]*networkingv1.Ingress{anIngress("a", "/x/", prefix)}, "hooks.example", "/x", "10.0.0.1:8080"},
		"a prefix is of whole elements":            {[]*networkingv1.Ingress{anIngress("a", "/x", prefix)}, "hooks.example", "/xy", ""},
		"the root prefix has everything":           {[]*networkingv1.Ingress{anIngress("a", "/", prefix)}, "hooks.example", "/x", "10.0.0.1:8080"},
		"exact goes before a prefix":               {[]*networkingv1.Ingress{anIngress("a", "/x", prefix), anIngress("b", "/x", toService("other"))}, "hooks.example", "/x", "10.0.0.1:9090"},
		"the longer prefix goes first":             {[]*networkingv1.Ingress{anIngress("a", "/", prefix), anIngress("b", "/x", prefix, toService("other"))}, "hooks.example", "/x/y", "10.0.0.1:9090"},
		"another class is not served":              {[]*networkingv1.Ingress{anIngress("a", "/x", func(i *networkingv1.Ingress) { i.Spec.IngressClassName = ptr.To("nginx") })}, "hooks.example", "/x", ""},
		"no class is not served":                   {[]*networkingv1.Ingress{anIngress("a", "/x", func(i *networkingv1.Ingress) { i.Spec.IngressClassName = nil })}, "hooks.example", "/x", ""},
		"a rule without host is for every host":    {[]*networkingv1.Ingress{anIngress("a", "/x", func(i *networkingv1.Ingress) { i.Spec.Rules[0].Host = "" })}, "any.example", "/x", "10.0.0.1:8080"},
		"a Service port may be given by number":    {[]*networkingv1.Ingress{anIngress("a", "/x", byNumber(80))}, "hooks.example", "/x", "10.0.0.1:8080"},
		"of two with the same path the older wins": {[]*networkingv1.Ingress{anIngress("a", "/x", aged(1)), anIngress("b", "/x", toService("other"), aged(2))}, "hooks.example", "/x", "10.0.0.1:9090"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			table, problems := newTable(class, objects{
				ingresses: c.ingresses,
				services:  []*corev1.Service{aService("web"), aService("other")},
				slices:    []*discoveryv1.EndpointSlice{aSlice("web", 8080, nil), aSlice("other", 9090, nil)},
			}, &turns{})
			if len(problems) > 0 {
				t.Errorf("problems: %v", problems)
			}
			got := ""
			if found := table.find(c.host, c.path); found != nil {
				got = strings.Join(found.endpoints, " ")
			}
			if got != c.want {
				t.Errorf("endpoints %q, want %q", got, c.want)
			}
		})
	}
}

func byNumber(port int32) func(*networkingv1.Ingress) {
	return func(i *networkingv1.Ingress) {
		i.Spec.Rules[0].HTTP.Paths[0].Backend.Service.Port = networkingv1.ServiceBackendPort{Number: port}
	}
}

func aged(hours int) func(*networkingv1.Ingress) {
	return func(i *networkingv1.Ingress) {
		i.CreationTimestamp = metav1.NewTime(time.Date(2026, 1, 1, 12-hours, 0, 0, 0, time.UTC))
	}
}

func TestEndpointsThatAreNotReadyGetNoCalls(t *testing.T) {
	t.Parallel()
	o := objects{
		services: []*corev1.Service{aService("web")},
		slices:   []*discoveryv1.EndpointSlice{aSlice("web", 8080, ptr.To(true), ptr.To(false), nil), aSlice("other", 8080, ptr.To(true))},
	}
	got, err := o.endpoints("ns", &networkingv1.IngressServiceBackend{Name: "web", Port: networkingv1.ServiceBackendPort{Name: "http"}})
	if want := []string{"10.0.0.1:8080", "10.0.0.3:8080"}; err != nil || !slices.Equal(got, want) {
		t.Errorf("endpoints %v, %v; want %v", got, err, want)
	}
}

func TestWhatCanNotBeServedIsNamed(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		ingress *networkingv1.Ingress
		secrets []*corev1.Secret
		want    string
	}{
		"a Service that is not there": {anIngress("a", "/x", toService("gone")), nil,
			"ingress ns/a, path /x: there is no Service gone"},
		"a port that the Service does not have": {anIngress("a", "/x", byNumber(81)), nil,
			"ingress ns/a, path /x: the Service web has no port 81"},
		"a Secret that is not there": {anIngress("a", "/x", withTLS("cert")), nil,
			"ingress ns/a: there is no Secret ns/cert of type kubernetes.io/tls"},
		"a Secret without a certificate": {anIngress("a", "/x", withTLS("cert")),
			[]*corev1.Secret{{ObjectMeta: metav1.ObjectMeta{Name: "cert", Namespace: "ns"}}},
			"read the certificate in Secret ns/cert: "},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, problems := newTable(class, objects{
				ingresses: []*networkingv1.Ingress{c.ingress},
				services:  []*corev1.Service{aService("web")},
				secrets:   c.secrets,
			}, &turns{})
			if len(problems) != 1 || !strings.HasPrefix(problems[0].Error(), c.want) {
				t.Errorf("problems %v, want %q", problems, c.want)
			}
		})
	}
}
