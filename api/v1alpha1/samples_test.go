package v1alpha1_test

import (
	"bufio"
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	utilyaml "k8s.io/apimachinery/pkg/util/yaml"
	"sigs.k8s.io/yaml"
)

// The manifests of the design that are in scope: what is public must apply as it stands.
var promised = map[string]string{
	"an org": `
apiVersion: hookline.dev/v1alpha1
kind: OktaOrg
metadata: {name: acme, namespace: identity}
spec:
  url: https://acme.okta.com
  credentials:
    apiToken: {secretKeyRef: {name: okta-api, key: token}}
  tls:
    caSecretKeyRef: {name: okta-ca, key: ca.crt}
  allowedNamespaces: {from: Same}
  hookEndpoint:
    host: hooks.acme.example
    ingress: {className: nginx, tlsSecretName: hooks-tls, annotations: {}}
`,
	"a password hook": `
apiVersion: hookline.dev/v1alpha1
kind: OktaInlineHook
metadata: {name: legacy-passwords, namespace: identity}
spec:
  orgRef: {name: acme}
  displayName: Legacy passwords
  type: PasswordImport
  state: Active
  handler:
    passwordImport:
      userStore:
        sql:
          driver: postgres
          dsn: {secretKeyRef: {name: legacy-db, key: dsn}}
          query: SELECT password_hash FROM users WHERE lower(email) = lower($1)
          digest: {format: Auto}
      username: "request.data.context.credential.username.lowerAscii()"
      timeout: 2s
  endpoint:
    ingress: {host: hooks.acme.example, className: nginx, tlsSecretName: hooks-tls}
    path: /identity/legacy-passwords
  authentication:
    header: {name: Authorization}
    rotation: {interval: 720h}
  runtime:
    replicas: 2
  verification: Probe
  adoption: {policy: Never}
  deletionPolicy: Delete
  interval: 10m
  suspend: false
`,
	"a password hook with a file of users": `
apiVersion: hookline.dev/v1alpha1
kind: OktaInlineHook
metadata: {name: legacy-passwords, namespace: identity}
spec:
  orgRef: {name: acme}
  type: PasswordImport
  handler: {passwordImport: {userStore: {static: {secretKeyRef: {name: legacy-users, key: htpasswd}}}}}
  authentication: {basic: {secretRef: {name: hook-basic}}}
`,
	"a registration hook": `
apiVersion: hookline.dev/v1alpha1
kind: OktaInlineHook
metadata: {name: sign-up, namespace: identity}
spec:
  orgRef: {name: acme}
  type: Registration
  handler:
    registration:
      allowedEmailDomains: [example.com]
      rules:
      - name: employee-number
        requestTypes: [ProgressiveProfile]
        when: "!update.employeeNumber.matches('^[0-9]{4}$')"
        deny: {summary: Enter an employee number with 4 digits., reason: INVALID_EMPLOYEE_NUMBER, location: data.userProfile.employeeNumber}
      - name: partner
        when: "user.email.endsWith('@partner.example')"
        allow: {}
        profile: {userType: "'partner'", displayName: "user.firstName + ' ' + user.lastName"}
      default: Deny
`,
	"a service that exists already": `
apiVersion: hookline.dev/v1alpha1
kind: OktaInlineHook
metadata: {name: claims, namespace: identity}
spec:
  orgRef: {name: acme}
  type: Token
  handler: {external: {url: https://existing.example/hook}}
`,
}

func TestPromisedManifestsApply(t *testing.T) {
	t.Parallel()
	for name, manifest := range promised {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			applies(t, manifest)
		})
	}
}

func TestSamplesApplyAsTheyStand(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("../../config/samples/*.yaml")
	if err != nil {
		t.Fatal(err)
	}
	samples := 0
	for _, file := range files {
		if filepath.Base(file) == "kustomization.yaml" {
			continue
		}
		samples++
		t.Run(filepath.Base(file), func(t *testing.T) {
			t.Parallel()
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			for _, manifest := range documents(t, string(data)) {
				applies(t, manifest)
			}
		})
	}
	if samples == 0 {
		t.Error("there are no samples in config/samples")
	}
}

// TestManifestsInDocumentationApply takes every whole manifest out of the pages.
func TestManifestsInDocumentationApply(t *testing.T) {
	t.Parallel()
	for page, text := range pages(t) {
		for i, block := range blocks(text, "yaml") {
			for _, manifest := range documents(t, block) {
				if !strings.HasPrefix(strings.TrimSpace(manifest), "apiVersion:") {
					continue // a part of one
				}
				t.Run(page+" "+string(rune('a'+i)), func(t *testing.T) {
					t.Parallel()
					applies(t, manifest)
				})
			}
		}
	}
}

// blocks are the fenced blocks of a page in a language.
func blocks(page, language string) []string {
	var found []string
	for _, rest := range strings.Split(page, "\n```"+language+"\n")[1:] {
		block, _, _ := strings.Cut(rest, "\n```")
		found = append(found, block+"\n")
	}
	return found
}

// documents splits YAML into its documents; those with comments alone are left out.
func documents(t *testing.T, text string) []string {
	t.Helper()
	var all []string
	reader := utilyaml.NewYAMLReader(bufio.NewReader(strings.NewReader(text)))
	for {
		document, err := reader.Read()
		if errors.Is(err, io.EOF) {
			return all
		}
		if err != nil {
			t.Fatal(err)
		}
		var content any
		if err := yaml.Unmarshal(document, &content); err != nil {
			t.Fatalf("%v in:\n%s", err, document)
		}
		if content != nil {
			all = append(all, string(document))
		}
	}
}

// collections are where objects that samples have live.
var collections = map[string]string{
	"OktaOrg":        "/apis/hookline.dev/v1alpha1/namespaces/default/oktaorgs",
	"OktaInlineHook": "/apis/hookline.dev/v1alpha1/namespaces/default/oktainlinehooks",
	"Secret":         "/api/v1/namespaces/default/secrets",
	"Namespace":      "/api/v1/namespaces",
}

// applies has a manifest checked as kubectl would. Its namespace, which a dry run can't make, is replaced.
func applies(t *testing.T, manifest string) {
	t.Helper()
	o := changed(t, manifest)
	kind, _ := o["kind"].(string)
	if collections[kind] == "" {
		t.Fatalf("the kind is %q; add where it lives to collections", kind)
	}
	if kind != "Namespace" {
		if err := o.put(steps("metadata.namespace"), "default"); err != nil {
			t.Fatal(err)
		}
	}
	if _, refusal := call(t, http.MethodPost, collections[kind]+"?dryRun=All&fieldValidation=Strict", "application/yaml", o.yaml(t)); refusal != "" {
		t.Errorf("the API server refuses it: %s\n%s", refusal, manifest)
	}
}
