package telephony

import (
	"context"
	"log/slog"
)

// maxLogged is how much of an id of Okta's is logged.
const maxLogged = 128

// logAttempt has a line for each provider that was asked and has not, or not surely, sent.
func (h *Handler) logAttempt(ctx context.Context, m Message, made attempt) {
	if made.Class == Sent || made.skipped {
		return
	}
	attrs := []slog.Attr{
		slog.String("eventID", cut(m.EventID)),
		slog.String("provider", made.provider),
		slog.String("channel", string(m.Channel)),
		slog.String("country", m.Country),
		slog.String("class", string(made.Class)),
		slog.String("code", made.Code),
		slog.Int("status", made.Status),
		slog.Float64("seconds", made.took.Seconds()),
	}
	if made.Err != nil {
		attrs = append(attrs, slog.String("error", made.Err.Error()))
	}
	text := "provider has not taken the code"
	if made.Class == Unknown {
		text = "provider has not said whether it has taken the code"
	}
	h.log.LogAttrs(ctx, slog.LevelWarn, text, attrs...)
}

// logOutcome has a line for each call whose code was not sent, or not surely. Those of blocked calls are
// what an audit looks for.
func (h *Handler) logOutcome(ctx context.Context, c *call, o outcome) {
	attrs := []slog.Attr{
		slog.String("eventID", cut(c.req.EventID)),
		slog.String("channel", string(c.channel)),
		slog.String("country", c.number.country),
		slog.String("requestType", cut(c.req.RequestType)),
	}
	switch o.ending {
	case endedSent:
	case endedBlocked:
		attrs = append(attrs,
			slog.String("reason", string(o.blocker)),
			slog.String("number", c.number.masked()),
			slog.String("user", cut(c.userID)),
			slog.String("answer", string(status(o.ending, h.onBlocked))))
		h.log.LogAttrs(ctx, slog.LevelWarn, "code not sent: blocked", attrs...)
	case endedUnknown:
		h.log.LogAttrs(ctx, slog.LevelWarn, "code perhaps sent: no provider has confirmed it", attrs...)
	case endedInvalidNumber:
		h.log.LogAttrs(ctx, slog.LevelInfo, "code not sent: invalid number", attrs...)
	case endedNoRoute:
		h.log.LogAttrs(ctx, slog.LevelError, "code not sent: no route fits", attrs...)
	default:
		attrs = append(attrs, slog.String("reason", string(o.ending)))
		h.log.LogAttrs(ctx, slog.LevelError, "code not sent: no provider has taken it", attrs...)
	}
}

func cut(text string) string { return text[:min(len(text), maxLogged)] }
