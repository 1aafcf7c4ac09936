package telephony

// vonageErrors has all statuses of the SMS API on one page.
const vonageErrors = "https://developer.vonage.com/en/api-errors/sms"

// vonageCodes are the statuses of the SMS API, which stand in answers with HTTP status 200. The Voice API has
// no codes, only HTTP statuses.
var vonageCodes = codeTable{
	{"1", Throttled, "messages come faster than the account may send them", vonageErrors},
	{"2", Rejected, "a parameter is missing", vonageErrors},
	{"3", Rejected, "a parameter is not valid", vonageErrors},
	{"4", Rejected, "the credentials are wrong", vonageErrors},
	{"5", Unknown, "internal error", vonageErrors},
	{"6", InvalidNumber, "the number has a prefix that nobody knows", vonageErrors},
	{"7", InvalidNumber, "the number is barred", vonageErrors},
	{"8", Rejected, "the account is suspended", vonageErrors},
	{"9", Rejected, "the account has not enough credit", vonageErrors},
	{"10", Throttled, "the account has too many connections", vonageErrors},
	{"11", Rejected, "the account may not send over HTTP", vonageErrors},
	{"12", Rejected, "the text is too long", vonageErrors},
	{"14", Rejected, "the signature is wrong", vonageErrors},
	{"15", Rejected, "the sender is not valid", vonageErrors},
	{"22", Rejected, "the network code is not valid", vonageErrors},
	{"23", Rejected, "the callback address is not valid", vonageErrors},
	{"29", Rejected, "the account is a trial and sends to listed numbers only", vonageErrors},
	{"32", Rejected, "signature and secret were both given", vonageErrors},
	{"33", InvalidNumber, "the number is no longer in use", vonageErrors},
}
