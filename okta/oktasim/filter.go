package oktasim

import (
	"encoding/json"
	"slices"
	"strings"
)

// filter is a SCIM filter as Okta's lists and log take it: comparisons joined by
// "and" and "or", and binding tighter. Parentheses and "not" are not understood
// and are refused like any other mistake. The zero value matches everything.
type filter [][]comparison

type comparison struct {
	attribute, operator, value string
}

var operators = []string{"eq", "ne", "sw", "co", "gt", "ge", "lt", "le", "pr"}

// parseFilter reads a filter over attributes for which known is true.
func parseFilter(text string, known func(attribute string) bool) (filter, error) {
	words, valid := filterWords(text)
	if !valid {
		return nil, errBadSearch
	}
	if len(words) == 0 {
		return nil, nil
	}
	f := filter{nil}
	for {
		c, rest := nextComparison(words)
		if c.attribute == "" || !known(c.attribute) {
			return nil, errBadSearch
		}
		f[len(f)-1] = append(f[len(f)-1], c)
		if len(rest) == 0 {
			return f, nil
		}
		switch strings.ToLower(rest[0]) {
		case "and":
		case "or":
			f = append(f, nil)
		default:
			return nil, errBadSearch
		}
		words = rest[1:]
	}
}

// nextComparison takes one comparison off words; its attribute is empty if there
// is none.
func nextComparison(words []string) (comparison, []string) {
	if len(words) < 2 {
		return comparison{}, nil
	}
	c := comparison{attribute: words[0], operator: strings.ToLower(words[1])}
	switch {
	case !slices.Contains(operators, c.operator):
		return comparison{}, nil
	case c.operator == "pr":
		return c, words[2:]
	case len(words) < 3:
		return comparison{}, nil
	}
	c.value = words[2]
	return c, words[3:]
}

// filterWords splits text at blanks, except within a quoted string, which it
// decodes.
func filterWords(text string) ([]string, bool) {
	var words []string
	for {
		text = strings.TrimLeft(text, " \t")
		if text == "" {
			return words, true
		}
		if text[0] != '"' {
			word, rest, _ := strings.Cut(text, " ")
			words, text = append(words, word), rest
			continue
		}
		end := 1
		for end < len(text) && text[end] != '"' {
			if text[end] == '\\' {
				end++
			}
			end++
		}
		var word string
		if end >= len(text) || json.Unmarshal([]byte(text[:end+1]), &word) != nil {
			return nil, false
		}
		words, text = append(words, word), text[end+1:]
	}
}

// matches applies the filter to something with attributes; one that is missing
// is empty.
func (f filter) matches(attribute func(name string) (string, bool)) bool {
	if len(f) == 0 {
		return true
	}
	return slices.ContainsFunc(f, func(all []comparison) bool {
		for _, c := range all {
			if value, present := attribute(c.attribute); !c.holds(value, present) {
				return false
			}
		}
		return true
	})
}

// holds compares without regard to case. Times are compared as text, which is
// right for Okta's one spelling of them.
func (c comparison) holds(value string, present bool) bool {
	have, want := strings.ToLower(value), strings.ToLower(c.value)
	switch c.operator {
	case "pr":
		return present && value != ""
	case "eq":
		return have == want
	case "ne":
		return have != want
	case "sw":
		return strings.HasPrefix(have, want)
	case "co":
		return strings.Contains(have, want)
	case "gt":
		return have > want
	case "ge":
		return have >= want
	case "lt":
		return have < want
	default: // le
		return have <= want
	}
}

// only returns the value the filter demands for an attribute when that is all it
// demands: the search that an index can answer.
func (f filter) only(attribute string) (string, bool) {
	if len(f) != 1 || len(f[0]) != 1 || f[0][0].attribute != attribute || f[0][0].operator != "eq" {
		return "", false
	}
	return f[0][0].value, true
}
