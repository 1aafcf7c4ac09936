package oktasim

import (
	"slices"
	"time"
)

// browserSessionLife is how long the session behind a session token lasts.
const browserSessionLife = 2 * time.Hour

// The ways to authenticate, as data.context.session.amr of a hook request has them.
const (
	amrPassword = "PASSWORD"
	amrMFA      = "MULTIFACTOR_AUTHENTICATION"
)

// amrClaims are the same ways as RFC 8176 and so an ID token's amr call them.
var amrClaims = map[string]string{
	amrPassword: "pwd", amrMFA: "mfa",
	"SMS_MESSAGE": "sms", "TELEPHONE_CALL": "tel", "ONE_TIME_PASSWORD": "otp",
}

// session is a user's sign-in, which tokens and assertions are made from.
type session struct {
	id, userID, login string
	created, expires  stamp
	amr               []string
}

// sessionView is data.context.session of a token or SAML request.
type sessionView struct {
	ID                       string     `json:"id"`
	UserID                   string     `json:"userId"`
	Login                    string     `json:"login"`
	CreatedAt                stamp      `json:"createdAt"`
	ExpiresAt                stamp      `json:"expiresAt"`
	Status                   string     `json:"status"`
	LastPasswordVerification stamp      `json:"lastPasswordVerification"`
	AMR                      []string   `json:"amr"`
	IDP                      sessionIDP `json:"idp"`
	MFAActive                bool       `json:"mfaActive"`
}

type sessionIDP struct {
	ID   string `json:"id"`
	Type string `json:"type"`
}

// newSessionToken signs a user in and returns what stands for it once, in
// /oauth2/default/v1/authorize or an app's sign-on: Okta's sessionToken. amr says
// how the user authenticated, such as amrPassword, and amrMFA too after a second
// factor. o.mu is held.
func (o *Org) newSessionToken(u *user, amr ...string) string {
	now := o.opts.Clock()
	token := "20111" + randomText(40)
	o.sessions.put(token, session{
		id: "102" + randomText(22), userID: u.id, login: u.login, amr: amr,
		created: stampOf(now), expires: stampOf(now.Add(browserSessionLife)),
	}, now.Add(sessionLife))
	return token
}

// takeSession returns the session of a token, which is good once, and its user as
// they are now. o.mu is held.
func (o *Org) takeSession(token string) (session, *user, bool) {
	s, found := o.sessions.take(token, o.opts.Clock())
	if !found {
		return session{}, nil, false
	}
	u := o.users.byID[s.userID]
	if u == nil || u.status != userActive {
		return session{}, nil, false
	}
	return s, u, true
}

// view shows a session; the identity provider is the org itself.
func (s session) view(orgID string) *sessionView {
	return &sessionView{
		ID: s.id, UserID: s.userID, Login: s.login, CreatedAt: s.created, ExpiresAt: s.expires,
		Status: "ACTIVE", LastPasswordVerification: s.created, AMR: s.amr,
		IDP: sessionIDP{ID: orgID, Type: "OKTA"}, MFAActive: slices.Contains(s.amr, amrMFA),
	}
}

// amrClaim is an ID token's amr.
func (s session) amrClaim() []string {
	names := []string{}
	for _, way := range s.amr {
		if name, known := amrClaims[way]; known {
			names = append(names, name)
		}
	}
	return names
}

// contextUserView is data.context.user of a token or SAML request: of the profile
// only what Okta documents there.
type contextUserView struct {
	ID              string           `json:"id"`
	PasswordChanged *stamp           `json:"passwordChanged,omitempty"`
	Profile         contextProfile   `json:"profile"`
	Links           contextUserLinks `json:"_links"`
}

type contextProfile struct {
	Login     string `json:"login"`
	FirstName string `json:"firstName,omitempty"`
	LastName  string `json:"lastName,omitempty"`
	Locale    string `json:"locale"`
	TimeZone  string `json:"timeZone"`
}

type contextUserLinks struct {
	Groups  *link `json:"groups"`
	Factors *link `json:"factors"`
}

// contextView is the user as token and SAML hooks see one; its links have a host.
func (u *user) contextView(base string) *contextUserView {
	profile := u.profileObject()
	self := base + "/api/v1/users/" + u.id
	view := &contextUserView{
		ID: u.id,
		Profile: contextProfile{
			Login: u.login, FirstName: stringMember(profile, "firstName"), LastName: stringMember(profile, "lastName"),
			Locale: "en", TimeZone: "America/Los_Angeles", // an org's defaults
		},
		Links: contextUserLinks{Groups: linkTo(self + "/groups"), Factors: linkTo(self + "/factors")},
	}
	if locale := stringMember(profile, "locale"); locale != "" {
		view.Profile.Locale = locale
	}
	if zone := stringMember(profile, "timezone"); zone != "" {
		view.Profile.TimeZone = zone
	}
	if u.passwordAt != 0 {
		view.PasswordChanged = &u.passwordAt
	}
	return view
}

// vouchersKept is how many vouchers of a kind an org remembers; a client that
// signs in without end must not fill memory.
const vouchersKept = 10_000

// vouchers are random texts that stand for something for a while, such as session
// tokens and authorization codes. The zero value is ready for use.
type vouchers[T any] struct {
	byText map[string]voucher[T]
	issued []string // oldest first; some may have been taken
}

type voucher[T any] struct {
	value   T
	expires time.Time
}

func (v *vouchers[T]) put(text string, value T, expires time.Time) {
	if v.byText == nil {
		v.byText = map[string]voucher[T]{}
	}
	if len(v.issued) == vouchersKept {
		half := vouchersKept / 2 // at once, since every removal moves the rest
		for _, old := range v.issued[:half] {
			delete(v.byText, old)
		}
		v.issued = slices.Delete(v.issued, 0, half)
	}
	v.byText[text] = voucher[T]{value, expires}
	v.issued = append(v.issued, text)
}

// get returns what a voucher stands for; false when it is unknown, was taken before
// or has expired.
func (v *vouchers[T]) get(text string, now time.Time) (T, bool) {
	found, known := v.byText[text]
	if !known || !now.Before(found.expires) {
		var none T
		return none, false
	}
	return found.value, true
}

// take returns what a voucher stands for and ends it; false when it is unknown,
// was taken before or has expired.
func (v *vouchers[T]) take(text string, now time.Time) (T, bool) {
	found, known := v.byText[text]
	delete(v.byText, text)
	if !known || !now.Before(found.expires) {
		var none T
		return none, false
	}
	return found.value, true
}

// peek is take for a voucher that stays.
func (v *vouchers[T]) peek(text string, now time.Time) (T, bool) {
	found, known := v.byText[text]
	if !known || !now.Before(found.expires) {
		var none T
		return none, false
	}
	return found.value, true
}

// extend gives a voucher another end, if it is still there.
func (v *vouchers[T]) extend(text string, expires time.Time) {
	if found, known := v.byText[text]; known {
		found.expires = expires
		v.byText[text] = found
	}
}
