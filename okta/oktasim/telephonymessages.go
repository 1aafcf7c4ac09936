package oktasim

import (
	"slices"
	"time"
)

// messagesKept is how much of the outbox is kept; what is older is forgotten.
const messagesKept = 1_000

// ownProvider is the name of Okta's own telephony provider in the System Log.
const ownProvider = "Okta"

// Message is a one-time code that Okta's own provider sent, since no hook did. A
// code that is both here and at the hook's provider reached its user twice. It has
// the code in clear text and is shown by Messages and the admin interface only.
type Message struct {
	// Number counts the org's messages from 0.
	Number int       `json:"number"`
	Time   time.Time `json:"time"`
	// Channel is SMS or CALL.
	Channel string `json:"channel"`
	// PhoneNumber is the phone's, in E.164.
	PhoneNumber string `json:"phoneNumber"`
	// Text is what was sent or said, with the code.
	Text string `json:"text"`
	// RequestType is what the code is for, as a hook would be told.
	RequestType string `json:"requestType"`
	UserID      string `json:"userId"`
	// Reason says why no hook sent it.
	Reason string `json:"reason"`
}

// sendItself is Okta's own provider, which always succeeds; o.mu is held.
func (o *Org) sendItself(m codeMessage, reason string) {
	o.messages.add(Message{
		Number: o.messages.next(), Time: o.opts.Clock().UTC(), Channel: m.kind.channel, PhoneNumber: m.phone,
		Text: m.text(), RequestType: m.purpose.requestType, UserID: m.user.id, Reason: reason,
	})
}

// Messages returns what Okta's own provider sent since the start, the last Reset or
// ClearMessages, oldest first; at least the last 1,000 are kept.
func (o *Org) Messages() []Message {
	o.mu.Lock()
	defer o.mu.Unlock()
	return slices.Clone(o.messages.since(0))
}

// ClearMessages forgets what Okta's own provider sent so far.
func (o *Org) ClearMessages() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.messages.clear()
}
