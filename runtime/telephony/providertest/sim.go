package providertest

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

// Vendor is one of the simulated services.
type Vendor string

// The services, by their paths.
const (
	Twilio      Vendor = "twilio"
	Vonage      Vendor = "vonage"
	AWS         Vendor = "aws"
	STS         Vendor = "sts"
	PodIdentity Vendor = "pod-identity"
	HTTP        Vendor = "http"
)

// maxBodyBytes of a request.
const maxBodyBytes = 1 << 20

// Sim simulates all vendors. Safe for concurrent use.
type Sim struct {
	handler  http.Handler
	keys     keys
	closed   chan struct{}
	closing  sync.Once
	server   *http.Server
	listener net.Listener
	served   chan struct{}

	mu         sync.Mutex
	senders    []string
	requests   []Request
	deliveries []Delivery
	faults     []Fault
	lastID     int
}

// Delivery is a message that reaches somebody, or would.
type Delivery struct {
	// Vendor took the message and named it ID.
	Vendor Vendor `json:"vendor"`
	ID     string `json:"id"`
	// Channel is SMS or Voice.
	Channel string `json:"channel"`
	// To and From are as the vendor writes them; To has a plus everywhere.
	To   string `json:"to"`
	From string `json:"from"`
	// Text is the message. In a call, Said is what the person hears, one item after the other.
	Text string   `json:"text,omitempty"`
	Said []string `json:"said,omitempty"`
	// URL is where Twilio gets the instructions of a call, if not with it.
	URL string `json:"url,omitempty"`
	// Voice and Language of a call, as the vendor names them.
	Voice    string `json:"voice,omitempty"`
	Language string `json:"language,omitempty"`
	// Type is the encoding of a text message at Vonage, and the message type at AWS.
	Type string `json:"type,omitempty"`
	// Expires is after how many seconds the message is thrown away; 0: the vendor's default.
	Expires float64 `json:"expires,omitempty"`
	// Reference is the client's own name for the message.
	Reference string `json:"reference,omitempty"`
}

// Request is a request that arrived, whatever became of it.
type Request struct {
	Vendor Vendor `json:"vendor"`
	Path   string `json:"path"`
	// Status of the answer; 0 if a fault kept it.
	Status int `json:"status"`
	// Answer is what was answered, or would have been.
	Answer string `json:"answer"`
}

// outcome of a request at a vendor.
type outcome struct {
	status      int
	contentType string
	header      http.Header
	body        string
	deliver     *Delivery // nil: nothing is sent
}

// vendor is what a simulated service does.
type vendor struct {
	name Vendor
	// handle takes a request with its body.
	handle func(r *http.Request, path string, body []byte) outcome
	// refuse is the answer of a refusal in the vendor's own form.
	refuse func(status int, code string) outcome
	// refusePart is the answer that takes a part of the message and refuses the rest; nil: refuse.
	refusePart func(status int, code string) outcome
}

// New makes a simulator with nothing delivered and no faults.
func New() *Sim {
	s := &Sim{closed: make(chan struct{}), keys: newKeys(), senders: []string{TwilioSender}}
	mux := http.NewServeMux()
	for _, v := range []vendor{s.twilio(), s.vonage(), s.aws(), s.sts(), s.podIdentity(), s.ownService()} {
		prefix := "/" + string(v.name)
		mux.Handle(prefix+"/", s.serve(v, prefix))
		mux.Handle(prefix, s.serve(v, prefix))
	}
	s.handler = mux
	return s
}

// ServeHTTP implements http.Handler.
func (s *Sim) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.handler.ServeHTTP(w, r) }

// Start serves over TLS at an address such as 127.0.0.1:0 until Close, with a certificate of CA for names. A nil
// handler stands for the simulator alone.
func (s *Sim) Start(address string, certificate tls.Certificate, handler http.Handler) error {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return err
	}
	if handler == nil {
		handler = s
	}
	s.listener = listener
	s.served = make(chan struct{})
	s.server = &http.Server{
		Handler: handler, ReadHeaderTimeout: 10 * time.Second,
		ErrorLog: log.New(io.Discard, "", 0), // handshakes that fail are what tests are about
	}
	go func() {
		defer close(s.served)
		_ = s.server.Serve(tls.NewListener(faultyListener{listener, s}, &tls.Config{Certificates: []tls.Certificate{certificate}}))
	}()
	return nil
}

// Close ends everything, also what hangs.
func (s *Sim) Close() error {
	s.closing.Do(func() { close(s.closed) })
	if s.server == nil {
		return nil
	}
	err := s.server.Close()
	<-s.served
	return err
}

// Address is where Start listens.
func (s *Sim) Address() string { return s.listener.Addr().String() }

// URL is the base URL of a vendor.
func (s *Sim) URL(v Vendor) string { return "https://" + s.Address() + "/" + string(v) }

// AddSender adds a number, or a name, to the senders of the Twilio account.
func (s *Sim) AddSender(sender string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.senders = append(s.senders, sender)
}

func (s *Sim) hasSender(sender string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Contains(s.senders, sender)
}

// Deliveries lists what was delivered, in order.
func (s *Sim) Deliveries() []Delivery {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.deliveries)
}

// DeliveredTo counts the messages to a number, by whichever vendor.
func (s *Sim) DeliveredTo(number string) int {
	count := 0
	for _, d := range s.Deliveries() {
		if d.To == number {
			count++
		}
	}
	return count
}

// Requests lists the requests that arrived, in order.
func (s *Sim) Requests() []Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.requests)
}

// RequestsTo counts the requests to a vendor.
func (s *Sim) RequestsTo(v Vendor) int {
	count := 0
	for _, r := range s.Requests() {
		if r.Vendor == v {
			count++
		}
	}
	return count
}

// Reset forgets deliveries, requests and faults.
func (s *Sim) Reset() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.deliveries, s.requests, s.faults = nil, nil, nil
}

// arrived remembers a request and returns how to tell what was answered.
func (s *Sim) arrived(v Vendor, path string) func(outcome, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	at := len(s.requests)
	s.requests = append(s.requests, Request{Vendor: v, Path: path})
	return func(o outcome, wasAnswered bool) {
		s.mu.Lock()
		defer s.mu.Unlock()
		if at >= len(s.requests) {
			return // Reset came in between
		}
		s.requests[at].Answer = o.body
		if wasAnswered {
			s.requests[at].Status = o.status
		}
	}
}

func (s *Sim) delivered(d Delivery) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.deliveries = append(s.deliveries, d)
}

// nextID numbers messages: prefix and width hexadecimal digits.
func (s *Sim) nextID(prefix string, width int) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lastID++
	return fmt.Sprintf("%s%0*x", prefix, width, s.lastID)
}

// serve goes through the points of a request.
func (s *Sim) serve(v vendor, prefix string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		path := strings.TrimPrefix(r.URL.Path, prefix)
		answered := s.arrived(v.name, path)
		fault, isFaulty := s.takeFault(v.name, Before, After)
		if isFaulty && fault.At == Before {
			s.act(w, r, fault, v.refuse(fault.Status, fault.Code), answered)
			return
		}
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBodyBytes))
		if err != nil {
			return // nobody is there to be answered
		}
		result := v.handle(r, path, body)
		if result.deliver != nil {
			s.delivered(*result.deliver)
		}
		if isFaulty {
			if fault.Do == Refuse {
				result = v.refuseAfter(fault.Status, fault.Code)
			}
			s.act(w, r, fault, result, answered)
			return
		}
		answered(result, true)
		result.write(w)
	})
}

// refuseAfter is the refusal of a message that was accepted.
func (v vendor) refuseAfter(status int, code string) outcome {
	if v.refusePart != nil && code != "" {
		return v.refusePart(status, code)
	}
	return v.refuse(status, code)
}

func (o outcome) write(w http.ResponseWriter) {
	for name, values := range o.header {
		w.Header()[name] = values
	}
	if o.contentType != "" {
		w.Header().Set("Content-Type", o.contentType)
	}
	w.WriteHeader(o.status)
	_, _ = io.WriteString(w, o.body)
}

// wait waits for a time, or for ever if it is 0; false if the request or the simulator ended.
func (s *Sim) wait(ctx context.Context, delay time.Duration) bool {
	var elapsed <-chan time.Time
	if delay > 0 {
		timer := time.NewTimer(delay)
		defer timer.Stop()
		elapsed = timer.C
	}
	select {
	case <-elapsed:
		return true
	case <-ctx.Done():
	case <-s.closed:
	}
	return false
}

var errNoFault = errors.New("there is no such fault")
