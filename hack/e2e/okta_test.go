//go:build e2e

package e2e

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"testing"
	"time"
)

const oktaToken = "00e2e-token"

// org is the simulated Okta org in the cluster, as a browser or an administrator calls it.
type org struct {
	*testing.T
	client *http.Client
}

func newOrg(t *testing.T, address string, ca []byte) *org {
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(ca)
	dialer := &net.Dialer{}
	return &org{T: t, client: &http.Client{
		Timeout: 15 * time.Second,
		Transport: &http.Transport{
			TLSClientConfig: &tls.Config{RootCAs: pool},
			DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
				return dialer.DialContext(ctx, network, address)
			},
		},
	}}
}

// do sends a request and decodes the answer into out, if there is one.
func (o *org) do(method, path string, body, out any) (status int, err error) {
	encoded, err := json.Marshal(body)
	if err != nil {
		return 0, err
	}
	request, err := http.NewRequest(method, "https://localhost"+path, bytes.NewReader(encoded))
	if err != nil {
		return 0, err
	}
	request.Header.Set("Authorization", "SSWS "+oktaToken)
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Accept", "application/json")
	response, err := o.client.Do(request)
	if err != nil {
		return 0, err
	}
	defer func() { _ = response.Body.Close() }()
	answer, err := io.ReadAll(response.Body)
	if err != nil || out == nil || len(answer) == 0 {
		return response.StatusCode, err
	}
	return response.StatusCode, json.Unmarshal(answer, out)
}

func (o *org) must(method, path string, body, out any) int {
	o.Helper()
	status, err := o.do(method, path, body, out)
	if err != nil {
		o.Fatalf("%s %s: %v", method, path, err)
	}
	return status
}

type object = map[string]any

// createUser makes a user whose password is in the old store.
func (o *org) createUser(login string) {
	o.Helper()
	user := object{
		"profile":     object{"firstName": "Ada", "lastName": "Lovelace", "email": login, "login": login},
		"credentials": object{"password": object{"hook": object{"type": "default"}}},
	}
	if status := o.must(http.MethodPost, "/api/v1/users?activate=true", user, nil); status != http.StatusOK {
		o.Fatalf("create user %s: status %d", login, status)
	}
}

// signIn is primary authentication.
func (o *org) signIn(login, password string) (status int, err error) {
	return o.do(http.MethodPost, "/api/v1/authn", object{"username": login, "password": password}, nil)
}

// call is what the org keeps of a call of a hook.
type call struct {
	URL      string          `json:"url"`
	Attempt  int             `json:"attempt"`
	Status   int             `json:"status"`
	Failure  string          `json:"failure"`
	Response json.RawMessage `json:"response"`
}

func (o *org) calls() []call {
	o.Helper()
	var transcript struct {
		Calls []call `json:"calls"`
	}
	o.must(http.MethodGet, "/-/sim/calls", nil, &transcript)
	return transcript.Calls
}

func (o *org) clearCalls() { o.must(http.MethodDelete, "/-/sim/calls", nil, nil) }

// registered are the inline hooks of the org.
func (o *org) registered() []object {
	o.Helper()
	var hooks []object
	o.must(http.MethodGet, "/api/v1/inlineHooks", nil, &hooks)
	return hooks
}

// underSteadyCalls has somebody sign in with a wrong password all the time while something happens:
// every sign-in calls the hook. Each call must be answered, at the first attempt.
func (o *org) underSteadyCalls(login string, something func()) {
	o.Helper()
	o.clearCalls()
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

func (o *org) judge(calls []call) {
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

func (c call) String() string { return fmt.Sprintf("%s: %d %s", c.URL, c.Status, c.Response) }

func mustJSON(t *testing.T, v any) []byte {
	t.Helper()
	encoded, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return encoded
}
