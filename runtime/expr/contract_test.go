package expr

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/google/go-cmp/cmp"

	"github.com/hookline/hookline/runtime/hook"
)

// contracts names, for each hook type, what Okta's description of its hooks has about it.
var contracts = []struct {
	typeID   string
	schemas  []string
	examples []string
}{
	{hook.PasswordImport, []string{"PasswordImportRequestExecute"}, []string{"PasswordImportPayloadExample"}},
	{hook.Registration, []string{"RegistrationInlineHookSSRData", "RegistrationInlineHookPPData"},
		[]string{"ProfileEnrollmentRequest", "ProgressiveProfileRequest"}},
	{hook.Telephony, []string{"TelephonyRequestExecute"}, []string{"TelephonyPayloadExample"}},
	{hook.Token, []string{"TokenRequest"}, []string{"TokenPayLoadExample"}},
	{hook.SAMLAssertion, []string{"SAMLPayloadExecute"}, []string{"SAMLPayLoadExample"}},
	{hook.UserImport, []string{"UserImportRequestExecute"}, []string{"UserImportPayloadExample"}},
}

// undescribed are members that the schemas do not have: the second way in which Okta's pages write
// OriginalGrant.
var undescribed = map[string]string{
	"request.data.context.protocol.originalGrant.authorization":     "map(string, dyn)",
	"request.data.context.protocol.originalGrant.refresh_token.jti": "string",
}

// description is Okta's, so it is read from outside the repository.
func description(t *testing.T) *openapi3.T {
	t.Helper()
	folder := os.Getenv("OKTA_CONTRACT")
	if folder == "" {
		t.Skip("OKTA_CONTRACT is not set; it names the folder with Okta's API description")
	}
	doc, err := openapi3.NewLoader().LoadFromFile(filepath.Join(folder, "inline-hooks.openapi.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

// TestMembersAreDeclaredAsOktaDescribesThem compares the table of members with Okta's schemas, both ways.
func TestMembersAreDeclaredAsOktaDescribesThem(t *testing.T) {
	t.Parallel()
	doc := description(t)
	for _, contract := range contracts {
		t.Run(contract.typeID, func(t *testing.T) {
			t.Parallel()
			declared := map[string]string{}
			flatten(declared, "request", vocabularies[contract.typeID].call)
			described := map[string]string{}
			for _, name := range contract.schemas {
				flattenSchema(described, declared, "request", doc.Components.Schemas[name].Value)
			}
			for path, typeName := range undescribed {
				if declared[path] != "" {
					described[path] = typeName
				}
			}
			if diff := cmp.Diff(described, declared); diff != "" {
				t.Errorf("-described +declared:\n%s", diff)
			}
		})
	}
}

// flatten lists the leaves of an object with their types.
func flatten(into map[string]string, path string, o *object) {
	for _, m := range o.members {
		if nested, isObject := m.is.(*object); isObject {
			flatten(into, path+"."+m.name, nested)
		} else {
			into[path+"."+m.name] = typeName(m.is.(leaf).celType)
		}
	}
}

// flattenSchema does the same with a schema. What declared has as an open object is one here too, whatever
// members Okta names as examples.
func flattenSchema(into, declared map[string]string, path string, schema *openapi3.Schema) {
	for _, part := range schema.AllOf {
		flattenSchema(into, declared, path, part.Value)
	}
	for name, property := range schema.Properties {
		at, value := path+"."+name, property.Value
		isObject := len(value.Properties) > 0 || len(value.AllOf) > 0
		switch {
		case declared[at] == "map(string, dyn)" && (isObject || value.Type.Is("object")):
			into[at] = declared[at]
		case isObject:
			flattenSchema(into, declared, at, value)
		case value.Type.Is("integer"):
			into[at] = "int"
		case value.Type.Is("boolean"):
			into[at] = "bool"
		case value.Type.Is("array") && value.Items.Value.Type.Is("string"):
			into[at] = "list(string)"
		case value.Type.Is("array"):
			into[at] = "list(dyn)"
		case value.Type.Is("object"):
			into[at] = "map(string, dyn)"
		default:
			into[at] = (*value.Type)[0]
		}
	}
}

var identifier = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

// TestEveryMemberOfOktasExamplesCanBeRead reads each of them with an expression.
func TestEveryMemberOfOktasExamplesCanBeRead(t *testing.T) {
	t.Parallel()
	doc := description(t)
	for _, contract := range contracts {
		for _, name := range contract.examples {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				raw, err := json.Marshal(doc.Components.Examples[name].Value.Value)
				if err != nil {
					t.Fatal(err)
				}
				req, err := hook.Decode(raw)
				if err != nil {
					t.Fatal(err)
				}
				readAll(t, contract.typeID, req, "request", req.Body())
			})
		}
	}
}

func readAll(t *testing.T, typeID string, req *hook.Request, path string, value any) {
	t.Helper()
	env, err := NewEnv(typeID)
	if err != nil {
		t.Fatal(err)
	}
	program, err := env.Compile(path, JSON)
	if err != nil {
		t.Errorf("%s: %v", path, err)
		return
	}
	got, err := program.JSON(t.Context(), req)
	if err != nil {
		t.Errorf("%s: %v", path, err)
	}
	if diff := cmp.Diff(value, got); diff != "" {
		t.Errorf("%s: -example +got:\n%s", path, diff)
	}
	members, _ := value.(map[string]any)
	for name, member := range members {
		selected := path + "." + name
		if !identifier.MatchString(name) {
			selected = path + "['" + strings.ReplaceAll(name, "'", `\'`) + "']"
		}
		readAll(t, typeID, req, selected, member)
	}
}
