package hook

// CommandTelephonyAction tells Okta what became of a one-time code.
const CommandTelephonyAction = "com.okta.telephony.action"

// DeliveryStatus is what became of a one-time code: the closed set that Okta knows. An answer with
// anything else is skipped, and Okta sends the code by itself.
type DeliveryStatus string

const (
	// DeliverySuccessful: a provider has taken the code.
	DeliverySuccessful DeliveryStatus = "SUCCESSFUL"
	// DeliveryPending: nobody knows yet. Okta does not send.
	DeliveryPending DeliveryStatus = "PENDING"
	// DeliveryFailed: nobody has taken the code. Okta may send by itself.
	DeliveryFailed DeliveryStatus = "FAILED"
)

// Delivery is what Okta is told about a one-time code. All of it stands in Okta's System Log: no codes and
// no numbers.
type Delivery struct {
	// Status is the one member that Okta needs.
	Status DeliveryStatus `json:"status"`
	// Provider is who has, or may have, taken the code.
	Provider string `json:"provider,omitempty"`
	// TransactionID is the provider's own id of it.
	TransactionID string `json:"transactionId,omitempty"`
	// TransactionMetadata is anything else worth knowing, as text.
	TransactionMetadata string `json:"transactionMetadata,omitempty"`
}

// Sent is the answer to a telephony call, and the only place that makes one. There is never an error object
// in it: Okta would send the code by itself, to numbers that were blocked as well, and show the error to
// the person.
func Sent(delivery Delivery) *Response {
	return &Response{Commands: []Command{{Type: CommandTelephonyAction, Value: []Delivery{delivery}}}}
}
