package main

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/json"
	"net/http"
	"os"
	"strings"
)

// bareVariable has this program be the bare server, at the address that it names.
const bareVariable = "HOOKLINE_BENCH_BARE"

// serveBare is what one would write in an afternoon: the same JSON, a constant-time compare, and nothing
// of what makes a server fit for strangers.
func serveBare() error {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /ready", func(http.ResponseWriter, *http.Request) {})
	mux.HandleFunc("POST /hook", answerBare)
	return http.ListenAndServe(os.Getenv(bareVariable), mux)
}

func answerBare(w http.ResponseWriter, r *http.Request) {
	want, got := sha256.Sum256([]byte(secret)), sha256.Sum256([]byte(r.Header.Get("Authorization")))
	if subtle.ConstantTimeCompare(want[:], got[:]) != 1 {
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	var call struct {
		EventID, EventTime, EventType, Source, RequestType string
		Data                                               map[string]any
	}
	if err := json.NewDecoder(r.Body).Decode(&call); err != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	verdict := "DENY"
	if profile, ok := call.Data["userProfile"].(map[string]any); ok {
		if email, ok := profile["email"].(string); ok && strings.HasSuffix(email, "@example.com") {
			verdict = "ALLOW"
		}
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(map[string]any{
		"commands":     []any{map[string]any{"type": "com.okta.action.update", "value": map[string]any{"registration": verdict}}},
		"debugContext": map[string]any{"hookline": map[string]any{"rule": "registration.allowedEmailDomains"}},
	})
}
