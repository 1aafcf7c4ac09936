package oktasim

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
)

// assertionLife is how many seconds an assertion is good for.
const assertionLife = 300

// assertion is a SAML assertion in the JSON form that hooks see and change.
type assertion struct {
	Subject        assertionSubject          `json:"subject"`
	Authentication assertionAuthentication   `json:"authentication"`
	Conditions     assertionConditions       `json:"conditions"`
	Claims         map[string]assertionClaim `json:"claims"`
	Lifetime       assertionLifetime         `json:"lifetime"`
}

type assertionSubject struct {
	NameID       string                `json:"nameId"`
	NameFormat   string                `json:"nameFormat"`
	Confirmation assertionConfirmation `json:"confirmation"`
}

type assertionConfirmation struct {
	Method string                    `json:"method"`
	Data   assertionConfirmationData `json:"data"`
}

type assertionConfirmationData struct {
	Recipient string `json:"recipient"`
}

// assertionAuthentication has a sessionLifetime, in seconds, only when a hook adds
// one.
type assertionAuthentication struct {
	SessionIndex    string           `json:"sessionIndex"`
	SessionLifetime int              `json:"sessionLifetime,omitempty"`
	AuthnContext    assertionContext `json:"authnContext"`
}

type assertionContext struct {
	ClassRef string `json:"authnContextClassRef"`
}

type assertionConditions struct {
	AudienceRestriction []string `json:"audienceRestriction"`
}

type assertionClaim struct {
	Attributes claimAttributes  `json:"attributes"`
	Values     []assertionValue `json:"attributeValues"`
}

type claimAttributes struct {
	NameFormat string `json:"NameFormat"`
}

type assertionValue struct {
	Attributes valueAttributes `json:"attributes"`
	Value      string          `json:"value"`
}

type valueAttributes struct {
	Type string `json:"xsi:type"`
}

type assertionLifetime struct {
	Expiration int `json:"expiration"` // seconds
}

// assertionOf is an app's assertion about a user before a hook sees it.
func (app *samlApp) assertionOf(u *user, sessionIndex string) assertion {
	spec := app.spec
	a := assertion{
		Subject: assertionSubject{
			NameFormat: spec.nameIDFormat,
			Confirmation: assertionConfirmation{
				Method: "urn:oasis:names:tc:SAML:2.0:cm:bearer", Data: assertionConfirmationData{spec.recipient},
			},
		},
		Authentication: assertionAuthentication{SessionIndex: sessionIndex, AuthnContext: assertionContext{spec.authnContext}},
		Conditions:     assertionConditions{[]string{spec.audience}},
		Claims:         map[string]assertionClaim{},
		Lifetime:       assertionLifetime{assertionLife},
	}
	template, _ := parseTemplate(spec.nameIDTemplate) // decodeApp has checked it
	if values := template.values(u); len(values) > 0 {
		a.Subject.NameID = values[0]
	}
	for _, statement := range spec.statements {
		claim := assertionClaim{Attributes: claimAttributes{statement.namespace}}
		for _, source := range statement.values {
			for _, text := range source.values(u) {
				claim.Values = append(claim.Values, assertionValue{valueAttributes{"xs:string"}, text})
			}
		}
		if len(claim.Values) > 0 { // Okta leaves out what is empty
			a.Claims[statement.name] = claim
		}
	}
	return a
}

// commandAssertionPatch is the one command of a SAML assertion hook.
const commandAssertionPatch = "com.okta.assertion.patch"

// sessionLifetimePath is the one path outside claims that add takes.
const sessionLifetimePath = "/authentication/sessionLifetime"

// Why a SAML hook's command cannot be applied, beside the reasons of patched.
var (
	errAddPath      = errors.New("the path of add must be /claims/ and a name, or " + sessionLifetimePath)
	errReplacePath  = errors.New("the path of replace must be below /claims, /subject, /authentication or /conditions")
	errNoAssertion  = errors.New("the result is not an assertion: a member is missing or has a wrong type")
	errNoLifetime   = errors.New("the sessionLifetime must be a positive number of seconds")
	replacedMembers = []string{"claims", "subject", "authentication", "conditions"}
)

// applyCommands returns the assertion as a hook's commands change it, and why some
// of them were skipped. Of token hooks Okta says that one bad command drops them
// all; of SAML hooks it says nothing of the kind, so here a command is skipped
// alone, with all of its operations, and the others are applied.
func (a assertion) applyCommands(commands []command) (assertion, []error) {
	var skipped []error
	tree, err := a.tree()
	if err != nil {
		return a, []error{err}
	}
	for i, c := range commands {
		changed, result, err := applyAssertionPatch(tree, c)
		if err != nil {
			skipped = append(skipped, fmt.Errorf("command %d (%.60s): %w", i+1, c.kind, err))
			continue
		}
		tree, a = changed, result
	}
	return a, skipped
}

func (a assertion) tree() (any, error) {
	text, err := json.Marshal(a)
	if err != nil {
		return nil, err
	}
	return decodeTree(text)
}

// applyAssertionPatch applies one command and returns the result in both forms: the
// tree may have members that an assertion does not.
func applyAssertionPatch(tree any, c command) (any, assertion, error) {
	if c.kind != commandAssertionPatch {
		return nil, assertion{}, errUnknownCommand
	}
	operations, err := parseOperations(c.value)
	if err != nil {
		return nil, assertion{}, err
	}
	for i, op := range operations {
		if tree, err = applyAssertionOperation(tree, op); err != nil {
			return nil, assertion{}, fmt.Errorf("operation %d (%s): %w", i+1, op, err)
		}
	}
	result, err := decodeAssertion(tree)
	return tree, result, err
}

func applyAssertionOperation(tree any, op operation) (any, error) {
	path, err := parsePointer(op.path)
	if err != nil {
		return nil, err
	}
	named := len(path) > 1 && path[1] != ""
	switch op.op {
	case "add":
		if (path[0] != "claims" || !named) && op.path != sessionLifetimePath {
			return nil, errAddPath
		}
	case "replace":
		if !named || !slices.Contains(replacedMembers, path[0]) {
			return nil, errReplacePath
		}
	default:
		return nil, errUnknownOp
	}
	return patched(tree, path, op)
}

// decodeAssertion reads a tree back, member names as they are written. An attribute
// statement must have values. Members that an assertion does not have are passed
// over: one of Okta's own examples adds some.
func decodeAssertion(tree any) (assertion, error) {
	encoded, err := json.Marshal(tree)
	if err != nil {
		return assertion{}, err
	}
	members, err := parseObject(encoded)
	if err != nil {
		return assertion{}, errNoAssertion
	}
	var d decoder
	inside := func(o object, name string) object { return member[object](&d, o, name).or(nil) }
	text := func(o object, name string) string { return member[string](&d, o, name).or("") }
	subject, authentication := inside(members, "subject"), inside(members, "authentication")
	confirmation := inside(subject, "confirmation")
	a := assertion{Claims: map[string]assertionClaim{}}
	a.Subject = assertionSubject{text(subject, "nameId"), text(subject, "nameFormat"), assertionConfirmation{
		text(confirmation, "method"), assertionConfirmationData{text(inside(confirmation, "data"), "recipient")},
	}}
	a.Authentication.SessionIndex = text(authentication, "sessionIndex")
	a.Authentication.AuthnContext.ClassRef = text(inside(authentication, "authnContext"), "authnContextClassRef")
	lifetime := member[int](&d, authentication, "sessionLifetime")
	a.Authentication.SessionLifetime = lifetime.or(0)
	a.Conditions.AudienceRestriction = member[[]string](&d, inside(members, "conditions"), "audienceRestriction").or(nil)
	a.Lifetime.Expiration = member[int](&d, inside(members, "lifetime"), "expiration").or(0)
	for name, claim := range member[map[string]object](&d, members, "claims").or(nil) {
		a.Claims[name] = decodeClaim(&d, claim)
	}
	switch {
	case d.err != nil:
		return assertion{}, errNoAssertion
	case lifetime.present && (a.Authentication.SessionLifetime <= 0 || a.Authentication.SessionLifetime > math.MaxInt32):
		return assertion{}, errNoLifetime
	}
	return a, nil
}

func decodeClaim(d *decoder, members object) assertionClaim {
	var claim assertionClaim
	claim.Attributes.NameFormat = member[string](d, member[object](d, members, "attributes").or(nil), "NameFormat").or("")
	entries := member[[]object](d, members, "attributeValues")
	if entries.value == nil {
		d.err = errMalformed
	}
	for _, entry := range entries.or(nil) {
		text := member[string](d, entry, "value")
		if text.value == nil {
			d.err = errMalformed
		}
		kind := member[string](d, member[object](d, entry, "attributes").or(nil), "xsi:type").or("")
		claim.Values = append(claim.Values, assertionValue{valueAttributes{kind}, text.or("")})
	}
	return claim
}
