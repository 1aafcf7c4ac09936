package v1alpha1

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation/field"
)

// LifetimePath is where the lifetime of a token stands, in seconds.
const LifetimePath = "/token/lifetime/expiration"

// Lifetimes that Okta accepts for a token, in seconds.
const (
	MinTokenLifetime = 300
	MaxTokenLifetime = 86400
)

// tokenKind is one of the two tokens that a token hook changes.
type tokenKind struct {
	// name as a sentence has it.
	name string
	// system are the claims that are Okta's own there, beyond systemClaims.
	system []string
}

// systemClaims are Okta's own in both tokens. Okta drops every change of a token if one of them is touched.
// The lists are those of Okta's token hook reference, and of its help centre ("List of Reserved Claims").
var systemClaims = []string{
	"acr", "auth_time", "cid", "cnf", "exp", "groups", "iat", "iss", "jti", "sid", "token_type", "ver",
}

var (
	accessTokenKind = tokenKind{"access token", []string{
		"amr", "as_uri", "authorization_details", "rpt", "rsi", "scp", "uid", "username",
	}}
	// aud and sub can be changed in access tokens only.
	idTokenKind = tokenKind{"ID token", []string{
		"active", "aid", "amr", "app_id", "app_type", "at_hash", "aud", "c_hash", "client_id", "client_ip",
		"client_req_id", "client_type", "client_user_agent", "device_compliance", "device_id", "device_known",
		"device_managed", "device_name", "device_trust", "did", "dst", "group", "hotk", "idp", "idp_iss", "mac_key",
		"may_act", "nonce", "oid", "okta_emailVerified", "okta_lastUpdated", "orig", "permissions", "purpose",
		"pwd_exp_days", "pwd_exp_time", "rid", "role", "scope", "scopes", "sub", "term", "user_ip",
	}}
)

// SessionLifetimePath is where a hook says how long the service's session may last, in seconds, from 1 to
// MaxSessionLifetime. No assertion has it before the hook is asked.
const (
	SessionLifetimePath = "/authentication/sessionLifetime"
	MaxSessionLifetime  = math.MaxInt32
)

// assertionRoots are the members of an assertion that a hook may change.
var assertionRoots = []string{"claims", "subject", "authentication", "conditions"}

// Pointer is the JSON Pointer (RFC 6901) that the patch is about: path, or the one of claim.
func (p *TokenPatch) Pointer() string { return pointer(p.Path, p.Claim) }

// Pointer is the JSON Pointer (RFC 6901) that the patch is about: path, or the one of claim.
func (p *SAMLPatch) Pointer() string { return pointer(p.Path, p.Claim) }

// escapes are those of RFC 6901; ~ goes first, or what / becomes would be escaped again.
var escapes = strings.NewReplacer("~", "~0", "/", "~1")

func pointer(path, claim string) string {
	if claim != "" {
		return "/claims/" + escapes.Replace(claim)
	}
	return path
}

// SplitPointer is the reference tokens of a JSON Pointer (RFC 6901), unescaped. It is an error, which says
// what to write instead, if it is none.
func SplitPointer(pointer string) ([]string, error) {
	rest, rooted := strings.CutPrefix(pointer, "/")
	if !rooted {
		if pointer != "" && !strings.Contains(pointer, "/") {
			return nil, fmt.Errorf("must be a JSON Pointer, which starts with /; write /claims/%s, or name the claim with claim instead of path", pointer)
		}
		return nil, fmt.Errorf("must be a JSON Pointer, which starts with /; write /%s", pointer)
	}
	tokens := strings.Split(rest, "/")
	for i, token := range tokens {
		for at := 0; at < len(token); at++ {
			if token[at] == '~' && (at+1 == len(token) || token[at+1] != '0' && token[at+1] != '1') {
				return nil, fmt.Errorf("has a ~ that stands for nothing; write ~0 for ~, ~1 for /, or name the claim with claim instead of path")
			}
		}
		tokens[i] = strings.ReplaceAll(strings.ReplaceAll(token, "~1", "/"), "~0", "~")
	}
	return tokens, nil
}

// CheckPatches finds the operations of a handler that Okta would not carry out, and for which it would drop
// all others too: places that a hook can't reach, and claims that are Okta's own. The paths are those of the
// resource, such as handler.token.rules[0].idToken[1].path.
func CheckPatches(h *Handler) field.ErrorList {
	var errs field.ErrorList
	if h.Token != nil {
		for i := range h.Token.Rules {
			rule, at := &h.Token.Rules[i], field.NewPath("handler", "token", "rules").Index(i)
			errs = append(errs, checkTokenPatches(at.Child("accessToken"), accessTokenKind, rule.AccessToken)...)
			errs = append(errs, checkTokenPatches(at.Child("idToken"), idTokenKind, rule.IDToken)...)
		}
	}
	if h.SAML != nil {
		for i := range h.SAML.Rules {
			at := field.NewPath("handler", "saml", "rules").Index(i).Child("assertion")
			for j := range h.SAML.Rules[i].Assertion {
				errs = append(errs, checkSAMLPatch(at.Index(j), &h.SAML.Rules[i].Assertion[j])...)
			}
		}
	}
	return errs
}

func checkTokenPatches(at *field.Path, kind tokenKind, patches []TokenPatch) field.ErrorList {
	var errs field.ErrorList
	for i := range patches {
		patch := &patches[i]
		member, written := at.Index(i).Child("path"), patch.Path
		if patch.Claim != "" {
			member, written = at.Index(i).Child("claim"), patch.Claim
		}
		if problem := tokenPatchProblem(kind, patch); problem != "" {
			errs = append(errs, field.Invalid(member, written, problem))
		}
	}
	return errs
}

// slashInName is for a URL in a path.
const slashInName = "has a name with / in it, which is written ~1 in a path; or name it as it is, with claim instead of path"

// claimProblem says why the name of a claim can't be meant as it is written, or "".
func claimProblem(claim string) string {
	if name, isPath := strings.CutPrefix(claim, "/claims/"); isPath {
		return fmt.Sprintf("is a path, and claim takes the plain name: write claim: %s, or path instead of claim", name)
	}
	return ""
}

// tokenPatchProblem says why Okta would refuse the patch, or "".
func tokenPatchProblem(kind tokenKind, patch *TokenPatch) string {
	if problem := claimProblem(patch.Claim); problem != "" {
		return problem
	}
	tokens, err := SplitPointer(patch.Pointer())
	if err != nil {
		return err.Error()
	}
	if patch.Pointer() == LifetimePath {
		if patch.Op != PatchReplace {
			return fmt.Sprintf("is there in every token, and can be neither added nor taken out: write op: %s", PatchReplace)
		}
		return ""
	}
	if slices.Contains(tokens, "") && strings.Contains(patch.Path, "://") {
		return slashInName
	}
	if len(tokens) < 2 || tokens[0] != "claims" || slices.Contains(tokens, "") {
		return fmt.Sprintf("is no place of a token that a hook can change: write /claims/<name>, or %s", LifetimePath)
	}
	if problem := listEndProblem(tokens[2:], patch.Op == PatchAdd); problem != "" {
		return problem
	}
	claim := tokens[1]
	if claim == "exp" || claim == "iat" {
		return fmt.Sprintf("is set by Okta: change the lifetime with path %s", LifetimePath)
	}
	if slices.Contains(systemClaims, claim) || slices.Contains(kind.system, claim) {
		problem := fmt.Sprintf("is a claim of Okta's own, and no hook can change it in an %s; use another name", kind.name)
		if claim == "aud" || claim == "sub" {
			problem += ", or change it under accessToken"
		}
		return problem
	}
	return ""
}

// listEndProblem says why - can't stand where it does, or "": it is the place behind the last element of a list
// (RFC 6901), where nothing is but what is added.
func listEndProblem(tokens []string, adding bool) string {
	switch i := slices.Index(tokens, "-"); {
	case i < 0:
		return ""
	case i < len(tokens)-1:
		return "has - in the middle, the end of a list, where nothing is: write the place of an element, such as 0"
	case !adding:
		return fmt.Sprintf("ends in -, the end of a list, where nothing is: write the place of an element, such as 0, or op: %s", PatchAdd)
	}
	return ""
}

func checkSAMLPatch(at *field.Path, patch *SAMLPatch) field.ErrorList {
	if patch.Claim != "" {
		if problem := claimProblem(patch.Claim); problem != "" {
			return field.ErrorList{field.Invalid(at.Child("claim"), patch.Claim, problem)}
		}
		return nil
	}
	if problem := samlPathProblem(patch); problem != "" {
		return field.ErrorList{field.Invalid(at.Child("path"), patch.Path, problem)}
	}
	return nil
}

// samlPathProblem says why Okta would refuse the path, or "".
func samlPathProblem(patch *SAMLPatch) string {
	tokens, err := SplitPointer(patch.Path)
	if err != nil {
		return err.Error()
	}
	if slices.Contains(tokens, "") && strings.Contains(patch.Path, "://") {
		return slashInName
	}
	if len(tokens) < 2 || !slices.Contains(assertionRoots, tokens[0]) || slices.Contains(tokens, "") {
		return "is no place of an assertion that a hook can change: write one under /claims, /subject, /authentication or " +
			"/conditions, such as /subject/nameId"
	}
	if patch.Path == SessionLifetimePath && patch.Op != PatchAdd {
		return fmt.Sprintf("is in no assertion beforehand: write op: %s", PatchAdd)
	}
	if tokens[0] != "claims" {
		return listEndProblem(tokens[1:], patch.Op == PatchAdd)
	}
	if len(tokens) == 2 {
		return ""
	}
	if !statementPath.MatchString(strings.Join(tokens[2:], "/")) {
		return "is no place of an attribute statement that a hook can change: write /claims/<name>, or " +
			"/claims/<name>/attributeValues/0/value for its first value; a / in a name is written ~1, or name it with claim instead of path"
	}
	return ""
}

// statementPath is what can be reached within an attribute statement: its attributes, such as the NameFormat,
// and its values.
var statementPath = newForm(`^(attributes|attributes/NameFormat|attributeValues/(0|[1-9][0-9]{0,8})/value)$`)
