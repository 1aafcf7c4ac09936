package okta

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
)

// oktaDomains are the domains under which Okta itself runs orgs. Only there is
// a host that ends in "-admin" known to be an admin console; on a customer's
// own domain the name may be anything.
var oktaDomains = []string{"okta.com", "oktapreview.com", "okta-emea.com", "okta-gov.com", "okta.mil"}

// orgAddress brings the URL of an org into the one form that the SDK can
// append paths to (https, no path, no trailing slash: it would ask for
// "//api/v1/..."), and says what to write where that cannot be done.
func orgAddress(raw string) (*url.URL, error) {
	u, err := url.Parse(strings.TrimSpace(raw))
	switch {
	case err != nil:
		// The parser's own text repeats the input, which may hold a password.
		return nil, errors.New("url is not a URL: write it like https://acme.okta.com")
	case u.User != nil:
		return nil, errors.New("url must not contain a user or password: write it like https://acme.okta.com")
	case u.Hostname() == "":
		return nil, fmt.Errorf("url %q has no host: write it like https://acme.okta.com", raw)
	case u.Scheme != "https":
		return nil, fmt.Errorf("url %q must begin with https://: write https://%s", raw, u.Host)
	}
	u.Host = strings.ToLower(u.Host)
	if org, ok := consoleOf(u.Hostname()); ok {
		return nil, fmt.Errorf("url %q is the admin console, which has no API: write https://%s", raw, org)
	}
	if (u.Path != "" && u.Path != "/") || u.RawQuery != "" || u.Fragment != "" {
		return nil, fmt.Errorf("url %q must be the org alone: write https://%s", raw, u.Host)
	}
	return &url.URL{Scheme: "https", Host: u.Host}, nil
}

// consoleOf returns the host of the org whose admin console the given host is.
func consoleOf(host string) (org string, ok bool) {
	label, domain, _ := strings.Cut(host, ".")
	name, isAdmin := strings.CutSuffix(label, "-admin")
	if !isAdmin || name == "" {
		return "", false
	}
	for _, d := range oktaDomains {
		if domain == d {
			return name + "." + domain, true
		}
	}
	return "", false
}

// apiToken strips the white space that files and copied text bring along, and
// refuses what cannot be a token before it turns into a 401 from Okta or a
// malformed header. No message contains any part of it.
func apiToken(raw Secret) (Secret, error) {
	token := strings.TrimSpace(raw.Reveal())
	switch {
	case token == "":
		return Secret{}, errors.New("API token is empty: create one in the admin console under Security > API > Tokens")
	case strings.HasPrefix(strings.ToUpper(token), "SSWS "):
		return Secret{}, errors.New(`API token must be the token alone: leave out the leading "SSWS "`)
	case strings.ContainsFunc(token, func(r rune) bool { return r <= ' ' || r > '~' }):
		return Secret{}, errors.New("API token contains white space or characters that no token has: copy it again")
	}
	return NewSecret(token), nil
}
