package expr

import (
	"flag"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/hookline/hookline/runtime/hook"
)

var update = flag.Bool("update", false, "write what is declared into docs/expressions.md")

const page = "../../docs/expressions.md"

// documented has the lists of members of the page, by the word behind "members:".
var documented = map[string]place{
	"password-import":   {hook.PasswordImport, CallOnly},
	"registration":      {hook.Registration, CallOnly},
	"telephony":         {hook.Telephony, CallOnly},
	"telephony-request": {hook.Telephony, ProviderRequest},
	"telephony-answer":  {hook.Telephony, ProviderResponse},
	"token":             {hook.Token, CallOnly},
	"saml":              {hook.SAMLAssertion, CallOnly},
	"user-import":       {hook.UserImport, CallOnly},
}

var memberList = regexp.MustCompile("(?s)<!-- members: ([a-z-]+) -->\n```text\n(.*?)```")

// TestThePageListsEveryMember compares the lists of the page with what is declared: nothing is missing in it,
// and it promises nothing that there is not.
func TestThePageListsEveryMember(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	var listed []place
	replaced := memberList.ReplaceAllStringFunc(string(text), func(block string) string {
		found := memberList.FindStringSubmatch(block)
		at, known := documented[found[1]]
		if !known {
			t.Errorf("the page lists members of %s, which there is not", found[1])
			return block
		}
		listed = append(listed, at)
		declared := describe(t, at)
		if diff := cmp.Diff(found[2], declared); diff != "" && !*update {
			t.Errorf("%s: -page +declared (write it with -update):\n%s", found[1], diff)
		}
		return fmt.Sprintf("<!-- members: %s -->\n```text\n%s```", found[1], declared)
	})
	for at := range environments {
		if !slices.Contains(listed, at) {
			t.Errorf("the page has no list for %s%s", at.typeID, at.scope.suffix())
		}
	}
	if *update {
		if err := os.WriteFile(page, []byte(replaced), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// TestThePageNamesEveryFunction looks for each function and macro that expressions can call.
func TestThePageNamesEveryFunction(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	env, err := NewEnv(hook.Registration)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for name := range env.cel.Functions() {
		if !strings.ContainsAny(name, "_@!") && name != "in" { // operators and what macros are made of
			names = append(names, name)
		}
	}
	for _, macro := range env.cel.Macros() {
		names = append(names, macro.Function())
	}
	for _, name := range names {
		if !regexp.MustCompile(`\b` + regexp.QuoteMeta(name) + `\(`).Match(text) {
			t.Errorf("the page says nothing about %s(", name)
		}
	}
}

// describe is the list for an environment: of a scope only what it has more than the call.
func describe(t *testing.T, at place) string {
	t.Helper()
	variables, known := vocabularies[at.typeID].variables(at.scope)
	if !known {
		t.Fatalf("nothing is declared for %s%s", at.typeID, at.scope.suffix())
	}
	var list lister
	list.seen = map[*object]string{}
	if at.scope != CallOnly {
		call, _ := vocabularies[at.typeID].variables(CallOnly)
		variables = variables[len(call):]
	}
	for _, v := range variables {
		list.members("", "", []member{{v.name, v.is}})
	}
	return list.text.String()
}

// lister writes members as an outline.
type lister struct {
	text strings.Builder
	seen map[*object]string
}

// members writes members that follow each other and have the same shape on one line.
func (l *lister) members(indent, path string, members []member) {
	for len(members) > 0 {
		names, is := []string{members[0].name}, members[0].is
		members = members[1:]
		for len(members) > 0 && members[0].is == is {
			names = append(names, members[0].name)
			members = members[1:]
		}
		l.member(indent, path, strings.Join(names, ", "), is)
	}
}

func (l *lister) member(indent, path, names string, is shape) {
	o, isObject := is.(*object)
	if !isObject {
		fmt.Fprintf(&l.text, "%s%s: %s\n", indent, names, typeName(is.(leaf).celType))
		return
	}
	if before, found := l.seen[o]; found && indent == "" {
		fmt.Fprintf(&l.text, "%s%s: the same as %s\n", indent, names, before)
		return
	}
	l.seen[o] = path + names
	fmt.Fprintf(&l.text, "%s%s\n", indent, names)
	l.members(indent+"  ", path+names+".", o.members)
}
