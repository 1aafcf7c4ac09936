package telephony

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/hookline/hookline/api/v1alpha1"
	"github.com/hookline/hookline/runtime/outbound"
)

const (
	vonageSMSBase   = "https://rest.nexmo.com"
	vonageVoiceBase = "https://api.nexmo.com"
	// Limits of ttl, in seconds.
	vonageShortestTTL = 20
	vonageLongestTTL  = 604800
	// vonageLongestReference is the limit of client-ref.
	vonageLongestReference = 40
)

// vonage sends through the SMS API and the Voice API v1 of Vonage.
type vonage struct {
	client            *outbound.Client
	messages, calls   string // addresses
	apiKey, apiSecret string
	from, caller      string
	application       *vonageApplication // nil: no calls
}

func newVonage(spec *v1alpha1.VonageProvider, client *outbound.Client, secrets Secrets) (*vonage, error) {
	messages, err := endpoint(spec.BaseURL, vonageSMSBase, "/sms/json")
	if err != nil {
		return nil, fmt.Errorf(".baseURL: %w", err)
	}
	p := &vonage{client: client, messages: messages, apiKey: spec.APIKey, from: spec.From}
	if p.apiSecret, err = readToken(secrets, spec.APISecret.SecretKeyRef); err != nil {
		return nil, fmt.Errorf(".apiSecret.secretKeyRef: %w", err)
	}
	voice := spec.Voice
	if voice == nil {
		return p, nil
	}
	if p.calls, err = endpoint(voice.BaseURL, vonageVoiceBase, "/v1/calls"); err != nil {
		return nil, fmt.Errorf(".voice.baseURL: %w", err)
	}
	ref := voice.PrivateKey.SecretKeyRef
	pem, err := readSecret(secrets, ref)
	if err != nil {
		return nil, fmt.Errorf(".voice.privateKey.secretKeyRef: %w", err)
	}
	if p.application, err = newVonageApplication(voice.ApplicationID, pem); err != nil {
		return nil, fmt.Errorf(".voice.privateKey.secretKeyRef: key %q of secret %q %w", ref.Key, ref.Name, err)
	}
	p.caller = string(voice.From)
	return p, nil
}

// Send implements [Provider].
func (p *vonage) Send(ctx context.Context, m Message) Result {
	if m.Channel == v1alpha1.ChannelVoice {
		return p.call(ctx, m)
	}
	from := cmp.Or(m.From, p.from)
	if from == "" {
		return unsupported("from")
	}
	got, err := post(ctx, p.client, p.messages, mediaForm, p.message(m, from).Encode(), nil)
	if err != nil {
		return lost(err)
	}
	return vonageMessageResult(got, m.To)
}

// Close implements [Provider].
func (p *vonage) Close() { p.client.Close() }

// message is the form of a text message. Numbers have no plus at Vonage.
func (p *vonage) message(m Message, from string) url.Values {
	form := url.Values{
		"api_key": {p.apiKey}, "api_secret": {p.apiSecret},
		"from": {vonageNumber(from)}, "to": {vonageNumber(m.To)}, "text": {m.Text},
	}
	if !isGSM7(m.Text) {
		form.Set("type", "unicode") // as text, what is not in GSM 7-bit arrives as question marks
	}
	if seconds := secondsUntil(m.ExpiresIn, vonageShortestTTL, vonageLongestTTL); seconds > 0 {
		form.Set("ttl", strconv.FormatInt(seconds*1000, 10))
	}
	if m.EventID != "" && len(m.EventID) <= vonageLongestReference {
		form.Set("client-ref", m.EventID)
	}
	return form
}

func vonageNumber(number string) string {
	if isNumber(number) {
		return number[1:]
	}
	return number
}

// vonageMessageResult reads the answer of the SMS API, which has status 200 whatever becomes of the message, and
// a status of its own for each part of a long text. If some parts were taken and some were not, people get
// half a text, perhaps with the code in it.
func vonageMessageResult(got reply, to string) Result {
	var content struct {
		Messages []struct {
			Status string `json:"status"`
			ID     string `json:"message-id"`
		} `json:"messages"`
	}
	if !got.isSuccess() || !got.decode(&content) || len(content.Messages) == 0 {
		return vonageCodes.refusal(got.status, "")
	}
	var refused []Result
	for _, part := range content.Messages {
		if part.Status != "0" || part.ID == "" {
			refused = append(refused, vonageCodes.refusal(got.status, part.Status))
		}
	}
	if len(refused) == 0 {
		return taken(got.status, content.Messages[0].ID, to)
	}
	result := refused[0]
	if len(refused) < len(content.Messages) {
		result.Class = Unknown
		result.Err = fmt.Errorf("has taken a part of the text: %w", result.Err)
	}
	for _, other := range refused {
		if other.Class == Unknown {
			result.Class = Unknown
		}
	}
	return result
}

// call makes a voice call, from a number only: other senders of a route are for text messages.
func (p *vonage) call(ctx context.Context, m Message) Result {
	if p.application == nil {
		return unsupported("voice")
	}
	caller := p.caller
	if isNumber(m.From) {
		caller = m.From
	}
	token, err := p.application.token()
	if err != nil {
		return notTried(err)
	}
	body, err := json.Marshal(vonageCall(m, caller))
	if err != nil {
		return notTried(fmt.Errorf("encode call: %w", err))
	}
	got, err := post(ctx, p.client, p.calls, mediaJSON, string(body), http.Header{"Authorization": {"Bearer " + token}})
	if err != nil {
		return lost(err)
	}
	return vonageCallResult(got, m.To)
}

func vonageCall(m Message, caller string) map[string]any {
	phone := func(number string) map[string]string {
		return map[string]string{"type": "phone", "number": vonageNumber(number)}
	}
	return map[string]any{
		"to":            []any{phone(m.To)},
		"from":          phone(caller),
		"ringing_timer": ringSeconds,
		"ncco": []any{map[string]any{
			"action": "talk", "text": m.Text, "language": voiceFor(m.Language).vonage, "loop": 2,
		}},
	}
}

// vonageEnded are the statuses of calls that nobody got. See twilioEnded.
var vonageEnded = []string{"busy", "cancelled", "failed", "rejected", "timeout", "unanswered"}

func vonageCallResult(got reply, to string) Result {
	var content struct {
		UUID   string `json:"uuid"`
		Status string `json:"status"`
	}
	if got.isSuccess() && got.decode(&content) && content.UUID != "" && !slices.Contains(vonageEnded, content.Status) {
		return taken(got.status, content.UUID, to)
	}
	return vonageCodes.refusal(got.status, "")
}

// gsm7 has the characters of the GSM 7-bit default alphabet and its extension, from 3GPP TS 23.038.
const gsm7 = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?" +
	"¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà" + "\f^{}\\[~]|€"

func isGSM7(text string) bool {
	return !strings.ContainsFunc(text, func(char rune) bool { return !strings.ContainsRune(gsm7, char) })
}
