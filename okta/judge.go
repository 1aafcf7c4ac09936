package okta

import (
	"encoding/json"
	"fmt"
	"mime"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"
	"unicode"
)

// Okta's error codes that decide more than their HTTP status does.
const (
	codeForbidden        = "E0000006" // the admin role of the credential is too small
	codePathNotFound     = "E0000008" // the path is unknown, whatever the object
	codeConcurrentChange = "E0000195"
	codeReconciling      = "E0000239"
)

// Limits on text from Okta, which ends up in conditions and events.
const (
	maxText   = 500
	maxCauses = 5
)

// reply is the error in an answer, as far as it says one.
type reply struct {
	code, summary, id string
	causes            []string
	insufficientScope bool
}

// known tells Okta's own refusals from those of anything between here and
// there, which may wear the same status.
func (r reply) known() bool { return r.code != "" || r.insufficientScope }

// judge turns what came of a call into an error, or nil for a complete 2xx. It
// is the only place that decides what a failure is.
func judge(cl call, ex *exchange, now time.Time) *Error {
	if ex.err == nil && ex.status/100 == 2 {
		return nil
	}
	r := replyOf(ex)
	e := &Error{
		Op:        cl.String(),
		Status:    ex.status,
		Code:      r.code,
		Summary:   r.summary,
		Causes:    r.causes,
		ID:        r.id,
		RequestID: ex.header.Get("X-Okta-Request-Id"),
		Kind:      kindOf(ex, r),
		// A 3xx or 4xx is a no, whoever said it; everything else that ended
		// badly after the request went out may have been a yes.
		MayHaveHappened: cl.op.write && ex.sent.Load() && (ex.status < 300 || ex.status >= 500),
	}
	if e.Summary == "" {
		e.Summary = describe(ex, r.known())
	}
	if e.Kind == KindRateLimited {
		e.RetryAt = now.Add(retryAfter(ex.header))
	}
	cl.scrub(e)
	return e
}

// kindOf is the table of kinds.
func kindOf(ex *exchange, r reply) Kind {
	switch {
	case ex.status == http.StatusTooManyRequests:
		return KindRateLimited
	case ex.status == http.StatusUnauthorized, r.insufficientScope,
		ex.status == http.StatusForbidden && r.code == codeForbidden:
		return KindUnauthorized
	case r.code == codeConcurrentChange, r.code == codeReconciling,
		ex.status == http.StatusRequestTimeout, ex.status == http.StatusConflict, ex.status == http.StatusLocked:
		return KindTransient
	case !r.known():
		return KindTransient
	case ex.status == http.StatusNotFound && r.code != codePathNotFound:
		return KindNotFound
	case ex.status/100 == 4:
		return KindTerminal
	default:
		return KindTransient
	}
}

// replyOf reads Okta's error body, or the challenge that stands for one.
func replyOf(ex *exchange) reply {
	var body struct {
		Code    string `json:"errorCode"`
		Summary string `json:"errorSummary"`
		ID      string `json:"errorId"`
		Causes  []struct {
			Summary string `json:"errorSummary"`
			Reason  string `json:"reason"`
		} `json:"errorCauses"`
	}
	// What fits is taken; a body that is no JSON leaves the code empty.
	_ = json.Unmarshal(ex.body, &body)
	r := reply{code: clip(body.Code), id: clip(body.ID)}
	if r.code != "" {
		r.summary = clip(body.Summary)
		for _, cause := range body.Causes {
			text := clip(cause.Summary)
			if text == "" {
				text = clip(cause.Reason)
			}
			if text != "" && len(r.causes) < maxCauses {
				r.causes = append(r.causes, text)
			}
		}
	}
	if ex.status == http.StatusUnauthorized || ex.status == http.StatusForbidden {
		r.readChallenge(ex.header.Values("Www-Authenticate"))
	}
	return r
}

// challengeParam finds the quoted parameters of a WWW-Authenticate header.
var challengeParam = regexp.MustCompile(`(?:^|[\s,])(error|error_description)="((?:[^"\\]|\\.)*)"`)

// readChallenge takes the error from a Bearer challenge, which is all that
// Okta says about a missing OAuth scope: the body may be empty.
func (r *reply) readChallenge(challenges []string) {
	for _, challenge := range challenges {
		if !strings.HasPrefix(strings.ToLower(challenge), "bearer") {
			continue
		}
		for _, param := range challengeParam.FindAllStringSubmatch(challenge, -1) {
			switch value := clip(strings.ReplaceAll(param[2], `\`, "")); {
			case param[1] == "error" && value == "insufficient_scope":
				r.insufficientScope = true
			case param[1] == "error_description" && r.summary == "":
				r.summary = value
			}
		}
	}
}

// intermediary is where to look when an answer does not look like Okta's.
const intermediary = ": something between here and Okta may have given it"

// describe says what happened when Okta did not. Never from a body: that of a
// stranger is of no use, and that of an execute may be personal.
func describe(ex *exchange, known bool) string {
	switch {
	case ex.err != nil:
		return describeNetwork(ex.err)
	case ex.status/100 == 3:
		return "the answer is a redirect to " + redirectTarget(ex.header) +
			", which is not followed: use the URL under which the org itself answers"
	case known:
		return "Okta gives no reason"
	default:
		return "the answer has no Okta error body (" + contentType(ex.header) + ")" + intermediary
	}
}

// redirectTarget names the host alone; the rest may carry tokens.
func redirectTarget(h http.Header) string {
	if u, err := url.Parse(h.Get("Location")); err == nil && u.Host != "" {
		return fmt.Sprintf("%q", clip(u.Host))
	}
	return "another path"
}

// contentType names the media type of an answer in a message.
func contentType(h http.Header) string {
	if media, _, err := mime.ParseMediaType(h.Get("Content-Type")); err == nil {
		return "content type " + clip(media)
	}
	return "no content type"
}

// clip makes one line of bounded length out of a text from outside.
func clip(text string) string {
	text = strings.Join(strings.FieldsFunc(text, func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsControl(r)
	}), " ")
	if runes := []rune(text); len(runes) > maxText {
		return string(runes[:maxText]) + "..."
	}
	return text
}

// scrub takes the credentials of the request out of the texts: a validation
// error may quote what it refuses.
func (c call) scrub(e *Error) {
	var pairs []string
	for _, secret := range c.secrets {
		value := secret.Reveal()
		_, afterScheme, _ := strings.Cut(value, " ") // "Basic dXNlcjpwYXNz"
		for _, part := range []string{value, afterScheme} {
			// Replacing every single letter would leave no text.
			if len(part) >= 4 {
				pairs = append(pairs, part, redacted)
			}
		}
	}
	clean := strings.NewReplacer(pairs...)
	e.Summary = clean.Replace(e.Summary)
	for i := range e.Causes {
		e.Causes[i] = clean.Replace(e.Causes[i])
	}
}

// undecodable is a 2xx whose body is not what the operation returns: a write
// may well have happened, but what it did is not known.
func undecodable(cl call, ex *exchange, problem string) *Error {
	return &Error{
		Kind: KindTransient, Op: cl.String(), MayHaveHappened: cl.op.write,
		Status: ex.status, RequestID: ex.header.Get("X-Okta-Request-Id"),
		Summary: "the answer " + problem + intermediary,
	}
}
