package oktasim

import (
	"encoding/json"
	"errors"
	"time"
)

// The System Log's event types.
const (
	eventHookPrefix       = "inline_hook."
	eventHookExecuted     = "inline_hook.executed"
	eventHookProcessed    = "inline_hook.response.processed"
	eventImport           = "user.import.password"
	eventUserCreate       = "user.lifecycle.create"
	eventUserActivate     = "user.lifecycle.activate"
	eventUserDeactivate   = "user.lifecycle.deactivate"
	eventUserDelete       = "user.lifecycle.delete.completed"
	eventUserUpdate       = "user.account.update_profile"
	eventUserLock         = "user.account.lock"
	eventUserUnlock       = "user.account.unlock"
	eventSession          = "user.session.start"
	eventFactorActivate   = "user.mfa.factor.activate"
	eventFactorDeactivate = "user.mfa.factor.deactivate"
	eventFactorVerify     = "user.authentication.auth_via_mfa"
	eventImportStart      = "system.import.start"
	eventImportComplete   = "system.import.complete"
	eventImportCreate     = "system.import.user.create"
	eventImportMatch      = "system.import.user.match"
	eventImportUpdate     = "system.import.user.update"
	eventAppMember        = "application.user_membership.add"
	eventPasswordReset    = "user.account.reset_password"
	eventPasswordUpdate   = "user.account.update_password"
	eventSSO              = "user.authentication.sso"
	eventRateLimit        = "system.org.rate_limit.violation"
)

// event is an entry of the System Log, in the shape of Okta's LogEvent. It never
// holds a password or a part of what was sent to a hook; of a hook's reply it
// holds what exists to be logged: the debugContext, the summary of an error object
// and the strings of a telephony action.
type event struct {
	Actor          entity         `json:"actor"`
	Client         clientView     `json:"client"`
	DisplayMessage string         `json:"displayMessage"`
	EventType      string         `json:"eventType"`
	Outcome        outcomeView    `json:"outcome"`
	Published      publishedTime  `json:"published"`
	Severity       string         `json:"severity"`
	DebugContext   debugView      `json:"debugContext"`
	Transaction    transactionRef `json:"transaction"`
	UUID           string         `json:"uuid"`
	Version        string         `json:"version"`
	Target         []entity       `json:"target"`
}

type entity struct {
	ID          string `json:"id"`
	Type        string `json:"type"`
	AlternateID string `json:"alternateId"`
	DisplayName string `json:"displayName"`
}

type clientView struct {
	IPAddress string `json:"ipAddress"`
}

type outcomeView struct {
	Result string  `json:"result"` // SUCCESS or FAILURE
	Reason *string `json:"reason"`
}

type debugView struct {
	DebugData map[string]any `json:"debugData"`
}

type transactionRef struct {
	Type string `json:"type"`
	ID   string `json:"id"`
}

// publishedTime keeps milliseconds, unlike Okta's other timestamps, so that
// events within a second have an order.
type publishedTime time.Time

// String is the form that filters compare.
func (t publishedTime) String() string {
	return time.Time(t).UTC().Format("2006-01-02T15:04:05.000Z")
}

// MarshalJSON implements json.Marshaler.
func (t publishedTime) MarshalJSON() ([]byte, error) {
	return []byte(`"` + t.String() + `"`), nil
}

func (h *hook) entity() entity {
	return entity{ID: h.id, Type: "InlineHook", AlternateID: h.spec.hookType, DisplayName: h.spec.name}
}

func (u *user) entity() entity {
	return entity{ID: u.id, Type: "User", AlternateID: u.login, DisplayName: u.login}
}

// addEvent writes an event about target; an empty failure is success. o.mu is held.
func (o *Org) addEvent(r *request, eventType, message, failure string, debug map[string]any, target ...entity) {
	e := event{
		Actor:          entity{ID: o.orgID, Type: "SystemPrincipal", AlternateID: "system@okta.com", DisplayName: "Okta System"},
		Client:         clientView{IPAddress: r.ip()},
		DisplayMessage: message,
		EventType:      eventType,
		Outcome:        outcomeView{Result: "SUCCESS"},
		Published:      publishedTime(o.opts.Clock()),
		Severity:       "INFO",
		DebugContext:   debugView{DebugData: map[string]any{"requestId": r.id, "requestUri": r.URL.Path}},
		Transaction:    transactionRef{Type: "WEB", ID: r.id},
		UUID:           newUUID(),
		Version:        "0",
		Target:         append([]entity{}, target...),
	}
	if failure != "" {
		e.Outcome, e.Severity = outcomeView{Result: "FAILURE", Reason: &failure}, "WARN"
	}
	for key, value := range debug {
		e.DebugContext.DebugData[key] = value
	}
	o.events.add(e)
}

// logHook writes one of created, updated, activated, deactivated, deleted. o.mu
// is held.
func (o *Org) logHook(r *request, h *hook, change string) {
	o.addEvent(r, eventHookPrefix+change, "Inline hook "+change, "", nil, h.entity())
}

// logHookFailure writes what became of a call without a good reply.
func (o *Org) logHookFailure(r *request, h hook, err error) {
	eventType, message := eventHookExecuted, "Inline hook executed"
	var failure *hookFailure
	if errors.As(err, &failure) && failure.malformed {
		eventType, message = eventHookProcessed, "Inline hook response processed"
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.addEvent(r, eventType, message, err.Error(), nil, h.entity())
}

// logProcessed writes that a good reply was applied or, with a failure, why not.
func (o *Org) logProcessed(r *request, h hook, answer hookReply, failure string) {
	var debug map[string]any
	if len(answer.debug) > 0 {
		debug = map[string]any{"debugContext": json.RawMessage(answer.debug)}
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.addEvent(r, eventHookProcessed, "Inline hook response processed", failure, debug, h.entity())
}

// logRateLimit writes that a bucket is used up. o.mu is held.
func (o *Org) logRateLimit(r *request, bucket string) {
	target := entity{ID: bucket, Type: "URL Pattern", AlternateID: bucket, DisplayName: bucket}
	o.addEvent(r, eventRateLimit, "Rate limit violation", "", nil, target)
}
