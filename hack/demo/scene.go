package main

import (
	"context"
	"fmt"
	"os"
	"strings"

	"github.com/hookline/hookline/hack/stage"
)

// scene is one request to Okta, and what is to come of it.
type scene struct {
	who string
	stage.Request
	// calls is how often Okta is to call hooks; sent names what the story is about in those calls.
	calls int
	sent  []string
	// status is what Okta is to answer; show names what the story is about in it.
	status int
	show   []string
}

// exchange sends the request and shows it, what Okta sent to hooks and got, and what Okta answered. It fails
// if the number of calls or the status is another one.
func (s *story) exchange(ctx context.Context, scene scene) (*stage.Answer, error) {
	okta := s.world.okta
	if err := okta.Forget(ctx); err != nil {
		return nil, err
	}
	s.labelled(scene.who+" → Okta", scene.Method+" "+scene.Path, masked(scene.Content()))
	a, err := okta.Do(ctx, scene.Request)
	if err != nil {
		return nil, err
	}
	calls, err := okta.HookCalls(ctx)
	if err != nil {
		return nil, err
	}
	for _, call := range calls {
		s.showCall(call, scene.sent)
	}
	s.labelled("Okta → "+scene.who, fmt.Sprint(a.Status), masked(s.excerpt(a.Body, scene.show)))
	for _, call := range calls {
		if call.Failure != "" {
			return nil, fmt.Errorf("the hook failed: %s", call.Failure)
		}
	}
	if err := expect(len(calls) == scene.calls, "Okta called hooks %d times, not %d", len(calls), scene.calls); err != nil {
		return nil, err
	}
	return a, expect(a.Status == scene.status, "Okta answered %s with status %d, not %d", scene.who, a.Status, scene.status)
}

// prepare is what happened before: a request that is not shown and succeeds.
func (s *story) prepare(ctx context.Context, r stage.Request) (*stage.Answer, error) {
	a, err := s.world.okta.Do(ctx, r)
	if err != nil {
		return nil, err
	}
	return a, expect(a.Status/100 == 2, "Okta answered %s %s with status %d: %s", r.Method, r.Path, a.Status, compact(masked(a.Body)))
}

func (s *story) showCall(call stage.HookCall, sent []string) {
	with := ""
	for _, header := range call.Headers {
		if strings.EqualFold(header, "Authorization") {
			with = "  (Authorization: •••)"
		}
	}
	s.labelled("Okta → hook", "POST "+call.URL+with, masked(s.excerpt(call.Request, sent)))
	text := fmt.Sprintf("%d in %.0f ms", call.Status, call.Milliseconds)
	if call.Response == nil {
		s.labelled("hook → Okta", text, nil)
		return
	}
	s.labelled("hook → Okta", text, call.Response)
}

// excerpt is what the story is about in a body, or all of it with --full, or where it is not as told.
func (s *story) excerpt(body map[string]any, paths []string) map[string]any {
	if picked := pick(body, paths...); !s.full && len(picked) > 0 {
		return picked
	}
	return body
}

// expect is an error unless something is as told.
func expect(so bool, format string, args ...any) error {
	if so {
		return nil
	}
	return fmt.Errorf(format, args...)
}

// hookInOkta is a hook as the management API shows it.
type hookInOkta struct {
	ID     string `json:"id"`
	Name   string `json:"name"`
	Type   string `json:"type"`
	Status string `json:"status"`
}

func readFile(name string) ([]byte, error) {
	content, err := os.ReadFile(name)
	if err != nil {
		return nil, fmt.Errorf("read file: %w", err)
	}
	return content, nil
}
