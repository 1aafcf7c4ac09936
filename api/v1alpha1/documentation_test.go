package v1alpha1_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// pages are the texts of the README and of everything in docs, by their paths from the top.
func pages(t *testing.T) map[string]string {
	t.Helper()
	files, err := filepath.Glob("../../docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, page := range []string{"README.md", "CONTRIBUTING.md", "SECURITY.md"} {
		files = append(files, "../../"+page)
	}
	all := map[string]string{}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		all[strings.TrimPrefix(filepath.ToSlash(file), "../../")] = string(data)
	}
	return all
}

// reference are the pages of our kinds.
var reference = map[string]string{"OktaOrg": "docs/oktaorg.md", "OktaInlineHook": "docs/oktainlinehook.md"}

// TestEveryFieldIsInTheReference looks for each field as `handler.registration.rules[].when`, and for those of
// the status as `status.hook.id`.
func TestEveryFieldIsInTheReference(t *testing.T) {
	t.Parallel()
	for kind, page := range reference {
		text := pages(t)[page]
		fields := map[string]bool{}
		for _, part := range []string{"spec", "status"} {
			schemaOf(t, kind).Properties[part].walk(part, func(path string, _ *node) {
				path = strings.TrimPrefix(path, "spec.")
				if path != part && !strings.HasSuffix(path, "[]") && !strings.HasSuffix(path, "[*]") {
					fields[path] = true
				}
			})
		}
		for _, field := range slices.Sorted(maps.Keys(fields)) {
			if !strings.Contains(text, "`"+field+"`") {
				t.Errorf("%s does not have `%s`", page, field)
			}
		}
	}
}

// constants are the string constants of a file whose names have one of the prefixes, by name.
func constants(t *testing.T, file string, prefixes ...string) map[string]string {
	t.Helper()
	parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	values := map[string]string{}
	ast.Inspect(parsed, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok || len(spec.Values) != 1 {
			return true
		}
		literal, ok := spec.Values[0].(*ast.BasicLit)
		if !ok || literal.Kind != token.STRING {
			return true
		}
		for _, prefix := range prefixes {
			if strings.HasPrefix(spec.Names[0].Name, prefix) {
				if values[spec.Names[0].Name], err = strconv.Unquote(literal.Value); err != nil {
					t.Fatal(err)
				}
			}
		}
		return true
	})
	return values
}

func TestEveryReasonIsInTheReference(t *testing.T) {
	t.Parallel()
	texts := pages(t)
	both := texts[reference["OktaOrg"]] + texts[reference["OktaInlineHook"]]
	names := constants(t, "conditions.go", "Reason", "Condition", "Annotation", "Label", "Finalizer", "OwnerHeader")
	if len(names) < 40 {
		t.Fatalf("only %d constants were found in conditions.go: %v", len(names), names)
	}
	for name, value := range names {
		if !strings.Contains(both, "`"+value+"`") {
			t.Errorf("neither page has `%s` (%s)", value, name)
		}
	}
}

var (
	link    = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	heading = regexp.MustCompile(`(?m)^#+ (.+)$`)
	fenced  = regexp.MustCompile("(?s)\n```.*?\n```")
)

// TestLinksLeadSomewhere follows the links between pages, and to files of the repository.
func TestLinksLeadSomewhere(t *testing.T) {
	t.Parallel()
	texts := pages(t)
	for page, text := range texts {
		for _, found := range link.FindAllStringSubmatch(fenced.ReplaceAllString(text, ""), -1) {
			target, anchor, _ := strings.Cut(found[1], "#")
			if strings.Contains(found[1], "://") {
				continue
			}
			file := page
			if target != "" {
				file = filepath.ToSlash(filepath.Join(filepath.Dir(page), target))
			}
			if _, err := os.Stat("../../" + file); err != nil {
				t.Errorf("%s has a link to %s, which is not there", page, found[1])
			} else if anchor != "" && !slices.Contains(anchors(texts[file]), anchor) {
				t.Errorf("%s has a link to %s, but that page has no such heading", page, found[1])
			}
		}
	}
}

// anchors are the names of a page's headings, as they stand behind # in a link.
func anchors(page string) []string {
	var all []string
	notWord := regexp.MustCompile(`[^\p{L}\p{N} _-]`)
	for _, found := range heading.FindAllStringSubmatch(fenced.ReplaceAllString(page, ""), -1) {
		name := notWord.ReplaceAllString(strings.ToLower(found[1]), "")
		all = append(all, strings.ReplaceAll(name, " ", "-"))
	}
	return all
}
