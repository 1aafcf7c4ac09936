package controllers

import (
	"strings"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/hookline/hookline/api/v1alpha1"
)

// TestWhatOktaWouldRefuseIsNeverDeployed has what only a compiler, or who knows Okta's rules, can see in a
// spec. The first reconcile says so, with the field and the place in it, and nothing is made.
func TestWhatOktaWouldRefuseIsNeverDeployed(t *testing.T) {
	t.Parallel()
	token := func(rule v1alpha1.TokenRule) *v1alpha1.OktaInlineHook {
		return aHook("x", func(h *v1alpha1.OktaInlineHook) {
			h.Spec.Type, h.Spec.Handler = v1alpha1.Token, v1alpha1.Handler{Token: &v1alpha1.TokenHandler{Rules: []v1alpha1.TokenRule{rule}}}
		})
	}
	idToken := func(patches ...v1alpha1.TokenPatch) *v1alpha1.OktaInlineHook {
		return token(v1alpha1.TokenRule{IDToken: patches})
	}
	saml := func(patch v1alpha1.SAMLPatch) *v1alpha1.OktaInlineHook {
		return aHook("x", func(h *v1alpha1.OktaInlineHook) {
			h.Spec.Type = v1alpha1.SAMLAssertion
			h.Spec.Handler = v1alpha1.Handler{SAML: &v1alpha1.SAMLHandler{Rules: []v1alpha1.SAMLRule{{Assertion: []v1alpha1.SAMLPatch{patch}}}}}
		})
	}
	for name, c := range map[string]struct {
		hook *v1alpha1.OktaInlineHook
		says string
	}{
		"a misspelt member of the payload": {token(v1alpha1.TokenRule{When: "request.dta.context != null", Deny: &v1alpha1.PatchDenied{Summary: "No."}}),
			"spec.handler.token.rules[0].when: Invalid value: \"request.dta.context != null\": column 8: "},
		"a place outside the claims": {idToken(v1alpha1.TokenPatch{Op: v1alpha1.PatchAdd, Path: "/header/kid", Value: "'x'"}),
			"spec.handler.token.rules[0].idToken[0].path: Invalid value: \"/header/kid\": is no place of a token"},
		"a claim of Okta's own": {idToken(v1alpha1.TokenPatch{Op: v1alpha1.PatchRemove, Claim: "iss"}),
			"spec.handler.token.rules[0].idToken[0].claim: Invalid value: \"iss\": is a claim of Okta's own"},
		"the wrong kind of token": {idToken(v1alpha1.TokenPatch{Op: v1alpha1.PatchReplace, Path: "/claims/aud", Value: "'x'"}),
			"spec.handler.token.rules[0].idToken[0].path: Invalid value: \"/claims/aud\": is a claim of Okta's own, and no hook can change it in an ID token; use another name, or change it under accessToken"},
		"a value that is no JSON": {idToken(v1alpha1.TokenPatch{Op: v1alpha1.PatchAdd, Claim: "a", Value: "b'x'"}),
			"spec.handler.token.rules[0].idToken[0].value: Invalid value: \"b'x'\": yields bytes, which is no JSON"},
		"a lifetime that Okta does not grant": {idToken(v1alpha1.TokenPatch{Op: v1alpha1.PatchReplace, Path: v1alpha1.LifetimePath, Value: "60"}),
			"spec.handler.token.rules[0].idToken[0].value: Invalid value: \"60\": "},
		"a part of an assertion that is out of reach": {saml(v1alpha1.SAMLPatch{Op: v1alpha1.PatchAdd, Path: "/lifetime/expiration", Value: "300"}),
			"spec.handler.saml.rules[0].assertion[0].path: Invalid value: \"/lifetime/expiration\": is no place of an assertion"},
		"two mistakes": {idToken(v1alpha1.TokenPatch{Op: v1alpha1.PatchRemove, Claim: "iss"}, v1alpha1.TokenPatch{Op: v1alpha1.PatchRemove, Claim: "jti"}),
			"; spec.handler.token.rules[0].idToken[1].claim: Invalid value: \"jti\": is a claim of Okta's own"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, c.hook)
			hook := w.settle("x")
			stalled := condition(hook, v1alpha1.ConditionStalled)
			if stalled.Status != metav1.ConditionTrue || stalled.Reason != v1alpha1.ReasonSpecInvalid {
				t.Errorf("conditions: %s", conditionLines(hook.Status.Conditions))
			}
			if !strings.Contains(stalled.Message, c.says) {
				t.Errorf("the message does not say %q: %s", c.says, stalled.Message)
			}
			if made := w.made("x"); len(made) != 0 || len(w.org.Hooks()) != 0 {
				t.Errorf("there are %v and %d hooks in Okta, want nothing", made, len(w.org.Hooks()))
			}
		})
	}
}

// TestManyMistakesAreNotTooManyForTheStatus: the API server takes no condition that is longer than 32 KiB, and
// without the status nobody would learn of anything.
func TestManyMistakesAreNotTooManyForTheStatus(t *testing.T) {
	t.Parallel()
	var rules []v1alpha1.TokenRule
	for range 64 {
		rules = append(rules, v1alpha1.TokenRule{When: "request.dta", Deny: &v1alpha1.PatchDenied{Summary: "No."}})
	}
	w := newWorld(t, aHook("x", func(h *v1alpha1.OktaInlineHook) {
		h.Spec.Type, h.Spec.Handler = v1alpha1.Token, v1alpha1.Handler{Token: &v1alpha1.TokenHandler{Rules: rules}}
	}))
	message := condition(w.settle("x"), v1alpha1.ConditionStalled).Message
	if !strings.Contains(message, "spec.handler.token.rules[9].when") || strings.Contains(message, "rules[10]") || !strings.HasSuffix(message, "; and 54 more") {
		t.Errorf("the message is %s", message)
	}
}

func TestMessagesAreCutToWhatTheAPIServerTakes(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{"short": "short", "123456789": "123456789", "1234567890": "123456…", "12345ä7890": "12345…"} {
		if got := cut(text, 9); got != want {
			t.Errorf("%s is cut to %s, want %s", text, got, want)
		}
	}
}
