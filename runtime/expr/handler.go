package expr

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/hookline/hookline/api/v1alpha1"
)

// handlerExpressions is the one table of where expressions stand: the members of a handler that have some, and
// for which type of hooks. list is called if a handler has the member, and has the order of the manifest.
var handlerExpressions = []struct {
	member  string
	answers v1alpha1.HookType
	given   func(*v1alpha1.Handler) bool
	list    func(*field.Path, *v1alpha1.Handler) []expression
}{
	{
		"passwordImport", v1alpha1.PasswordImport, func(h *v1alpha1.Handler) bool { return h.PasswordImport != nil },
		func(at *field.Path, h *v1alpha1.Handler) []expression {
			return []expression{{path: at.Child("username"), source: h.PasswordImport.Username, want: String}}
		},
	},
	{
		"registration", v1alpha1.Registration, func(h *v1alpha1.Handler) bool { return h.Registration != nil },
		func(at *field.Path, h *v1alpha1.Handler) []expression { return ofRegistration(at, h.Registration) },
	},
	{
		"telephony", v1alpha1.Telephony, func(h *v1alpha1.Handler) bool { return h.Telephony != nil },
		func(at *field.Path, h *v1alpha1.Handler) []expression { return ofTelephony(at, h.Telephony) },
	},
	{
		"token", v1alpha1.Token, func(h *v1alpha1.Handler) bool { return h.Token != nil },
		func(at *field.Path, h *v1alpha1.Handler) []expression { return ofToken(at, h.Token) },
	},
	{
		"saml", v1alpha1.SAMLAssertion, func(h *v1alpha1.Handler) bool { return h.SAML != nil },
		func(at *field.Path, h *v1alpha1.Handler) []expression { return ofSAML(at, h.SAML) },
	},
	{
		"userImport", v1alpha1.UserImport, func(h *v1alpha1.Handler) bool { return h.UserImport != nil },
		func(at *field.Path, h *v1alpha1.Handler) []expression { return ofUserImport(at, h.UserImport) },
	},
}

// expressionsOf lists the expressions of a handler of type t. Members that answer hooks of another type are
// refused as a whole elsewhere.
func expressionsOf(t v1alpha1.HookType, h *v1alpha1.Handler) []expression {
	var found []expression
	for _, kind := range handlerExpressions {
		if kind.answers == t && kind.given(h) {
			found = append(found, kind.list(field.NewPath("handler", kind.member), h)...)
		}
	}
	return found
}

func ofRegistration(at *field.Path, h *v1alpha1.RegistrationHandler) []expression {
	var found []expression
	for i := range h.Rules {
		rule, path := &h.Rules[i], at.Child("rules").Index(i)
		found = append(found, condition(path, rule.When))
		found = append(found, attributes(path.Child("profile"), rule.Profile)...)
	}
	return found
}

func ofTelephony(at *field.Path, h *v1alpha1.TelephonyHandler) []expression {
	var found []expression
	for i := range h.Providers {
		if provider := h.Providers[i].HTTP; provider != nil {
			found = append(found, ofHTTPProvider(at.Child("providers").Index(i).Child("http"), provider)...)
		}
	}
	for i := range h.Routes {
		found = append(found, condition(at.Child("routes").Index(i), h.Routes[i].When))
	}
	return append(found, expression{path: at.Child("message"), source: h.Message, want: String})
}

func ofHTTPProvider(at *field.Path, p *v1alpha1.HTTPProvider) []expression {
	return []expression{
		{
			path: at.Child("request"), source: string(p.Request), want: JSON, scope: ProviderRequest,
			constant: refused("is the same for every message; name what is to be sent, such as {'to': send.phoneNumber, 'text': send.text}"),
		},
		{
			path: at.Child("sent"), source: string(p.Sent), want: Bool, scope: ProviderResponse,
			constant: refused("is the same for every answer; ask for what tells that the message was taken, such as response.status == 202"),
		},
		{path: at.Child("transactionID"), source: string(p.TransactionID), want: String, scope: ProviderResponse},
	}
}

func ofToken(at *field.Path, h *v1alpha1.TokenHandler) []expression {
	var found []expression
	for i := range h.Rules {
		rule, path := &h.Rules[i], at.Child("rules").Index(i)
		found = append(found, condition(path, rule.When))
		found = append(found, tokenPatches(path.Child("accessToken"), rule.AccessToken)...)
		found = append(found, tokenPatches(path.Child("idToken"), rule.IDToken)...)
	}
	return found
}

func tokenPatches(at *field.Path, patches []v1alpha1.TokenPatch) []expression {
	var found []expression
	for i := range patches {
		patch, path := &patches[i], at.Index(i)
		value := expression{path: path.Child("value"), source: patch.Value, want: JSON, within: path}
		if patch.Pointer() == v1alpha1.LifetimePath {
			value.want, value.constant = Integer, seconds(v1alpha1.MinTokenLifetime, v1alpha1.MaxTokenLifetime)
		}
		found = append(found, value)
	}
	return found
}

func ofSAML(at *field.Path, h *v1alpha1.SAMLHandler) []expression {
	var found []expression
	for i := range h.Rules {
		rule, path := &h.Rules[i], at.Child("rules").Index(i)
		found = append(found, condition(path, rule.When))
		for j := range rule.Assertion {
			found = append(found, samlPatch(path.Child("assertion").Index(j), &rule.Assertion[j]))
		}
	}
	return found
}

func samlPatch(at *field.Path, patch *v1alpha1.SAMLPatch) expression {
	value := expression{path: at.Child("value"), source: string(patch.Value), want: Scalars, within: at}
	if patch.Claim != "" {
		return value
	}
	tokens, _ := v1alpha1.SplitPointer(patch.Path) // what is wrong with it, v1alpha1.CheckPatches says
	if value.want = AssertionKind(tokens); value.want == Integer {
		value.constant = seconds(1, v1alpha1.MaxSessionLifetime)
	}
	return value
}

func ofUserImport(at *field.Path, h *v1alpha1.UserImportHandler) []expression {
	var found []expression
	for i := range h.Rules {
		rule, path := &h.Rules[i], at.Child("rules").Index(i)
		found = append(found, condition(path, rule.When))
		found = append(found, attributes(path.Child("profile"), rule.Profile)...)
		found = append(found, attributes(path.Child("appProfile"), rule.AppProfile)...)
		found = append(found, expression{path: path.Child("user"), source: rule.User, want: String, constant: notBlank})
	}
	return found
}

// condition is the when of a rule.
func condition(rule *field.Path, when string) expression {
	return expression{path: rule.Child("when"), source: when, want: Bool}
}

// attributes are values by name, in the order of the names: a manifest's own order is lost by then.
func attributes(at *field.Path, values map[string]v1alpha1.Expression) []expression {
	var found []expression
	for _, name := range slices.Sorted(maps.Keys(values)) {
		found = append(found, expression{path: at.Key(name), source: string(values[name]), want: JSON})
	}
	return found
}

// refused is for expressions that can't be right if they yield the same for every call.
func refused(problem string) func(any) string { return func(any) string { return problem } }

// notBlank is for what has to name somebody.
func notBlank(value any) string {
	if strings.TrimSpace(value.(string)) == "" {
		return "yields nothing, and must be the id of a user in Okta"
	}
	return ""
}

// seconds is for lifetimes.
func seconds(least, most int64) func(any) string {
	return func(value any) string {
		if lifetime := value.(int64); lifetime < least || lifetime > most {
			return fmt.Sprintf("yields %d, and a lifetime here has from %d to %d seconds", lifetime, least, most)
		}
		return ""
	}
}
