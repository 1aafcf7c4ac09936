package oktasim

import (
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"
)

// factorKind is a kind of factor that sends one-time codes to a phone.
type factorKind struct {
	name     string // factorType
	channel  string // of recovery and of the outbox
	idPrefix string
	amr      string // of a session that it opened
	// tooSoon refuses a code so soon after another.
	tooSoon *apiError
}

var (
	smsFactor = &factorKind{"sms", "SMS", "sms", "SMS_MESSAGE", &apiError{http.StatusTooManyRequests, "E0000109",
		"An SMS message was recently sent. Please wait 30 seconds before trying again.", nil}}
	callFactor = &factorKind{"call", "CALL", "clf", "TELEPHONE_CALL", &apiError{http.StatusTooManyRequests, "E0000133",
		"A phone call was recently made. Please wait 30 seconds before trying again.", nil}}
	factorKinds = []*factorKind{smsFactor, callFactor}
)

// findKind returns the kind with a name or channel, in any case, or nil.
func findKind(name string) *factorKind {
	for _, kind := range factorKinds {
		if strings.EqualFold(kind.name, name) {
			return kind
		}
	}
	return nil
}

// factor is a user's phone. A user has at most one of each kind.
type factor struct {
	id               string
	kind             *factorKind
	phone            string // E.164
	active           bool   // otherwise PENDING_ACTIVATION
	created, updated stamp
	code             oneTimeCode // that activates it
	sent             time.Time   // when a code was last made for it
}

// factorStore has the factors by user, in order of enrollment.
type factorStore map[string][]*factor

func (s factorStore) find(userID, factorID string) (*factor, error) {
	for _, f := range s[userID] {
		if f.id == factorID {
			return f, nil
		}
	}
	return nil, errNotFound(factorID, "UserFactor")
}

func (s factorStore) ofKind(userID string, kind *factorKind) *factor {
	for _, f := range s[userID] {
		if f.kind == kind {
			return f
		}
	}
	return nil
}

// active returns the factors a user can be challenged with.
func (s factorStore) active(userID string) []*factor {
	var active []*factor
	for _, f := range s[userID] {
		if f.active {
			active = append(active, f)
		}
	}
	return active
}

func (s factorStore) remove(userID, factorID string) {
	s[userID] = slices.DeleteFunc(s[userID], func(f *factor) bool { return f.id == factorID })
	if len(s[userID]) == 0 {
		delete(s, userID)
	}
}

// newMessage makes a code for a factor's phone; o.mu is held.
func (o *Org) newMessage(u *user, f *factor, purpose codePurpose) (*codeMessage, error) {
	now := o.opts.Clock()
	if now.Sub(f.sent) < o.opts.ChallengePause {
		return nil, f.kind.tooSoon
	}
	f.sent = now
	return &codeMessage{purpose: purpose, kind: f.kind, phone: f.phone, user: *u, code: newCode(now)}, nil
}

// Numbers are written in many ways; a country code is needed in all of them.
var (
	phoneFiller  = strings.NewReplacer(" ", "", "-", "", ".", "", "(", "", ")", "")
	phonePattern = regexp.MustCompile(`^\+[1-9][0-9]{6,14}$`)
)

// normalizePhone returns a number in E.164.
func normalizePhone(given string) (string, error) {
	phone := phoneFiller.Replace(given)
	if !phonePattern.MatchString(phone) {
		return "", errInvalid("factorEnrollRequest", "Invalid Phone Number.")
	}
	return phone, nil
}

// maskPhone is a number as it is shown to somebody who has not proved to own it.
// Okta groups the digits by country.
func maskPhone(phone string) string {
	shown := len(phone) - 4
	return "+" + strings.Repeat("X", shown-1) + phone[shown:]
}

type factorView struct {
	ID          string      `json:"id"`
	FactorType  string      `json:"factorType"`
	Provider    string      `json:"provider"`
	VendorName  string      `json:"vendorName"`
	Status      string      `json:"status"` // PENDING_ACTIVATION or ACTIVE
	Created     stamp       `json:"created"`
	LastUpdated stamp       `json:"lastUpdated"`
	Profile     phoneView   `json:"profile"`
	Links       factorLinks `json:"_links"`
}

type phoneView struct {
	PhoneNumber string `json:"phoneNumber"`
}

type factorLinks struct {
	Activate *link       `json:"activate,omitempty"`
	Resend   []namedLink `json:"resend,omitempty"`
	Self     *link       `json:"self"`
	User     *link       `json:"user"`
}

type namedLink struct {
	Name string `json:"name"`
	link
}

func (f *factor) view(base string, u *user) factorView {
	userLink := base + "/api/v1/users/" + u.id
	self := userLink + "/factors/" + f.id
	view := factorView{
		ID: f.id, FactorType: f.kind.name, Provider: "OKTA", VendorName: "OKTA", Status: "ACTIVE",
		Created: f.created, LastUpdated: f.updated, Profile: phoneView{f.phone},
		Links: factorLinks{Self: linkTo(self, "GET", "DELETE"), User: linkTo(userLink, "GET")},
	}
	if !f.active {
		view.Status = "PENDING_ACTIVATION"
		view.Links.Activate = linkTo(self+"/lifecycle/activate", "POST")
		view.Links.Resend = []namedLink{{f.kind.name, *linkTo(self+"/resend", "POST")}}
	}
	return view
}
