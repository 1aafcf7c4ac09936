package main

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

const (
	// columns is where JSON is broken into lines.
	columns = 108
	// bodyColumn is where what belongs to a label begins.
	bodyColumn = 17
)

// printer writes the story.
type printer struct {
	out  io.Writer
	bold bool
	full bool
	step int
}

// newPrinter makes titles bold on a terminal.
func newPrinter(out io.Writer, full bool) *printer {
	p := &printer{out: out, full: full}
	if file, ok := out.(*os.File); ok {
		info, err := file.Stat()
		p.bold = err == nil && info.Mode()&os.ModeCharDevice != 0
	}
	return p
}

func (p *printer) line(format string, args ...any) {
	_, _ = fmt.Fprintf(p.out, format+"\n", args...) // nobody is left to tell
}

// title stands alone.
func (p *printer) title(text string) {
	if p.bold {
		text = "\x1b[1m" + text + "\x1b[0m"
	}
	p.line("\n%s", text)
}

// begin begins the next step.
func (p *printer) begin(text string) {
	p.step++
	p.title(fmt.Sprintf("%d. %s", p.step, text))
}

// say adds a remark.
func (p *printer) say(format string, args ...any) { p.line("   "+format, args...) }

// labelled writes a label, a text, and the JSON that belongs to it, on one line if it fits.
func (p *printer) labelled(label, text string, body any) {
	// Counted in characters: an arrow is three bytes long.
	pad := strings.Repeat(" ", max(1, bodyColumn-3-utf8.RuneCountInString(label)))
	if body == nil {
		p.say("%s%s%s", label, pad, text)
		return
	}
	short := compact(body)
	if text == "" || bodyColumn+utf8.RuneCountInString(text+short) < columns {
		p.say("%s%s%s", label, pad, strings.TrimSpace(text+" "+short))
		return
	}
	p.say("%s%s%s", label, pad, text)
	p.line("%s", strings.Repeat(" ", bodyColumn)+layOut(body, bodyColumn, 0))
}

// output shows what a program printed.
func (p *printer) output(text string) {
	for line := range strings.Lines(text) {
		p.line("     %s", strings.TrimRight(line, "\n"))
	}
}

// compact is JSON on one line.
func compact(value any) string {
	switch v := value.(type) {
	case map[string]any:
		var parts []string
		for _, key := range orderOf(v) {
			parts = append(parts, compact(key)+": "+compact(v[key]))
		}
		return "{" + strings.Join(parts, ", ") + "}"
	case []any:
		var parts []string
		for _, element := range v {
			parts = append(parts, compact(element))
		}
		return "[" + strings.Join(parts, ", ") + "]"
	}
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false) // for people, not for browsers
	if err := encoder.Encode(value); err != nil {
		return fmt.Sprint(value)
	}
	return strings.TrimSpace(b.String())
}

// layOut is JSON in as few lines as fit: what is too long for one has a line for each member. lead is how
// much stands before it on its first line, beside the indent.
func layOut(value any, indent, lead int) string {
	short := compact(value)
	if indent+lead+utf8.RuneCountInString(short) <= columns {
		return short
	}
	inner := "\n" + strings.Repeat(" ", indent+2)
	outer := "\n" + strings.Repeat(" ", indent)
	var parts []string
	switch v := value.(type) {
	case map[string]any:
		for _, key := range orderOf(v) {
			parts = append(parts, compact(key)+": "+layOut(v[key], indent+2, len(key)+4))
		}
		return "{" + inner + strings.Join(parts, ","+inner) + outer + "}"
	case []any:
		for _, element := range v {
			parts = append(parts, layOut(element, indent+2, 0))
		}
		return "[" + inner + strings.Join(parts, ","+inner) + outer + "]"
	}
	return short
}

// orderOf is the members of an object, those without members of their own first: they say what it is about.
func orderOf(object map[string]any) []string {
	return slices.SortedFunc(maps.Keys(object), func(a, b string) int {
		return cmp.Or(cmp.Compare(depth(object[a]), depth(object[b])), cmp.Compare(a, b))
	})
}

func depth(value any) int {
	switch value.(type) {
	case map[string]any, []any:
		return 1
	}
	return 0
}

// Members whose value nobody is to see, and members with a phone number or with a text that may have a
// one-time code in it.
var (
	secretMembers = []string{
		"password", "passcode", "passCode", "otpCode", "sessionToken", "stateToken", "SAMLResponse",
		"client_secret", "code", "code_verifier", "access_token", "id_token", "refresh_token",
	}
	phoneMembers = []string{"phoneNumber", "to"}
	textMembers  = []string{"msgTemplate", "text"}
)

// masked is a copy of a JSON value without passwords, tokens and one-time codes, and with phone numbers
// that nobody could call.
func masked(value any) any {
	switch v := value.(type) {
	case map[string]any:
		all := make(map[string]any, len(v))
		for key, member := range v {
			if text, isText := member.(string); isText {
				member = maskedText(key, text)
			}
			all[key] = masked(member)
		}
		return all
	case []any:
		all := make([]any, 0, len(v))
		for _, element := range v {
			all = append(all, masked(element))
		}
		return all
	}
	return value
}

// codeDigits are the digits of a one-time code, together or as they are read out.
var codeDigits = regexp.MustCompile(`[0-9]([ ,]*[0-9]){3,}`)

func maskedText(key, text string) string {
	switch {
	case slices.Contains(secretMembers, key):
		return "•••"
	case slices.Contains(textMembers, key):
		return codeDigits.ReplaceAllString(text, "•••")
	case slices.Contains(phoneMembers, key):
		return maskedPhone(text)
	}
	return text
}

// maskedPhone leaves the first digits of a number, which say where it is, and the last ones.
func maskedPhone(number string) string {
	const first, last = len("+44"), 4
	if len(number) <= first+last {
		return "•••"
	}
	return number[:first] + strings.Repeat("•", len(number)-first-last) + number[len(number)-last:]
}

// pick is a copy of a JSON object that has only some members, given as paths with dots. A path goes into
// every element of a list.
func pick(object map[string]any, paths ...string) map[string]any {
	within := map[string][]string{} // paths below a member
	for _, path := range paths {
		name, below, _ := strings.Cut(path, ".")
		within[name] = append(within[name], below)
	}
	picked := map[string]any{}
	for name, below := range within {
		value, found := object[name]
		if found && !slices.Contains(below, "") {
			value, found = pickFrom(value, below)
		}
		if found {
			picked[name] = value
		}
	}
	return picked
}

func pickFrom(value any, paths []string) (any, bool) {
	switch v := value.(type) {
	case map[string]any:
		picked := pick(v, paths...)
		return picked, len(picked) > 0
	case []any:
		var all []any
		for _, element := range v {
			if picked, found := pickFrom(element, paths); found {
				all = append(all, picked)
			}
		}
		return all, len(all) > 0
	}
	return nil, false
}
