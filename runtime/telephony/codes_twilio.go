package telephony

// Pages of Twilio's error dictionary.
const twilioErrors = "https://www.twilio.com/docs/api/errors/"

// twilioCodes are the codes of the Messages and Calls resources. Codes that come only later, with the report of
// a delivery, are not here.
//
// An opt-out (21610) holds for one sender, but whoever opted out did not ask for the next one.
var twilioCodes = codeTable{
	{"10004", Throttled, "the account has too many calls at a time", twilioErrors + "10004"},
	{"20003", Rejected, "the credentials are wrong", twilioErrors + "20003"},
	{"20008", Rejected, "the credentials are for tests", twilioErrors + "20008"},
	{"20404", Rejected, "the credentials have no such account", twilioErrors + "20404"},
	{"20429", Throttled, "too many requests at a time", twilioErrors + "20429"},
	{"20500", Unknown, "internal error", twilioErrors + "20500"},
	{"20503", Unknown, "the service is not available", twilioErrors + "20503"},
	{"21210", Rejected, "the caller is no number of the account", twilioErrors + "21210"},
	{"21211", InvalidNumber, "the number is not valid", twilioErrors + "21211"},
	{"21212", Rejected, "the sender is not valid", twilioErrors + "21212"},
	{"21214", InvalidNumber, "the number can't be called", twilioErrors + "21214"},
	{"21215", Rejected, "the account may not call this country", twilioErrors + "21215"},
	{"21216", Blocked, "the call is blocked", twilioErrors + "21216"},
	{"21217", InvalidNumber, "the number is not valid", twilioErrors + "21217"},
	{"21408", Rejected, "the account may not send to this country", twilioErrors + "21408"},
	{"21601", Rejected, "the sender can't send text messages", twilioErrors + "21601"},
	{"21602", Rejected, "the text is missing", twilioErrors + "21602"},
	{"21604", Rejected, "the number is missing", twilioErrors + "21604"},
	{"21606", Rejected, "the sender is none of the account's", twilioErrors + "21606"},
	{"21608", Rejected, "the account is a trial and sends to verified numbers only", twilioErrors + "21608"},
	{"21610", InvalidNumber, "the recipient has opted out", twilioErrors + "21610"},
	{"21611", Throttled, "the queue of the sender is full", twilioErrors + "21611"},
	{"21612", Rejected, "there is no route from the sender to this number", twilioErrors + "21612"},
	{"21614", InvalidNumber, "the number can't receive text messages", twilioErrors + "21614"},
	{"21617", Rejected, "the text is too long", twilioErrors + "21617"},
	{"21635", InvalidNumber, "the number is a landline", twilioErrors + "21635"},
	{"21659", Rejected, "the sender is no number of Twilio's", twilioErrors + "21659"},
	{"21660", Rejected, "the sender belongs to another account", twilioErrors + "21660"},
	{"21669", Rejected, "the sender is in another region", twilioErrors + "21669"},
	{"21703", Rejected, "the messaging service has no sender", twilioErrors + "21703"},
	{"21705", Rejected, "the messaging service is not valid", twilioErrors + "21705"},
}
