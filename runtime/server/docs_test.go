package server

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/hookline/hookline/runtime/hook"
)

// documented gives the rows of the table in docs/hook-runtime.md that begins with these headings; each is
// its cells, without backquotes.
func documented(t *testing.T, headings string) [][]string {
	t.Helper()
	page, err := os.ReadFile("../../docs/hook-runtime.md")
	if err != nil {
		t.Fatal(err)
	}
	_, table, found := strings.Cut(string(page), "| "+headings+" |")
	if !found {
		t.Fatalf("docs/hook-runtime.md has no table with %s", headings)
	}
	table, _, _ = strings.Cut(table, "\n\n")
	var rows [][]string
	for line := range strings.Lines(table) {
		if strings.HasPrefix(line, "| ") {
			cells := strings.Split(strings.Trim(strings.ReplaceAll(line, "`", ""), "| \n"), " | ")
			rows = append(rows, cells)
		}
	}
	return rows
}

func TestDocumentedRefusalsAreThoseThereAre(t *testing.T) {
	t.Parallel()
	var want, got [][]string
	for _, refused := range refusals {
		want = append(want, []string{refused.code, strconv.Itoa(refused.status)})
	}
	for _, row := range documented(t, "code | status | why") {
		got = append(got, row[:2])
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("refusals, in their order (-code +docs):\n%s", diff)
	}
}

// TestEachRowOfTheFailureTables has each documented failure happen, for each type.
func TestEachRowOfTheFailureTables(t *testing.T) {
	t.Parallel()
	happened := map[hook.FailureCode]bool{}
	columns := []string{hook.PasswordImport, hook.Registration, hook.Telephony, hook.Token, hook.SAMLAssertion, hook.UserImport}
	for _, row := range documented(t, "code | password import | registration | telephony | token | SAML assertion | user import | why") {
		code := hook.FailureCode(row[0])
		happened[code] = true
		for column, id := range columns {
			t.Run(fmt.Sprintf("%s of %s", code, id), func(t *testing.T) {
				t.Parallel()
				f := newFixture(t, nil)
				kind, _ := hook.TypeByID(id)
				f.swap(&Hook{Type: kind, Path: hookPath, Accepted: f.current.Load().Accepted, Handler: handlerFunc(
					func(context.Context, *hook.Request) (*hook.Response, error) {
						return nil, hook.Fail(code, errors.New("x"))
					})})
				got := f.do(newCall("e", content(`{"eventType":"`+id+`","data":{}}`)))
				expectFailure(t, got, row[1+column], string(code))
			})
		}
	}
	for _, code := range hook.FailureCodes() {
		if !happened[code] {
			t.Errorf("the failure table lacks %s", code)
		}
	}
}

// expectFailure compares an answer with a cell of the failure table.
func expectFailure(t *testing.T, got *httptest.ResponseRecorder, cell, code string) {
	t.Helper()
	want := map[string]string{
		"error":   `{"commands":[],"error":{"errorSummary":"`,
		"FAILED":  `{"commands":[{"type":"com.okta.telephony.action","value":[{"status":"FAILED"}]}]}`,
		"PENDING": `{"commands":[{"type":"com.okta.telephony.action","value":[{"status":"PENDING"}]}]}`,
	}[cell]
	if want != "" {
		if got.Code != http.StatusOK || !strings.HasPrefix(got.Body.String(), want) {
			t.Errorf("answered with %d %s, want %s...", got.Code, got.Body, want)
		}
		return
	}
	status, err := strconv.Atoi(cell)
	if err != nil {
		t.Fatal(err)
	}
	expectProblem(t, got, status, code)
}

func TestDocumentedLimitsAreThoseThereAre(t *testing.T) {
	t.Parallel()
	got := map[string]string{}
	for _, row := range documented(t, "limit | value | why") {
		got[row[0]] = row[1]
	}
	want := map[string]string{
		"body":                     fmt.Sprintf("%d MiB", maxBodyBytes>>20),
		"head of a request":        fmt.Sprintf("%d KiB", maxHeaderBytes>>10),
		"time for the head":        readHeaderTimeout.String(),
		"time for head and body":   readTimeout.String(),
		"time for a call":          callDeadline.String(),
		"time to write the answer": writeTimeout.String(),
		"idle connection":          idleTimeout.String(),
		"calls in flight":          strconv.Itoa(DefaultMaxInFlight),
		"answers kept for retries": fmt.Sprintf("%d for %s", maxReplays, replayTTL),
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("limits (-code +docs):\n%s", diff)
	}
}

func TestDocumentedMetricsAreThoseThereAre(t *testing.T) {
	t.Parallel()
	registry := prometheus.NewRegistry()
	m := newMetrics(registry, func() float64 { return 0 }, true)
	// A metric with labels shows up once it has a value.
	m.refused(&notFound)
	m.reloaded(subjectConfig, nil)
	m.config.WithLabelValues("type", "version").Set(1)
	m.forHook(hook.Type{ID: hook.Registration})
	families, err := registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	want, got := map[string]bool{}, map[string]bool{}
	for _, family := range families {
		var labels []string
		for _, label := range family.GetMetric()[0].GetLabel() {
			labels = append(labels, label.GetName())
		}
		want[nameWith(family.GetName(), labels)] = true
	}
	for _, row := range documented(t, "name | meaning") {
		name, labels, _ := strings.Cut(strings.TrimSuffix(row[0], "}"), "{")
		got[nameWith(name, strings.FieldsFunc(labels, func(r rune) bool { return r == ',' }))] = true
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("metrics (-code +docs):\n%s", diff)
	}
}

// nameWith is the name of a metric with its labels, in any order.
func nameWith(name string, labels []string) string {
	set := map[string]bool{}
	for _, label := range labels {
		set[label] = true
	}
	return fmt.Sprint(name, set)
}

func TestRefusalsHaveDifferentCodes(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, refused := range refusals {
		if seen[refused.code] || refused.status < 400 || refused.status > 499 || http.StatusText(refused.status) == "" {
			t.Errorf("refusal %+v", refused)
		}
		seen[refused.code] = true
	}
}
