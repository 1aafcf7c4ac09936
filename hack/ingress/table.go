package ingress

import (
	"cmp"
	"crypto/tls"
	"fmt"
	"net"
	"slices"
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	networkingv1 "k8s.io/api/networking/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/utils/ptr"
)

// objects are what a table is made of.
type objects struct {
	ingresses []*networkingv1.Ingress
	services  []*corev1.Service
	slices    []*discoveryv1.EndpointSlice
	secrets   []*corev1.Secret
}

// table says where calls go, and which certificate a host has.
type table struct {
	routes       map[string][]route // by host, the most exact path first; "" is for every host
	certificates map[string]*tls.Certificate
}

// route leads the calls of one path to the endpoints that are ready.
type route struct {
	path      string
	exact     bool
	endpoints []string // host:port
	balance   *balance
}

// matches tells whether the route is for a path, as the Ingress API defines it: a prefix is one of whole
// path elements.
func (r *route) matches(path string) bool {
	if r.exact {
		return path == r.path
	}
	prefix := strings.TrimSuffix(r.path, "/")
	rest, ok := strings.CutPrefix(path, prefix)
	return ok && (rest == "" || rest[0] == '/')
}

// find is the route of a call; nil if there is none.
func (t *table) find(host, path string) *route {
	for _, name := range []string{strings.ToLower(host), ""} {
		routes := t.routes[name]
		if i := slices.IndexFunc(routes, func(r route) bool { return r.matches(path) }); i >= 0 {
			return &routes[i]
		}
	}
	return nil
}

// newTable makes the table of the Ingresses of one class. problems name what is skipped and why.
func newTable(class string, o objects, turns *turns) (t *table, problems []error) {
	t = &table{routes: map[string][]route{}, certificates: map[string]*tls.Certificate{}}
	// Of two Ingresses with the same host and path the older one has it.
	slices.SortFunc(o.ingresses, func(a, b *networkingv1.Ingress) int {
		return cmp.Or(a.CreationTimestamp.Compare(b.CreationTimestamp.Time), strings.Compare(a.Namespace+"/"+a.Name, b.Namespace+"/"+b.Name))
	})
	for _, ingress := range o.ingresses {
		if ptr.Deref(ingress.Spec.IngressClassName, "") != class {
			continue
		}
		problems = append(problems, t.addCertificates(ingress, o.secrets)...)
		for _, rule := range ingress.Spec.Rules {
			if rule.HTTP == nil {
				continue
			}
			for _, path := range rule.HTTP.Paths {
				endpoints, err := o.endpoints(ingress.Namespace, path.Backend.Service)
				if err != nil {
					problems = append(problems, fmt.Errorf("ingress %s/%s, path %s: %w", ingress.Namespace, ingress.Name, path.Path, err))
				}
				t.routes[rule.Host] = append(t.routes[rule.Host], route{
					path:      path.Path,
					exact:     ptr.Deref(path.PathType, "") == networkingv1.PathTypeExact,
					endpoints: endpoints,
					balance:   turns.of(rule.Host + path.Path),
				})
			}
		}
	}
	for _, routes := range t.routes {
		slices.SortStableFunc(routes, moreExact)
	}
	return t, problems
}

// moreExact orders as the Ingress API says: the longest path first, exact before prefix.
func moreExact(a, b route) int {
	if byLength := cmp.Compare(len(b.path), len(a.path)); byLength != 0 {
		return byLength
	}
	switch {
	case a.exact == b.exact:
		return 0
	case a.exact:
		return -1
	default:
		return 1
	}
}

func (t *table) addCertificates(ingress *networkingv1.Ingress, secrets []*corev1.Secret) (problems []error) {
	for _, entry := range ingress.Spec.TLS {
		if entry.SecretName == "" {
			continue
		}
		at := types.NamespacedName{Namespace: ingress.Namespace, Name: entry.SecretName}
		i := slices.IndexFunc(secrets, func(s *corev1.Secret) bool { return s.Namespace == at.Namespace && s.Name == at.Name })
		if i < 0 {
			problems = append(problems, fmt.Errorf("ingress %s/%s: there is no Secret %s of type kubernetes.io/tls", ingress.Namespace, ingress.Name, at))
			continue
		}
		certificate, err := tls.X509KeyPair(secrets[i].Data[corev1.TLSCertKey], secrets[i].Data[corev1.TLSPrivateKeyKey])
		if err != nil {
			problems = append(problems, fmt.Errorf("read the certificate in Secret %s: %w", at, err))
			continue
		}
		for _, host := range entry.Hosts {
			if t.certificates[host] == nil {
				t.certificates[host] = &certificate
			}
		}
	}
	return problems
}

// endpoints are the ready endpoints of a backend.
func (o objects) endpoints(namespace string, backend *networkingv1.IngressServiceBackend) ([]string, error) {
	if backend == nil {
		return nil, fmt.Errorf("the backend is no Service")
	}
	i := slices.IndexFunc(o.services, func(s *corev1.Service) bool { return s.Namespace == namespace && s.Name == backend.Name })
	if i < 0 {
		return nil, fmt.Errorf("there is no Service %s", backend.Name)
	}
	port := slices.IndexFunc(o.services[i].Spec.Ports, func(p corev1.ServicePort) bool {
		return p.Name == backend.Port.Name && backend.Port.Name != "" || p.Port == backend.Port.Number
	})
	if port < 0 {
		return nil, fmt.Errorf("the Service %s has no port %s%d", backend.Name, backend.Port.Name, backend.Port.Number)
	}
	var all []string
	for _, slice := range o.slices {
		if slice.Namespace == namespace && slice.Labels[discoveryv1.LabelServiceName] == backend.Name {
			all = append(all, readyIn(slice, o.services[i].Spec.Ports[port].Name)...)
		}
	}
	slices.Sort(all)
	return slices.Compact(all), nil // an endpoint may be in two slices for a moment
}

// readyIn are the ready endpoints of a slice. A condition that is not known counts as true.
func readyIn(slice *discoveryv1.EndpointSlice, portName string) []string {
	var all []string
	for _, port := range slice.Ports {
		if ptr.Deref(port.Name, "") != portName || port.Port == nil {
			continue
		}
		for _, endpoint := range slice.Endpoints {
			if ptr.Deref(endpoint.Conditions.Ready, true) && len(endpoint.Addresses) > 0 {
				all = append(all, net.JoinHostPort(endpoint.Addresses[0], strconv.Itoa(int(*port.Port))))
			}
		}
	}
	return all
}
