package rules

import (
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"unicode"

	"github.com/hookline/hookline/api/v1alpha1"
)

// Members of an attribute statement as Okta writes SAML in JSON.
const (
	attributeValues = "attributeValues"
	attributesOf    = "attributes"
	nameFormat      = "NameFormat"
	xsiType         = "xsi:type"
	valueOf         = "value"
)

// nameFormats are the URNs of SAML 2.0 core, 8.2.
var nameFormats = map[v1alpha1.SAMLNameFormat]string{
	v1alpha1.NameFormatUnspecified: "urn:oasis:names:tc:SAML:2.0:attrname-format:unspecified",
	v1alpha1.NameFormatURI:         "urn:oasis:names:tc:SAML:2.0:attrname-format:uri",
	v1alpha1.NameFormatBasic:       "urn:oasis:names:tc:SAML:2.0:attrname-format:basic",
}

// What an assertion says about the type of a value, made once: documents are copied before they are changed.
var (
	xsString  = map[string]any{xsiType: "xs:string"}
	xsInteger = map[string]any{xsiType: "xs:integer"}
	xsDecimal = map[string]any{xsiType: "xs:decimal"}
	xsBoolean = map[string]any{xsiType: "xs:boolean"}
)

// claim writes the attribute statement of a patch that names one.
type claim struct {
	attributes map[string]any // of the statement: its name format
	given      bool           // somebody has written nameFormat
}

func newClaim(from *v1alpha1.SAMLPatch) *claim {
	format := from.NameFormat
	switch {
	case format != "":
	case isURI(from.Claim):
		format = v1alpha1.NameFormatURI
	default:
		format = v1alpha1.NameFormatBasic
	}
	return &claim{attributes: map[string]any{nameFormat: nameFormats[format]}, given: from.NameFormat != ""}
}

// isURI reports whether a name is an absolute URI, such as https://acme.example/role or urn:oid:2.5.4.42.
func isURI(name string) bool {
	parsed, err := url.Parse(name)
	return err == nil && parsed.IsAbs() && !strings.ContainsFunc(name, unicode.IsSpace)
}

// write makes the operations of a statement. An add writes all of it, whatever was there. A replace leaves
// as it is what nobody has mentioned: if number and types of the values stay the same, only the values are
// written, and otherwise a statement with the name format that it has.
func (c *claim) write(d *document, p *patch, value func() (any, error)) error {
	if p.op == v1alpha1.PatchAdd {
		return d.do(p.op, p.pointer, p.path, func() (any, error) {
			values, err := p.attributes(value)
			return statement(c.attributes, values), err
		})
	}
	current, found, _ := d.member(place{p.path[0], p.path[1]})
	if !found {
		return errNotThere
	}
	values, err := p.attributes(value)
	if err != nil {
		return err
	}
	if c.given || !sameShape(current, values) {
		attributes := c.attributes
		if before := formatOf(current); before != "" && !c.given {
			attributes = map[string]any{nameFormat: before}
		}
		return d.do(v1alpha1.PatchAdd, p.pointer, p.path, func() (any, error) { return statement(attributes, values), nil })
	}
	for i := range values {
		index := strconv.Itoa(i)
		err := d.do(p.op, p.pointer+"/"+attributeValues+"/"+index+"/"+valueOf,
			[]string{p.path[0], p.path[1], attributeValues, index, valueOf},
			func() (any, error) { return values[i].text, nil })
		if err != nil {
			return err
		}
	}
	return nil
}

// typedText is a value of an attribute: SAML writes all of them as text, and says of what type they are.
type typedText struct {
	text       string
	attributes map[string]any
}

// attributes computes the values of a statement.
func (p *patch) attributes(value func() (any, error)) ([]typedText, error) {
	computed, err := value()
	if err != nil {
		return nil, err
	}
	list, isList := computed.([]any)
	if !isList {
		list = []any{computed}
	}
	values := make([]typedText, 0, len(list))
	for _, element := range list {
		value, err := attributeValue(element)
		if err != nil {
			return nil, fmt.Errorf("%s.value: %w", p.field, err)
		}
		values = append(values, value)
	}
	return values, nil
}

// attributeValue writes a value as XML Schema does.
func attributeValue(value any) (typedText, error) {
	switch v := value.(type) {
	case string:
		return typedText{v, xsString}, nil
	case bool:
		return typedText{strconv.FormatBool(v), xsBoolean}, nil
	case int64:
		return typedText{strconv.FormatInt(v, 10), xsInteger}, nil
	case float64: // xs:decimal has no exponents
		return typedText{strconv.FormatFloat(v, 'f', -1, 64), xsDecimal}, nil
	case nil:
		return typedText{}, errors.New("is null, which no attribute can be; say what is meant instead, such as user.profile.?title.orValue('')")
	default:
		return typedText{}, errors.New("must be a string, a number, a boolean or a list of them; an attribute of an assertion has no structure")
	}
}

// statement is an attribute statement in Okta's form.
func statement(attributes map[string]any, values []typedText) map[string]any {
	list := make([]any, 0, len(values))
	for _, value := range values {
		list = append(list, map[string]any{attributesOf: value.attributes, valueOf: value.text})
	}
	return map[string]any{attributesOf: attributes, attributeValues: list}
}

// sameShape reports whether a statement has as many values as are to be written, each of the same type or
// of none that it states.
func sameShape(current any, values []typedText) bool {
	statement, _ := current.(map[string]any)
	list, _ := statement[attributeValues].([]any)
	if len(list) != len(values) {
		return false
	}
	for i, element := range list {
		value, _ := element.(map[string]any)
		attributes, _ := value[attributesOf].(map[string]any)
		if _, found := value[valueOf]; !found || attributes[xsiType] != nil && attributes[xsiType] != values[i].attributes[xsiType] {
			return false
		}
	}
	return true
}

// formatOf is the name format of a statement, or "".
func formatOf(current any) string {
	statement, _ := current.(map[string]any)
	attributes, _ := statement[attributesOf].(map[string]any)
	format, _ := attributes[nameFormat].(string)
	return format
}
