//go:build e2e

package e2e

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/hookline/hookline/hack/stage"
)

const oktaToken = "00e2e-token"

// org is the simulated Okta org in the cluster.
type org struct {
	*testing.T
	*stage.Org
}

func newOrg(t *testing.T, address string, ca []byte) *org {
	return &org{T: t, Org: &stage.Org{URL: "https://localhost", Token: oktaToken, Client: clientTo(address, ca)}}
}

// clientTo is a client whose calls of any host go to an address.
func clientTo(address string, ca []byte) *http.Client {
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(ca)
	dialer := &net.Dialer{}
	return &http.Client{
		Timeout:       15 * time.Second,
		CheckRedirect: stage.NoRedirects,
		Transport: &http.Transport{
			TLSClientConfig: &tls.Config{RootCAs: pool},
			DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
				return dialer.DialContext(ctx, network, address)
			},
		},
	}
}

// ask sends a request, which must be answered with a status.
func (o *org) ask(status int, r stage.Request) *stage.Answer {
	o.Helper()
	a, err := o.Do(o.Context(), r)
	if err != nil {
		o.Fatal(err)
	}
	if a.Status != status {
		o.Fatalf("%s %s: status %d, want %d: %s", r.Method, r.Path, a.Status, status, mustJSON(o.T, a.Body))
	}
	return a
}

// post is a request with JSON of a user.
func post(path string, body object) stage.Request {
	return stage.Request{Method: http.MethodPost, Path: path, Body: body}
}

// postAsAdmin is one of an administrator.
func postAsAdmin(path string, body object) stage.Request {
	r := post(path, body)
	r.AsAdmin = true
	return r
}

type object = map[string]any

// createUser makes a user whose password is in the old store.
func (o *org) createUser(login string) {
	o.Helper()
	user := object{
		"profile":     object{"firstName": "Ada", "lastName": "Lovelace", "email": login, "login": login},
		"credentials": object{"password": object{"hook": object{"type": "default"}}},
	}
	o.ask(http.StatusOK, postAsAdmin("/api/v1/users?activate=true", user))
}

// signIn is primary authentication.
func (o *org) signIn(login, password string) (status int, err error) {
	a, err := o.Do(o.Context(), post("/api/v1/authn", object{"username": login, "password": password}))
	if err != nil {
		return 0, err
	}
	return a.Status, nil
}

func (o *org) calls() []stage.HookCall {
	o.Helper()
	calls, err := o.HookCalls(o.Context())
	if err != nil {
		o.Fatal(err)
	}
	return calls
}

func (o *org) forget() {
	o.Helper()
	if err := o.Forget(o.Context()); err != nil {
		o.Fatal(err)
	}
}

// registered are the inline hooks of the org.
func (o *org) registered() []object {
	o.Helper()
	var hooks []object
	if err := o.Read(o.Context(), "/api/v1/inlineHooks", true, &hooks); err != nil {
		o.Fatal(err)
	}
	return hooks
}

// underSteadyCalls has somebody sign in with a wrong password all the time while something happens:
// every sign-in calls the hook. Each call must be answered, at the first attempt.
func (o *org) underSteadyCalls(login string, something func()) {
	o.Helper()
	o.forget()
	stop := make(chan struct{})
	var done sync.WaitGroup
	var failure error
	done.Go(func() {
		tick := time.NewTicker(50 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-stop:
				return
			case <-tick.C:
				if _, err := o.signIn(login, "wrong"); err != nil {
					failure = err
					return
				}
			}
		}
	})
	something()
	close(stop)
	done.Wait()
	if failure != nil {
		o.Fatalf("sign in: %v", failure)
	}
	o.judge(o.calls())
}

func (o *org) judge(calls []stage.HookCall) {
	o.Helper()
	if len(calls) < 20 {
		o.Errorf("only %d calls of the hook were made", len(calls))
	}
	failed := 0
	for i, c := range calls {
		if c.Failure != "" || c.Status != http.StatusOK || c.Attempt != 1 {
			failed++
			if failed <= 5 {
				o.Errorf("call %d of %d: attempt %d, status %d, %s", i+1, len(calls), c.Attempt, c.Status, c.Failure)
			}
		}
	}
	o.Logf("%d calls of the hook, %d failed", len(calls), failed)
}

// summary is what became of calls, without what was sent.
func summary(calls []stage.HookCall) string {
	text := fmt.Sprintf("%d", len(calls))
	for _, c := range calls {
		text += fmt.Sprintf("; %s attempt %d: %d %v %s", c.URL, c.Attempt, c.Status, c.Response, c.Failure)
	}
	return text
}

func mustJSON(t *testing.T, v any) []byte {
	t.Helper()
	encoded, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return encoded
}
