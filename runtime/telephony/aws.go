package telephony

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/pinpointsmsvoicev2"
	"github.com/aws/aws-sdk-go-v2/service/pinpointsmsvoicev2/types"
	"github.com/aws/smithy-go"

	"github.com/hookline/hookline/api/v1alpha1"
	"github.com/hookline/hookline/runtime/outbound"
)

const (
	// Limits of TimeToLive, in seconds.
	awsShortestTTL = 5
	awsLongestTTL  = 259200
)

// awsMessaging sends through AWS End User Messaging SMS and Voice v2, by its SDK.
type awsMessaging struct {
	clients          []*outbound.Client
	api              *pinpointsmsvoicev2.Client
	from, caller     string
	configurationSet *string
}

func newAWS(spec *v1alpha1.AWSProvider, client, identity *outbound.Client, secrets Secrets, environment func(string) string) (*awsMessaging, error) {
	base, err := endpoint(spec.BaseURL, "https://sms-voice."+spec.Region+".amazonaws.com", "")
	if err != nil {
		return nil, fmt.Errorf(".baseURL: %w", err)
	}
	credentials, err := awsCredentials(spec, identity, secrets, environment)
	if err != nil {
		return nil, err
	}
	p := &awsMessaging{clients: []*outbound.Client{client, identity}, from: spec.OriginationIdentity}
	if spec.Voice != nil {
		p.caller = spec.Voice.OriginationIdentity
	}
	if spec.ConfigurationSetName != "" {
		p.configurationSet = aws.String(spec.ConfigurationSetName)
	}
	p.api = pinpointsmsvoicev2.New(pinpointsmsvoicev2.Options{
		Region:       spec.Region,
		BaseEndpoint: aws.String(base),
		Credentials:  credentials,
		HTTPClient:   observedClient{client},
		// The SDK's own default is to try three times: a message whose answer got lost would be sent again.
		Retryer: aws.NopRetryer{},
	})
	return p, nil
}

// Send implements [Provider].
func (p *awsMessaging) Send(ctx context.Context, m Message) Result {
	request := &observation{}
	ctx = context.WithValue(ctx, observationKey{}, request)
	var (
		id  *string
		err error
	)
	if m.Channel == v1alpha1.ChannelVoice {
		call := p.call(m)
		if call == nil {
			return unsupported("voice")
		}
		var out *pinpointsmsvoicev2.SendVoiceMessageOutput
		if out, err = p.api.SendVoiceMessage(ctx, call); err == nil {
			id = out.MessageId
		}
	} else {
		text := p.message(m)
		if text == nil {
			return unsupported("originationIdentity")
		}
		var out *pinpointsmsvoicev2.SendTextMessageOutput
		if out, err = p.api.SendTextMessage(ctx, text); err == nil {
			id = out.MessageId
		}
	}
	return awsResult(request, aws.ToString(id), err, m.To)
}

// Close implements [Provider].
func (p *awsMessaging) Close() {
	for _, client := range p.clients {
		client.Close()
	}
}

// message is the input for a text message; nil if there is no sender.
func (p *awsMessaging) message(m Message) *pinpointsmsvoicev2.SendTextMessageInput {
	from := cmp.Or(m.From, p.from)
	if from == "" {
		return nil
	}
	return &pinpointsmsvoicev2.SendTextMessageInput{
		DestinationPhoneNumber: aws.String(m.To),
		OriginationIdentity:    aws.String(from),
		MessageBody:            aws.String(m.Text),
		MessageType:            types.MessageTypeTransactional,
		TimeToLive:             awsTTL(m),
		ConfigurationSetName:   p.configurationSet,
	}
}

// call is the input for a call; nil if nobody calls. A route's sender that can't call is for text messages.
func (p *awsMessaging) call(m Message) *pinpointsmsvoicev2.SendVoiceMessageInput {
	caller := p.caller
	if canCall(m.From) {
		caller = m.From
	}
	if caller == "" {
		return nil
	}
	return &pinpointsmsvoicev2.SendVoiceMessageInput{
		DestinationPhoneNumber: aws.String(m.To),
		OriginationIdentity:    aws.String(caller),
		MessageBody:            aws.String(ssml(m.Text)),
		MessageBodyTextType:    types.VoiceMessageBodyTextTypeSsml,
		VoiceId:                types.VoiceId(cmp.Or(voiceFor(m.Language).aws, voices[0].aws)),
		TimeToLive:             awsTTL(m),
		ConfigurationSetName:   p.configurationSet,
	}
}

// canCall tells numbers and pools, by themselves, by id or by ARN, from sender IDs.
func canCall(identity string) bool {
	return isNumber(identity) || strings.HasPrefix(identity, "phone-") || strings.HasPrefix(identity, "pool-") ||
		strings.HasPrefix(identity, "arn:") && (strings.Contains(identity, ":phone-number/") || strings.Contains(identity, ":pool/"))
}

func awsTTL(m Message) *int32 {
	if seconds := secondsUntil(m.ExpiresIn, awsShortestTTL, awsLongestTTL); seconds > 0 {
		return aws.Int32(int32(seconds))
	}
	return nil
}

// observation is what is seen of the one request that a message makes. The SDK's own errors don't tell whether
// there was any, since it gets credentials first, nor whether the answer was whole.
type observation struct {
	made   bool
	status int
	err    error // of the request, or of reading the answer
}

type observationKey struct{}

// observedClient is the HTTP client that the SDK gets.
type observedClient struct{ client *outbound.Client }

// Do implements the SDK's HTTPClient.
func (c observedClient) Do(req *http.Request) (*http.Response, error) {
	resp, err := c.client.Do(req)
	if seen, ok := req.Context().Value(observationKey{}).(*observation); ok {
		seen.made, seen.err = true, err
		if resp != nil {
			seen.status = resp.StatusCode
			resp.Body = observedBody{resp.Body, seen}
		}
	}
	return resp, err
}

// observedBody sees whether the answer breaks off.
type observedBody struct {
	io.ReadCloser
	seen *observation
}

// Read implements io.Reader.
func (b observedBody) Read(into []byte) (int, error) {
	n, err := b.ReadCloser.Read(into)
	if err != nil && !errors.Is(err, io.EOF) {
		b.seen.err = halfAnswer{b.seen.status}
	}
	return n, err
}

func awsResult(request *observation, id string, err error, to string) Result {
	switch {
	case err == nil && id != "":
		return taken(request.status, id, to)
	case !request.made:
		return notTried(explainAWS(err))
	case request.err != nil:
		return lost(request.err)
	default:
		return awsRefusal(request.status, err)
	}
}

// awsRefusal goes by the type and reason of an error, by its type alone if nobody knows the reason, and by the
// status if nobody knows the type either.
func awsRefusal(status int, err error) Result {
	name, reason := awsCode(err)
	code := name
	if reason != "" {
		code += "/" + reason
	}
	if _, known := awsCodes.find(code); !known {
		if _, ofType := awsCodes.find(name); ofType {
			result := awsCodes.refusal(status, name)
			result.Code = sanitizeCode(code)
			return result
		}
	}
	return awsCodes.refusal(status, code)
}

func awsCode(err error) (name, reason string) {
	var (
		access     *types.AccessDeniedException
		conflict   *types.ConflictException
		quota      *types.ServiceQuotaExceededException
		validation *types.ValidationException
		other      smithy.APIError
	)
	switch {
	case errors.As(err, &access):
		return access.ErrorCode(), string(access.Reason)
	case errors.As(err, &conflict):
		return conflict.ErrorCode(), string(conflict.Reason)
	case errors.As(err, &quota):
		return quota.ErrorCode(), string(quota.Reason)
	case errors.As(err, &validation):
		return validation.ErrorCode(), string(validation.Reason)
	case errors.As(err, &other):
		return other.ErrorCode(), ""
	}
	return "", ""
}

// explainAWS says why there was no request. The SDK's own texts have addresses, role names and request ids, but
// may also quote what a service of the cluster answered.
func explainAWS(err error) error {
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return fmt.Errorf("get credentials: no answer in time: %w", context.DeadlineExceeded)
	case errors.Is(err, context.Canceled):
		return fmt.Errorf("get credentials: %w", context.Canceled)
	}
	var certificate *tls.CertificateVerificationError
	if errors.As(err, &certificate) {
		return fmt.Errorf("get credentials: the certificate of the service that gives them is not trusted: %w", certificate)
	}
	var refused smithy.APIError
	if errors.As(err, &refused) {
		if code := sanitizeCode(refused.ErrorCode()); code != "" {
			return fmt.Errorf("get credentials: refused with code %s", code)
		}
	}
	if outbound.NotSent(err) {
		return errors.New("get credentials: the service that gives them can't be reached")
	}
	return errors.New("get credentials: the service that gives them does not answer as it should")
}
