package oktasim

import (
	"encoding/xml"
	"maps"
	"slices"
	"time"
)

// clockSkew is how much earlier than now an assertion starts to be good.
const clockSkew = 5 * time.Minute

const (
	nsProtocol  = "urn:oasis:names:tc:SAML:2.0:protocol"
	nsAssertion = "urn:oasis:names:tc:SAML:2.0:assertion"
	nsSchema    = "http://www.w3.org/2001/XMLSchema"
	nsInstance  = "http://www.w3.org/2001/XMLSchema-instance"
)

// xmlResponse is an unsigned SAML 2.0 Response with the prefixes that Okta uses.
type xmlResponse struct {
	XMLName      xml.Name     `xml:"saml2p:Response"`
	Protocol     string       `xml:"xmlns:saml2p,attr"`
	Destination  string       `xml:"Destination,attr"`
	ID           string       `xml:"ID,attr"`
	IssueInstant string       `xml:"IssueInstant,attr"`
	Version      string       `xml:"Version,attr"`
	Issuer       xmlIssuer    `xml:"saml2:Issuer"`
	Status       xmlStatus    `xml:"saml2p:Status"`
	Assertion    xmlAssertion `xml:"saml2:Assertion"`
}

type xmlIssuer struct {
	Namespace string `xml:"xmlns:saml2,attr"`
	Format    string `xml:"Format,attr"`
	Text      string `xml:",chardata"`
}

type xmlStatus struct {
	Code xmlStatusCode `xml:"saml2p:StatusCode"`
}

type xmlStatusCode struct {
	Value string `xml:"Value,attr"`
}

type xmlAssertion struct {
	Namespace    string         `xml:"xmlns:saml2,attr"`
	Schema       string         `xml:"xmlns:xs,attr"`
	Instance     string         `xml:"xmlns:xsi,attr"`
	ID           string         `xml:"ID,attr"`
	IssueInstant string         `xml:"IssueInstant,attr"`
	Version      string         `xml:"Version,attr"`
	Issuer       xmlIssuer      `xml:"saml2:Issuer"`
	Subject      xmlSubject     `xml:"saml2:Subject"`
	Conditions   xmlConditions  `xml:"saml2:Conditions"`
	Authn        xmlAuthn       `xml:"saml2:AuthnStatement"`
	Attributes   *xmlAttributes `xml:"saml2:AttributeStatement,omitempty"`
}

type xmlSubject struct {
	NameID       xmlNameID       `xml:"saml2:NameID"`
	Confirmation xmlConfirmation `xml:"saml2:SubjectConfirmation"`
}

type xmlNameID struct {
	Format string `xml:"Format,attr"`
	Text   string `xml:",chardata"`
}

type xmlConfirmation struct {
	Method string              `xml:"Method,attr"`
	Data   xmlConfirmationData `xml:"saml2:SubjectConfirmationData"`
}

type xmlConfirmationData struct {
	NotOnOrAfter string `xml:"NotOnOrAfter,attr"`
	Recipient    string `xml:"Recipient,attr"`
}

type xmlConditions struct {
	NotBefore    string   `xml:"NotBefore,attr"`
	NotOnOrAfter string   `xml:"NotOnOrAfter,attr"`
	Audiences    []string `xml:"saml2:AudienceRestriction>saml2:Audience"`
}

type xmlAuthn struct {
	AuthnInstant        string `xml:"AuthnInstant,attr"`
	SessionIndex        string `xml:"SessionIndex,attr"`
	SessionNotOnOrAfter string `xml:"SessionNotOnOrAfter,attr,omitempty"`
	ClassRef            string `xml:"saml2:AuthnContext>saml2:AuthnContextClassRef"`
}

type xmlAttributes struct {
	Attributes []xmlAttribute `xml:"saml2:Attribute"`
}

type xmlAttribute struct {
	Name       string     `xml:"Name,attr"`
	NameFormat string     `xml:"NameFormat,attr,omitempty"`
	Values     []xmlValue `xml:"saml2:AttributeValue"`
}

type xmlValue struct {
	Type string `xml:"xsi:type,attr,omitempty"`
	Text string `xml:",chardata"`
}

// xmlTime is a moment as SAML has it.
func xmlTime(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

// encode makes the Response that carries an assertion.
func (a assertion) encode(issuer, destination string, signedIn stamp, now time.Time) ([]byte, error) {
	ends := xmlTime(now.Add(time.Duration(a.Lifetime.Expiration) * time.Second))
	from := xmlIssuer{nsAssertion, "urn:oasis:names:tc:SAML:2.0:nameid-format:entity", issuer}
	response := xmlResponse{
		Protocol: nsProtocol, Destination: destination, ID: "id" + randomText(20), IssueInstant: xmlTime(now),
		Version: "2.0", Issuer: from,
		Status: xmlStatus{xmlStatusCode{"urn:oasis:names:tc:SAML:2.0:status:Success"}},
	}
	response.Assertion = xmlAssertion{
		Namespace: nsAssertion, Schema: nsSchema, Instance: nsInstance,
		ID: "id" + randomText(20), IssueInstant: xmlTime(now), Version: "2.0", Issuer: from,
		Subject: xmlSubject{
			xmlNameID{a.Subject.NameFormat, a.Subject.NameID},
			xmlConfirmation{a.Subject.Confirmation.Method, xmlConfirmationData{ends, a.Subject.Confirmation.Data.Recipient}},
		},
		Conditions: xmlConditions{xmlTime(now.Add(-clockSkew)), ends, a.Conditions.AudienceRestriction},
		Authn: xmlAuthn{
			AuthnInstant: signedIn.String(), SessionIndex: a.Authentication.SessionIndex,
			ClassRef: a.Authentication.AuthnContext.ClassRef,
		},
		Attributes: a.attributes(),
	}
	if seconds := a.Authentication.SessionLifetime; seconds > 0 {
		response.Assertion.Authn.SessionNotOnOrAfter = xmlTime(now.Add(time.Duration(seconds) * time.Second))
	}
	encoded, err := xml.Marshal(response)
	return append([]byte(xml.Header), encoded...), err
}

// attributes are the claims by name; nil, since the schema wants at least one.
func (a assertion) attributes() *xmlAttributes {
	if len(a.Claims) == 0 {
		return nil
	}
	var statement xmlAttributes
	for _, name := range slices.Sorted(maps.Keys(a.Claims)) {
		claim := a.Claims[name]
		attribute := xmlAttribute{Name: name, NameFormat: claim.Attributes.NameFormat}
		for _, value := range claim.Values {
			attribute.Values = append(attribute.Values, xmlValue{value.Attributes.Type, value.Value})
		}
		statement.Attributes = append(statement.Attributes, attribute)
	}
	return &statement
}
