package rules

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/hookline/hookline/api/v1alpha1"
)

// maxEmail is how many bytes an address may have: RFC 5321 allows a path of 256, two of which are brackets.
const maxEmail = 254

// domainList has the domains whose addresses are accepted, in lower case.
type domainList map[string]struct{}

func newDomainList(domains []v1alpha1.EmailDomain) domainList {
	list := make(domainList, len(domains))
	for _, domain := range domains {
		list[string(domain)] = struct{}{}
	}
	return list
}

// accept reports whether email is a text, a plain address, and in one of the domains. Subdomains are other
// domains.
func (l domainList) accept(email any) bool {
	address, isText := email.(string)
	if !isText {
		return false
	}
	domain, ok := domainOf(address)
	if !ok {
		return false
	}
	_, listed := l[domain]
	return listed
}

// domainOf is the domain of a plain address in lower case; false if the address is not plain.
//
// What is at stake is that this function and whoever delivers mail later read the same address in two
// ways: a@example.com@evil.example, "a@evil.example"@example.com, a@evil.example,b@example.com,
// x<a@evil.example>@example.com, or a line break and a second header. So an address has exactly one @, and
// nothing of what RFC 5322 gives a meaning beyond that (quotes, comments, lists, brackets, escapes, white
// space). % and ! are refused as well, since old mail servers take a%evil.example@example.com and
// evil.example!a@example.com as a request to pass mail on.
//
// The domain is compared as ASCII in lower case. Nothing is folded or mapped beyond that: U+212A (Kelvin) in
// lower case is an ordinary k, and exampłe.com is not example.com. An international domain is listed and
// matched in its xn-- form.
func domainOf(address string) (string, bool) {
	if len(address) > maxEmail || !utf8.ValidString(address) {
		return "", false
	}
	local, domain, found := strings.Cut(address, "@")
	if !found || local == "" || domain == "" {
		return "", false
	}
	if strings.ContainsFunc(local, notInLocalPart) || strings.ContainsFunc(domain, notInDomain) {
		return "", false
	}
	return strings.ToLower(domain), true
}

// notInLocalPart reports whether a character before the @ makes an address something else than plain.
// Letters of all scripts are plain (RFC 6531).
func notInLocalPart(r rune) bool {
	return strings.ContainsRune("\"(),:;<>@[\\]%!", r) || !unicode.IsPrint(r) || unicode.IsSpace(r)
}

// notInDomain reports whether a character can't be in a host name. A trailing dot can be, but is in no list.
func notInDomain(r rune) bool {
	ordinary := 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || r == '-' || r == '.'
	return !ordinary
}
