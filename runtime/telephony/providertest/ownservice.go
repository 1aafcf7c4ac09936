package providertest

import (
	"encoding/json"
	"net/http"
)

// HTTPToken is the bearer token of the service of somebody's own.
const HTTPToken = "s3rv1ce-t0k3n"

func (s *Sim) ownService() vendor {
	return vendor{name: HTTP, handle: s.handleOwnService, refuse: refuseOwnService}
}

func refuseOwnService(status int, code string) outcome {
	return jsonOutcome(status, map[string]any{"error": code, "detail": "not sent to " + numberInMessage})
}

var ownServiceRefusals = map[string]int{
	"+15005550001": http.StatusUnprocessableEntity, "+15005550002": http.StatusForbidden,
	"+15005550003": http.StatusForbidden, "+15005550004": http.StatusUnprocessableEntity,
}

func (s *Sim) handleOwnService(r *http.Request, _ string, body []byte) outcome {
	if r.Header.Get("Authorization") != "Bearer "+HTTPToken {
		return refuseOwnService(http.StatusUnauthorized, "token")
	}
	var message struct {
		To, From, Text, Channel, Language, Reference string
		Expires                                      float64
	}
	if err := json.Unmarshal(body, &message); err != nil || r.Method != http.MethodPost || r.Header.Get("Content-Type") != "application/json" {
		return refuseOwnService(http.StatusBadRequest, "json")
	}
	if message.Text == "" || !e164.MatchString(message.To) {
		return refuseOwnService(http.StatusUnprocessableEntity, "message")
	}
	if status := ownServiceRefusals[message.To]; status != 0 {
		return refuseOwnService(status, "number")
	}
	d := &Delivery{
		Vendor: HTTP, ID: s.nextID("m-", 8), Channel: message.Channel, To: message.To, From: message.From, Text: message.Text,
		Language: message.Language, Reference: message.Reference, Expires: message.Expires,
	}
	if d.Channel == "" {
		d.Channel = "SMS"
	}
	if d.Channel == "Voice" {
		d.Text, d.Said = "", []string{message.Text}
	}
	result := jsonOutcome(http.StatusAccepted, map[string]any{"id": d.ID})
	result.deliver = d
	return result
}
