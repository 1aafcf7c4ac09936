package v1alpha1

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// TelephonyProvider carries codes: exactly one of twilio, vonage, aws and http.
// +kubebuilder:validation:XValidation:rule="[has(self.twilio), has(self.vonage), has(self.aws), has(self.http)].exists_one(given, given)",message="a provider takes exactly one of twilio, vonage, aws and http"
type TelephonyProvider struct {
	// name of the provider, for routes, metrics and Okta's System Log.
	// +required
	Name ProviderName `json:"name"`

	// twilio sends through Twilio Programmable Messaging and Voice.
	// +optional
	Twilio *TwilioProvider `json:"twilio,omitempty"`

	// vonage sends through the SMS and Voice APIs of Vonage.
	// +optional
	Vonage *VonageProvider `json:"vonage,omitempty"`

	// aws sends through AWS End User Messaging.
	// +optional
	AWS *AWSProvider `json:"aws,omitempty"`

	// http sends through any other service that takes a request over HTTPS.
	// +optional
	HTTP *HTTPProvider `json:"http,omitempty"`

	// timeout is how long the provider may take, from 100ms to 2300ms. When unset, what is left of the
	// call; with onUnknownOutcome: NextProvider an equal share of it for each provider that is left.
	// +optional
	// +kubebuilder:validation:Type=string
	// +kubebuilder:validation:MaxLength=32
	// +kubebuilder:validation:XValidation:rule="self.matches('^[+]?(([0-9]+[.]?[0-9]*|[.][0-9]+)(h|m|s|ms|[uµμ]s|ns))+$') && duration(self) >= duration('100ms') && duration(self) <= duration('2300ms')",message="timeout must be a duration from 100ms to 2300ms, such as 1200ms"
	Timeout *metav1.Duration `json:"timeout,omitempty"`

	// caSecretKeyRef names the key of a Secret with the certificates, in PEM, of the CAs that sign the
	// provider's certificate. When unset, the public ones.
	// +optional
	CASecretKeyRef *SecretKeyReference `json:"caSecretKeyRef,omitempty"`
}

// TwilioProvider is an account of Twilio.
// +kubebuilder:validation:XValidation:rule="has(self.authToken) != has(self.apiKey)",message="twilio takes exactly one of authToken and apiKey"
// +kubebuilder:validation:XValidation:rule="has(self.from) || has(self.messagingServiceSID) || (has(self.voice) && has(self.voice.from))",message="twilio needs from, messagingServiceSID or voice.from: who messages or calls come from"
type TwilioProvider struct {
	// accountSID is the account, or subaccount, that pays: AC and 32 hexadecimal digits.
	// +required
	// +kubebuilder:validation:MinLength=34
	// +kubebuilder:validation:MaxLength=34
	// +kubebuilder:validation:XValidation:rule="self.matches('^AC[0-9a-fA-F]{32}$')",message="accountSID must be AC and 32 hexadecimal digits, as the console of Twilio shows it"
	AccountSID string `json:"accountSID"`

	// authToken of the account. Twilio advises an API key instead.
	// +optional
	AuthToken *SecretValue `json:"authToken,omitempty"`

	// apiKey of the account: what Twilio advises for production.
	// +optional
	APIKey *TwilioAPIKey `json:"apiKey,omitempty"`

	// from is the sender of text messages, and of calls unless voice.from is set: a number of the account
	// in E.164, or for messages a short code or an alphanumeric sender.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=32
	From string `json:"from,omitempty"`

	// messagingServiceSID is the messaging service whose pool has the sender of text messages: MG and 32
	// hexadecimal digits. With from, the sender is pinned to that one of the pool.
	// +optional
	// +kubebuilder:validation:MinLength=34
	// +kubebuilder:validation:MaxLength=34
	// +kubebuilder:validation:XValidation:rule="self.matches('^MG[0-9a-fA-F]{32}$')",message="messagingServiceSID must be MG and 32 hexadecimal digits, as the console of Twilio shows it"
	MessagingServiceSID string `json:"messagingServiceSID,omitempty"`

	// voice says how calls are made. When unset, from calls, if it is a number, and reads the code.
	// +optional
	Voice *TwilioVoice `json:"voice,omitempty"`

	// baseURL of the API, for a region such as https://api.dublin.ie1.twilio.com. When unset,
	// https://api.twilio.com.
	// +optional
	BaseURL BaseURL `json:"baseURL,omitempty"`
}

// TwilioAPIKey is an API key of Twilio.
type TwilioAPIKey struct {
	// sid of the key: SK and 32 hexadecimal digits.
	// +required
	// +kubebuilder:validation:MinLength=34
	// +kubebuilder:validation:MaxLength=34
	// +kubebuilder:validation:XValidation:rule="self.matches('^SK[0-9a-fA-F]{32}$')",message="apiKey.sid must be SK and 32 hexadecimal digits, as the console of Twilio shows it"
	SID string `json:"sid"`

	// secretKeyRef names the key of a Secret with the secret of the API key.
	// +required
	SecretKeyRef SecretKeyReference `json:"secretKeyRef"`
}

// TwilioVoice is how Twilio makes calls.
// +kubebuilder:validation:XValidation:rule="has(self.from) || has(self.twimlURL)",message="voice needs from or twimlURL; leave it out if calls come from twilio.from"
type TwilioVoice struct {
	// from is the number that calls: one of the account or a verified caller ID, in E.164. When unset,
	// twilio.from.
	// +optional
	From PhoneNumber `json:"from,omitempty"`

	// twimlURL is the address of a TwiML document that reads the code, which Twilio fetches with the
	// query parameters otp and language added. The code then stands in access logs; when unset, the
	// instructions go along with the call, which is the better choice.
	// +optional
	// +kubebuilder:validation:MaxLength=1024
	// +kubebuilder:validation:XValidation:rule="self.matches('^https://[A-Za-z0-9.-]+(:[0-9]{1,5})?(/[^#\\\\s]*)?$')",message="voice.twimlURL must be an https address without fragment, such as https://handler.twilio.com/twiml/EH0123"
	TwimlURL string `json:"twimlURL,omitempty"`
}

// VonageProvider is an account of Vonage.
// +kubebuilder:validation:XValidation:rule="has(self.from) || has(self.voice)",message="vonage needs from, the sender of messages, or voice, or both"
type VonageProvider struct {
	// apiKey of the account: letters and digits.
	// +required
	// +kubebuilder:validation:MaxLength=64
	// +kubebuilder:validation:XValidation:rule="self.matches('^[A-Za-z0-9]+$')",message="apiKey must have letters and digits, as the dashboard of Vonage shows it, such as abcd1234"
	APIKey string `json:"apiKey"`

	// apiSecret of the account.
	// +required
	APISecret SecretValue `json:"apiSecret"`

	// from is the sender of text messages: a number of the account as digits, or an alphanumeric sender.
	// When unset, the provider carries no text messages.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=32
	From string `json:"from,omitempty"`

	// voice is the application that makes calls. When unset, the provider makes none.
	// +optional
	Voice *VonageVoice `json:"voice,omitempty"`

	// baseURL of the SMS API. When unset, https://rest.nexmo.com.
	// +optional
	BaseURL BaseURL `json:"baseURL,omitempty"`
}

// VonageVoice is an application of Vonage with the voice capability.
type VonageVoice struct {
	// applicationID of the application, a UUID.
	// +required
	// +kubebuilder:validation:MaxLength=36
	// +kubebuilder:validation:XValidation:rule="self.matches('^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$')",message="voice.applicationID must be a UUID, as the dashboard of Vonage shows it"
	ApplicationID string `json:"applicationID"`

	// privateKey of the application: RSA, in PEM.
	// +required
	PrivateKey SecretValue `json:"privateKey"`

	// from is the number that calls, one of the account, in E.164.
	// +required
	From PhoneNumber `json:"from"`

	// baseURL of the Voice API. When unset, https://api.nexmo.com.
	// +optional
	BaseURL BaseURL `json:"baseURL,omitempty"`
}

// AWSProvider is AWS End User Messaging (SMS and Voice v2) in one account and region.
// +kubebuilder:validation:XValidation:rule="has(self.originationIdentity) || has(self.voice)",message="aws needs originationIdentity, the sender of messages, or voice, or both"
type AWSProvider struct {
	// region such as eu-central-1.
	// +required
	// +kubebuilder:validation:MaxLength=32
	// +kubebuilder:validation:XValidation:rule="self.matches('^[a-z]{2}(-[a-z]+)+-[0-9]{1,2}$')",message="region must be a region of AWS, such as eu-central-1"
	Region string `json:"region"`

	// credentials of an IAM user. When unset, the pod's own identity: an IAM role of its service account
	// (runtime.serviceAccountName), by EKS Pod Identity or by web identity (IRSA).
	// +optional
	Credentials *AWSCredentials `json:"credentials,omitempty"`

	// originationIdentity is the sender of text messages: a phone number, sender ID or pool, by id or
	// ARN. When unset, the provider carries no text messages.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=256
	OriginationIdentity string `json:"originationIdentity,omitempty"`

	// voice is who calls. When unset, the provider makes no calls.
	// +optional
	Voice *AWSVoice `json:"voice,omitempty"`

	// configurationSetName is where AWS reports deliveries. When unset, the account's default.
	// +optional
	// +kubebuilder:validation:MaxLength=256
	// +kubebuilder:validation:XValidation:rule="self.matches('^[A-Za-z0-9_:/-]+$')",message="configurationSetName must be the name or ARN of a configuration set: letters, digits and _:/-"
	ConfigurationSetName string `json:"configurationSetName,omitempty"`

	// baseURL of the API. When unset, https://sms-voice.<region>.amazonaws.com.
	// +optional
	BaseURL BaseURL `json:"baseURL,omitempty"`
}

// AWSCredentials is an access key of an IAM user.
type AWSCredentials struct {
	// accessKeyID such as AKIAIOSFODNN7EXAMPLE.
	// +required
	// +kubebuilder:validation:MaxLength=128
	// +kubebuilder:validation:XValidation:rule="self.matches('^[A-Z0-9]{16,128}$')",message="accessKeyID must have 16 or more capital letters and digits, such as AKIAIOSFODNN7EXAMPLE"
	AccessKeyID string `json:"accessKeyID"`

	// secretAccessKey that goes with it.
	// +required
	SecretAccessKey SecretValue `json:"secretAccessKey"`
}

// AWSVoice is who calls through AWS.
type AWSVoice struct {
	// originationIdentity is the phone number or pool that calls, by id or ARN.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=256
	OriginationIdentity string `json:"originationIdentity"`
}

// HTTPProvider is any service that takes a request over HTTPS and says in its answer whether it sent.
type HTTPProvider struct {
	// url that is POSTed to.
	// +required
	// +kubebuilder:validation:MaxLength=1024
	// +kubebuilder:validation:XValidation:rule="self.matches('^https://[A-Za-z0-9.-]+(:[0-9]{1,5})?(/[^#\\\\s]*)?$')",message="url must be an https address without fragment, such as https://sms.acme.example/send"
	URL string `json:"url"`

	// headers of the request, besides Content-Type: application/json.
	// +optional
	// +listType=map
	// +listMapKey=name
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=16
	// +kubebuilder:validation:XValidation:rule="self.all(header, self.exists_one(other, other.name.lowerAscii() == header.name.lowerAscii()))",message="headers has each header once, in whatever case it is written"
	Headers []HTTPHeader `json:"headers,omitempty"`

	// request is a CEL expression over request, message, user and send that yields the body, a JSON value
	// such as {'to': send.phoneNumber, 'text': send.text}.
	// +required
	Request Expression `json:"request"`

	// sent is a CEL expression over the same and response that yields true if the service has taken the
	// message, such as response.status == 202. If it yields false, an answer below 300 or from 400 to 499
	// means that the message is definitely not sent, and any other that nobody knows.
	// +required
	Sent Expression `json:"sent"`

	// transactionID is a CEL expression over the same that yields the id under which the service knows
	// the message, such as response.body.id. When unset, or if what it reads is absent, there is none.
	// +optional
	TransactionID Expression `json:"transactionID,omitempty"`
}

// HTTPHeader is a header of a request: a value that is written down, or one of a Secret.
// +kubebuilder:validation:XValidation:rule="has(self.value) != has(self.secretKeyRef)",message="a header takes exactly one of value and secretKeyRef"
type HTTPHeader struct {
	// name of the header.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=64
	// +kubebuilder:validation:XValidation:rule="self.matches('^[A-Za-z0-9-]+$') && !(self.lowerAscii() in ['connection', 'content-length', 'content-type', 'host', 'te', 'trailer', 'transfer-encoding', 'upgrade'])",message="name must be a header name of letters, digits and -, and none that HTTP itself or the body decides on, such as Authorization"
	Name string `json:"name"`

	// value that everybody may see.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=1024
	// +kubebuilder:validation:XValidation:rule="self.matches('^[ -~]*$')",message="value must have printable ASCII characters only"
	Value string `json:"value,omitempty"`

	// secretKeyRef names the key of a Secret with the value, whole, such as "Bearer ...".
	// +optional
	SecretKeyRef *SecretKeyReference `json:"secretKeyRef,omitempty"`
}

// BaseURL is where the API of a provider is.
// +kubebuilder:validation:MinLength=1
// +kubebuilder:validation:MaxLength=1024
// +kubebuilder:validation:XValidation:rule="self.matches('^https://[A-Za-z0-9.-]+(:[0-9]{1,5})?(/[^?#\\\\s]*)?$')",message="baseURL must be an https address without query, such as https://api.twilio.com"
type BaseURL string

// PhoneNumber is a number in E.164.
// +kubebuilder:validation:MinLength=1
// +kubebuilder:validation:MaxLength=16
// +kubebuilder:validation:XValidation:rule="self.matches('^[+][1-9][0-9]{1,14}$')",message="a number is written in E.164, such as +15550100"
type PhoneNumber string
