package controllers

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/hookline/hookline/api/v1alpha1"
	"github.com/hookline/hookline/okta"
)

// desired is a hook as it shall be; observed the same as Okta tells it.
func desired() registrationFacts {
	return registrationFacts{
		want: okta.InlineHookSpec{
			Name: "identity/sign-up", Type: v1alpha1.Registration.OktaID(),
			Channel: okta.Channel{
				Type: okta.ChannelHTTP, URI: "https://hooks.example.com/identity/sign-up",
				Headers:    []okta.Header{{Key: v1alpha1.OwnerHeader, Value: "c/identity/sign-up"}},
				AuthScheme: &okta.AuthScheme{Type: okta.AuthHeader, Key: "Authorization", Value: okta.NewSecret("s")},
			},
		},
		active: true, owner: "c/identity/sign-up", known: "cal1",
		adoption: v1alpha1.Adoption{Policy: v1alpha1.AdoptNever}, secretPushed: true, seenAt: seen,
	}
}

var seen = time.Date(2026, 1, 10, 12, 0, 0, 0, time.UTC)

func observed(changes ...func(*okta.InlineHook)) okta.InlineHook {
	f := desired()
	hook := okta.InlineHook{ID: "cal1", Name: f.want.Name, Type: f.want.Type, Status: okta.StatusActive, Channel: f.want.Channel, LastUpdated: seen}
	hook.Channel.AuthScheme = &okta.AuthScheme{Type: "HEADER", Key: "Authorization"}
	for _, change := range changes {
		change(&hook)
	}
	return hook
}

func TestPlanRegistration(t *testing.T) {
	t.Parallel()
	type hookChange = func(*okta.InlineHook)
	for name, c := range map[string]struct {
		facts       func(*registrationFacts)
		hooks       []okta.InlineHook
		action      action
		differences []string
		says        string
	}{
		"nothing is there: create":                    {action: actCreate},
		"it is as it shall be: nothing":               {hooks: []okta.InlineHook{observed()}},
		"it is off and shall be on: activate":         {hooks: []okta.InlineHook{observed(func(h *okta.InlineHook) { h.Status = okta.StatusInactive })}, action: actActivate},
		"it is on and shall be off: deactivate first": {facts: func(f *registrationFacts) { f.active, f.want.Name = false, "new" }, hooks: []okta.InlineHook{observed()}, action: actDeactivate, differences: []string{`name (was "identity/sign-up")`}},
		"a header in another case is the same header": {hooks: []okta.InlineHook{observed(func(h *okta.InlineHook) {
			h.Channel.Headers = []okta.Header{{Key: "x-hookline-owner", Value: "c/identity/sign-up"}}
			h.Channel.AuthScheme = &okta.AuthScheme{Type: "HEADER", Key: "authorization"}
		})}},
		"another header beside ours: replace, and its value is not told": {
			hooks: []okta.InlineHook{observed(func(h *okta.InlineHook) {
				h.Channel.Headers = append([]okta.Header{{Key: "x-more", Value: "hush"}}, h.Channel.Headers...)
			})},
			action: actReplace, differences: []string{`channel.config.headers (was "X-Hookline-Owner, x-more")`},
		},
		"an OAuth channel: replace": {
			hooks:  []okta.InlineHook{observed(func(h *okta.InlineHook) { h.Channel.Type, h.Channel.AuthScheme = "OAUTH", nil })},
			action: actReplace, differences: []string{`channel.type (was "OAUTH")`, `channel.config.authScheme.key (was "")`},
		},
		"a secret that Okta was not given: replace": {
			facts: func(f *registrationFacts) { f.secretPushed = false }, hooks: []okta.InlineHook{observed()},
			action: actReplace, differences: []string{"channel.config.authScheme.value"},
		},
		"a hook without a secret has none to compare": {
			facts:  func(f *registrationFacts) { f.want.Channel.AuthScheme, f.secretPushed = nil, false },
			hooks:  []okta.InlineHook{observed(func(h *okta.InlineHook) { h.Channel.AuthScheme, h.LastUpdated = nil, seen.Add(time.Hour) })},
			action: actNothing,
		},
		"another owner's hook with our name: conflict": {
			facts:  func(f *registrationFacts) { f.known = "" },
			hooks:  []okta.InlineHook{observed(func(h *okta.InlineHook) { h.Channel.Headers[0].Value = "c/other/hook" })},
			action: actConflict, says: "owned by c/other/hook",
		},
		"the same, adopted by name: replace": {
			facts: func(f *registrationFacts) { f.known, f.adoption.Policy = "", v1alpha1.AdoptByName },
			hooks: []okta.InlineHook{observed(hookChange(func(h *okta.InlineHook) {
				h.Channel.Headers = []okta.Header{{Key: v1alpha1.OwnerHeader, Value: "c/other/hook"}}
			}))},
			action: actReplace, differences: []string{`channel.config.headers (was "X-Hookline-Owner")`},
		},
		"an adoption by id of a hook of another type: conflict": {
			facts: func(f *registrationFacts) {
				f.known, f.adoption = "", v1alpha1.Adoption{Policy: v1alpha1.AdoptByID, ID: "cal1"}
			},
			hooks: []okta.InlineHook{observed(func(h *okta.InlineHook) {
				h.Type, h.Name, h.Channel.Headers = "com.okta.oauth2.tokens.transform", "x", nil
			})},
			action: actConflict, says: "a hook's type can't be changed",
		},
		"an inactive telephony hook beside an active one: no conflict": {
			facts: func(f *registrationFacts) {
				f.known, f.want.Type, f.active = "", v1alpha1.Telephony.OktaID(), false
			},
			hooks:  []okta.InlineHook{{ID: "cal2", Name: "other", Type: v1alpha1.Telephony.OktaID(), Status: okta.StatusActive}},
			action: actCreate,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := desired()
			f.hooks = c.hooks
			if c.facts != nil {
				c.facts(&f)
			}
			plan := planRegistration(f)
			if plan.action != c.action {
				t.Errorf("action %d, want %d (%s)", plan.action, c.action, plan.obstacle)
			}
			if diff := cmp.Diff(c.differences, plan.differences); diff != "" {
				t.Errorf("differences (-want +got):\n%s", diff)
			}
			if !strings.Contains(plan.obstacle, c.says) {
				t.Errorf("says %q, want %q", plan.obstacle, c.says)
			}
		})
	}
}
