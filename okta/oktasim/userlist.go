package oktasim

import (
	"strconv"
	"strings"
)

// userPage is the most users one answer has, and how many without a limit.
const userPage = 200

// listUsers answers a page of users in order of creation. q matches the start of
// a first or last name or an e-mail address; filter and search take the same
// expressions here, and without them DEPROVISIONED users are left out.
func (o *Org) listUsers(r *request) (reply, error) {
	limit := userPage
	if text, given := r.query("limit"); given {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 {
			return reply{}, errInvalid("limit", "limit: The limit must be a positive number")
		}
		limit = min(n, userPage)
	}
	var wanted []filter
	for _, name := range []string{"filter", "search"} {
		text, _ := r.query(name)
		f, err := parseFilter(text, knownUserAttribute)
		if err != nil {
			return reply{}, err
		}
		if f != nil {
			wanted = append(wanted, f)
		}
	}
	prefix, _ := r.query("q")
	after, _ := r.query("after")

	o.mu.Lock()
	defer o.mu.Unlock()
	views := []userView{}
	links := []string{linkHeader(r, "", "self")}
	for _, u := range o.candidates(after, wanted) {
		if len(wanted) == 0 && u.status == userDeprovisioned || !u.startsWith(prefix) || !matchAll(wanted, u) {
			continue
		}
		if len(views) == limit {
			links = append(links, linkHeader(r, views[limit-1].ID, "next"))
			break
		}
		views = append(views, o.userView(r, u))
	}
	return ok(views).with("Link", links...), nil
}

// candidates are the users a search has to look at: one, if it asks for a login,
// which would otherwise be a walk over all. o.mu is held.
func (o *Org) candidates(after string, wanted []filter) []*user {
	for _, f := range wanted {
		login, only := f.only("profile.login")
		if !only {
			continue
		}
		if u := o.users.byLogin[loginKey(login)]; u != nil && u.id > after {
			return []*user{u}
		}
		return nil
	}
	return o.users.after(after)
}

func matchAll(wanted []filter, u *user) bool {
	for _, f := range wanted {
		if !f.matches(u.attribute) {
			return false
		}
	}
	return true
}

func (u *user) startsWith(prefix string) bool {
	if prefix == "" {
		return true
	}
	profile := u.profileObject()
	for _, name := range []string{"firstName", "lastName", "email"} {
		if strings.HasPrefix(strings.ToLower(stringMember(profile, name)), strings.ToLower(prefix)) {
			return true
		}
	}
	return false
}

func knownUserAttribute(name string) bool {
	switch name {
	case "id", "status", "created", "lastUpdated":
		return true
	}
	return strings.HasPrefix(name, "profile.")
}

// attribute is what a filter may compare.
func (u *user) attribute(name string) (string, bool) {
	switch name {
	case "id":
		return u.id, true
	case "status":
		return u.status, true
	case "created":
		return u.created.String(), true
	case "lastUpdated":
		return u.updated.String(), true
	case "profile.login":
		return u.login, true
	}
	name = strings.TrimPrefix(name, "profile.")
	value, present := u.profileObject()[name]
	if !present {
		return "", false
	}
	var d decoder
	text := member[string](&d, object{name: value}, name)
	return text.or(string(value)), true
}
