package telephony

// Pages of the API reference of AWS End User Messaging: the errors of the operations, those that all services of
// AWS have, and the reasons of those that have some.
const (
	awsReference    = "https://docs.aws.amazon.com/pinpoint/latest/apireference_smsvoicev2/"
	awsErrors       = awsReference + "API_SendTextMessage.html"
	awsCommonErrors = awsReference + "CommonErrors.html"
	awsAccess       = awsReference + "API_AccessDeniedException.html"
	awsConflicts    = awsReference + "API_ConflictException.html"
	awsQuotas       = awsReference + "API_ServiceQuotaExceededException.html"
	awsValidation   = awsReference + "API_ValidationException.html"
)

// awsCodes are the errors of AWS End User Messaging SMS and Voice v2: the type, and behind a slash the reason if
// it has one. Most come with status 400. A reason that is not here is what its type is.
var awsCodes = codeTable{
	{"AccessDeniedException", Rejected, "the credentials may not send", awsAccess},
	{"AccessDeniedException/ACCOUNT_DISABLED", Rejected, "the account may not send", awsAccess},
	{"AccessDeniedException/INSUFFICIENT_ACCOUNT_REPUTATION", Rejected, "the account has no good reputation", awsAccess},
	{"ConflictException", Rejected, "a resource of the account is not in a state to send", awsConflicts},
	{"ConflictException/DESTINATION_COUNTRY_BLOCKED_BY_PROTECT_CONFIGURATION", Blocked,
		"the protect configuration blocks this country", awsConflicts},
	{"ConflictException/DESTINATION_PHONE_NUMBER_BLOCKED_BY_PROTECT_NUMBER_OVERRIDE", Blocked,
		"the protect configuration blocks this number", awsConflicts},
	{"ConflictException/DESTINATION_PHONE_NUMBER_NOT_VERIFIED", Rejected,
		"the account is in the sandbox and sends to verified numbers only", awsConflicts},
	{"ConflictException/DESTINATION_PHONE_NUMBER_OPTED_OUT", InvalidNumber, "the recipient has opted out", awsConflicts},
	{"ConflictException/MESSAGE_TYPE_MISMATCH", Rejected, "the sender is not for transactional messages", awsConflicts},
	{"ConflictException/NO_ORIGINATION_IDENTITIES_FOUND", Rejected, "there is no such sender", awsConflicts},
	{"ConflictException/NUMBER_CAPABILITIES_MISMATCH", Rejected, "the sender can't do this", awsConflicts},
	{"ConflictException/RESOURCE_NOT_ACTIVE", Rejected, "the sender is not active", awsConflicts},
	{"InternalServerException", Unknown, "internal error", awsErrors},
	{"ResourceNotFoundException", Rejected, "there is no such sender or configuration set", awsErrors},
	{"ServiceQuotaExceededException", Rejected, "a quota of the account is used up", awsQuotas},
	{"ServiceQuotaExceededException/DAILY_DESTINATION_CALL_LIMIT", Rejected, "the number was called too often today", awsQuotas},
	{"ServiceQuotaExceededException/MONTHLY_SPEND_LIMIT_REACHED_FOR_TEXT", Rejected, "the account has spent what it may on messages", awsQuotas},
	{"ServiceQuotaExceededException/MONTHLY_SPEND_LIMIT_REACHED_FOR_VOICE", Rejected, "the account has spent what it may on calls", awsQuotas},
	{"ThrottlingException", Throttled, "too many requests", awsErrors},
	{"ValidationException", Rejected, "a parameter is not valid", awsValidation},
	{"ValidationException/CANNOT_PARSE", InvalidNumber, "the number is not valid", awsValidation},
	{"ValidationException/COUNTRY_NOT_ENABLED", Rejected, "the account may not send to this country", awsValidation},
	{"ValidationException/DESTINATION_COUNTRY_BLOCKED", Blocked, "the country is blocked", awsValidation},
	{"ValidationException/INVALID_IDENTITY_FOR_DESTINATION_COUNTRY", Rejected, "the sender can't send to this country", awsValidation},
	{"ValidationException/PRICE_OVER_THRESHOLD", Rejected, "it costs more than the account allows", awsValidation},
	{"ValidationException/SENDER_ID_NOT_REGISTERED", Rejected, "the sender ID is not registered", awsValidation},
	{"ValidationException/SENDER_ID_NOT_SUPPORTED", Rejected, "the country takes no sender ID", awsValidation},
	{"ValidationException/SENDER_ID_REQUIRES_REGISTRATION", Rejected, "the sender ID must be registered", awsValidation},
	{"ValidationException/VOICE_CAPABILITY_NOT_AVAILABLE", Rejected, "the sender can't call", awsValidation},
	{"ExpiredTokenException", Rejected, "the credentials have expired", awsCommonErrors},
	{"IncompleteSignature", Rejected, "the signature is not whole", awsCommonErrors},
	{"InternalFailure", Unknown, "internal error", awsCommonErrors},
	{"InvalidSignatureException", Rejected, "the secret access key is wrong, or the clock", awsCommonErrors},
	{"MissingAuthenticationToken", Rejected, "there are no credentials", awsCommonErrors},
	{"OptInRequired", Rejected, "the account has not subscribed to the service", awsCommonErrors},
	{"RequestExpired", Rejected, "the request came too late, or the clock is wrong", awsCommonErrors},
	{"ServiceUnavailable", Unknown, "the service is not available", awsCommonErrors},
	{"UnrecognizedClientException", Rejected, "there is no such access key", awsCommonErrors},
}
