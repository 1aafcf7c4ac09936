package oktasim

import (
	"encoding/json"
	"slices"
	"strings"
)

// importPolicies are the rules that match a user of an app with one of Okta's, in
// their order. An app's console settings choose them at Okta; here they are fixed.
var importPolicies = []string{"EMAIL", "FIRST_AND_LAST_NAME"}

var (
	// appAttributes are always in an app user's profile, null when the app has none.
	appAttributes = []string{"userName", "firstName", "lastName", "email", "secondEmail", "mobilePhone", "externalId"}
	// shownAttributes are always in the Okta profile that a hook is shown.
	shownAttributes = []string{
		"login", "firstName", "lastName", "email", "secondEmail", "primaryPhone", "mobilePhone", "streetAddress", "city",
		"state", "zipCode", "countryCode", "postalAddress",
	}
)

// withNulls returns a profile with null for the attributes that it lacks.
func withNulls(profile object, attributes []string) object {
	full := merge(profile, nil)
	for _, name := range attributes {
		if _, present := full[name]; !present {
			full[name] = json.RawMessage("null")
		}
	}
	return full
}

// mapProfile is the app's attribute mapping: attributes of the Okta schema come from
// those of the same name, the login from userName if it is an email address and
// otherwise from email. Without a user it makes a whole profile, with one theirs as
// it would be, whose login stays.
func (o *Org) mapProfile(appProfile object, linked *user) object {
	mapped := object{}
	take := func(name string, onlyStrings bool) {
		value, present := appProfile[name]
		if present && string(value) != "null" && (!onlyStrings || value[0] == '"') {
			mapped[name] = value
		}
	}
	for _, name := range baseAttributes {
		take(name, true)
	}
	for _, name := range o.opts.ProfileAttributes {
		take(name, false)
	}
	delete(mapped, "login")
	if linked != nil {
		return merge(linked.profileObject(), mapped)
	}
	for _, source := range []string{"userName", "email"} {
		if emailPattern.MatchString(stringMember(appProfile, source)) {
			mapped["login"] = appProfile[source]
			break
		}
	}
	return mapped
}

// importPlan is what an import is about to do with one user of the app.
type importPlan struct {
	appProfile object
	profile    object   // the Okta profile to be
	userID     string   // of the user to link to; empty to create one
	matches    []string // all users that match
	conflicts  []string // attributes that another user has
}

func (p importPlan) action() string {
	if p.userID != "" {
		return actionLink
	}
	return actionCreate
}

// planImport matches and maps a user of the app; o.mu is held.
func (run *importRun) planImport(appProfile object) importPlan {
	o := run.org
	plan := importPlan{appProfile: appProfile, conflicts: []string{}}
	plan.matches, plan.userID = run.index.match(&o.users, appProfile)
	plan.profile = o.mapProfile(appProfile, o.users.byID[plan.userID])
	if other := o.users.byLogin[loginKey(stringMember(plan.profile, "login"))]; other != nil && other.id != plan.userID {
		plan.conflicts = append(plan.conflicts, "login")
	}
	return plan
}

// matchIndex finds users by what the policies compare, since an org may have a
// hundred thousand of them. It is made for one import and may be behind.
type matchIndex map[string][]string

func newMatchIndex(users *userStore) matchIndex {
	index := matchIndex{}
	for _, u := range users.ordered {
		index.add(u)
	}
	return index
}

func (x matchIndex) add(u *user) {
	for _, key := range matchKeys(u.profileObject()) {
		if key != "" && !slices.Contains(x[key], u.id) {
			x[key] = append(x[key], u.id)
		}
	}
}

// matchKeys returns what each policy compares, empty where the profile lacks it.
func matchKeys(profile object) []string {
	email := strings.ToLower(stringMember(profile, "email"))
	first, last := strings.ToLower(stringMember(profile, "firstName")), strings.ToLower(stringMember(profile, "lastName"))
	keys := []string{"", ""}
	if email != "" {
		keys[0] = "email\x00" + email
	}
	if first != "" && last != "" {
		keys[1] = "name\x00" + first + "\x00" + last
	}
	return keys
}

// match returns the users that match an app user by any policy, and the one that
// the import would link to: the only match of the first policy that has any.
func (x matchIndex) match(users *userStore, appProfile object) (all []string, chosen string) {
	all = []string{}
	for policy, key := range matchKeys(appProfile) {
		if key == "" {
			continue
		}
		var matched []string
		for _, id := range x[key] {
			u := users.byID[id]
			if u == nil || u.status == userDeprovisioned || matchKeys(u.profileObject())[policy] != key {
				continue // changed since
			}
			matched = append(matched, id)
		}
		if len(all) == 0 && len(matched) == 1 {
			chosen = matched[0]
		}
		for _, id := range matched {
			if !slices.Contains(all, id) {
				all = append(all, id)
			}
		}
	}
	return all, chosen
}
