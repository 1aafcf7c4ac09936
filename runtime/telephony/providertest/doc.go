// Package providertest simulates the services that carry one-time codes, as far as one request and its answer
// go: Twilio, Vonage, AWS End User Messaging, and a service of somebody's own. It is for tests, the demo and
// hack/provider-sim, and delivers nothing: it remembers what it would have delivered.
//
// It speaks the vendors' own formats, with credentials checked as they do, so that what passes here has a chance
// to pass there. It shares no types with the package that it tests, in which a mistake would cancel out.
//
// # Addresses
//
// Each vendor has its own path, which goes into the base URL of a provider:
//
//	/twilio        Messages.json and Calls.json of the REST API 2010-04-01
//	/vonage        the SMS API (/sms/json) and the Voice API (/v1/calls)
//	/aws           SendTextMessage and SendVoiceMessage of AWS End User Messaging SMS and Voice v2
//	/sts           AssumeRoleWithWebIdentity of AWS, for AWS_ENDPOINT_URL_STS
//	/pod-identity  the agent of EKS Pod Identity, for AWS_CONTAINER_CREDENTIALS_FULL_URI
//	/http          a service that takes {"to", "text"} in JSON, with a bearer token, and answers 202 {"id"}
//
// # Numbers
//
// Some numbers are refused, as those of Twilio's test credentials are, and for like reasons by the others:
//
//	number         Twilio SMS, call  Vonage SMS  AWS                                          http
//	+15005550001   21211, 21217      6           ValidationException/CANNOT_PARSE             422
//	+15005550002   21612, 21214      15          ConflictException/NO_ORIGINATION_IDENTITIES_FOUND   403
//	+15005550003   21408, 21215      29          ValidationException/COUNTRY_NOT_ENABLED      403
//	+15005550004   21610, 21216      7           ConflictException/DESTINATION_PHONE_NUMBER_OPTED_OUT   422
//	+15005550005   taken             taken       ConflictException/DESTINATION_COUNTRY_BLOCKED_BY_PROTECT_CONFIGURATION   taken
//	+15005550009   21614, taken      33          taken                                        taken
//
// The Voice API of Vonage has no codes: it refuses the first four with 400. As sender, Twilio takes +15005550006
// and what [Sim.AddSender] adds. Every other number gets what it is sent.
//
// # Faults
//
// A [Fault] has something go wrong at a point of a request: while it connects, before it is accepted, or after
// that, when the message is on its way and only the answer is not.
package providertest
