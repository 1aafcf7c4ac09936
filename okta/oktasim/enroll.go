package oktasim

import "errors"

// registrationData is the data of a self.service.registration request.
type registrationData struct {
	Context struct {
		Request triggerView `json:"request"`
	} `json:"context"`
	UserProfile object `json:"userProfile"`
	Action      string `json:"action"`
}

// progressiveData is the data of a progressive.profile request: only what changes.
type progressiveData struct {
	Context struct {
		Request triggerView    `json:"request"`
		User    hookedUserView `json:"user"`
	} `json:"context"`
	Action            string `json:"action"`
	UserProfileUpdate object `json:"userProfileUpdate"`
}

// hookedUserView is a user as hooks see one; its links have no host.
type hookedUserView struct {
	PasswordChanged *stamp `json:"passwordChanged,omitempty"`
	Links           struct {
		Groups  *link `json:"groups"`
		Factors *link `json:"factors"`
	} `json:"_links"`
	Profile object `json:"profile"`
	ID      string `json:"id"`
}

func (u *user) hookedView() hookedUserView {
	view := hookedUserView{Profile: u.profileObject(), ID: u.id}
	if u.passwordAt != 0 {
		view.PasswordChanged = &u.passwordAt
	}
	view.Links.Groups = linkTo("/api/v1/users/" + u.id + "/groups")
	view.Links.Factors = linkTo("/api/v1/users/" + u.id + "/factors")
	return view
}

// registerUser is self-service registration: a form, the hook, a user. The user
// is ACTIVE when the form has a password, otherwise PROVISIONED.
func (o *Org) registerUser(r *request) (reply, error) {
	members, err := parseObject(r.body)
	if err != nil {
		return reply{}, err
	}
	var d decoder
	profile := member[object](&d, members, "userProfile").or(object{})
	passcode := member[string](&d, member[object](&d, members, "credentials").or(nil), "passcode").or("")
	if d.err != nil {
		return reply{}, d.err
	}
	if _, given := profile["login"]; !given && profile["email"] != nil {
		profile["login"] = profile["email"]
	}
	if refused := o.checkForm(profile, ""); refused != nil {
		return *refused, nil
	}
	data := registrationData{UserProfile: profile, Action: "ALLOW"}
	data.Context.Request = r.trigger()
	result := o.ask(r, selfService, data, profile, func(changes object) error {
		return o.checkProfile(merge(profile, changes), "newUser")
	})
	if len(result.messages) > 0 {
		return refuseForm(result.messages...), nil
	}
	var secret credential
	if passcode != "" {
		secret = newPassword(passcode)
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	u, err := o.addUser(r, merge(profile, result.changes), secret)
	if err != nil { // the hook chose a login that is taken, or somebody was faster
		return refuseForm(formMessages(err)...), nil
	}
	o.activate(r, u)
	return o.acceptForm(r, u), nil
}

// updateProfile asks an existing user for more attributes, as a sign-in with
// progressive profiling does.
func (o *Org) updateProfile(r *request) (reply, error) {
	members, err := parseObject(r.body)
	if err != nil {
		return reply{}, err
	}
	var d decoder
	update := member[object](&d, members, "userProfileUpdate").or(object{})
	who := member[string](&d, members, "userId").or(member[string](&d, members, "login").or(""))
	if d.err != nil {
		return reply{}, d.err
	}
	o.mu.Lock()
	found, err := o.users.find(who)
	if err == nil && found.status == userDeprovisioned {
		err = errUserStatus
	}
	if err != nil {
		o.mu.Unlock()
		return reply{}, err
	}
	u := *found
	o.mu.Unlock()

	updated := merge(u.profileObject(), update)
	if refused := o.checkForm(updated, u.id); refused != nil {
		return *refused, nil
	}
	data := progressiveData{Action: "ALLOW", UserProfileUpdate: update}
	data.Context.Request, data.Context.User = r.trigger(), u.hookedView()
	result := o.ask(r, progressive, data, update, func(changes object) error {
		return o.checkProfile(merge(updated, changes), "user")
	})
	if len(result.messages) > 0 {
		return refuseForm(result.messages...), nil
	}
	return o.finishUpdate(r, u.id, merge(updated, result.changes))
}

func (o *Org) finishUpdate(r *request, userID string, profile object) (reply, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	u, err := o.users.find(userID) // perhaps deleted while the hook was asked
	if err != nil {
		return reply{}, err
	}
	if err := o.users.checkLogin(stringMember(profile, "login"), u.id); err != nil {
		return refuseForm(formMessages(err)...), nil
	}
	o.users.changeProfile(u, profile, o.now())
	o.addEvent(r, eventUserUpdate, "Update user profile for Okta", "", nil, u.entity())
	return o.acceptForm(r, u), nil
}

// checkForm refuses what no hook needs to be asked about.
func (o *Org) checkForm(profile object, self string) *reply {
	err := o.checkProfile(profile, "userProfile")
	if err == nil {
		o.mu.Lock()
		err = o.users.checkLogin(stringMember(profile, "login"), self)
		o.mu.Unlock()
	}
	if err == nil {
		return nil
	}
	refused := refuseForm(formMessages(err)...)
	return &refused
}

// formMessages shows a validation error as the form's.
func formMessages(err error) []formMessage {
	var refusal *apiError
	if !errors.As(err, &refusal) {
		refusal = errInternal
	}
	messages := []formMessage{}
	for _, cause := range refusal.causes {
		messages = append(messages, formMessage{Message: cause})
	}
	if len(messages) == 0 {
		messages = append(messages, formMessage{Message: refusal.summary})
	}
	return messages
}
