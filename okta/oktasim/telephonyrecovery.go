package oktasim

import (
	"net/http"
	"slices"
)

// recovery is one of the two things a user does who cannot sign in.
type recovery struct {
	kind     string // recoveryType
	purpose  codePurpose
	event    string // of the System Log
	message  string
	statuses []string  // of users that can do it
	refusal  *apiError // of the others
}

var (
	passwordRecovery = &recovery{
		kind: "PASSWORD", purpose: forPasswordReset, event: eventPasswordReset, message: "User reset password for Okta",
		statuses: []string{userActive, userPasswordExpired},
		refusal:  &apiError{http.StatusForbidden, "E0000034", "Forgot password not allowed on specified user.", nil},
	}
	unlockRecovery = &recovery{
		kind: "UNLOCK", purpose: forUnlock, event: eventUserUnlock, message: "Unlock user account",
		statuses: []string{userLockedOut},
		refusal:  &apiError{http.StatusForbidden, "E0000032", "Unlock is not allowed for this user.", nil},
	}
	errRecoveryUnknown = &apiError{http.StatusForbidden, "E0000095", "Recovery not allowed for unknown user.", nil}
)

func (o *Org) recoverPassword(r *request) (reply, error) { return o.startRecovery(r, passwordRecovery) }
func (o *Org) recoverAccount(r *request) (reply, error)  { return o.startRecovery(r, unlockRecovery) }

// startRecovery sends a code to the phone that is the user's factor of the kind.
// The user must have one; Okta may take a number from the profile too.
func (o *Org) startRecovery(r *request, rec *recovery) (reply, error) {
	members, err := parseObject(r.body)
	if err != nil {
		return reply{}, err
	}
	var d decoder
	username := member[string](&d, members, "username").or("")
	kind := findKind(member[string](&d, members, "factorType").or(""))
	switch {
	case d.err != nil:
		return reply{}, d.err
	case username == "":
		return reply{}, errInvalid("recoveryRequest", "username: "+blank)
	case kind == nil:
		return reply{}, errInvalid("recoveryRequest", "factorType: The org has SMS and CALL only")
	}
	return o.sending(r, func() (reply, *codeMessage, error) {
		u := o.users.byLogin[loginKey(username)]
		if u == nil {
			return reply{}, nil, errRecoveryUnknown
		}
		f := o.factors.ofKind(u.id, kind)
		if f == nil || !f.active || !slices.Contains(rec.statuses, u.status) {
			return reply{}, nil, rec.refusal
		}
		t := &transaction{userID: u.id, recovery: rec}
		message, err := o.challenge(t, u, f, stateRecoveryChallenge, rec.purpose)
		if err != nil {
			return reply{}, nil, err
		}
		return ok(recoveryView(r, t)), message, nil
	})
}

// inRecovery is inTransaction for the two steps whose path names the kind of factor.
func (o *Org) inRecovery(r *request, fn func(*transaction, *user, stepRequest) (reply, *codeMessage, error)) (reply, error) {
	return o.inTransaction(r, func(t *transaction, u *user, step stepRequest) (reply, *codeMessage, error) {
		if t.status != stateRecoveryChallenge || t.kind != findKind(r.vars["factorType"]) {
			return reply{}, nil, errState
		}
		return fn(t, u, step)
	})
}

// verifyRecovery takes the code. It unlocks the account, or lets the user set a
// password.
func (o *Org) verifyRecovery(r *request) (reply, error) {
	return o.inRecovery(r, func(t *transaction, u *user, step stepRequest) (reply, *codeMessage, error) {
		rec := t.recovery
		if step.passCode == nil || !t.code.accepts(*step.passCode, o.opts.Clock()) {
			o.addEvent(r, rec.event, rec.message, "INVALID_CREDENTIALS", nil, u.entity())
			return reply{}, nil, errPasscode
		}
		if !slices.Contains(rec.statuses, u.status) { // changed since
			return reply{}, nil, rec.refusal
		}
		o.addEvent(r, rec.event, rec.message, "", nil, u.entity())
		if rec == passwordRecovery {
			t.status, t.code = statePasswordReset, oneTimeCode{}
			o.keepTransaction(t)
			return ok(recoveryView(r, t)), nil, nil
		}
		u.failures = 0
		u.setStatus(userActive, o.now())
		o.endTransaction(t)
		return ok(transactionView{ExpiresAt: stampOf(t.expires), Status: "SUCCESS", RecoveryType: rec.kind}), nil, nil
	})
}

func (o *Org) resendRecovery(r *request) (reply, error) {
	return o.inRecovery(r, func(t *transaction, u *user, _ stepRequest) (reply, *codeMessage, error) {
		f, err := o.factors.find(u.id, t.factorID)
		if err != nil {
			return reply{}, nil, err
		}
		message, err := o.challenge(t, u, f, stateRecoveryChallenge, t.recovery.purpose)
		if err != nil {
			return reply{}, nil, err
		}
		return ok(recoveryView(r, t)), message, nil
	})
}

// resetPassword ends a password recovery with a session: the user has the phone and
// the password. Okta may ask for a factor once more, by policy.
func (o *Org) resetPassword(r *request) (reply, error) {
	return o.inTransaction(r, func(t *transaction, u *user, step stepRequest) (reply, *codeMessage, error) {
		switch {
		case t.status != statePasswordReset:
			return reply{}, nil, errState
		case step.newPassword == "":
			return reply{}, nil, errInvalid("password", "password: "+blank)
		case !slices.Contains(t.recovery.statuses, u.status):
			return reply{}, nil, t.recovery.refusal
		}
		now := o.now()
		u.setCredential(newPassword(step.newPassword), now)
		if u.status == userPasswordExpired {
			u.setStatus(userActive, now)
		}
		o.endTransaction(t)
		o.addEvent(r, eventPasswordUpdate, "User update password for Okta", "", nil, u.entity())
		return o.finishSignIn(r, u, amrPassword, t.kind.amr), nil, nil
	})
}

// recoveryView shows nothing of the user, who may be somebody else's.
func recoveryView(r *request, t *transaction) transactionView {
	authn := r.base + "/api/v1/authn"
	view := transactionView{
		StateToken: t.token, ExpiresAt: stampOf(t.expires), Status: t.status, RecoveryType: t.recovery.kind,
		Links: &transactionLinks{Cancel: linkTo(authn+"/cancel", "POST")},
	}
	if t.status == statePasswordReset {
		view.Links.Next = &namedLink{"resetPassword", *linkTo(authn+"/credentials/reset_password", "POST")}
		return view
	}
	view.FactorType = t.kind.channel
	steps := authn + "/recovery/factors/" + t.kind.channel
	view.Links.Next = &namedLink{"verify", *linkTo(steps+"/verify", "POST")}
	view.Links.Resend = namedLink{t.kind.name, *linkTo(steps+"/resend", "POST")}
	return view
}
