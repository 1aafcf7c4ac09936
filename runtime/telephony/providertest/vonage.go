package providertest

import (
	"bytes"
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// The account at Vonage.
const (
	VonageAPIKey        = "abcd1234"
	VonageAPISecret     = "Zx9vQ7LmN2bK4tRs"
	VonageApplicationID = "aaaaaaaa-bbbb-4ccc-8ddd-0123456789ab"
)

var vonageNumber = regexp.MustCompile(`^[1-9][0-9]{6,14}$`)

func (s *Sim) vonage() vendor {
	return vendor{
		name: Vonage,
		handle: func(r *http.Request, path string, body []byte) outcome {
			switch {
			case r.Method == http.MethodPost && path == "/sms/json":
				return s.vonageMessage(r, body)
			case r.Method == http.MethodPost && path == "/v1/calls":
				return s.vonageCall(r, body)
			default:
				return refuseVonage(http.StatusNotFound, "")
			}
		},
		refuse:     refuseVonage,
		refusePart: func(status int, code string) outcome { return vonageParts(status, "0", code) },
	}
}

// refuseVonage is an error of the SMS API if it has a code. Otherwise it is one of the Voice API, or of what
// stands before both.
func refuseVonage(status int, code string) outcome {
	if code == "" {
		return jsonOutcome(status, map[string]any{
			"type": "https://developer.vonage.com/api-errors", "title": http.StatusText(status),
			"detail": "The call to " + numberInMessage + " was refused", "instance": "bf0ca0bf927b3b52e3cb03217e1a1ddf",
		})
	}
	return vonageParts(status, code)
}

// vonageParts is the answer with one part for each status.
func vonageParts(status int, codes ...string) outcome {
	parts := []map[string]string{}
	for _, code := range codes {
		if code == "0" {
			parts = append(parts, map[string]string{"status": "0", "message-id": "0A0000000123ABCD1", "to": "15005550010"})
			continue
		}
		parts = append(parts, map[string]string{"status": code, "error-text": "Refused for " + numberInMessage})
	}
	return jsonOutcome(status, map[string]any{"message-count": strconv.Itoa(len(parts)), "messages": parts})
}

var vonageRefusals = map[string]string{
	"+15005550001": "6", "+15005550002": "15", "+15005550003": "29", "+15005550004": "7", "+15005550009": "33",
}

func (s *Sim) vonageMessage(r *http.Request, body []byte) outcome {
	form, err := url.ParseQuery(string(body))
	if err != nil || r.Header.Get("Content-Type") != "application/x-www-form-urlencoded" {
		return refuseVonage(http.StatusOK, "2")
	}
	ttl, ttlErr := strconv.Atoi(form.Get("ttl"))
	d := &Delivery{
		Vendor: Vonage, Channel: "SMS", To: "+" + form.Get("to"), From: form.Get("from"), Text: form.Get("text"),
		Type: form.Get("type"), Reference: form.Get("client-ref"), Expires: float64(ttl) / 1000,
	}
	switch {
	case form.Get("api_key") != VonageAPIKey || form.Get("api_secret") != VonageAPISecret:
		return refuseVonage(http.StatusOK, "4")
	case d.To == "+" || d.From == "" || d.Text == "":
		return refuseVonage(http.StatusOK, "2")
	case !vonageNumber.MatchString(d.To[1:]), len(d.Reference) > 40, d.Type != "" && d.Type != "text" && d.Type != "unicode",
		form.Has("ttl") && (ttlErr != nil || ttl < 20000 || ttl > 604800000):
		return refuseVonage(http.StatusOK, "3")
	}
	if code := vonageRefusals[d.To]; code != "" {
		return refuseVonage(http.StatusOK, code)
	}
	// As text, what GSM 7-bit does not have gets lost. This has only the most common of its characters.
	if d.Type != "unicode" && strings.ContainsFunc(d.Text, func(char rune) bool {
		return char > 0x7e && !strings.ContainsRune("äöüÄÖÜßéèàùìòñÑ£¥€§", char)
	}) {
		d.Text = strings.Map(func(char rune) rune {
			if char > 0x7e {
				return '?'
			}
			return char
		}, d.Text)
	}
	d.ID = s.nextID("0A", 15)
	parts := []map[string]string{{"status": "0", "message-id": d.ID, "to": d.To[1:], "remaining-balance": "3.14", "message-price": "0.03"}}
	for range (utf8.RuneCountInString(d.Text) - 1) / 153 {
		parts = append(parts, map[string]string{"status": "0", "message-id": s.nextID("0A", 15), "to": d.To[1:]})
	}
	result := jsonOutcome(http.StatusOK, map[string]any{"message-count": strconv.Itoa(len(parts)), "messages": parts})
	result.deliver = d
	return result
}

func (s *Sim) vonageCall(r *http.Request, body []byte) outcome {
	token, isBearer := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if !isBearer || !s.isVonageToken(token, time.Now()) {
		return refuseVonage(http.StatusUnauthorized, "")
	}
	type phone struct{ Type, Number string }
	var call struct {
		To           []phone
		From         phone
		RingingTimer int `json:"ringing_timer"`
		NCCO         []struct {
			Action, Text, Language string
			Loop                   int
		} `json:"ncco"`
	}
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&call); err != nil || r.Header.Get("Content-Type") != "application/json" ||
		len(call.To) != 1 || len(call.NCCO) == 0 || call.RingingTimer < 0 || call.RingingTimer > 120 {
		return refuseVonage(http.StatusBadRequest, "")
	}
	d := &Delivery{Vendor: Vonage, Channel: "Voice", To: "+" + call.To[0].Number, From: call.From.Number}
	if call.To[0].Type != "phone" || call.From.Type != "phone" || !vonageNumber.MatchString(call.To[0].Number) ||
		!vonageNumber.MatchString(call.From.Number) || vonageRefusals[d.To] != "" {
		return refuseVonage(http.StatusBadRequest, "")
	}
	for _, action := range call.NCCO {
		if action.Action != "talk" || action.Loop < 1 || action.Loop > 10 {
			return refuseVonage(http.StatusBadRequest, "")
		}
		for range action.Loop {
			d.Said = append(d.Said, action.Text)
		}
		d.Language = action.Language
	}
	d.ID = s.nextID("63f61863-4a51-4f6b-86e1-", 12)
	result := jsonOutcome(http.StatusCreated, map[string]any{
		"uuid": d.ID, "status": "started", "direction": "outbound", "conversation_uuid": "CON-" + d.ID,
	})
	result.deliver = d
	return result
}

// isVonageToken reports whether a JWT is one of the application's: signed with RS256 by its key, and of now.
func (s *Sim) isVonageToken(token string, now time.Time) bool {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return false
	}
	var header struct{ Alg string }
	var claims struct {
		Application string `json:"application_id"`
		IssuedAt    int64  `json:"iat"`
		Expires     int64  `json:"exp"`
		ID          string `json:"jti"`
	}
	signature, err := base64.RawURLEncoding.DecodeString(parts[2])
	if err != nil || !decodePart(parts[0], &header) || !decodePart(parts[1], &claims) || header.Alg != "RS256" {
		return false
	}
	digest := sha256.Sum256([]byte(parts[0] + "." + parts[1]))
	if rsa.VerifyPKCS1v15(&s.keys.vonage.PublicKey, crypto.SHA256, digest[:], signature) != nil {
		return false
	}
	return claims.Application == VonageApplicationID && claims.ID != "" && claims.IssuedAt <= now.Unix() &&
		claims.Expires > now.Unix() && claims.Expires-claims.IssuedAt <= 24*60*60
}

func decodePart(part string, into any) bool {
	content, err := base64.RawURLEncoding.DecodeString(part)
	return err == nil && json.Unmarshal(content, into) == nil
}
