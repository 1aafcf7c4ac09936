package oktasim

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
)

// hookReply is a hook's good reply.
type hookReply struct {
	status   int
	commands []command
	failed   *replyError     // the error object, if there is one, even {}
	debug    json.RawMessage // debugContext
	raw      []byte          // as answered; empty for 204
}

// command is one entry of commands; value is an object or an array, as the type
// has it.
type command struct {
	kind  string
	value json.RawMessage
}

// replyError is the error object. What it does differs by type.
type replyError struct {
	summary string
	causes  []replyCause
}

// noSummary is Okta's text for an error without one.
const noSummary = "The callback service returned an error"

// text is what Okta shows and logs of the error.
func (e *replyError) text() string { return cmp.Or(e.summary, noSummary) }

type replyCause struct {
	summary, location string
}

func malformed(status int, reason string) *hookFailure {
	return &hookFailure{reason: reason, status: status, malformed: true}
}

// parseReply reads a 2xx answer as the type demands it, or returns a
// *hookFailure. An object without commands is a reply without commands.
func parseReply(kind hookType, status int, body []byte) (hookReply, error) {
	if kind.noContent && status == http.StatusNoContent {
		return hookReply{status: status}, nil
	}
	if status == http.StatusNoContent || kind.only200 && status != http.StatusOK {
		return hookReply{}, malformed(status, fmt.Sprintf("The inline hook responded with status %d", status))
	}
	var members object
	if err := json.Unmarshal(body, &members); err != nil || members == nil {
		return hookReply{}, malformed(status, deserializeText(body, err))
	}
	reply := hookReply{status: status, raw: body, debug: members["debugContext"]}
	var d decoder
	for _, entry := range member[[]object](&d, members, "commands").or(nil) {
		c := command{kind: member[string](&d, entry, "type").or(""), value: entry["value"]}
		if c.kind == "" || !hasShape(kind, c.value) {
			d.err = errMalformed
		}
		reply.commands = append(reply.commands, c)
	}
	if failed := member[object](&d, members, "error"); failed.value != nil {
		reply.failed = decodeReplyError(&d, *failed.value)
	}
	if d.err != nil {
		return hookReply{}, malformed(status, deserializeText(body, nil))
	}
	return reply, nil
}

func hasShape(kind hookType, value json.RawMessage) bool {
	value = bytes.TrimSpace(value)
	if kind.listValue {
		return bytes.HasPrefix(value, []byte("["))
	}
	return bytes.HasPrefix(value, []byte("{"))
}

func decodeReplyError(d *decoder, members object) *replyError {
	failed := &replyError{summary: member[string](d, members, "errorSummary").or("")}
	for _, cause := range member[[]object](d, members, "errorCauses").or(nil) {
		failed.causes = append(failed.causes, replyCause{
			summary:  member[string](d, cause, "errorSummary").or(""),
			location: member[string](d, cause, "location").or(""),
		})
	}
	return failed
}

// deserializeText is Okta's one known text for a malformed reply, with the
// position where reading stopped: the error's if it has one, otherwise the end.
func deserializeText(body []byte, err error) string {
	offset := len(body)
	var syntax *json.SyntaxError
	if errors.As(err, &syntax) {
		offset = min(int(syntax.Offset), len(body))
	}
	read := body[:offset]
	line := bytes.Count(read, []byte("\n")) + 1
	column := offset - (bytes.LastIndexByte(read, '\n') + 1)
	return fmt.Sprintf("Could not deserialize inline hook response due to error at Line %d Column %d", line, column)
}
