package telephony

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
)

// codeRow is what one code of a provider means for a call.
type codeRow struct {
	// code as the provider writes it.
	code string
	// class it belongs to; never Sent.
	class Class
	// meaning in words, without anything of the message.
	meaning string
	// source is the public page that says so.
	source string
}

// codeTable has the codes of one API. It is a list, so that docs/telephony-codes.md has its order.
type codeTable []codeRow

func (t codeTable) find(code string) (codeRow, bool) {
	for _, row := range t {
		if row.code == code {
			return row, true
		}
	}
	return codeRow{}, false
}

// refusal is the result of an answer that does not prove that the message was taken. The code decides; if the
// table does not have it, the status does. Neither ever makes Sent of it.
func (t codeTable) refusal(status int, code string) Result {
	code = sanitizeCode(code)
	result := Result{Class: classOf(status), Code: code, Status: status}
	row, known := t.find(code)
	switch {
	case known:
		result.Class = row.class
		result.Err = fmt.Errorf("answered %d with code %s: %s", status, code, row.meaning)
		if row.class == Unknown { // an internal error, which not every API answers with 5xx
			result.concerns = everybody
		}
	case code != "":
		result.Err = fmt.Errorf("answered %d with code %s, which has no meaning here", status, code)
	case status < http.StatusMultipleChoices:
		result.Err = fmt.Errorf("answered %d, but does not say that it has taken the message", status)
	default:
		result.Err = fmt.Errorf("answered %d and gives no reason", status)
	}
	return result
}

// classOf is what the status of a refusal means when nothing else tells: RFC 9110 has 4xx for requests that
// were not carried out, and leaves open what came of one that was answered with 5xx.
func classOf(status int) Class {
	switch {
	case status == http.StatusTooManyRequests:
		return Throttled
	case status >= 400 && status < 500:
		return Rejected
	default:
		return Unknown
	}
}

// maxCodeLength is well above the longest code of the tables.
const maxCodeLength = 100

// sanitizeCode is the code if it looks like one, and empty otherwise: short, of ASCII letters, digits and _/,
// and with at most six digits, since what has more may be a phone number.
func sanitizeCode(code string) string {
	digits := 0
	for _, char := range code {
		switch {
		case char >= '0' && char <= '9':
			digits++
		case char >= 'A' && char <= 'Z', char >= 'a' && char <= 'z', char == '_', char == '/':
		default:
			return ""
		}
	}
	if digits > 6 || len(code) > maxCodeLength {
		return ""
	}
	return code
}

// maxTransactionID is what Okta's System Log is spared beyond; ids of providers have about 40 characters.
const maxTransactionID = 128

// taken is the result of an answer that proves that the message was taken.
func taken(status int, transactionID, to string) Result {
	return Result{Class: Sent, TransactionID: sanitizeID(transactionID, to), Status: status}
}

// sanitizeID is an id as it may stand in logs: not one that is made of the number.
func sanitizeID(id, to string) string {
	if len(id) > maxTransactionID || strings.Contains(id, strings.TrimPrefix(to, "+")) {
		return ""
	}
	for _, char := range id {
		if char <= ' ' || char > '~' {
			return ""
		}
	}
	return id
}

// notTried is the result of a message that was not handed to the provider, for a reason of its own.
func notTried(err error) Result { return Result{Class: Rejected, Err: err} }

// unsupported is the result of a message in a channel that the provider is not set up for.
func unsupported(needs string) Result {
	return Result{Class: Unsupported, Err: errors.New("is not set up for this channel: there is no " + needs)}
}
