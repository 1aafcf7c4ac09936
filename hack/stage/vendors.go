package stage

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/hookline/hookline/runtime/telephony/providertest"
)

// Vendors are the simulated services that carry one-time codes, as hack/provider-sim serves them.
type Vendors struct {
	// URL has no slash at its end.
	URL    string
	Client *http.Client
}

// Deliveries are the messages that the vendors took on since Reset, oldest first.
func (v *Vendors) Deliveries(ctx context.Context) ([]providertest.Delivery, error) {
	var all []providertest.Delivery
	content, err := v.call(ctx, http.MethodGet, "/-/deliveries", nil)
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(content, &all); err != nil {
		return nil, fmt.Errorf("read deliveries: %w", err)
	}
	return all, nil
}

// AddFault has something go wrong from now on.
func (v *Vendors) AddFault(ctx context.Context, fault providertest.Fault) error {
	content, err := json.Marshal(fault)
	if err != nil {
		return fmt.Errorf("encode fault: %w", err)
	}
	_, err = v.call(ctx, http.MethodPost, "/-/fault", content)
	return err
}

// Reset forgets deliveries, and has everything work again.
func (v *Vendors) Reset(ctx context.Context) error {
	_, err := v.call(ctx, http.MethodDelete, "/-/deliveries", nil)
	return err
}

func (v *Vendors) call(ctx context.Context, method, path string, body []byte) ([]byte, error) {
	request, err := http.NewRequestWithContext(ctx, method, v.URL+path, bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("call the vendors: %w", err)
	}
	response, err := v.Client.Do(request)
	if err != nil {
		return nil, fmt.Errorf("call the vendors: %w", err)
	}
	content, err := io.ReadAll(response.Body)
	if err := errors.Join(err, response.Body.Close()); err != nil {
		return nil, fmt.Errorf("call the vendors: %w", err)
	}
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("call the vendors: %s %s is answered with status %d: %s", method, path, response.StatusCode, strings.TrimSpace(string(content)))
	}
	return content, nil
}
