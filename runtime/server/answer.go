package server

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"strconv"
	"time"

	"github.com/hookline/hookline/runtime/hook"
)

// problem is the body of a refusal, and of a failure whose type has no better one. It is deliberately not
// Okta's error object, which Okta would act upon.
type problem struct {
	Code    string `json:"code"`
	Message string `json:"message"`
}

// failureMessage is the same for all failures: what went wrong inside is for the log, the code is enough
// for whoever calls.
const failureMessage = "the call could not be decided"

// smallBody is the size up to which net/http adds the Content-Length by itself when the request is over,
// cheaper than it can be done here.
const smallBody = 2 << 10

var (
	jsonContentType = []string{"application/json"}
	closeConnection = []string{"close"}
)

// because is the refusal with the reason, which must have nothing of the request in it.
func (r refusal) because(err error) *refusal {
	r.message += ": " + err.Error()
	return &r
}

// refuse answers a request that does not become a call. Strangers do not get to keep their connection.
func (s *Server) refuse(w http.ResponseWriter, r *http.Request, current *serving, refused *refusal) {
	s.metrics.refused(refused)
	s.refusalLog.Do(func() {
		s.log.LogAttrs(context.Background(), slog.LevelWarn, "request refused",
			slog.String("code", refused.code), slog.String("remote", r.RemoteAddr))
	})
	header := w.Header()
	if refused.stranger {
		header["Connection"] = closeConnection
	}
	switch refused.status {
	case http.StatusMethodNotAllowed:
		header.Set("Allow", http.MethodPost)
	case http.StatusUnauthorized:
		if challenge := current.credentials.challenge(); challenge != "" {
			header.Set("WWW-Authenticate", challenge)
		}
	}
	s.writeJSON(w, refused.status, problem{Code: refused.code, Message: refused.message})
}

// answer answers the call, counts it and logs it, unless that was done already.
func (c *call) answer(result outcome) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.answered {
		return
	}
	c.answered = true
	if result.failure == "" && c.r.Context().Err() != nil {
		result = outcome{failure: hook.Canceled, err: errHungUp}
	}
	if result.failure == "" {
		c.write(c.w, http.StatusOK, result.response)
	} else if answer := c.current.Type.OnFailure(result.failure); answer.Response != nil {
		c.writeJSON(c.w, answer.Status, answer.Response)
	} else {
		c.writeJSON(c.w, answer.Status, problem{Code: string(result.failure), Message: failureMessage})
	}
	if result.failure == hook.DeadlineExceeded {
		// The handler may still be running, and net/http would wait for it. An error means that the
		// caller is gone.
		_ = http.NewResponseController(c.w).Flush()
	}
	c.current.metrics.count(c.start, result.failure)
	c.logCall(c.r.Context(), c.start, c.eventID, result)
}

// logCall has a line for each failure; for each decided call only at debug level, where it costs nothing
// unless asked for.
func (s *Server) logCall(ctx context.Context, start time.Time, eventID string, result outcome) {
	level, message := slog.LevelDebug, "call decided"
	if result.failure != "" {
		level, message = slog.LevelWarn, "call failed"
	}
	if !s.log.Enabled(ctx, level) {
		return
	}
	attrs := []slog.Attr{
		slog.String("eventID", eventID[:min(len(eventID), maxLoggedEventID)]),
		slog.Float64("seconds", time.Since(start).Seconds()),
	}
	if result.failure != "" {
		attrs = append(attrs, slog.String("code", string(result.failure)))
		if result.err != nil {
			attrs = append(attrs, slog.String("error", result.err.Error()))
		}
	}
	s.log.LogAttrs(ctx, level, message, attrs...)
}

// writeJSON writes value, which is one of ours and always valid. What is written is whole even if it is
// flushed before the request is over.
func (s *Server) writeJSON(w http.ResponseWriter, status int, value any) {
	var body []byte
	var err error
	if response, ok := value.(*hook.Response); ok {
		body, err = response.Encode()
	} else {
		body, err = json.Marshal(value)
	}
	if err != nil {
		status, body = http.StatusInternalServerError, nil
		s.log.LogAttrs(context.Background(), slog.LevelError, "encode answer", slog.String("error", err.Error()))
	}
	setContentLength(w.Header(), body)
	s.write(w, status, body)
}

func setContentLength(header http.Header, body []byte) {
	header["Content-Length"] = []string{strconv.Itoa(len(body))}
}

// write is the only place that writes an answer on the public listener. While the server drains, each
// answer asks the caller to take its next call elsewhere.
func (s *Server) write(w http.ResponseWriter, status int, body []byte) {
	header := w.Header()
	header["Content-Type"] = jsonContentType
	if len(body) > smallBody {
		setContentLength(header, body)
	}
	if s.draining.Load() {
		header["Connection"] = closeConnection
	}
	w.WriteHeader(status)
	// An error means that the caller is gone, and that nobody is left to be told.
	_, _ = w.Write(body)
}
