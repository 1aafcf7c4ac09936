package v1alpha1_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
)

// fullOrg and fullHooks have every field of the spec, between them.
const fullOrg = `
apiVersion: hookline.dev/v1alpha1
kind: OktaOrg
metadata: {name: full, namespace: default}
spec:
  url: https://acme.okta.com
  credentials: {apiToken: {secretKeyRef: {name: okta-api, key: token}}}
  tls: {caSecretKeyRef: {name: okta-ca, key: ca.crt}}
  allowedNamespaces: {from: Selector, selector: {matchLabels: {team: identity}}}
  hookEndpoint:
    host: hooks.acme.example
    ingress: {className: nginx, tlsSecretName: hooks-tls, annotations: {cert-manager.io/cluster-issuer: letsencrypt}}
`

var fullHooks = []string{`
apiVersion: hookline.dev/v1alpha1
kind: OktaInlineHook
metadata: {name: full-registration, namespace: default}
spec:
  orgRef: {name: acme, namespace: identity}
  displayName: Sign-up
  type: Registration
  state: Inactive
  handler:
    registration:
      allowedEmailDomains: [example.com]
      rules:
      - name: partner
        requestTypes: [SelfService]
        when: user.email.endsWith('@partner.example')
        allow: {}
        profile: {userType: "'partner'"}
      - name: others
        deny: {summary: Not today., reason: NOT_TODAY, location: data.userProfile.email}
      default: Deny
      message: Use your work address.
  endpoint:
    ingress: {host: hooks.acme.example, className: nginx, tlsSecretName: hooks-tls, annotations: {cert-manager.io/cluster-issuer: letsencrypt}}
    path: /identity/sign-up
  authentication: {header: {name: X-Hook-Secret}, rotation: {interval: 24h}}
  runtime:
    replicas: 3
    image: registry.example/hook-runtime:v1
    imagePullSecrets: [{name: registry}]
    resources: {requests: {cpu: 100m}}
    nodeSelector: {kubernetes.io/os: linux}
    tolerations: [{key: hooks, operator: Exists}]
    affinity: {nodeAffinity: {}}
    topologySpreadConstraints: [{maxSkew: 1, topologyKey: kubernetes.io/hostname, whenUnsatisfiable: DoNotSchedule}]
    serviceAccountName: hooks
    podLabels: {team: identity}
    podAnnotations: {prometheus.io/scrape: "true"}
  verification: None
  adoption: {policy: ByID, id: cal1}
  deletionPolicy: Retain
  interval: 1h
  suspend: true
`, `
apiVersion: hookline.dev/v1alpha1
kind: OktaInlineHook
metadata: {name: full-sql, namespace: default}
spec:
  orgRef: {name: acme}
  type: PasswordImport
  handler:
    passwordImport:
      userStore:
        sql:
          driver: postgres
          dsn: {secretKeyRef: {name: legacy-db, key: dsn}}
          query: SELECT password_hash, salt FROM users WHERE lower(email) = lower($1)
          digest: {format: SHA256, saltColumn: salt, saltOrder: Prefix, encoding: Hex}
      username: request.data.context.credential.username.lowerAscii()
      timeout: 1500ms
  endpoint: {url: https://hooks.acme.example/a, path: /b}
  authentication: {basic: {secretRef: {name: hook-basic}}}
`, `
apiVersion: hookline.dev/v1alpha1
kind: OktaInlineHook
metadata: {name: full-static, namespace: default}
spec:
  orgRef: {name: acme}
  type: PasswordImport
  handler: {passwordImport: {userStore: {static: {secretKeyRef: {name: legacy-users, key: htpasswd}}}}}
  authentication: {header: {secretKeyRef: {name: hook-secret, key: value}}}
`, smallExternalHook, fullTelephonyHook, fullTokenHook, fullSAMLHook, fullUserImportHook}

// violation is one way to break a bound of the schema.
type violation struct {
	name  string
	path  []string
	value any
	drop  bool
	wants string // what the API server says of it
}

// TestEveryBoundHolds breaks each bound that the schemas have, one after the other, in manifests that have
// every field. It fails on a field that is in none of them.
func TestEveryBoundHolds(t *testing.T) {
	t.Parallel()
	for kind, manifests := range map[string][]string{"OktaOrg": {fullOrg}, "OktaInlineHook": fullHooks} {
		schema := schemaOf(t, kind).Properties["spec"]
		missing := map[string]bool{}
		schema.walk("spec", func(path string, _ *node) { missing[path] = true })
		for _, manifest := range manifests {
			o := changed(t, manifest)
			name := kind + " " + o["metadata"].(map[string]any)["name"].(string)
			t.Run(name+" is taken as it is", func(t *testing.T) {
				t.Parallel()
				if says := dryRun(t, manifest); says != "" {
					t.Errorf("refused: %s", says)
				}
			})
			var all []violation
			visitValues(schema, []string{"spec"}, "spec", o["spec"], func(place string, path []string, n *node, value any) {
				delete(missing, place)
				all = append(all, n.violations(path, value)...)
			})
			for _, v := range all {
				t.Run(name+" "+v.name, func(t *testing.T) { t.Parallel(); v.judge(t, manifest) })
			}
		}
		for path := range missing {
			t.Errorf("no manifest here has %s of %s: add it", path, kind)
		}
	}
}

func (v violation) judge(t *testing.T, manifest string) {
	o := changed(t, manifest)
	var err error
	if v.drop {
		var parent any
		parent, err = o.get(v.path[:len(v.path)-1])
		if err == nil {
			delete(parent.(map[string]any), v.path[len(v.path)-1])
		}
	} else {
		err = o.put(v.path, v.value)
	}
	if err != nil {
		t.Fatal(err)
	}
	if says := dryRun(t, o.yaml(t)); !strings.Contains(says, v.wants) || !strings.Contains(says, fieldOf(v.path)) {
		t.Errorf("want %s with %q, got: %s", fieldOf(v.path), v.wants, says)
	}
}

// fieldOf writes a path as the API server does.
func fieldOf(path []string) string {
	var b strings.Builder
	for i, step := range path {
		switch {
		case i == 0:
			b.WriteString(step)
		case strings.Trim(step, "0123456789") == "":
			b.WriteString("[" + step + "]")
		default:
			b.WriteString("." + step)
		}
	}
	return b.String()
}

// visitValues goes through a manifest along its schema. place is the path as node.walk writes it.
func visitValues(n *node, path []string, place string, value any, visit func(place string, path []string, n *node, value any)) {
	visit(place, path, n, value)
	if slices.Contains(borrowed, place) {
		return
	}
	below := func(step string) []string { return append(slices.Clone(path), step) }
	switch value := value.(type) {
	case map[string]any:
		for name, member := range value {
			if known := n.Properties[name]; known != nil {
				visitValues(known, below(name), place+"."+name, member, visit)
			} else if n.AdditionalProperties != nil {
				visitValues(n.AdditionalProperties, below(name), place+"[*]", member, visit)
			}
		}
	case []any:
		for i, item := range value {
			visitValues(n.Items, below(fmt.Sprint(i)), place+"[]", item, visit)
		}
	}
}

// violations are the ways to break the bounds of one place.
func (n *node) violations(path []string, value any) []violation {
	var all []violation
	add := func(name string, value any, wants string) {
		all = append(all, violation{name: fieldOf(path) + " " + name, path: path, value: value, wants: wants})
	}
	if len(n.Enum) > 0 {
		add("takes no word of its own", "NotThis", `Unsupported value: "NotThis": supported values: `)
	}
	if n.MaxLength != nil {
		add("is no longer than it may be", strings.Repeat("a", *n.MaxLength+1), fmt.Sprintf("Too long: may not be more than %d", *n.MaxLength))
	}
	if n.MinLength != nil {
		add("is not empty", "", fmt.Sprintf("should be at least %d chars long", *n.MinLength))
	}
	if n.Minimum != nil {
		add("is not too small", *n.Minimum-1, fmt.Sprintf("should be greater than or equal to %g", *n.Minimum))
	}
	if n.Maximum != nil {
		add("is not too large", *n.Maximum+1, fmt.Sprintf("should be less than or equal to %g", *n.Maximum))
	}
	if n.MaxItems != nil {
		add("has no more items than it may have", slices.Repeat(value.([]any), *n.MaxItems+1), fmt.Sprintf("must have at most %d items", *n.MaxItems))
	}
	if n.MinItems != nil {
		add("has an item", []any{}, fmt.Sprintf("should have at least %d items", *n.MinItems))
	}
	if n.MaxProperties != nil {
		add("has no more members than it may have", crowded(value.(map[string]any), *n.MaxProperties+1), fmt.Sprintf("must have at most %d items", *n.MaxProperties))
	}
	if n.MinProperties != nil {
		add("has a member", map[string]any{}, fmt.Sprintf("should have at least %d properties", *n.MinProperties))
	}
	for _, name := range n.Required {
		member := append(slices.Clone(path), name)
		all = append(all, violation{name: fieldOf(member) + " is there", path: member, drop: true, wants: "Required value"})
	}
	if n.Type != "" {
		add("has the right type", map[bool]any{true: "text", false: []any{true}}[n.Type != "string"], "must be of type "+n.Type)
	}
	return all
}

// crowded is a mapping with count members.
func crowded(from map[string]any, count int) map[string]any {
	crowd := maps.Clone(from)
	for i := len(crowd); i < count; i++ {
		for _, value := range from {
			crowd[fmt.Sprintf("key-%d", i)] = value
			break
		}
	}
	return crowd
}

// labels are the values of labels and annotations: they have the bounds that Kubernetes gives them where they end up.
var labels = []string{
	"spec.endpoint.ingress.annotations[*]", "spec.hookEndpoint.ingress.annotations[*]",
	"spec.runtime.nodeSelector[*]", "spec.runtime.podLabels[*]", "spec.runtime.podAnnotations[*]",
}

// TestEveryStringListAndMapIsBounded keeps anybody from storing what nobody can handle.
func TestEveryStringListAndMapIsBounded(t *testing.T) {
	t.Parallel()
	for kind := range plurals {
		root := schemaOf(t, kind)
		for _, part := range []string{"spec", "status"} {
			root.Properties[part].walk(part, func(path string, n *node) {
				label := slices.Contains(labels, path)
				switch {
				case slices.Contains(borrowed, path):
				case n.Type == "string" && n.MaxLength == nil && len(n.Enum) == 0 && n.Format != "date-time" && !label:
					t.Errorf("%s: %s is a string without +kubebuilder:validation:MaxLength", kind, path)
				case n.Type == "array" && n.MaxItems == nil:
					t.Errorf("%s: %s is a list without +kubebuilder:validation:MaxItems", kind, path)
				case n.AdditionalProperties != nil && n.MaxProperties == nil:
					t.Errorf("%s: %s is a map without +kubebuilder:validation:MaxProperties", kind, path)
				case n.Description == "" && !strings.HasSuffix(path, "[]") && !strings.HasSuffix(path, "[*]"):
					t.Errorf("%s: %s is not documented", kind, path)
				}
			})
		}
	}
}
