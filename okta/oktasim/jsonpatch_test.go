package oktasim

import (
	"encoding/json"
	"encoding/xml"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestPointers(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][]string{
		"/claims/a":                     {"claims", "a"},
		"/claims/http:~1~1x.test~1y":    {"claims", "http://x.test/y"},
		"/claims/a~0b":                  {"claims", "a~b"},
		"/claims/a~01b":                 {"claims", "a~1b"}, // not a slash
		"/claims//b":                    {"claims", "", "b"},
		"/":                             {""},
		"/claims/a b\"c":                {"claims", "a b\"c"},
		"claims/a":                      nil,
		"":                              nil,
		"/claims/a~2":                   nil,
		"/claims/a~":                    nil,
		"/claims/~~00":                  nil,
		"#/claims/a":                    nil,
		"/claims/\u00e9t\u00e9~1\u00e0": {"claims", "été/à"},
	} {
		got, err := parsePointer(text)
		if !slices.Equal(got, want) || (err != nil) != (want == nil) {
			t.Errorf("%q: got %q, %v, want %q", text, got, err, want)
		}
	}
}

// at makes an operation; value is JSON, "" for none.
func at(op, path, value string) operation {
	o := operation{op: op, path: path}
	if value != "" {
		o.value = json.RawMessage(value)
	}
	return o
}

// operationCases is what each operation makes of one document.
var operationCases = map[string]struct {
	op   operation
	want string // the document afterwards
	err  error
}{
	"add makes a member":                        {at("add", "/n", `{"x":[1]}`), `{"n":{"x":[1]}}`, nil},
	"add overwrites a member":                   {at("add", "/text", `"u"`), `{"text":"u"}`, nil},
	"add makes a member deeper down":            {at("add", "/a/d", `true`), `{"a":{"b":1,"d":true}}`, nil},
	"add inserts before an element":             {at("add", "/list/0", `"w"`), `{"list":["w","x",{"c":2},"z"]}`, nil},
	"add appends at the length":                 {at("add", "/list/3", `"w"`), `{"list":["x",{"c":2},"z","w"]}`, nil},
	"add appends at the dash":                   {at("add", "/list/-", `"w"`), `{"list":["x",{"c":2},"z","w"]}`, nil},
	"add goes into an element":                  {at("add", "/list/1/d", `null`), `{"list":["x",{"c":2,"d":null},"z"]}`, nil},
	"replace changes a member":                  {at("replace", "/a/b", `2`), `{"a":{"b":2}}`, nil},
	"replace changes a null":                    {at("replace", "/null", `1`), `{"null":1}`, nil},
	"replace changes an element":                {at("replace", "/list/2", `[]`), `{"list":["x",{"c":2},[]]}`, nil},
	"remove takes a member out":                 {at("remove", "/a/b", ""), `{"a":{}}`, nil},
	"remove takes an element out":               {at("remove", "/list/0", ""), `{"list":[{"c":2},"z"]}`, nil},
	"add without a parent fails":                {at("add", "/m/n", `1`), "", errNoParent},
	"add below a text fails":                    {at("add", "/text/n", `1`), "", errNoParent},
	"add below null fails":                      {at("add", "/null/n", `1`), "", errNoParent},
	"add past the end fails":                    {at("add", "/list/4", `1`), "", errBadIndex},
	"add at a name in an array fails":           {at("add", "/list/x", `1`), "", errBadIndex},
	"add at a negative index fails":             {at("add", "/list/-1", `1`), "", errBadIndex},
	"add at a leading zero fails":               {at("add", "/list/01", `1`), "", errBadIndex},
	"add at a signed index fails":               {at("add", "/list/+1", `1`), "", errBadIndex},
	"add without a value fails":                 {at("add", "/n", ""), "", errNoValue},
	"replace of what is not there fails":        {at("replace", "/n", `1`), "", errNoTarget},
	"replace past the end fails":                {at("replace", "/list/3", `1`), "", errBadIndex},
	"replace of the dash fails":                 {at("replace", "/list/-", `1`), "", errBadIndex},
	"replace without a value fails":             {at("replace", "/text", ""), "", errNoValue},
	"remove of what is not there fails":         {at("remove", "/a/c", ""), "", errNoTarget},
	"remove past the end fails":                 {at("remove", "/list/3", ""), "", errBadIndex},
	"remove below what is not there fails":      {at("remove", "/m/n", ""), "", errNoParent},
	"an index that no integer can hold fails":   {at("replace", "/list/99999999999999999999", `1`), "", errBadIndex},
	"an operation below the wrong index fails":  {at("replace", "/list/3/c", `1`), "", errBadIndex},
	"an operation below a text element fails":   {at("replace", "/list/0/c", `1`), "", errNoParent},
	"a large number stays as it was written":    {at("add", "/n", `98765432109876543210`), `{"n":98765432109876543210}`, nil},
	"a fraction stays as it was written":        {at("add", "/n", `1.10`), `{"n":1.10}`, nil},
	"a member's name may have a slash":          {at("add", "/a~1b", `1`), `{"a/b":1}`, nil},
	"a member's name may be empty":              {at("add", "/", `1`), `{"":1}`, nil},
	"a member's name may look like a dash":      {at("add", "/-", `1`), `{"-":1}`, nil},
	"a member's name may look like an index":    {at("add", "/0", `1`), `{"0":1}`, nil},
	"a member of an element can be taken out":   {at("remove", "/list/1/c", ""), `{"list":["x",{},"z"]}`, nil},
	"remove takes no notice of a value of null": {at("remove", "/a", "null"), `-a`, nil},
}

func TestOperations(t *testing.T) {
	t.Parallel()
	const document = `{"a":{"b":1},"list":["x",{"c":2},"z"],"text":"t","null":null,"big":12345678901234567890}`
	for name, tc := range operationCases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tree, err := decodeTree([]byte(document))
			if err != nil {
				t.Fatal(err)
			}
			path, err := parsePointer(tc.op.path)
			if err != nil {
				t.Fatal(err)
			}
			got, err := patched(tree, path, tc.op)
			if !errors.Is(err, tc.err) {
				t.Fatalf("error: got %v, want %v", err, tc.err)
			}
			if text, _ := json.Marshal(tree); !sameJSON(t, string(text), document) {
				t.Errorf("the document itself changed: %s", text)
			}
			if tc.err != nil {
				return
			}
			want, _ := decodeTree([]byte(document))
			members := want.(map[string]any)
			if name, isRemoved := strings.CutPrefix(tc.want, "-"); isRemoved {
				delete(members, name)
			} else {
				changed, err := decodeTree([]byte(tc.want))
				if err != nil {
					t.Fatal(err)
				}
				for name, value := range changed.(map[string]any) {
					members[name] = value
				}
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("document (-want +got):\n%s", diff)
			}
		})
	}
}

func sameJSON(t *testing.T, a, b string) bool {
	t.Helper()
	left, err := decodeTree([]byte(a))
	if err != nil {
		t.Fatal(err)
	}
	right, err := decodeTree([]byte(b))
	if err != nil {
		t.Fatal(err)
	}
	return cmp.Equal(left, right)
}

func TestNumbersStayAsTheyWereWritten(t *testing.T) {
	t.Parallel()
	const document = `[98765432109876543210,1.10,1e3]`
	tree, err := decodeTree([]byte(document))
	if err != nil {
		t.Fatal(err)
	}
	if text, err := json.Marshal(tree); err != nil || string(text) != document {
		t.Errorf("got %s, %v", text, err)
	}
}

func TestOperationsThatAreNone(t *testing.T) {
	t.Parallel()
	for name, value := range map[string]string{
		"no op":                `[{"path":"/claims/a","value":1}]`,
		"no path":              `[{"op":"add","value":1}]`,
		"an op that is none":   `[{"op":1,"path":"/claims/a"}]`,
		"a null":               `[null]`,
		"a text":               `["add"]`,
		"names in other cases": `[{"Op":"add","Path":"/claims/a","value":1}]`,
	} {
		if got, err := parseOperations(json.RawMessage(value)); !errors.Is(err, errNoOperation) {
			t.Errorf("%s: got %v, %v", name, got, err)
		}
	}
}

// FuzzCommands gives strangers' commands to tokens and to an assertion: whatever
// they do, what comes out can be signed and encoded.
func FuzzCommands(f *testing.F) {
	f.Add(commandAccessPatch, `[{"op":"add","path":"/claims/a","value":{"b":[1]}},{"op":"replace","path":"/token/lifetime/expiration","value":300}]`)
	f.Add(commandIdentityPatch, `[{"op":"remove","path":"/claims/list/0"},{"op":"add","path":"/claims/list/-","value":null}]`)
	f.Add(commandAssertionPatch, `[{"op":"add","path":"/claims/a","value":{"attributeValues":[{"value":"\u0000<"}]}}]`)
	f.Add(commandAssertionPatch, `[{"op":"replace","path":"/authentication","value":{"sessionLifetime":9223372036854775807}}]`)
	f.Fuzz(func(t *testing.T, kind, value string) {
		if !json.Valid([]byte(value)) {
			return
		}
		commands := []command{{kind: kind, value: json.RawMessage(value)}}
		if made, err := bothTokens(t).applyCommands(commands); err == nil {
			for _, made := range []*token{made.identity, made.access} {
				if _, err := json.Marshal(made); err != nil {
					t.Errorf("token: %v", err)
				}
				if made.Claims["iss"] != "https://x" {
					t.Errorf("a reserved claim changed: %v", made.Claims["iss"])
				}
			}
		}
		changed, _ := exampleAssertion(t).applyCommands(commands)
		document, err := changed.encode("issuer", "destination", 0, time.Unix(0, 0))
		if err != nil {
			t.Fatalf("assertion: %v", err)
		}
		if err := xml.Unmarshal(document, new(struct{})); err != nil {
			t.Errorf("the document is no XML: %v", err)
		}
	})
}

func FuzzPatch(f *testing.F) {
	f.Add(`{"claims":{"a":[1,{"b":2}]}}`, `[{"op":"add","path":"/claims/a/1/c","value":{}},{"op":"remove","path":"/claims/a/0"}]`)
	f.Add(`{"claims":{}}`, `[{"op":"replace","path":"/claims/~0~1/-","value":null}]`)
	f.Add(`[1]`, `[{"op":"add","path":"/-","value":[]}]`)
	f.Fuzz(func(t *testing.T, document, patch string) {
		tree, err := decodeTree([]byte(document))
		if err != nil {
			return
		}
		before, err := json.Marshal(tree)
		if err != nil {
			t.Fatal(err)
		}
		operations, _ := parseOperations(json.RawMessage(patch))
		result := tree
		for _, op := range operations {
			path, err := parsePointer(op.path)
			if err != nil {
				continue
			}
			if changed, err := patched(result, path, op); err == nil {
				result = changed
			}
		}
		if _, err := json.Marshal(result); err != nil {
			t.Errorf("the result is no JSON: %v", err)
		}
		if after, err := json.Marshal(tree); err != nil || string(after) != string(before) {
			t.Errorf("the document itself changed from %s to %s, %v", before, after, err)
		}
	})
}
