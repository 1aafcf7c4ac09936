package oktasim

import (
	"crypto/subtle"
	"errors"
	"net/http"
	"strings"
	"sync"
	"time"
)

// Org is one simulated Okta org, an http.Handler to be served over HTTPS. Make
// one with New. Its methods may be called while it serves.
type Org struct {
	opts    Options
	client  *http.Client // calls hooks and token endpoints
	buckets map[*route]string

	mu sync.Mutex // guards state; never held during a call to a hook
	state
}

// state is everything that Reset throws away.
type state struct {
	orgID      string
	ids        idSource
	hooks      hookStore
	keys       keyStore
	users      userStore
	policies   policyStore
	tokens     tokenCache
	events     ring[event]
	limiter    limiter
	faults     []*Fault
	transcript ring[Request]
	routeCount map[string]int
	calls      ring[Call]
	sessions   vouchers[session]

	clients       clientStore
	authServer    authServer
	codes         vouchers[issuedCode]
	refreshTokens vouchers[grant]
	samlApps      samlAppStore

	factors      factorStore
	transactions vouchers[*transaction]
	messages     ring[Message]
	importApps   map[string]*importApp // by label
}

// New returns an org without hooks and users.
func New(opts Options) *Org {
	o := &Org{opts: opts.withDefaults(), buckets: map[*route]string{}}
	o.client = o.newHookClient()
	for i := range routes {
		o.buckets[&routes[i]] = bucketOf(&routes[i], o.opts.RateLimits)
	}
	o.Reset()
	return o
}

// Handler returns the org itself, for code that reads better with it.
func (o *Org) Handler() http.Handler { return o }

// Reset makes the org as it was when it was new: no hooks, keys, users, events,
// faults or transcripts. Ids and session tokens from before are unknown; the
// org's own id stays when Options name it, and so do the clients of Options.
func (o *Org) Reset() {
	o.mu.Lock()
	defer o.mu.Unlock()
	s := state{
		orgID:      o.opts.OrgID,
		ids:        newIDSource(),
		users:      newUserStore(),
		tokens:     tokenCache{},
		events:     ring[event]{size: eventsKept},
		limiter:    limiter{},
		transcript: ring[Request]{size: requestsKept},
		routeCount: map[string]int{},
		calls:      ring[Call]{size: callsKept},
		factors:    factorStore{},
		importApps: map[string]*importApp{},
		messages:   ring[Message]{size: messagesKept},
	}
	if s.orgID == "" {
		s.orgID = s.ids.next("00o")
	}
	s.policies = newPolicyStore(&s.ids, o.now())
	s.clients, s.authServer = newClientStore(o.opts.Clients), newAuthServer(&s.ids, o.now())
	o.state = s
}

// now is the org's time in whole seconds.
func (o *Org) now() stamp { return stampOf(o.opts.Clock()) }

// ServeHTTP implements http.Handler: a fault, if one is due, then the operation,
// then the transcript, then the answer or what the fault leaves of it.
func (o *Org) ServeHTTP(w http.ResponseWriter, raw *http.Request) {
	if strings.HasPrefix(raw.URL.Path, adminPrefix) {
		o.serveAdmin(w, raw)
		return
	}
	r := o.newRequest(w, raw)
	rt, vars, routeErr := findRoute(raw)
	r.vars = vars
	fault := o.takeFault(raw)
	fault.wait(raw.Context())

	var rp reply
	switch fault.Action {
	case FaultReset:
		o.record(r, rt, 0, fault)
		cut(w)
	case FaultStatus:
		rp = o.faultReply(fault, rt)
	default:
		rp = o.serve(r, rt, routeErr)
	}
	o.record(r, rt, rp.status, fault)
	if fault.Action == FaultLoseAnswer {
		if fault.Status == 0 {
			cut(w)
		}
		rp = o.faultReply(fault, rt)
	}
	o.write(w, r, rp, fault.Action == FaultTruncate)
}

// serve runs the operation: token, path, quota, media types, handler.
func (o *Org) serve(r *request, rt *route, routeErr error) reply {
	if !isPublic(r.URL.EscapedPath()) && !o.authorized(r) {
		return errInvalidToken.reply()
	}
	if routeErr != nil {
		return replyOf(routeErr)
	}
	if err := r.checkMediaTypes(); err != nil && !rt.notJSON {
		return replyOf(err)
	}
	quota := o.takeQuota(r, o.buckets[rt])
	if quota.exceeded {
		return quota.stamp(errRateLimit.reply())
	}
	rp, err := rt.handle(o, r)
	if err != nil {
		rp = replyOf(err)
	}
	return quota.stamp(rp)
}

// authorized compares the SSWS token in constant time: a habit, not a need here.
func (o *Org) authorized(r *request) bool {
	token, isSSWS := strings.CutPrefix(r.Header.Get("Authorization"), "SSWS ")
	return isSSWS && subtle.ConstantTimeCompare([]byte(token), []byte(o.opts.APIToken)) == 1
}

func replyOf(err error) reply {
	var refusal *apiError
	if !errors.As(err, &refusal) {
		refusal = errInternal
	}
	return refusal.reply()
}

func (o *Org) write(w http.ResponseWriter, r *request, rp reply, truncate bool) {
	body := rp.encode()
	header := w.Header()
	for key, values := range rp.header {
		header[key] = values
	}
	header.Set("X-Okta-Request-Id", r.id)
	header.Set("Date", o.opts.Clock().UTC().Format(http.TimeFormat))
	if len(body) > 0 && header.Get("Content-Type") == "" {
		header.Set("Content-Type", "application/json")
	}
	if truncate {
		writeTruncated(w, rp.status, body)
		return
	}
	w.WriteHeader(rp.status)
	_, _ = w.Write(body) // the client has gone; there is nobody to tell
}

// wellKnown is the one document of an org that needs no token.
func (o *Org) wellKnown(r *request) (reply, error) {
	type links struct {
		Organization *link `json:"organization"`
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	return ok(struct {
		ID       string `json:"id"`
		Links    links  `json:"_links"`
		Pipeline string `json:"pipeline"` // idx: Identity Engine
	}{o.orgID, links{linkTo(r.base)}, "idx"}), nil
}

// sleep waits for d or until done is closed.
func sleep(done <-chan struct{}, d time.Duration) {
	if d <= 0 {
		return
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-done:
	}
}
