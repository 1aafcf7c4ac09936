package oktasim

import (
	"net/http"
	"time"
)

// The states between the first step of a sign-in or recovery and its end.
const (
	stateFactorRequired    = "MFA_REQUIRED"
	stateFactorChallenge   = "MFA_CHALLENGE"
	stateRecoveryChallenge = "RECOVERY_CHALLENGE"
	statePasswordReset     = "PASSWORD_RESET"
)

// errState is Okta's answer to a step that is not the next one.
var errState = &apiError{http.StatusForbidden, "E0000079", "This operation is not allowed in the current authentication state.", nil}

// transaction is what a stateToken stands for.
type transaction struct {
	token, userID string
	status        string
	expires       time.Time
	recovery      *recovery // nil for a sign-in
	kind          *factorKind
	factorID      string // of a sign-in's challenge
	code          oneTimeCode
}

// keepTransaction gives a new transaction its token, and one that goes on the whole
// time again; o.mu is held.
func (o *Org) keepTransaction(t *transaction) {
	if t.token == "" {
		t.token = "00" + randomText(40)
	}
	t.expires = o.opts.Clock().Add(sessionLife)
	o.transactions.put(t.token, t, t.expires)
}

// endTransaction makes its token unknown; o.mu is held.
func (o *Org) endTransaction(t *transaction) { o.transactions.take(t.token, o.opts.Clock()) }

// findTransaction returns what a token stands for, and the user. An unknown token,
// an expired one, and one whose user is gone, are the same to Okta; o.mu is held.
func (o *Org) findTransaction(token string) (*transaction, *user, error) {
	t, found := o.transactions.get(token, o.opts.Clock())
	if !found {
		return nil, nil, errInvalidToken
	}
	u := o.users.byID[t.userID]
	if u == nil || u.status == userDeprovisioned {
		return nil, nil, errInvalidToken
	}
	return t, u, nil
}

// stepRequest is the body of every step after the first one.
type stepRequest struct {
	stateToken  string
	passCode    *string // nil asks for a code
	newPassword string
}

func decodeStep(body []byte) (stepRequest, error) {
	members, err := parseObject(body)
	if err != nil {
		return stepRequest{}, err
	}
	var d decoder
	step := stepRequest{
		stateToken:  member[string](&d, members, "stateToken").or(""),
		passCode:    member[string](&d, members, "passCode").value,
		newPassword: member[string](&d, members, "newPassword").or(""),
	}
	return step, d.err
}

// inTransaction runs fn under o.mu with what the body's stateToken stands for, and
// sends the code that fn makes.
func (o *Org) inTransaction(r *request, fn func(*transaction, *user, stepRequest) (reply, *codeMessage, error)) (reply, error) {
	step, err := decodeStep(r.body)
	if err != nil {
		return reply{}, err
	}
	return o.sending(r, func() (reply, *codeMessage, error) {
		t, u, err := o.findTransaction(step.stateToken)
		if err != nil {
			return reply{}, nil, err
		}
		return fn(t, u, step)
	})
}

// challenge makes a code for a factor, which takes the place of an earlier one;
// o.mu is held.
func (o *Org) challenge(t *transaction, u *user, f *factor, status string, purpose codePurpose) (*codeMessage, error) {
	message, err := o.newMessage(u, f, purpose)
	if err != nil {
		return nil, err
	}
	t.status, t.kind, t.factorID, t.code = status, f.kind, f.id, message.code
	o.keepTransaction(t)
	return message, nil
}

// needsFactor reports whether a right password is not enough; o.mu is held.
func (o *Org) needsFactor(u *user) bool {
	return u.status == userActive && len(o.factors.active(u.id)) > 0
}

// requireFactor ends primary authentication of a user with factors; o.mu is held.
// The sign-in is in the System Log when it is over.
func (o *Org) requireFactor(r *request, u *user) reply {
	t := &transaction{userID: u.id, status: stateFactorRequired}
	o.keepTransaction(t)
	return ok(o.transactionView(r, t, u))
}

// finishSignIn is the end of every sign-in that succeeds; amr says how the user
// authenticated. o.mu is held.
func (o *Org) finishSignIn(r *request, u *user, amr ...string) reply {
	o.addEvent(r, eventSession, "User login to Okta", "", nil, u.entity())
	u.failures, u.lastLogin = 0, o.now()
	return ok(o.signInView(u, amr...))
}

// verifyFactor sends a code to a factor or, with a passCode, ends the sign-in.
func (o *Org) verifyFactor(r *request) (reply, error) {
	return o.inTransaction(r, func(t *transaction, u *user, step stepRequest) (reply, *codeMessage, error) {
		if t.status != stateFactorRequired && t.status != stateFactorChallenge {
			return reply{}, nil, errState
		}
		if step.passCode == nil {
			return o.challengeFactor(r, t, u)
		}
		switch {
		case t.status != stateFactorChallenge || t.factorID != r.vars["factorId"]:
			return reply{}, nil, errState
		case !t.code.accepts(*step.passCode, o.opts.Clock()):
			o.addEvent(r, eventFactorVerify, "Authentication of user via MFA", "INVALID_CREDENTIALS", nil, u.entity())
			return reply{}, nil, errPasscode
		case u.status != userActive: // since the password
			return reply{}, nil, errAuthnFailed
		}
		o.endTransaction(t)
		o.addEvent(r, eventFactorVerify, "Authentication of user via MFA", "", nil, u.entity())
		return o.finishSignIn(r, u, amrPassword, amrMFA, t.kind.amr), nil, nil
	})
}

func (o *Org) challengeFactor(r *request, t *transaction, u *user) (reply, *codeMessage, error) {
	f, err := o.factors.find(u.id, r.vars["factorId"])
	if err != nil {
		return reply{}, nil, err
	}
	if !f.active {
		return reply{}, nil, errNotFound(f.id, "UserFactor")
	}
	message, err := o.challenge(t, u, f, stateFactorChallenge, forSignIn)
	if err != nil {
		return reply{}, nil, err
	}
	return ok(o.transactionView(r, t, u)), message, nil
}

// resendChallenge sends another code to the factor that is being challenged.
func (o *Org) resendChallenge(r *request) (reply, error) {
	return o.inTransaction(r, func(t *transaction, u *user, _ stepRequest) (reply, *codeMessage, error) {
		if t.status != stateFactorChallenge || t.factorID != r.vars["factorId"] {
			return reply{}, nil, errState
		}
		return o.challengeFactor(r, t, u)
	})
}

// cancelTransaction makes a stateToken unknown.
func (o *Org) cancelTransaction(r *request) (reply, error) {
	return o.inTransaction(r, func(t *transaction, _ *user, _ stepRequest) (reply, *codeMessage, error) {
		o.endTransaction(t)
		return empty(), nil, nil
	})
}

type transactionView struct {
	StateToken   string               `json:"stateToken,omitempty"`
	ExpiresAt    stamp                `json:"expiresAt"`
	Status       string               `json:"status"`
	FactorType   string               `json:"factorType,omitempty"`   // SMS or CALL, of a recovery
	RecoveryType string               `json:"recoveryType,omitempty"` // PASSWORD or UNLOCK
	Embedded     *transactionEmbedded `json:"_embedded,omitempty"`
	Links        *transactionLinks    `json:"_links,omitempty"`
}

type transactionEmbedded struct {
	User    signedInUser      `json:"user"`
	Factors []challengeFactor `json:"factors,omitempty"`
	Factor  *challengeFactor  `json:"factor,omitempty"`
}

// challengeFactor is a factor as somebody sees it who has the password only.
type challengeFactor struct {
	ID         string          `json:"id"`
	FactorType string          `json:"factorType"`
	Provider   string          `json:"provider"`
	VendorName string          `json:"vendorName"`
	Profile    phoneView       `json:"profile"`
	Links      *challengeLinks `json:"_links,omitempty"`
}

type challengeLinks struct {
	Verify *link `json:"verify"`
}

type transactionLinks struct {
	Next   *namedLink `json:"next,omitempty"`
	Cancel *link      `json:"cancel"`
	// Resend is a list in a sign-in and one link in a recovery.
	Resend any `json:"resend,omitempty"`
}

func newChallengeFactor(f *factor) challengeFactor {
	return challengeFactor{
		ID: f.id, FactorType: f.kind.name, Provider: "OKTA", VendorName: "OKTA", Profile: phoneView{maskPhone(f.phone)},
	}
}

// transactionView is a sign-in that waits for a factor; o.mu is held.
func (o *Org) transactionView(r *request, t *transaction, u *user) transactionView {
	view := transactionView{
		StateToken: t.token, ExpiresAt: stampOf(t.expires), Status: t.status,
		Embedded: &transactionEmbedded{User: u.signedIn()},
		Links:    &transactionLinks{Cancel: linkTo(r.base+"/api/v1/authn/cancel", "POST")},
	}
	for _, f := range o.factors.active(u.id) {
		shown, verify := newChallengeFactor(f), r.base+"/api/v1/authn/factors/"+f.id+"/verify"
		switch {
		case t.status == stateFactorRequired:
			shown.Links = &challengeLinks{linkTo(verify, "POST")}
			view.Embedded.Factors = append(view.Embedded.Factors, shown)
		case f.id == t.factorID:
			view.Embedded.Factor = &shown
			view.Links.Next = &namedLink{"verify", *linkTo(verify, "POST")}
			view.Links.Resend = []namedLink{{f.kind.name, *linkTo(verify+"/resend", "POST")}}
		}
	}
	return view
}
