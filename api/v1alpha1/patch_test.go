package v1alpha1_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/hookline/hookline/api/v1alpha1"
)

func TestPointersAreThoseOfThePathOrTheClaim(t *testing.T) {
	t.Parallel()
	for sentence, c := range map[string]struct{ path, claim, want string }{
		"a path is taken as it is":                         {path: "/claims/a~1b/0", want: "/claims/a~1b/0"},
		"a claim stands under /claims":                     {claim: "department", want: "/claims/department"},
		"a slash is escaped":                               {claim: "https://acme.example/role", want: "/claims/https:~1~1acme.example~1role"},
		"a tilde is escaped":                               {claim: "~", want: "/claims/~0"},
		"what looks like an escape is escaped":             {claim: "~1~0", want: "/claims/~01~00"},
		"a tilde before a slash is not escaped twice":      {claim: "~/", want: "/claims/~0~1"},
		"other characters stay as they are":                {claim: "größe %2F \"\\ ", want: "/claims/größe %2F \"\\ "},
		"a claim with the name of a place is only a claim": {claim: "token", want: "/claims/token"},
	} {
		token := v1alpha1.TokenPatch{Path: c.path, Claim: c.claim}
		saml := v1alpha1.SAMLPatch{Path: c.path, Claim: c.claim}
		if got := token.Pointer(); got != c.want {
			t.Errorf("%s: a token patch has the pointer %q, want %q", sentence, got, c.want)
		}
		if got := saml.Pointer(); got != c.want {
			t.Errorf("%s: a SAML patch has the pointer %q, want %q", sentence, got, c.want)
		}
	}
}

func TestSplitPointerUndoesEscapes(t *testing.T) {
	t.Parallel()
	for sentence, c := range map[string]struct {
		pointer string
		want    []string
	}{
		"one name":                                 {"/claims", []string{"claims"}},
		"several names":                            {"/claims/groups/0", []string{"claims", "groups", "0"}},
		"the end of a list":                        {"/claims/groups/-", []string{"claims", "groups", "-"}},
		"an escaped slash":                         {"/claims/a~1b", []string{"claims", "a/b"}},
		"an escaped tilde":                         {"/claims/a~0b", []string{"claims", "a~b"}},
		"an escaped tilde before a one":            {"/claims/~01", []string{"claims", "~1"}},
		"an escaped tilde before an escaped slash": {"/claims/~0~1", []string{"claims", "~/"}},
		"an escaped slash before a zero":           {"/claims/~10", []string{"claims", "/0"}},
		"nothing between slashes":                  {"/claims//a", []string{"claims", "", "a"}},
		"nothing behind the slash":                 {"/", []string{""}},
		"letters of other scripts":                 {"/größe", []string{"größe"}},
	} {
		got, err := v1alpha1.SplitPointer(c.pointer)
		if err != nil || !slices.Equal(got, c.want) {
			t.Errorf("%s: %q is split into %q (%v), want %q", sentence, c.pointer, got, err, c.want)
		}
	}
}

func TestSplitPointerSaysWhatToWriteInstead(t *testing.T) {
	t.Parallel()
	const noSlash, tilde = "must be a JSON Pointer, which starts with /; write /", "has a ~ that stands for nothing; write ~0 for ~, ~1 for /, or name the claim with claim instead of path"
	for sentence, c := range map[string]struct{ pointer, want string }{
		"no slash at the start":     {"claims/department", noSlash + "claims/department"},
		"a fragment":                {"#/claims/department", noSlash + "#/claims/department"},
		"nothing":                   {"", noSlash},
		"a tilde at the end":        {"/claims/a~", tilde},
		"a tilde before a slash":    {"/claims/a~/b", tilde},
		"a tilde before a letter":   {"/claims/~acme", tilde},
		"a tilde before a two":      {"/claims/~2", tilde},
		"a tilde behind an escape":  {"/claims/~0~", tilde},
		"a tilde in the first name": {"/~claims/a", tilde},
	} {
		if tokens, err := v1alpha1.SplitPointer(c.pointer); err == nil || err.Error() != c.want {
			t.Errorf("%s: %q is split into %q (%v), want the error %q", sentence, c.pointer, tokens, err, c.want)
		}
	}
}

// FuzzSplitPointerGivesBackEveryClaim holds the two to each other: whatever a claim is called, the pointer that is
// made of its name leads to it and to nothing else.
func FuzzSplitPointerGivesBackEveryClaim(f *testing.F) {
	for _, claim := range []string{"department", "https://acme.example/role", "~", "~0", "~1", "~01", "//", "a/~b", "größe", "\x00", "\xff"} {
		f.Add(claim)
	}
	f.Fuzz(func(t *testing.T, claim string) {
		if claim == "" {
			return // the schema has no empty claim
		}
		patch := v1alpha1.TokenPatch{Claim: claim}
		tokens, err := v1alpha1.SplitPointer(patch.Pointer())
		if err != nil || !slices.Equal(tokens, []string{"claims", claim}) {
			t.Errorf("claim %q has the pointer %q, which is split into %q (%v)", claim, patch.Pointer(), tokens, err)
		}
	})
}

// FuzzSplitPointerLosesNothing: what is split can be put together again.
func FuzzSplitPointerLosesNothing(f *testing.F) {
	for _, pointer := range []string{"/", "/claims/a~1b/0", "/~0~1", "//", "/claims/~", "claims", "/größe/\xff"} {
		f.Add(pointer)
	}
	escapes := strings.NewReplacer("~", "~0", "/", "~1")
	f.Fuzz(func(t *testing.T, pointer string) {
		tokens, err := v1alpha1.SplitPointer(pointer)
		if err != nil {
			return
		}
		var again strings.Builder
		for _, token := range tokens {
			again.WriteString("/" + escapes.Replace(token))
		}
		if again.String() != pointer {
			t.Errorf("%q is split into %q, which makes %q", pointer, tokens, again.String())
		}
	})
}

// Claims that Okta lets no hook touch, by the token, beside exp and iat, which have a message of their own.
var (
	reservedInBoth = []string{"acr", "auth_time", "cid", "cnf", "groups", "iss", "jti", "sid", "token_type", "ver"}
	reservedAccess = []string{"amr", "as_uri", "authorization_details", "rpt", "rsi", "scp", "uid", "username"}
	reservedID     = []string{
		"active", "aid", "amr", "app_id", "app_type", "at_hash", "aud", "c_hash", "client_id", "client_ip", "client_req_id",
		"client_type", "client_user_agent", "device_compliance", "device_id", "device_known", "device_managed",
		"device_name", "device_trust", "did", "dst", "group", "hotk", "idp", "idp_iss", "mac_key", "may_act", "nonce", "oid",
		"okta_emailVerified", "okta_lastUpdated", "orig", "permissions", "purpose", "pwd_exp_days", "pwd_exp_time", "rid",
		"role", "scope", "scopes", "sub", "term", "user_ip",
	}
)

const (
	noTokenPlace = "is no place of a token that a hook can change: write /claims/<name>, or /token/lifetime/expiration"
	setByOkta    = "is set by Okta: change the lifetime with path /token/lifetime/expiration"
	onlyReplaced = "is there in every token, and can be neither added nor taken out: write op: replace"
	inTheMiddle  = "has - in the middle, the end of a list, where nothing is: write the place of an element, such as 0"
	atTheEnd     = "ends in -, the end of a list, where nothing is: write the place of an element, such as 0, or op: add"
	notAPointer  = "must be a JSON Pointer, which starts with /; write /"
	ownInAccess  = "is a claim of Okta's own, and no hook can change it in an access token; use another name"
	ownInID      = "is a claim of Okta's own, and no hook can change it in an ID token; use another name"
	notPlain     = "is a path, and claim takes the plain name: write claim: "
	elsewhere    = ", or change it under accessToken"
)

// patchVerdict is what CheckPatches says of one operation: nothing if it takes it.
type patchVerdict struct {
	name            string
	op, path, claim string
	access, id      string // what it says of it in an access token, and in an ID token
}

func tokenVerdicts() []patchVerdict {
	all := []patchVerdict{
		{name: "a claim is added", op: "add", claim: "department"},
		{name: "a claim is replaced", op: "replace", claim: "department"},
		{name: "a claim is taken out", op: "remove", claim: "department"},
		{name: "a claim is named by its path", op: "add", path: "/claims/department"},
		{name: "a claim with a URL for a name", op: "add", claim: "https://acme.example/role"},
		{name: "a claim with a URL for a name, escaped in a path", op: "add", path: "/claims/https:~1~1acme.example~1role"},
		{name: "a claim named like a place of a token", op: "add", claim: "lifetime"},
		{name: "a member of a claim", op: "add", path: "/claims/address/city"},
		{name: "an element of a claim", op: "remove", path: "/claims/teams/0"},
		{name: "the end of a list", op: "add", path: "/claims/teams/-"},
		{name: "a claim that is named -", op: "remove", path: "/claims/-"},
		{name: "the lifetime is replaced", op: "replace", path: "/token/lifetime/expiration"},
		{name: "a claim named like one of Okta's in capitals", op: "add", claim: "ISS"},
		{name: "a claim whose member is named like one of Okta's", op: "add", path: "/claims/origin/iss"},

		{name: "the lifetime is added", op: "add", path: "/token/lifetime/expiration", access: onlyReplaced, id: onlyReplaced},
		{name: "the lifetime is taken out", op: "remove", path: "/token/lifetime/expiration", access: onlyReplaced, id: onlyReplaced},
		{name: "a member of what is at the end of a list", op: "add", path: "/claims/teams/-/name", access: inTheMiddle, id: inTheMiddle},
		{name: "the end of a list is taken out", op: "remove", path: "/claims/teams/-", access: atTheEnd, id: atTheEnd},
		{name: "the end of a list is replaced", op: "replace", path: "/claims/teams/-", access: atTheEnd, id: atTheEnd},
		{name: "the lifetime as a claim", op: "add", claim: "exp", access: setByOkta, id: setByOkta},
		{name: "the time of issue", op: "replace", path: "/claims/iat", access: setByOkta, id: setByOkta},
		{name: "a path without slash", op: "add", path: "claims/department", access: notAPointer + "claims/department", id: notAPointer + "claims/department"},
		{name: "a path with a bare tilde", op: "add", path: "/claims/~acme", access: "has a ~ that stands for nothing", id: "has a ~ that stands for nothing"},
		{name: "all claims", op: "add", path: "/claims", access: noTokenPlace, id: noTokenPlace},
		{name: "a claim without name", op: "add", path: "/claims/", access: noTokenPlace, id: noTokenPlace},
		{name: "a member without name", op: "add", path: "/claims/address//city", access: noTokenPlace, id: noTokenPlace},
		{name: "a claim under another root", op: "add", path: "/department", access: noTokenPlace, id: noTokenPlace},
		{name: "a root of the request", op: "add", path: "/data/identity/claims/department", access: noTokenPlace, id: noTokenPlace},
		{name: "scopes", op: "add", path: "/scopes/openid", access: noTokenPlace, id: noTokenPlace},
		{name: "the whole lifetime", op: "replace", path: "/token/lifetime", access: noTokenPlace, id: noTokenPlace},
		{name: "the lifetime in another case", op: "replace", path: "/token/lifetime/Expiration", access: noTokenPlace, id: noTokenPlace},
		{name: "a slash alone", op: "add", path: "/", access: noTokenPlace, id: noTokenPlace},
		{name: "a path for a claim", op: "add", claim: "/claims/department", access: notPlain + "department", id: notPlain + "department"},
		{name: "a member of the audience", op: "add", path: "/claims/aud/-", id: ownInID + elsewhere},
		{name: "the issuer, by its path", op: "add", path: "/claims/iss", access: ownInAccess, id: ownInID},
		{name: "a member of the authentication methods", op: "add", path: "/claims/amr/-", access: ownInAccess, id: ownInID},
	}
	for _, claim := range slices.Concat(reservedInBoth, reservedAccess, reservedID) {
		v := patchVerdict{name: "Okta's claim " + claim, op: "replace", claim: claim}
		if slices.Contains(reservedInBoth, claim) || slices.Contains(reservedAccess, claim) {
			v.access = ownInAccess
		}
		if slices.Contains(reservedInBoth, claim) || slices.Contains(reservedID, claim) {
			v.id = ownInID
		}
		if claim == "aud" || claim == "sub" {
			v.id += elsewhere
		}
		all = append(all, v)
	}
	return all
}

func TestTokenPatchesThatOktaWouldDropAreTold(t *testing.T) {
	t.Parallel()
	for _, c := range tokenVerdicts() {
		patches := []v1alpha1.TokenPatch{{Op: v1alpha1.TokenPatchOp(c.op), Path: c.path, Claim: c.claim}}
		rule := v1alpha1.TokenRule{AccessToken: patches}
		judgePatch(t, "access token: "+c.name, v1alpha1.Handler{Token: &v1alpha1.TokenHandler{Rules: []v1alpha1.TokenRule{rule}}},
			"handler.token.rules[0].accessToken[0]", c.path, c.claim, c.access)
		rule = v1alpha1.TokenRule{IDToken: patches}
		judgePatch(t, "ID token: "+c.name, v1alpha1.Handler{Token: &v1alpha1.TokenHandler{Rules: []v1alpha1.TokenRule{rule}}},
			"handler.token.rules[0].idToken[0]", c.path, c.claim, c.id)
	}
}

// judgePatch holds CheckPatches to what it has to say of the one operation of a handler.
func judgePatch(t *testing.T, name string, h v1alpha1.Handler, at, path, claim, want string) {
	t.Helper()
	errs := v1alpha1.CheckPatches(&h)
	if want == "" {
		if len(errs) > 0 {
			t.Errorf("%s: refused: %v", name, errs)
		}
		return
	}
	field, value := at+".path", path
	if claim != "" {
		field, value = at+".claim", claim
	}
	whole := fmt.Sprintf("%s: Invalid value: %q: %s", field, value, want)
	if len(errs) != 1 || !strings.HasPrefix(errs[0].Error(), whole) {
		t.Errorf("%s: says %v, want %s", name, errs, whole)
	}
}

func TestTheEndOfAListOfAnAssertionIsOnlyAddedTo(t *testing.T) {
	t.Parallel()
	for op, want := range map[v1alpha1.SAMLPatchOp]string{v1alpha1.PatchAdd: "", v1alpha1.PatchReplace: atTheEnd} {
		errs := v1alpha1.CheckPatches(&v1alpha1.Handler{SAML: &v1alpha1.SAMLHandler{Rules: []v1alpha1.SAMLRule{
			{Assertion: []v1alpha1.SAMLPatch{{Op: op, Path: "/conditions/audienceRestriction/-", Value: "'urn:x'"}}}}}})
		if (len(errs) == 0) != (want == "") || want != "" && errs[0].Detail != want {
			t.Errorf("%s: got %v, want %q", op, errs, want)
		}
	}
}

func TestAssertionPatchesThatOktaWouldDropAreTold(t *testing.T) {
	t.Parallel()
	const noPlace = "is no place of an assertion that a hook can change: write one under /claims, /subject, /authentication or /conditions, such as /subject/nameId"
	const noValue = "is no place of an attribute statement that a hook can change: write /claims/<name>, or /claims/<name>/attributeValues/0/value for its first value"
	for _, c := range []struct{ name, path, claim, want string }{
		{name: "an attribute statement by its name", claim: "https://acme.example/role"},
		{name: "an attribute statement by its path", path: "/claims/role"},
		{name: "an attribute statement with a URL for a name, escaped", path: "/claims/https:~1~1acme.example~1role"},
		{name: "the first value of one", path: "/claims/role/attributeValues/0/value"},
		{name: "a later value of one with a URL for a name", path: "/claims/https:~1~1acme.example~1role/attributeValues/12/value"},
		{name: "the subject's name", path: "/subject/nameId"},
		{name: "a member of the subject's confirmation", path: "/subject/confirmation/data/recipient"},
		{name: "how the user signed in", path: "/authentication/authnContext"},
		{name: "a member of what is at the end of the audience", path: "/conditions/audienceRestriction/-/name", want: inTheMiddle},
		{name: "the audience", path: "/conditions/audienceRestriction/0"},

		{name: "a path without slash", path: "subject/nameId", want: notAPointer + "subject/nameId"},
		{name: "a path with a bare tilde", path: "/claims/~acme", want: "has a ~ that stands for nothing"},
		{name: "a URL that is not escaped", path: "/claims/https://acme.example/role", want: "has a name with / in it, which is written ~1 in a path; or name it as it is, with claim instead of path"},
		{name: "the name of a claim for a path", path: "role", want: "must be a JSON Pointer, which starts with /; write /claims/role, or name the claim with claim instead of path"},
		{name: "a name with a slash that is not escaped", path: "/claims/acme.example/role", want: noValue},
		{name: "all attribute statements", path: "/claims", want: noPlace},
		{name: "the whole subject", path: "/subject", want: noPlace},
		{name: "nothing below the subject", path: "/subject/", want: noPlace},
		{name: "a slash alone", path: "/", want: noPlace},
		{name: "the lifetime of the assertion", path: "/lifetime/expiration", want: noPlace},
		{name: "the assertion as the request has it", path: "/data/assertion/subject/nameId", want: noPlace},
		{name: "the subject in another case", path: "/Subject/nameId", want: noPlace},
		{name: "the values of a statement", path: "/claims/role/attributeValues", want: noValue},
		{name: "one value with its type", path: "/claims/role/attributeValues/0", want: noValue},
		{name: "the type of a value", path: "/claims/role/attributeValues/0/attributes", want: noValue},
		{name: "the end of the values", path: "/claims/role/attributeValues/-/value", want: noValue},
		{name: "a value before the first", path: "/claims/role/attributeValues/-1/value", want: noValue},
		{name: "a value farther than anybody counts", path: "/claims/role/attributeValues/99999999999/value", want: noValue},
		{name: "the attributes of a statement", path: "/claims/role/attributes"},
		{name: "the format of a statement's name", path: "/claims/role/attributes/NameFormat"},
		{name: "another attribute of a statement", path: "/claims/role/attributes/FriendlyName", want: noValue},
		{name: "a value whose place has a zero in front", path: "/claims/role/attributeValues/01/value", want: noValue},
		{name: "a path for a claim", claim: "/claims/role", want: notPlain + "role, or path instead of claim"},
	} {
		for _, op := range []v1alpha1.SAMLPatchOp{v1alpha1.PatchAdd, v1alpha1.PatchReplace} {
			rule := v1alpha1.SAMLRule{Assertion: []v1alpha1.SAMLPatch{{Op: op, Path: c.path, Claim: c.claim, Value: "'a'"}}}
			judgePatch(t, string(op)+": "+c.name, v1alpha1.Handler{SAML: &v1alpha1.SAMLHandler{Rules: []v1alpha1.SAMLRule{rule}}},
				"handler.saml.rules[0].assertion[0]", c.path, c.claim, c.want)
		}
	}
}

// TestTheSessionLifetimeIsAdded: no assertion has one before the hook is asked.
func TestTheSessionLifetimeIsAdded(t *testing.T) {
	t.Parallel()
	for op, want := range map[v1alpha1.SAMLPatchOp]string{v1alpha1.PatchAdd: "", v1alpha1.PatchReplace: "is in no assertion beforehand: write op: add"} {
		const path = "/authentication/sessionLifetime"
		rule := v1alpha1.SAMLRule{Assertion: []v1alpha1.SAMLPatch{{Op: op, Path: path, Value: "300"}}}
		judgePatch(t, string(op), v1alpha1.Handler{SAML: &v1alpha1.SAMLHandler{Rules: []v1alpha1.SAMLRule{rule}}},
			"handler.saml.rules[0].assertion[0]", path, "", want)
	}
}

func TestEveryPatchIsToldWithItsPosition(t *testing.T) {
	t.Parallel()
	right := v1alpha1.TokenPatch{Op: v1alpha1.PatchAdd, Claim: "department", Value: "'a'"}
	wrong := v1alpha1.TokenPatch{Op: v1alpha1.PatchAdd, Path: "claims", Value: "'a'"}
	reserved := v1alpha1.TokenPatch{Op: v1alpha1.PatchAdd, Claim: "iss", Value: "'a'"}
	statement := v1alpha1.SAMLPatch{Op: v1alpha1.PatchAdd, Claim: "role", Value: "'a'"}
	lifetime := v1alpha1.SAMLPatch{Op: v1alpha1.PatchReplace, Path: "/lifetime/expiration", Value: "300"}
	h := v1alpha1.Handler{
		Token: &v1alpha1.TokenHandler{Rules: []v1alpha1.TokenRule{
			{AccessToken: []v1alpha1.TokenPatch{right}, IDToken: []v1alpha1.TokenPatch{right}},
			{AccessToken: []v1alpha1.TokenPatch{right, right, reserved}, IDToken: []v1alpha1.TokenPatch{wrong, right}},
			{Deny: &v1alpha1.PatchDenied{Summary: "No."}},
		}},
		SAML: &v1alpha1.SAMLHandler{Rules: []v1alpha1.SAMLRule{
			{Deny: &v1alpha1.PatchDenied{Summary: "No."}},
			{Assertion: []v1alpha1.SAMLPatch{statement, lifetime}},
		}},
	}
	var got []string
	for _, err := range v1alpha1.CheckPatches(&h) {
		got = append(got, err.Field)
	}
	want := []string{"handler.token.rules[1].accessToken[2].claim", "handler.token.rules[1].idToken[0].path", "handler.saml.rules[1].assertion[1].path"}
	if !slices.Equal(got, want) {
		t.Errorf("the positions are %q, want %q", got, want)
	}
}

func TestOtherHandlersHaveNoPatches(t *testing.T) {
	t.Parallel()
	for name, h := range map[string]v1alpha1.Handler{
		"none":         {},
		"registration": {Registration: &v1alpha1.RegistrationHandler{Default: v1alpha1.RegistrationAllow}},
		"user import":  {UserImport: &v1alpha1.UserImportHandler{Rules: []v1alpha1.UserImportRule{{Action: v1alpha1.ActionCreateUser}}}},
	} {
		if errs := v1alpha1.CheckPatches(&h); len(errs) > 0 {
			t.Errorf("%s: %v", name, errs)
		}
	}
}
