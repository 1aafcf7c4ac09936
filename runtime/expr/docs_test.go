package expr_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/hookline/hookline/runtime/expr"
	"github.com/hookline/hookline/runtime/hook"
)

var codeBlock = regexp.MustCompile("(?s)```(json send|json response|json|cel)\n(.*?)```")

// example is what the expressions of the page are about.
type example struct {
	request *hook.Request
	scope   expr.Scope
	values  expr.Values
}

// TestTheReferenceIsTrue evaluates every example of docs/expressions.md with the call that stands before it.
func TestTheReferenceIsTrue(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../docs/expressions.md")
	if err != nil {
		t.Fatal(err)
	}
	var about example
	checked := map[string]int{}
	for _, block := range codeBlock.FindAllStringSubmatch(string(page), -1) {
		switch kind, text := block[1], block[2]; kind {
		case "json":
			about = example{request: request(t, text)}
		case "json send":
			about.scope, about.values.Send = expr.ProviderRequest, decoded[expr.Send](t, text)
			about.values.Send.ExpiresIn *= time.Second
		case "json response":
			about.scope, about.values.Response = expr.ProviderResponse, responseOf(t, text)
		default:
			for line := range strings.Lines(text) {
				about.check(t, line)
				checked[about.request.EventType]++
			}
		}
	}
	for _, id := range hookTypes {
		if checked[id] < 2 {
			t.Errorf("%s has %d examples, want some", id, checked[id])
		}
	}
}

// decoded reads JSON with the names of T's fields, in whatever case.
func decoded[T any](t *testing.T, text string) *T {
	t.Helper()
	var value T
	if err := json.Unmarshal([]byte(text), &value); err != nil {
		t.Fatal(err)
	}
	return &value
}

// responseOf has the body read as it is when it comes from a service.
func responseOf(t *testing.T, text string) *expr.Response {
	t.Helper()
	from := decoded[struct {
		Status  int
		Headers map[string]string
		Body    json.RawMessage
	}](t, text)
	header := http.Header{}
	for name, value := range from.Headers {
		header.Set(name, value)
	}
	return expr.NewResponse(from.Status, header, from.Body)
}

// check evaluates a line of the page: an expression and, behind //, what it yields.
func (e *example) check(t *testing.T, line string) {
	t.Helper()
	source, want, found := strings.Cut(strings.TrimSpace(line), " // ")
	if !found {
		t.Errorf("%s says nothing about what it yields", line)
		return
	}
	got, err := e.evaluate(t, source)
	if want == "absent" {
		if !errors.Is(err, expr.ErrAbsent) {
			t.Errorf("%s: got %v and error %v, want ErrAbsent", source, got, err)
		}
		return
	}
	if err != nil {
		t.Errorf("%s: %v", source, err)
		return
	}
	wanted, err := e.evaluate(t, want)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(wanted, got); diff != "" {
		t.Errorf("%s: -page +got:\n%s", source, diff)
	}
}

func (e *example) evaluate(t *testing.T, source string) (any, error) {
	t.Helper()
	env, err := expr.NewScopedEnv(e.request.EventType, e.scope)
	if err != nil {
		t.Fatal(err)
	}
	program, err := env.Compile(strings.TrimSpace(source), expr.JSON)
	if err != nil {
		t.Fatalf("compile %s: %v", source, err)
	}
	return program.With(e.values).JSON(t.Context(), e.request)
}
