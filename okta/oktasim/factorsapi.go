package oktasim

import (
	"net/http"
	"time"
)

// errPasscode is what Okta says of a code that is wrong; here of one that is too
// old, too.
var errPasscode = &apiError{http.StatusForbidden, "E0000068", "Invalid Passcode/Answer",
	[]string{"Your passcode doesn't match our records. Please try again."}}

// errFactorActive refuses what is for factors that are not ACTIVE yet; no source
// shows its body.
var errFactorActive = errInvalid("factor", "factor: The factor is already active")

// factorRequest is the body of an enrollment.
type factorRequest struct {
	kind  *factorKind
	phone string
}

func decodeFactor(body []byte) (factorRequest, error) {
	members, err := parseObject(body)
	if err != nil {
		return factorRequest{}, err
	}
	var d decoder
	name := member[string](&d, members, "factorType").or("")
	provider := member[string](&d, members, "provider").or("")
	phone := member[string](&d, member[object](&d, members, "profile").or(nil), "phoneNumber").or("")
	if d.err != nil {
		return factorRequest{}, d.err
	}
	kind := findKind(name)
	if kind == nil || kind.name != name || provider != "OKTA" {
		return factorRequest{}, errInvalid("factorEnrollRequest", "The org has the factors sms and call of the provider OKTA only")
	}
	normalized, err := normalizePhone(phone)
	return factorRequest{kind, normalized}, err
}

// enrollFactor adds a factor that a code activates, and sends the code. With
// ?activate=true it is ACTIVE at once and nothing is sent.
func (o *Org) enrollFactor(r *request) (reply, error) {
	wanted, err := decodeFactor(r.body)
	if err != nil {
		return reply{}, err
	}
	return o.sending(r, func() (reply, *codeMessage, error) {
		u, err := o.users.find(r.vars["id"])
		if err != nil {
			return reply{}, nil, err
		}
		if u.status == userStaged || u.status == userDeprovisioned {
			return reply{}, nil, errUserStatus
		}
		f, err := o.placeFactor(r, u, wanted)
		if err != nil {
			return reply{}, nil, err
		}
		if now, _ := r.query("activate"); now == "true" {
			o.activateNow(r, u, f)
			return ok(f.view(r.base, u)), nil, nil
		}
		message, err := o.newMessage(u, f, forEnrollment)
		if err != nil {
			return reply{}, nil, err
		}
		f.code = message.code
		return ok(f.view(r.base, u)), message, nil
	})
}

// placeFactor returns a new factor, or the one that still waits for its code. Its
// phone changes with ?updatePhone=true only.
func (o *Org) placeFactor(r *request, u *user, wanted factorRequest) (*factor, error) {
	f := o.factors.ofKind(u.id, wanted.kind)
	if f == nil {
		f = &factor{id: o.ids.next(wanted.kind.idPrefix), kind: wanted.kind, phone: wanted.phone, created: o.now(), updated: o.now()}
		o.factors[u.id] = append(o.factors[u.id], f)
		return f, nil
	}
	if f.active {
		return nil, errInvalid("factorEnrollRequest", "A factor of this type is already set up.")
	}
	if update, _ := r.query("updatePhone"); f.phone != wanted.phone && update != "true" {
		return nil, errInvalid("factorEnrollRequest", "There is an existing verified phone number.")
	}
	if f.phone != wanted.phone {
		f.phone, f.updated, f.sent = wanted.phone, o.now(), time.Time{}
	}
	return f, nil
}

func (o *Org) activateNow(r *request, u *user, f *factor) {
	f.active, f.updated = true, o.now()
	o.addEvent(r, eventFactorActivate, "Activate factor for user", "", nil, u.entity())
}

// withFactor runs fn under o.mu with the user and the factor that the path names,
// and sends the code that fn makes.
func (o *Org) withFactor(r *request, fn func(*user, *factor) (reply, *codeMessage, error)) (reply, error) {
	return o.sending(r, func() (reply, *codeMessage, error) {
		u, err := o.users.find(r.vars["id"])
		if err != nil {
			return reply{}, nil, err
		}
		f, err := o.factors.find(u.id, r.vars["factorId"])
		if err != nil {
			return reply{}, nil, err
		}
		return fn(u, f)
	})
}

func (o *Org) listFactors(r *request) (reply, error) {
	return o.withUser(r, func(u *user) (reply, error) {
		views := []factorView{}
		for _, f := range o.factors[u.id] {
			views = append(views, f.view(r.base, u))
		}
		return ok(views), nil
	})
}

func (o *Org) getFactor(r *request) (reply, error) {
	return o.withFactor(r, func(u *user, f *factor) (reply, *codeMessage, error) {
		return ok(f.view(r.base, u)), nil, nil
	})
}

func (o *Org) activateFactor(r *request) (reply, error) {
	members, err := parseObject(r.body)
	if err != nil {
		return reply{}, err
	}
	var d decoder
	passCode := member[string](&d, members, "passCode").or("")
	if d.err != nil {
		return reply{}, d.err
	}
	return o.withFactor(r, func(u *user, f *factor) (reply, *codeMessage, error) {
		switch {
		case f.active:
			return reply{}, nil, errFactorActive
		case !f.code.accepts(passCode, o.opts.Clock()):
			return reply{}, nil, errPasscode
		}
		o.activateNow(r, u, f)
		return ok(f.view(r.base, u)), nil, nil
	})
}

// resendFactor sends another code; the one before it is void.
func (o *Org) resendFactor(r *request) (reply, error) {
	return o.withFactor(r, func(u *user, f *factor) (reply, *codeMessage, error) {
		if f.active {
			return reply{}, nil, errFactorActive
		}
		message, err := o.newMessage(u, f, forEnrollment)
		if err != nil {
			return reply{}, nil, err
		}
		f.code = message.code
		return ok(f.view(r.base, u)), message, nil
	})
}

func (o *Org) deleteFactor(r *request) (reply, error) {
	return o.withFactor(r, func(u *user, f *factor) (reply, *codeMessage, error) {
		o.factors.remove(u.id, f.id)
		o.addEvent(r, eventFactorDeactivate, "Reset factor for user", "", nil, u.entity())
		return noContent(), nil, nil
	})
}
