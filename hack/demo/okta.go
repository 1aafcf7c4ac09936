package main

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"time"
)

// oktaOrg is the simulated org, as its administrators and users call it.
type oktaOrg struct {
	url, token, caFile string
	client             *http.Client
}

func newOktaOrg(url, token, caFile string) (*oktaOrg, error) {
	pem, err := os.ReadFile(caFile)
	if err != nil {
		return nil, fmt.Errorf("read the org's CA: %w", err)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(pem)
	return &oktaOrg{url: url, token: token, caFile: caFile, client: &http.Client{
		// A hook has 3 s, and is asked again once.
		Timeout:   10 * time.Second,
		Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}},
	}}, nil
}

// answer of the org.
type answer struct {
	status int
	body   map[string]any
}

// send calls the org, with the administrator's token if asAdmin.
func (o *oktaOrg) send(ctx context.Context, method, path string, asAdmin bool, body map[string]any) (*answer, error) {
	content, status, err := o.raw(ctx, method, path, asAdmin, body)
	if err != nil {
		return nil, err
	}
	a := &answer{status: status}
	if len(content) > 0 {
		if err := json.Unmarshal(content, &a.body); err != nil {
			return nil, fmt.Errorf("read the org's answer to %s %s: %w", method, path, err)
		}
	}
	return a, nil
}

func (o *oktaOrg) raw(ctx context.Context, method, path string, asAdmin bool, body map[string]any) (content []byte, status int, err error) {
	var reader io.Reader
	if body != nil {
		encoded, err := json.Marshal(body)
		if err != nil {
			return nil, 0, fmt.Errorf("encode request: %w", err)
		}
		reader = bytes.NewReader(encoded)
	}
	request, err := http.NewRequestWithContext(ctx, method, o.url+path, reader)
	if err != nil {
		return nil, 0, fmt.Errorf("call the org: %w", err)
	}
	request.Header.Set("Accept", "application/json")
	if body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	if asAdmin {
		request.Header.Set("Authorization", "SSWS "+o.token)
	}
	response, err := o.client.Do(request)
	if err != nil {
		return nil, 0, fmt.Errorf("call the org: %w", err)
	}
	content, err = io.ReadAll(response.Body)
	if err := errors.Join(err, response.Body.Close()); err != nil {
		return nil, 0, fmt.Errorf("call the org: %w", err)
	}
	return content, response.StatusCode, nil
}

// hookCall is a call of the org to a hook, and what came back.
type hookCall struct {
	URL          string         `json:"url"`
	Headers      []string       `json:"headers"`
	Request      map[string]any `json:"request"`
	Status       int            `json:"status"`
	Response     any            `json:"response"`
	Failure      string         `json:"failure"`
	Milliseconds float64        `json:"milliseconds"`
}

// calls are the org's calls to hooks since forgetCalls.
func (o *oktaOrg) calls(ctx context.Context) ([]hookCall, error) {
	content, _, err := o.raw(ctx, http.MethodGet, "/-/sim/calls", false, nil)
	if err != nil {
		return nil, err
	}
	var list struct {
		Calls []hookCall `json:"calls"`
	}
	if err := json.Unmarshal(content, &list); err != nil {
		return nil, fmt.Errorf("read the org's calls: %w", err)
	}
	return list.Calls, nil
}

func (o *oktaOrg) forgetCalls(ctx context.Context) error {
	_, _, err := o.raw(ctx, http.MethodDelete, "/-/sim/calls", false, nil)
	return err
}
