package oktasim

import (
	"encoding/json"
	"errors"
	"regexp"
	"strings"
)

// expression is a value of an attribute statement: of Okta's expression language
// what names one attribute of the user, or a text in double quotes.
type expression struct {
	attribute string // of the user's profile; empty for a text
	text      string
}

var (
	errExpression    = errors.New(`the value must be user.<attribute> or a text in double quotes; other expressions are not simulated`)
	errTemplate      = errors.New(`the template must be ${user.<attribute>}; other templates are not simulated`)
	attributePattern = regexp.MustCompile(`^user\.([A-Za-z_][A-Za-z0-9_]*)$`)
)

func parseExpression(source string) (expression, error) {
	if match := attributePattern.FindStringSubmatch(strings.TrimSpace(source)); match != nil {
		return expression{attribute: match[1]}, nil
	}
	var text string
	if err := json.Unmarshal([]byte(source), &text); err != nil {
		return expression{}, errExpression
	}
	return expression{text: text}, nil
}

// parseTemplate reads a subjectNameIdTemplate such as ${user.userName}.
func parseTemplate(source string) (expression, error) {
	inner, found := strings.CutPrefix(source, "${")
	inner, closed := strings.CutSuffix(inner, "}")
	parsed, err := parseExpression(inner)
	if !found || !closed || err != nil || parsed.attribute == "" {
		return expression{}, errTemplate
	}
	return parsed, nil
}

// values are what an expression is for a user: nothing for an attribute that is not
// set, several for one that is a list.
func (e expression) values(u *user) []string {
	switch e.attribute {
	case "":
		return []string{e.text}
	case "userName":
		return []string{u.login}
	}
	raw, given := u.profileObject()[e.attribute]
	if !given {
		return nil
	}
	var list []json.RawMessage
	if json.Unmarshal(raw, &list) != nil {
		list = []json.RawMessage{raw}
	}
	values := []string{}
	for _, entry := range list {
		var text string
		if json.Unmarshal(entry, &text) != nil {
			text = string(entry)
		}
		values = append(values, text)
	}
	return values
}
