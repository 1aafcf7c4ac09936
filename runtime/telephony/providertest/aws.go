package providertest

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"net/http"
	"net/url"
	"strings"
	"time"
	"unicode/utf8"
)

// The account at AWS.
const (
	AWSRegion          = "eu-central-1"
	AWSAccessKeyID     = "AKIAHOOKLINETEST0001"
	AWSSecretAccessKey = "p9Kd2LmX7vQ4rT1sZ8bN6cW3yH5jF0gA/eUiOqRt"
	// The role of a service account, and the token that proves it.
	AWSRoleARN          = "arn:aws:iam::123456789012:role/hookline"
	AWSWebIdentityToken = "eyJhbGciOiJSUzI1NiJ9.c2VydmljZS1hY2NvdW50.c2lnbmF0dXJl"
	// AWSPodToken is the token of a pod with EKS Pod Identity.
	AWSPodToken = "eyJhbGciOiJSUzI1NiJ9.cG9k.c2lnbmF0dXJl"
	// AWSSender is an origination identity of the account; every other well-formed one is too.
	AWSSender = "+15005550006"
	// Credentials of the role, for an hour.
	awsSessionKeyID  = "ASIAHOOKLINETEST0002"
	awsSessionSecret = "s9Kd2LmX7vQ4rT1sZ8bN6cW3yH5jF0gA/eUiOqRt"
	awsSessionToken  = "IQoJb3JpZ2luX2VjEHookline"
)

const (
	awsTargetPrefix = "PinpointSMSVoiceV2."
	awsMediaType    = "application/x-amz-json-1.0"
)

func (s *Sim) aws() vendor { return vendor{name: AWS, handle: s.handleAWS, refuse: refuseAWS} }

// refuseAWS is an error of the service; code is its type and behind a slash its reason, if it has one.
func refuseAWS(status int, code string) outcome {
	name, reason, _ := strings.Cut(code, "/")
	content := map[string]string{"Message": "Refused for " + numberInMessage}
	if name != "" {
		content["__type"] = "com.amazonaws.pinpointsmsvoicev2#" + name
	}
	if reason != "" {
		content["Reason"] = reason
	}
	result := jsonOutcome(status, content)
	result.contentType = awsMediaType
	return result
}

var awsRefusals = map[string]string{
	"+15005550001": "ValidationException/CANNOT_PARSE",
	"+15005550002": "ConflictException/NO_ORIGINATION_IDENTITIES_FOUND",
	"+15005550003": "ValidationException/COUNTRY_NOT_ENABLED",
	"+15005550004": "ConflictException/DESTINATION_PHONE_NUMBER_OPTED_OUT",
	"+15005550005": "ConflictException/DESTINATION_COUNTRY_BLOCKED_BY_PROTECT_CONFIGURATION",
}

func (s *Sim) handleAWS(r *http.Request, _ string, body []byte) outcome {
	if problem := checkSignature(r, body, "sms-voice", time.Now()); problem != "" {
		return refuseAWS(http.StatusBadRequest, problem)
	}
	if r.Method != http.MethodPost || r.Header.Get("Content-Type") != awsMediaType {
		return refuseAWS(http.StatusBadRequest, "ValidationException/INVALID_REQUEST")
	}
	var input struct {
		DestinationPhoneNumber, OriginationIdentity, MessageBody, MessageType string
		MessageBodyTextType, VoiceId, ConfigurationSetName                    string
		TimeToLive                                                            int
	}
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&input); err != nil {
		return refuseAWS(http.StatusBadRequest, "ValidationException/INVALID_REQUEST")
	}
	d := &Delivery{
		Vendor: AWS, Channel: "SMS", To: input.DestinationPhoneNumber, From: input.OriginationIdentity, Text: input.MessageBody,
		Type: input.MessageType, Voice: input.VoiceId, Expires: float64(input.TimeToLive), Reference: input.ConfigurationSetName,
	}
	isWithinLimits := utf8.RuneCountInString(d.Text) <= 1600
	switch r.Header.Get("X-Amz-Target") {
	case awsTargetPrefix + "SendTextMessage":
	case awsTargetPrefix + "SendVoiceMessage":
		d.Channel, d.Text = "Voice", ""
		isWithinLimits = d.From != "" && readSpeech(input.MessageBody, input.MessageBodyTextType, d)
	default:
		return refuseAWS(http.StatusBadRequest, "ValidationException/UNKNOWN_OPERATION")
	}
	switch {
	case !e164.MatchString(d.To):
		return refuseAWS(http.StatusBadRequest, "ValidationException/CANNOT_PARSE")
	case input.MessageBody == "" || !isWithinLimits || input.TimeToLive != 0 && (input.TimeToLive < 5 || input.TimeToLive > 259200):
		return refuseAWS(http.StatusBadRequest, "ValidationException/INVALID_PARAMETER")
	case awsRefusals[d.To] != "":
		return refuseAWS(http.StatusBadRequest, awsRefusals[d.To])
	}
	d.ID = s.nextID("b7e0c1d2-8f3a-4b5c-9d6e-", 12)
	result := jsonOutcome(http.StatusOK, map[string]string{"MessageId": d.ID})
	result.contentType = awsMediaType
	result.deliver = d
	return result
}

// readSpeech reads what a call says, as text or SSML; false if it can't be said.
func readSpeech(text, kind string, d *Delivery) bool {
	if kind != "SSML" {
		d.Said = []string{text}
		return utf8.RuneCountInString(text) <= 3000
	}
	decoder := xml.NewDecoder(strings.NewReader(text))
	for {
		token, err := decoder.Token()
		if token == nil {
			return err.Error() == "EOF" && utf8.RuneCountInString(text) <= 6000 && len(d.Said) > 0
		}
		switch part := token.(type) {
		case xml.StartElement:
			if part.Name.Local != "speak" && part.Name.Local != "break" {
				return false
			}
		case xml.CharData:
			d.Said = append(d.Said, string(part))
		}
	}
}

func (s *Sim) sts() vendor {
	return vendor{name: STS, handle: handleSTS, refuse: refuseSTS}
}

func refuseSTS(status int, code string) outcome {
	return outcome{status: status, contentType: "text/xml", body: `<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error>` +
		`<Type>Sender</Type><Code>` + code + `</Code><Message>Refused</Message></Error><RequestId>r-1</RequestId></ErrorResponse>`}
}

func handleSTS(_ *http.Request, _ string, body []byte) outcome {
	form, err := url.ParseQuery(string(body))
	switch {
	case err != nil || form.Get("Action") != "AssumeRoleWithWebIdentity" || form.Get("Version") != "2011-06-15" || form.Get("RoleSessionName") == "":
		return refuseSTS(http.StatusBadRequest, "ValidationError")
	case form.Get("WebIdentityToken") != AWSWebIdentityToken:
		return refuseSTS(http.StatusBadRequest, "InvalidIdentityToken")
	case form.Get("RoleArn") != AWSRoleARN:
		return refuseSTS(http.StatusForbidden, "AccessDenied")
	}
	return outcome{status: http.StatusOK, contentType: "text/xml", body: `<AssumeRoleWithWebIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">` +
		`<AssumeRoleWithWebIdentityResult><AssumedRoleUser><AssumedRoleId>AROA1:hookline</AssumedRoleId><Arn>` + AWSRoleARN + `</Arn></AssumedRoleUser>` +
		`<Credentials><AccessKeyId>` + awsSessionKeyID + `</AccessKeyId><SecretAccessKey>` + awsSessionSecret + `</SecretAccessKey>` +
		`<SessionToken>` + awsSessionToken + `</SessionToken><Expiration>` + inAnHour() + `</Expiration></Credentials>` +
		`</AssumeRoleWithWebIdentityResult><ResponseMetadata><RequestId>r-1</RequestId></ResponseMetadata></AssumeRoleWithWebIdentityResponse>`}
}

func inAnHour() string { return time.Now().Add(time.Hour).UTC().Format(time.RFC3339) }

func (s *Sim) podIdentity() vendor {
	return vendor{name: PodIdentity, handle: handlePodIdentity, refuse: refusePodIdentity}
}

func refusePodIdentity(status int, code string) outcome {
	return jsonOutcome(status, map[string]string{"code": code, "message": "refused"})
}

func handlePodIdentity(r *http.Request, path string, _ []byte) outcome {
	if r.Method != http.MethodGet || path != "/v1/credentials" {
		return refusePodIdentity(http.StatusNotFound, "NotFound")
	}
	if r.Header.Get("Authorization") != AWSPodToken {
		return refusePodIdentity(http.StatusUnauthorized, "AccessDeniedException")
	}
	return jsonOutcome(http.StatusOK, map[string]string{
		"AccessKeyId": awsSessionKeyID, "SecretAccessKey": awsSessionSecret, "Token": awsSessionToken,
		"AccountId": "123456789012", "Expiration": inAnHour(),
	})
}
