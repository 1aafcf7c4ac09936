package rules_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"sigs.k8s.io/yaml"

	"github.com/hookline/hookline/api/v1alpha1"
	"github.com/hookline/hookline/runtime/expr"
	"github.com/hookline/hookline/runtime/hook"
	"github.com/hookline/hookline/runtime/rules"
)

// exampleOf is the handler that a page begins with.
func exampleOf(t *testing.T, page string) *v1alpha1.Handler {
	t.Helper()
	_, rest, _ := strings.Cut(readPage(t, page), "```yaml\n")
	manifest, _, _ := strings.Cut(rest, "```")
	var example v1alpha1.OktaInlineHook
	if err := yaml.UnmarshalStrict([]byte(manifest), &example); err != nil {
		t.Fatal(err)
	}
	handler := &example.Spec.Handler
	errs := v1alpha1.ValidateHook(example.Spec.Type, "", nil, handler)
	if errs = append(errs, expr.CheckHandler(example.Spec.Type, handler)...); len(errs) > 0 {
		t.Fatal(errs.ToAggregate())
	}
	return handler
}

func TestTheExampleOfTheRegistrationPageWorks(t *testing.T) {
	t.Parallel()
	registration := build(t, exampleOf(t, "registration.md").Registration)
	for _, tc := range []struct{ name, body, want string }{
		{"somebody of Example signs up", signUp(withEmail("a@example.com")), "ALLOW by registration.allowedEmailDomains"},
		{"a partner signs up", signUp(`{"firstName":"A","lastName":"B","email":"a@Partner.example"}`), "ALLOW by partner"},
		{"somebody else signs up", signUp(withEmail("a@evil.example")), "DENY by registration.allowedEmailDomains"},
		{"an employee number of three digits", profileUpdate(`{}`, `{"employeeNumber":"123"}`), "DENY by employee-number"},
		{"an employee number of four digits", profileUpdate(`{}`, `{"employeeNumber":"1234"}`), "ALLOW by registration.allowedEmailDomains"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			response, err := registration.Handle(t.Context(), decode(t, tc.body))
			if err != nil {
				t.Fatal(err)
			}
			if got := decision(t, response); got != tc.want {
				t.Errorf("got %s, want %s", got, tc.want)
			}
		})
	}
}

func TestTheExampleOfTheTokenPageWorks(t *testing.T) {
	t.Parallel()
	built, err := rules.NewToken(exampleOf(t, "token.md").Token)
	if err != nil {
		t.Fatal(err)
	}
	call := func(profile, kind, claims string) string {
		return `{"data":{"context":{"protocol":{"client":{"type":"` + kind + `"}},"user":{"profile":` + profile + `}},` +
			`"identity":{"claims":{}},"access":{"claims":` + claims + `,"token":{"lifetime":{"expiration":3600}}}}}`
	}
	patient := accessToken(op("add", "/claims/https:~1~1acme.example~1patient", `"p1"`))
	lifetime := op("replace", "/token/lifetime/expiration", "900")
	const service = `{"data":{"context":{"protocol":{"client":{"type":"CONFIDENTIAL"}}},"access":{"claims":{}}}}`
	runAnswers(t, built, []pageAnswer{
		{"a patient", call(`{"patientId":"p1"}`, "CONFIDENTIAL", `{}`), answered(`{"rules":["patient"]}`, idToken(op("add", "/claims/patientId", `"p1"`)), patient)},
		{"somebody else", call(`{}`, "CONFIDENTIAL", `{}`), nothing},
		{"a public client", call(`{}`, "PUBLIC", `{"department":"x"}`), answered(`{"rules":["public-client"]}`, accessToken(lifetime, remove("/claims/department")))},
		{"a public client without a department", call(`{}`, "PUBLIC", `{}`),
			answered(`{"rules":["public-client"],"skipped":["accessToken /claims/department"]}`, accessToken(lifetime))},
		{"somebody under review", call(`{"patientId":"p1","underReview":true}`, "PUBLIC", `{}`),
			`{"commands":[],"error":{"errorSummary":"This account is being reviewed."},"debugContext":{"hookline":{"rules":["under-review"]}}}`},
		{"a service without a user", service, nothing},
	})
}

func TestTheExampleOfTheSAMLPageWorks(t *testing.T) {
	t.Parallel()
	built, err := rules.NewSAML(exampleOf(t, "saml.md").SAML)
	if err != nil {
		t.Fatal(err)
	}
	call := func(profile string) string {
		return `{"data":{"context":{"user":{"profile":` + profile + `}},"assertion":{"subject":{},"authentication":{},"claims":{}}}}`
	}
	lifetime := op("add", "/authentication/sessionLifetime", "300")
	runAnswers(t, built, []pageAnswer{
		{"somebody of Finance", call(`{"department":"Finance","costCenter":4711}`), answered(`{"rules":["role","short-session"]}`,
			assertion(op("add", "/claims/https:~1~1acme.example~1role", statement("uri", "xs:string=clerk", "xs:integer=4711")), lifetime))},
		{"somebody of Finance without a cost center", call(`{"department":"Finance"}`), answered(`{"rules":["short-session"]}`, assertion(lifetime))},
		{"somebody else", call(`{"department":"Sales","userType":"employee"}`), answered(`{"rules":["short-session"]}`, assertion(lifetime))},
		{"a contractor", call(`{"userType":"contractor"}`),
			`{"commands":[],"error":{"errorSummary":"Payroll is for employees. Please ask your agency."},"debugContext":{"hookline":{"rules":["contractor"]}}}`},
	})
}

func TestTheWholeStatementOfTheSAMLPageIsTaken(t *testing.T) {
	t.Parallel()
	blocks := strings.Split(readPage(t, "saml.md"), "```yaml\n")
	if len(blocks) != 3 {
		t.Fatalf("the page has %d examples, want 2", len(blocks)-1)
	}
	example, _, _ := strings.Cut(blocks[2], "```")
	handler := &v1alpha1.Handler{SAML: &v1alpha1.SAMLHandler{Rules: make([]v1alpha1.SAMLRule, 1)}}
	if err := yaml.UnmarshalStrict([]byte(example), &handler.SAML.Rules[0].Assertion); err != nil {
		t.Fatal(err)
	}
	errs := v1alpha1.ValidateHook(v1alpha1.SAMLAssertion, "", nil, handler)
	if errs = append(errs, expr.CheckHandler(v1alpha1.SAMLAssertion, handler)...); len(errs) > 0 {
		t.Fatal(errs.ToAggregate())
	}
	built, err := rules.NewSAML(handler.SAML)
	if err != nil {
		t.Fatal(err)
	}
	runAnswers(t, built, []pageAnswer{{"any sign-on", `{"data":{"assertion":{"claims":{}}}}`,
		answered(`{"rules":["rules[0]"]}`, assertion(op("add", "/claims/role", statement("basic", "xs:string=clerk"))))}})
}

func TestTheExampleOfTheUserImportPageWorks(t *testing.T) {
	t.Parallel()
	built, err := rules.NewUserImport(exampleOf(t, "user-import.md").UserImport)
	if err != nil {
		t.Fatal(err)
	}
	runAnswers(t, built, []pageAnswer{
		{"a login that is taken", importCall(`{"externalId":"u1","department":null}`, `{}`),
			answered(`{"rules":["login"]}`, `{"type":"com.okta.user.profile.update","value":{"login":"u1@acme.example"}}`)},
		{"somebody of Finance who comes back", importCall(`{"externalId":"u1","department":"Finance","formerOktaId":"00u1"}`, `{}`),
			answered(`{"rules":["login","finance","rehired"]}`, `{"type":"com.okta.appUser.profile.update","value":{"accountType":"PRO"}}`,
				`{"type":"com.okta.user.profile.update","value":{"costCenter":"4711","login":"u1@acme.example"}}`,
				`{"type":"com.okta.action.update","value":{"result":"LINK_USER"}}`, `{"type":"com.okta.user.update","value":{"id":"00u1"}}`)},
	})
}

type pageAnswer struct{ name, body, want string }

func runAnswers(t *testing.T, h hook.Handler, cases []pageAnswer) {
	t.Helper()
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			if got := answerOf(t, h, tc.body); got != tc.want {
				t.Errorf("\n got %s\nwant %s", got, tc.want)
			}
		})
	}
}

func TestDocumentedReservedClaimsAreThoseThereAre(t *testing.T) {
	t.Parallel()
	documented := map[string][]string{}
	for _, cells := range table(t, "token.md", "token") {
		claims := strings.Split(cells[1], ", ")
		slices.Sort(claims)
		documented[cells[0]] = claims
	}
	if diff := cmp.Diff(reservedClaims(t), documented); diff != "" {
		t.Errorf("reserved claims (-code +page):\n%s", diff)
	}
}

// reservedClaims are the claims that no hook can change, by token. Their list is not exported, so each text
// in the source that has it is tried.
func reservedClaims(t *testing.T) map[string][]string {
	t.Helper()
	source, err := parser.ParseFile(token.NewFileSet(), "../../api/v1alpha1/patch.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	isReserved := func(rule v1alpha1.TokenRule) bool {
		return len(v1alpha1.CheckPatches(&v1alpha1.Handler{Token: &v1alpha1.TokenHandler{Rules: []v1alpha1.TokenRule{rule}}})) > 0
	}
	reserved := map[string][]string{}
	ast.Inspect(source, func(node ast.Node) bool {
		literal, isLiteral := node.(*ast.BasicLit)
		if !isLiteral || literal.Kind != token.STRING {
			return true
		}
		claim, err := strconv.Unquote(literal.Value)
		if err != nil {
			t.Fatal(err)
		}
		if claim == "" || strings.ContainsAny(claim, "/ ") {
			return true // part of a message or a path
		}
		patches := []v1alpha1.TokenPatch{{Op: v1alpha1.PatchAdd, Claim: claim, Value: "1"}}
		inAccess, inID := isReserved(v1alpha1.TokenRule{AccessToken: patches}), isReserved(v1alpha1.TokenRule{IDToken: patches})
		kind := "both"
		switch {
		case !inAccess && !inID:
			return true
		case !inID:
			kind = "access token"
		case !inAccess:
			kind = "ID token"
		}
		reserved[kind] = append(reserved[kind], claim)
		return true
	})
	for kind, claims := range reserved {
		slices.Sort(claims)
		reserved[kind] = slices.Compact(claims)
	}
	return reserved
}
