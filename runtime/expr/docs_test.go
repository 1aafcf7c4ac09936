package expr_test

import (
	"errors"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/hookline/hookline/runtime/expr"
	"github.com/hookline/hookline/runtime/hook"
)

var codeBlock = regexp.MustCompile("(?s)```(json|cel)\n(.*?)```")

// TestTheReferenceIsTrue evaluates every example of docs/expressions.md with the call that stands there.
func TestTheReferenceIsTrue(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../docs/expressions.md")
	if err != nil {
		t.Fatal(err)
	}
	var req *hook.Request
	examples := 0
	for _, block := range codeBlock.FindAllStringSubmatch(string(page), -1) {
		if block[1] == "json" {
			req = request(t, block[2])
			continue
		}
		for line := range strings.Lines(block[2]) {
			source, want, found := strings.Cut(line, " // ")
			if !found {
				t.Errorf("%s says nothing about what it yields", line)
				continue
			}
			examples++
			checkExample(t, req, strings.TrimSpace(source), strings.TrimSpace(want))
		}
	}
	if examples < 50 {
		t.Errorf("found %d examples, want the 50 and more that are there", examples)
	}
}

func checkExample(t *testing.T, req *hook.Request, source, want string) {
	t.Helper()
	got, err := compile(t, source, expr.JSON).JSON(t.Context(), req)
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
	wanted, err := compile(t, want, expr.JSON).JSON(t.Context(), req)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(wanted, got); diff != "" {
		t.Errorf("%s: -page +got:\n%s", source, diff)
	}
}
