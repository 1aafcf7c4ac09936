package v1alpha1_test

import (
	"errors"
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/hookline/hookline/runtime/hookconfig"
)

// Slices of a hook as the runtime reads them: type, path, authentication and handler. The tables of cases
// are in verdict_*_test.go.
const (
	registrationSlice = `
type: Registration
path: /default/sign-up
handler:
  registration:
    rules:
    - name: first
      allow: {}
`
	denyingSlice = `
type: Registration
path: /default/sign-up
handler:
  registration:
    rules:
    - name: first
      deny: {summary: Not today.}
`
	staticSlice = `
type: PasswordImport
path: /default/legacy-passwords
handler: {passwordImport: {userStore: {static: {secretKeyRef: {name: legacy-users, key: htpasswd}}}}}
`
	sqlSlice = `
type: PasswordImport
path: /default/legacy-passwords
handler:
  passwordImport:
    userStore:
      sql:
        driver: postgres
        dsn: {secretKeyRef: {name: legacy-db, key: dsn}}
        query: SELECT password_hash FROM users WHERE email = $1
`
	externalSlice = `
type: Token
handler: {external: {url: https://existing.example/hook}}
`
)

// verdictCase is one slice, judged by the API server and by the runtime's own check.
type verdictCase struct {
	name    string
	slice   string
	changes []change
	// phrase must be in what both say. Both take the slice when phrase is empty; "-" stands for a refusal
	// that each tells in words of its own.
	phrase string
}

func TestSchemaAndRuntimeGiveTheSameVerdict(t *testing.T) {
	t.Parallel()
	for _, table := range [][]verdictCase{
		slicesThatAreTaken, slicesThatAreRefused, handlersThatAreRefused,
		telephonyThatIsTaken, telephonyThatIsRefused, providersThatAreTaken, providersThatAreRefused,
		patchesThatAreTaken, patchesThatAreRefused, importsThatAreTaken, importsThatAreRefused,
	} {
		for _, c := range table {
			t.Run(c.name, func(t *testing.T) {
				t.Parallel()
				slice := changed(t, c.slice, c.changes...)
				schema := dryRun(t, wrapped(slice).yaml(t))
				runtime := runtimeVerdict(slice.yaml(t))
				for judge, says := range map[string]string{"the API server": schema, "the runtime": runtime} {
					switch {
					case c.phrase == "" && says != "":
						t.Errorf("%s refuses it: %s", judge, says)
					case c.phrase != "" && says == "":
						t.Errorf("%s takes it", judge)
					case c.phrase != "-" && !strings.Contains(says, c.phrase):
						t.Errorf("%s does not say %q but: %s", judge, c.phrase, says)
					}
				}
			})
		}
	}
}

// wrapped is the whole resource around a slice.
func wrapped(slice object) object {
	spec := map[string]any{"orgRef": map[string]any{"name": "acme"}}
	for member, value := range slice {
		if member == "path" {
			spec["endpoint"] = map[string]any{"path": value}
		} else {
			spec[member] = value
		}
	}
	return object{
		"apiVersion": "hookline.dev/v1alpha1", "kind": "OktaInlineHook",
		"metadata": map[string]any{"name": "wrapped", "namespace": "default"},
		"spec":     spec,
	}
}

// runtimeVerdict is what the runtime says of a file; empty if nothing. Left out is what holds for a
// runtime alone: that it has something to run, and is told where.
func runtimeVerdict(file string) string {
	_, err := hookconfig.Decode([]byte(file))
	var invalid *hookconfig.InvalidError
	if !errors.As(err, &invalid) {
		if err != nil {
			return err.Error()
		}
		return ""
	}
	var says []string
	for _, e := range invalid.Fields {
		nothingToRun := e.Field == "handler.external" && e.Type == field.ErrorTypeForbidden
		noPath := e.Field == "path" && e.Type == field.ErrorTypeRequired
		if !nothingToRun && !noPath {
			says = append(says, e.Error())
		}
	}
	return strings.Join(says, "; ")
}
