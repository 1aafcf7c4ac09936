package telephony

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/hookline/hookline/api/v1alpha1"
	"github.com/hookline/hookline/runtime/hook"
)

// text is what a person gets to read or hear, and the language that it is in. Errors are *hook.Failure.
func (h *Handler) text(ctx context.Context, c *call) (text, language string, err error) {
	isCall := c.channel == v1alpha1.ChannelVoice
	switch {
	case h.message != nil:
		if text, err = h.evaluateMessage(ctx, c); err != nil {
			return "", "", err
		}
		if isCall {
			text = spellWithin(text, c.code)
		}
		return text, languageOr(c.language, isCall), nil
	case !isCall && c.template != "":
		return c.template, c.language, nil
	default:
		sentence, language := sentenceFor(c.language)
		code := c.code
		if isCall {
			code = spell(code)
		}
		return sentence.before + code + sentence.after, language, nil
	}
}

func (h *Handler) evaluateMessage(ctx context.Context, c *call) (string, error) {
	text, err := h.message.String(ctx, c.req)
	if err != nil {
		return "", failure(ctx, fmt.Errorf("message: %w", err))
	}
	if strings.TrimSpace(text) == "" {
		return "", hook.Fail(hook.ExpressionFailed, errors.New("message: yields an empty text"))
	}
	return text, nil
}

// languageOr is the language of a text that somebody wrote: who it is for says what it is in. Calls need one
// in any case.
func languageOr(language string, isCall bool) string {
	if language == "" && isCall {
		return defaultLanguage
	}
	return language
}

// spellWithin spells the code wherever it stands in text, but not where it is only a part of a longer number.
func spellWithin(text, code string) string {
	var spelled strings.Builder
	at := 0
	for {
		found := strings.Index(text[at:], code)
		if found < 0 {
			spelled.WriteString(text[at:])
			return spelled.String()
		}
		start, end := at+found, at+found+len(code)
		spelled.WriteString(text[at:start])
		last, _ := utf8.DecodeLastRuneInString(text[:start])
		next, _ := utf8.DecodeRuneInString(text[end:])
		if unicode.IsDigit(last) || unicode.IsDigit(next) {
			spelled.WriteString(code)
		} else {
			spelled.WriteString(spell(code))
		}
		at = end
	}
}

// failure marks the error of an expression as what it is: its own, or the end of the time for it. Nobody was
// asked to send yet, and the code says so.
func failure(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return hook.Fail(hook.RequestLate, err)
	}
	return hook.Fail(hook.ExpressionFailed, err)
}
