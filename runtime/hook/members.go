package hook

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// cursor goes through a text that is known to be valid JSON, which is why it can be this simple: each byte
// it looks for is there.
type cursor struct {
	text string
	at   int
}

// span is a part of the text, without white space around it.
type span struct{ from, to int }

// eachMember calls visit with every member of the object that text is, in order: its name, and where its
// value stands. It is an error if text is no object, or nested deeper than MaxDepth.
func eachMember(text string, visit func(name string, value span) error) error {
	c := &cursor{text: text}
	if c.space(); c.text[c.at] != '{' {
		return &DecodeError{Problem: "the body is no JSON object"}
	}
	for c.at++; ; c.at++ { // behind { and each comma
		if c.space(); c.text[c.at] == '}' {
			return nil
		}
		name := unquote(c.text, c.quoted())
		c.space()
		c.at++ // the colon
		c.space()
		value, err := c.value()
		if err != nil {
			return err
		}
		if err := visit(name, value); err != nil {
			return err
		}
		if c.space(); c.text[c.at] == '}' {
			return nil
		}
	}
}

func isSpace(b byte) bool { return b == ' ' || b == '\n' || b == '\t' || b == '\r' }

func (c *cursor) space() {
	for c.at < len(c.text) && isSpace(c.text[c.at]) {
		c.at++
	}
}

// quoted goes behind the string that begins here, quotes included.
func (c *cursor) quoted() span {
	start := c.at
	for c.at++; c.text[c.at] != '"'; c.at++ {
		if c.text[c.at] == '\\' {
			c.at++ // whatever is escaped does not end the string
		}
	}
	c.at++
	return span{start, c.at}
}

// value goes behind the value that begins here.
func (c *cursor) value() (span, error) {
	start := c.at
	switch c.text[c.at] {
	case '"':
		return c.quoted(), nil
	case '{', '[':
		err := c.nested()
		return span{start, c.at}, err
	}
	for !isSpace(c.text[c.at]) && c.text[c.at] != ',' && c.text[c.at] != '}' {
		c.at++
	}
	return span{start, c.at}, nil
}

// nested goes behind the object or array that begins here.
func (c *cursor) nested() error {
	for depth := 1; ; c.at++ { // one: the object that all is in
		switch c.text[c.at] {
		case '"':
			c.quoted()
			c.at--
		case '{', '[':
			if depth++; depth > MaxDepth {
				return &DecodeError{Problem: fmt.Sprintf("objects and arrays are nested deeper than %d", MaxDepth)}
			}
		case '}', ']':
			if depth--; depth == 1 {
				c.at++
				return nil
			}
		}
	}
}

// unquote gives the content of a JSON string. What is not UTF-8 in it is replaced, as everywhere else.
func unquote(text string, quoted span) string {
	if plain := text[quoted.from+1 : quoted.to-1]; strings.IndexByte(plain, '\\') < 0 && utf8.ValidString(plain) {
		return plain
	}
	var content string
	_ = json.Unmarshal([]byte(text[quoted.from:quoted.to]), &content) // it is a valid JSON string
	return content
}

// decoded gives the value that begins here, and goes behind it: an object as map[string]any, an array as
// []any, a number as int64 or float64. Of a member that stands there twice the last one counts.
func (c *cursor) decoded() any {
	switch c.text[c.at] {
	case '{':
		return c.object()
	case '[':
		return c.array()
	case '"':
		return unquote(c.text, c.quoted())
	case 't':
		c.at += len("true")
		return true
	case 'f':
		c.at += len("false")
		return false
	case 'n':
		c.at += len("null")
		return nil
	default:
		return c.number()
	}
}

func (c *cursor) object() map[string]any {
	members := map[string]any{}
	for c.at++; ; c.at++ { // behind { and each comma
		if c.space(); c.text[c.at] == '}' {
			break
		}
		name := unquote(c.text, c.quoted())
		c.space()
		c.at++ // the colon
		c.space()
		members[name] = c.decoded()
		if c.space(); c.text[c.at] == '}' {
			break
		}
	}
	c.at++
	return members
}

func (c *cursor) array() []any {
	elements := []any{}
	for c.at++; ; c.at++ { // behind [ and each comma
		if c.space(); c.text[c.at] == ']' {
			break
		}
		elements = append(elements, c.decoded())
		if c.space(); c.text[c.at] == ']' {
			break
		}
	}
	c.at++
	return elements
}

// number is an int64 if it is written as an integer that fits, otherwise a float64: infinity if it is too
// large for that as well, which compares as anybody would expect.
func (c *cursor) number() any {
	start := c.at
	for c.at < len(c.text) && strings.IndexByte("+-.0123456789Ee", c.text[c.at]) >= 0 {
		c.at++
	}
	text := c.text[start:c.at]
	if !strings.ContainsAny(text, ".eE") {
		if integer, err := strconv.ParseInt(text, 10, 64); err == nil {
			return integer
		}
	}
	float, _ := strconv.ParseFloat(text, 64) // the only error left is ErrRange, which comes with the infinity wanted
	return float
}
