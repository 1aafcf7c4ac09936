package oktasim

import (
	"encoding/json"
	"time"
)

// maxFailures is the number of wrong passwords in a row that locks a user out.
// It counts only passwords checked here: whether a refusal of a hook counts at
// Okta is not known, and a store that is down must not lock anybody out.
const maxFailures = 10

// sessionLife is how long a session token of primary authentication is good for.
const sessionLife = 5 * time.Minute

// authenticate is primary authentication (POST /api/v1/authn). Whatever is wrong,
// the user is told the same; the System Log has the reason.
func (o *Org) authenticate(r *request) (reply, error) {
	members, err := parseObject(r.body)
	if err != nil {
		return reply{}, err
	}
	var d decoder
	username := member[string](&d, members, "username").or("")
	password := member[string](&d, members, "password").or("")
	if d.err != nil {
		return reply{}, d.err
	}
	if username == "" {
		return reply{}, errInvalid("authRequest", "username: "+blank)
	}
	o.mu.Lock()
	stored := o.users.byLogin[loginKey(username)]
	if stored == nil {
		o.addEvent(r, eventSession, "User login to Okta", "VERIFICATION_ERROR", nil)
		o.mu.Unlock()
		return reply{}, errAuthnFailed
	}
	u := *stored // what follows is slow and happens without the lock
	o.mu.Unlock()

	reason := o.verify(r, u, username, password)
	return o.endSignIn(r, u, reason)
}

// verify returns why a sign-in is refused, "" if it is not.
func (o *Org) verify(r *request, u user, username, password string) string {
	switch u.status {
	case userActive, userPasswordExpired:
	case userLockedOut:
		return "LOCKED_OUT"
	default:
		return "USER_STATUS_" + u.status
	}
	if u.credential.kind == hookedImport {
		if err := o.importPassword(r, u, username, password); err != nil {
			return "PASSWORD_IMPORT_FAILED"
		}
		return ""
	}
	if !u.credential.verify(password) {
		return "INVALID_CREDENTIALS"
	}
	if u.credential.kind == importedHash { // from now on it is Okta's own
		o.storePassword(u.id, importedHash, password)
	}
	return ""
}

// endSignIn writes the outcome down and answers.
func (o *Org) endSignIn(r *request, seen user, reason string) (reply, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	u := o.users.byID[seen.id]
	if u == nil {
		return reply{}, errAuthnFailed // deleted meanwhile
	}
	if reason == "" && o.needsFactor(u) {
		u.failures = 0
		return o.requireFactor(r, u), nil
	}
	if reason == "" {
		return o.finishSignIn(r, u, amrPassword), nil
	}
	o.addEvent(r, eventSession, "User login to Okta", reason, nil, u.entity())
	if reason == "INVALID_CREDENTIALS" {
		u.failures++
		if u.failures == maxFailures {
			u.setStatus(userLockedOut, o.now())
			o.addEvent(r, eventUserLock, "Max sign in attempts exceeded", "", nil, u.entity())
		}
	}
	return reply{}, errAuthnFailed
}

type signInView struct {
	ExpiresAt    stamp  `json:"expiresAt"`
	Status       string `json:"status"` // SUCCESS or PASSWORD_EXPIRED
	SessionToken string `json:"sessionToken,omitempty"`
	StateToken   string `json:"stateToken,omitempty"`
	Embedded     struct {
		User signedInUser `json:"user"`
	} `json:"_embedded"`
}

type signedInUser struct {
	ID              string          `json:"id"`
	PasswordChanged stamp           `json:"passwordChanged"`
	Profile         json.RawMessage `json:"profile"`
}

func (o *Org) signInView(u *user, amr ...string) signInView {
	view := signInView{ExpiresAt: stampOf(o.opts.Clock().Add(sessionLife)), Status: "SUCCESS"}
	if u.status == userPasswordExpired {
		view.Status, view.StateToken = userPasswordExpired, "00"+randomText(40)
	} else {
		view.SessionToken = o.newSessionToken(u, amr...)
	}
	view.Embedded.User = u.signedIn()
	return view
}

func (u *user) signedIn() signedInUser {
	return signedInUser{ID: u.id, PasswordChanged: u.passwordAt, Profile: u.profile}
}

// storePassword makes an imported password the user's own. When somebody else was
// faster, another sign-in or an administrator, theirs stands and the password must
// match it. It reports whether the user may sign in.
func (o *Org) storePassword(userID string, from credentialKind, password string) bool {
	secret := newPassword(password)
	o.mu.Lock()
	defer o.mu.Unlock()
	u := o.users.byID[userID]
	if u == nil {
		return false
	}
	if u.credential.kind != from {
		return u.credential.verify(password)
	}
	u.setCredential(secret, o.now())
	return true
}
