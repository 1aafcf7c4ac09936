package oktasim

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// route is one operation of the API. A segment of pattern in braces matches any
// one segment of the path.
type route struct {
	method  string
	pattern string
	handle  func(*Org, *request) (reply, error)
	// public operations need no API token: they are the user's, not the
	// administrator's.
	public bool
	// notJSON operations take forms or answer pages and redirects; they look at
	// media types themselves.
	notJSON bool

	segments []string // of pattern, filled in by routes
}

// routes is the whole API, in the order of the package comment.
var routes = split([]route{
	{method: "GET", pattern: "/.well-known/okta-organization", handle: (*Org).wellKnown, public: true},

	{method: "GET", pattern: "/api/v1/inlineHooks", handle: (*Org).listHooks},
	{method: "POST", pattern: "/api/v1/inlineHooks", handle: (*Org).createHook},
	{method: "GET", pattern: "/api/v1/inlineHooks/{id}", handle: (*Org).getHook},
	{method: "PUT", pattern: "/api/v1/inlineHooks/{id}", handle: (*Org).replaceHook},
	{method: "POST", pattern: "/api/v1/inlineHooks/{id}", handle: (*Org).updateHook},
	{method: "DELETE", pattern: "/api/v1/inlineHooks/{id}", handle: (*Org).deleteHook},
	{method: "POST", pattern: "/api/v1/inlineHooks/{id}/lifecycle/activate", handle: (*Org).activateHook},
	{method: "POST", pattern: "/api/v1/inlineHooks/{id}/lifecycle/deactivate", handle: (*Org).deactivateHook},
	{method: "POST", pattern: "/api/v1/inlineHooks/{id}/execute", handle: (*Org).executeHook},

	{method: "GET", pattern: "/api/v1/hook-keys", handle: (*Org).listKeys},
	{method: "POST", pattern: "/api/v1/hook-keys", handle: (*Org).createKey},
	{method: "GET", pattern: "/api/v1/hook-keys/public/{keyId}", handle: (*Org).getPublicKey},
	{method: "GET", pattern: "/api/v1/hook-keys/{id}", handle: (*Org).getKey},
	{method: "PUT", pattern: "/api/v1/hook-keys/{id}", handle: (*Org).replaceKey},
	{method: "DELETE", pattern: "/api/v1/hook-keys/{id}", handle: (*Org).deleteKey},

	{method: "GET", pattern: "/api/v1/users", handle: (*Org).listUsers},
	{method: "POST", pattern: "/api/v1/users", handle: (*Org).createUser},
	{method: "GET", pattern: "/api/v1/users/{id}", handle: (*Org).getUser},
	{method: "PUT", pattern: "/api/v1/users/{id}", handle: (*Org).replaceUser},
	{method: "POST", pattern: "/api/v1/users/{id}", handle: (*Org).updateUser},
	{method: "DELETE", pattern: "/api/v1/users/{id}", handle: (*Org).deleteUser},
	{method: "POST", pattern: "/api/v1/users/{id}/lifecycle/activate", handle: (*Org).activateUser},
	{method: "POST", pattern: "/api/v1/users/{id}/lifecycle/deactivate", handle: (*Org).deactivateUser},
	{method: "POST", pattern: "/api/v1/users/{id}/lifecycle/unlock", handle: (*Org).unlockUser},

	{method: "GET", pattern: "/api/v1/users/{id}/factors", handle: (*Org).listFactors},
	{method: "POST", pattern: "/api/v1/users/{id}/factors", handle: (*Org).enrollFactor},
	{method: "GET", pattern: "/api/v1/users/{id}/factors/{factorId}", handle: (*Org).getFactor},
	{method: "DELETE", pattern: "/api/v1/users/{id}/factors/{factorId}", handle: (*Org).deleteFactor},
	{method: "POST", pattern: "/api/v1/users/{id}/factors/{factorId}/lifecycle/activate", handle: (*Org).activateFactor},
	{method: "POST", pattern: "/api/v1/users/{id}/factors/{factorId}/resend", handle: (*Org).resendFactor},

	{method: "GET", pattern: "/api/v1/policies", handle: (*Org).listPolicies},
	{method: "GET", pattern: "/api/v1/policies/{id}", handle: (*Org).getPolicy},
	{method: "GET", pattern: "/api/v1/policies/{id}/rules", handle: (*Org).listRules},
	{method: "GET", pattern: "/api/v1/policies/{id}/rules/{ruleId}", handle: (*Org).getRule},
	{method: "PUT", pattern: "/api/v1/policies/{id}/rules/{ruleId}", handle: (*Org).replaceRule},

	{method: "GET", pattern: "/api/v1/authorizationServers/{server}/policies", handle: (*Org).listAccessPolicies},
	{method: "GET", pattern: "/api/v1/authorizationServers/{server}/policies/{policyId}", handle: (*Org).getAccessPolicy},
	{method: "GET", pattern: "/api/v1/authorizationServers/{server}/policies/{policyId}/rules", handle: (*Org).listAccessRules},
	{method: "POST", pattern: "/api/v1/authorizationServers/{server}/policies/{policyId}/rules", handle: (*Org).createAccessRule},
	{method: "GET", pattern: "/api/v1/authorizationServers/{server}/policies/{policyId}/rules/{ruleId}", handle: (*Org).getAccessRule},
	{method: "PUT", pattern: "/api/v1/authorizationServers/{server}/policies/{policyId}/rules/{ruleId}", handle: (*Org).replaceAccessRule},

	{method: "GET", pattern: "/api/v1/apps", handle: (*Org).listApps},
	{method: "POST", pattern: "/api/v1/apps", handle: (*Org).createApp},
	{method: "GET", pattern: "/api/v1/apps/{id}", handle: (*Org).getApp},
	{method: "PUT", pattern: "/api/v1/apps/{id}", handle: (*Org).replaceApp},

	{method: "GET", pattern: "/api/v1/logs", handle: (*Org).listEvents},

	{method: "POST", pattern: "/api/v1/authn", handle: (*Org).authenticate, public: true},
	{method: "POST", pattern: "/api/v1/authn/cancel", handle: (*Org).cancelTransaction, public: true},
	{method: "POST", pattern: "/api/v1/authn/factors/{factorId}/verify", handle: (*Org).verifyFactor, public: true},
	{method: "POST", pattern: "/api/v1/authn/factors/{factorId}/verify/resend", handle: (*Org).resendChallenge, public: true},
	{method: "POST", pattern: "/api/v1/authn/recovery/password", handle: (*Org).recoverPassword, public: true},
	{method: "POST", pattern: "/api/v1/authn/recovery/unlock", handle: (*Org).recoverAccount, public: true},
	{method: "POST", pattern: "/api/v1/authn/recovery/factors/{factorType}/verify", handle: (*Org).verifyRecovery, public: true},
	{method: "POST", pattern: "/api/v1/authn/recovery/factors/{factorType}/resend", handle: (*Org).resendRecovery, public: true},
	{method: "POST", pattern: "/api/v1/authn/credentials/reset_password", handle: (*Org).resetPassword, public: true},
	{method: "POST", pattern: "/idp/idx/enroll/new", handle: (*Org).registerUser, public: true},
	{method: "POST", pattern: "/idp/idx/enroll/update", handle: (*Org).updateProfile, public: true},

	{method: "GET", pattern: "/oauth2/{server}/.well-known/openid-configuration", handle: (*Org).describeAuthServer, public: true},
	{method: "GET", pattern: "/oauth2/{server}/.well-known/oauth-authorization-server", handle: (*Org).describeAuthServer, public: true},
	{method: "GET", pattern: "/oauth2/{server}/v1/keys", handle: (*Org).listSigningKeys, public: true},
	{method: "GET", pattern: "/oauth2/{server}/v1/authorize", handle: (*Org).authorize, public: true, notJSON: true},
	{method: "POST", pattern: "/oauth2/{server}/v1/token", handle: (*Org).grantTokens, public: true, notJSON: true},
	{method: "GET", pattern: "/app/{name}/{id}/sso/saml", handle: (*Org).signOnToApp, public: true, notJSON: true},
	{method: "GET", pattern: "/home/{name}/{id}/{linkId}", handle: (*Org).signOnToApp, public: true, notJSON: true},
})

func split(table []route) []route {
	for i := range table {
		table[i].segments = strings.Split(table[i].pattern, "/")
	}
	return table
}

// findRoute returns the route of a request and what its braces stand for. The
// error is Okta's for an unknown path or for a method the path does not have.
// http.ServeMux would redirect //api/v1, which a client gets from an org URL
// with a trailing slash, and Okta does not.
func findRoute(r *http.Request) (*route, map[string]string, error) {
	path := r.URL.EscapedPath()
	if len(path) > 1 {
		path = strings.TrimSuffix(path, "/") // an empty id is a call on the collection
	}
	segments := strings.Split(path, "/")
	known := false
	for i := range routes {
		vars, matches := routes[i].match(segments)
		if !matches {
			continue
		}
		if routes[i].method == r.Method {
			return &routes[i], vars, nil
		}
		known = true
	}
	if known {
		return nil, nil, errMethod
	}
	return nil, nil, errUnknownPath
}

func (rt *route) match(segments []string) (map[string]string, bool) {
	if len(segments) != len(rt.segments) {
		return nil, false
	}
	var vars map[string]string
	for i, want := range rt.segments {
		name, isVar := strings.CutPrefix(want, "{")
		if !isVar {
			if want != segments[i] {
				return nil, false
			}
			continue
		}
		value, err := url.PathUnescape(segments[i])
		if err != nil || value == "" {
			return nil, false
		}
		if vars == nil {
			vars = make(map[string]string, 2)
		}
		vars[strings.TrimSuffix(name, "}")] = value
	}
	return vars, true
}

// isPublic reports whether a path belongs to the user's side; an unknown path
// and everything else is the administrator's and needs a token.
func isPublic(path string) bool {
	segments := strings.Split(path, "/")
	return slices.ContainsFunc(routes, func(rt route) bool {
		_, matches := rt.match(segments)
		return rt.public && matches
	})
}
