package oktasim

import (
	"encoding/json"
	"net/http"
)

// userView is a user as replies show it.
type userView struct {
	ID              string          `json:"id"`
	Status          string          `json:"status"`
	Created         stamp           `json:"created"`
	Activated       stamp           `json:"activated"`
	StatusChanged   stamp           `json:"statusChanged"`
	LastLogin       stamp           `json:"lastLogin"`
	LastUpdated     stamp           `json:"lastUpdated"`
	PasswordChanged stamp           `json:"passwordChanged"`
	Type            idView          `json:"type"`
	Profile         json.RawMessage `json:"profile"`
	Credentials     credentialsView `json:"credentials"`
	Links           userLinks       `json:"_links"`
}

type idView struct {
	ID string `json:"id"`
}

// credentialsView has an empty password for every kind of one.
type credentialsView struct {
	Password *struct{}    `json:"password,omitempty"`
	Provider providerView `json:"provider"`
}

type providerView struct {
	Type string `json:"type"`
	Name string `json:"name"`
}

type userLinks struct {
	Activate   *link `json:"activate,omitempty"`
	Deactivate *link `json:"deactivate,omitempty"`
	Unlock     *link `json:"unlock,omitempty"`
	Self       *link `json:"self"`
}

// userView makes the view of u; o.mu is held.
func (o *Org) userView(r *request, u *user) userView {
	provider := u.credential.provider()
	view := userView{
		ID: u.id, Status: u.status, Created: u.created, Activated: u.activated, StatusChanged: u.changed,
		LastLogin: u.lastLogin, LastUpdated: u.updated, PasswordChanged: u.passwordAt,
		Type: idView{o.policies.userType}, Profile: u.profile,
		Credentials: credentialsView{Provider: providerView{provider, provider}},
	}
	if u.credential.kind != noPassword {
		view.Credentials.Password = &struct{}{}
	}
	self := r.base + "/api/v1/users/" + u.id
	view.Links.Self = linkTo(self)
	switch u.status {
	case userStaged, userDeprovisioned:
		view.Links.Activate = linkTo(self+"/lifecycle/activate", "POST")
	case userLockedOut:
		view.Links.Unlock = linkTo(self+"/lifecycle/unlock", "POST")
	}
	if u.status != userDeprovisioned {
		view.Links.Deactivate = linkTo(self+"/lifecycle/deactivate", "POST")
	}
	return view
}

// createUser makes a user. The status follows from activate and from whether
// there is something to sign in with; Okta's transition in the background is
// over at once here.
func (o *Org) createUser(r *request) (reply, error) {
	members, err := parseObject(r.body)
	if err != nil {
		return reply{}, err
	}
	var d decoder
	profile := member[object](&d, members, "profile").or(nil)
	groups := member[[]string](&d, members, "groupIds").or(nil)
	secret, _, err := decodeCredential(&d, members)
	if err != nil {
		return reply{}, err
	}
	if d.err != nil {
		return reply{}, d.err
	}
	if err := o.checkProfile(profile, "newUser"); err != nil {
		return reply{}, err
	}
	if len(groups) > 0 { // the org has none
		return reply{}, errNotFound(groups[0], "UserGroup")
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	u, err := o.addUser(r, profile, secret)
	if err != nil {
		return reply{}, err
	}
	if activate, _ := r.query("activate"); activate != "false" {
		o.activate(r, u)
	}
	if next, _ := r.query("nextLogin"); next == "changePassword" && u.status == userActive {
		u.setStatus(userPasswordExpired, o.now())
	}
	return ok(o.userView(r, u)), nil
}

// addUser adds a STAGED user with a checked profile; o.mu is held.
func (o *Org) addUser(r *request, profile object, secret credential) (*user, error) {
	if err := o.users.checkLogin(stringMember(profile, "login"), ""); err != nil {
		return nil, err
	}
	now := o.now()
	u := &user{id: o.ids.next("00u"), created: now}
	u.setProfile(profile)
	u.setStatus(userStaged, now)
	u.setCredential(secret, now)
	o.users.add(u)
	o.addEvent(r, eventUserCreate, "Create Okta user", "", nil, u.entity())
	return u, nil
}

// activate makes a user ACTIVE, or PROVISIONED while there is nothing to sign in
// with; o.mu is held.
func (o *Org) activate(r *request, u *user) {
	status := userActive
	if u.credential.kind == noPassword {
		status = userProvisioned
	}
	u.setStatus(status, o.now())
	o.addEvent(r, eventUserActivate, "Activate Okta user", "", nil, u.entity())
}

func (u *user) setCredential(secret credential, now stamp) {
	u.credential, u.failures = secret, 0
	if secret.kind == ownPassword {
		u.passwordAt = now
	}
}

// withUser runs fn with the user that the path names, under o.mu.
func (o *Org) withUser(r *request, fn func(*user) (reply, error)) (reply, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	u, err := o.users.find(r.vars["id"])
	if err != nil {
		return reply{}, err
	}
	return fn(u)
}

func (o *Org) getUser(r *request) (reply, error) {
	return o.withUser(r, func(u *user) (reply, error) { return ok(o.userView(r, u)), nil })
}

// updateUser changes what the body has.
func (o *Org) updateUser(r *request) (reply, error) {
	return o.writeUser(r, func(u *user, given object) object { return merge(u.profileObject(), given) })
}

// replaceUser deletes the profile attributes that the body leaves out.
func (o *Org) replaceUser(r *request) (reply, error) {
	return o.writeUser(r, func(_ *user, given object) object { return given })
}

func (o *Org) writeUser(r *request, profileOf func(u *user, given object) object) (reply, error) {
	return o.withUser(r, func(u *user) (reply, error) {
		members, err := parseObject(r.body)
		if err != nil {
			return reply{}, err
		}
		var d decoder
		given := member[object](&d, members, "profile")
		secret, hasSecret, err := decodeCredential(&d, members)
		if err != nil {
			return reply{}, err
		}
		if d.err != nil {
			return reply{}, d.err
		}
		profile := u.profileObject()
		if given.value != nil {
			profile = profileOf(u, *given.value)
		}
		if err := o.checkUserUpdate(u, profile, secret); err != nil {
			return reply{}, err
		}
		now := o.now()
		o.users.changeProfile(u, profile, now)
		if hasSecret {
			u.setCredential(secret, now)
		}
		o.addEvent(r, eventUserUpdate, "Update user profile for Okta", "", nil, u.entity())
		return ok(o.userView(r, u)), nil
	})
}

func (o *Org) checkUserUpdate(u *user, profile object, secret credential) error {
	if u.status == userDeprovisioned {
		return errUserStatus
	}
	if err := o.checkProfile(profile, "user"); err != nil {
		return err
	}
	if err := o.users.checkLogin(stringMember(profile, "login"), u.id); err != nil {
		return err
	}
	if secret.kind == importedHash && u.status != userStaged {
		return errInvalid("password", "password: An imported password may only be specified for a user with status: STAGED")
	}
	return nil
}

// deleteUser deactivates a user first and removes it the second time.
func (o *Org) deleteUser(r *request) (reply, error) {
	return o.withUser(r, func(u *user) (reply, error) {
		if u.status != userDeprovisioned {
			o.deprovision(r, u)
			return noContent(), nil
		}
		o.users.remove(u)
		o.addEvent(r, eventUserDelete, "Delete Okta user", "", nil, u.entity())
		return noContent(), nil
	})
}

func (o *Org) deprovision(r *request, u *user) {
	u.setStatus(userDeprovisioned, o.now())
	delete(o.factors, u.id)
	o.addEvent(r, eventUserDeactivate, "Deactivate Okta user", "", nil, u.entity())
}

func (o *Org) activateUser(r *request) (reply, error) {
	return o.withUser(r, func(u *user) (reply, error) {
		switch u.status {
		case userStaged, userDeprovisioned:
		case userActive:
			return reply{}, errActiveUser
		default:
			return reply{}, errUserStatus
		}
		o.activate(r, u)
		if mail, _ := r.query("sendEmail"); mail != "false" {
			return empty(), nil
		}
		token := randomText(20)
		return ok(struct {
			URL   string `json:"activationUrl"`
			Token string `json:"activationToken"`
		}{r.base + "/welcome/" + token, token}), nil
	})
}

func (o *Org) deactivateUser(r *request) (reply, error) {
	return o.withUser(r, func(u *user) (reply, error) {
		if u.status == userDeprovisioned {
			return reply{}, errUserStatus
		}
		o.deprovision(r, u)
		return empty(), nil
	})
}

func (o *Org) unlockUser(r *request) (reply, error) {
	return o.withUser(r, func(u *user) (reply, error) {
		if u.status != userLockedOut {
			return reply{}, &apiError{http.StatusForbidden, "E0000032", "Unlock is not allowed for this user.", nil}
		}
		u.failures = 0
		u.setStatus(userActive, o.now())
		o.addEvent(r, eventUserUnlock, "Unlock user account", "", nil, u.entity())
		return empty(), nil
	})
}
