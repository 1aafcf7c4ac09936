package server

import (
	"bufio"
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/json"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/hookline/hookline/runtime/hook"
)

// The two benchmarks of this file are one figure: calls per second of the server, with all that it does,
// against a bare net/http handler with the same JSON and a constant-time compare. It shall be 0.8 or more
// (go test -bench Call -cpu 1 ./runtime/server).

// benchData is what both decode of data.
type benchData struct {
	Context struct {
		Request struct {
			ID        string `json:"id"`
			Method    string `json:"method"`
			IPAddress string `json:"ipAddress"`
		} `json:"request"`
	} `json:"context"`
	UserProfile struct {
		FirstName string `json:"firstName"`
		LastName  string `json:"lastName"`
		Login     string `json:"login"`
		Email     string `json:"email"`
	} `json:"userProfile"`
	Action string `json:"action"`
}

// benchBody is a call of a size that Okta's have. The event id has 12 digits to be filled in: a call that
// comes again would be answered without the handler.
const benchBody = `{"eventId":"############","eventTime":"2026-04-25T17:35:27.000Z","eventType":"com.okta.user.pre-registration",` +
	`"eventTypeVersion":"1.0","contentType":"application/json","cloudEventVersion":"0.1","source":"reg0000000000000001",` +
	`"requestType":"self.service.registration","data":{"context":{"request":{"method":"POST","ipAddress":"192.0.2.1",` +
	`"id":"reqAAAAAAAAAAAAAAAAAAAAAAAA","url":{"value":"/idp/idx/enroll/new"}}},"userProfile":{"firstName":"Ann","lastName":"Example",` +
	`"login":"ann.example@example.com","email":"ann.example@example.com"},"action":"ALLOW"}}`

func benchHandler(_ context.Context, req *hook.Request) (*hook.Response, error) {
	var data benchData
	if err := json.Unmarshal(req.Data, &data); err != nil {
		return nil, hook.Fail(hook.RequestInvalid, err)
	}
	return verdict(data.UserProfile.Email), nil
}

func verdict(email string) *hook.Response {
	value := "DENY"
	if strings.HasSuffix(email, "@example.com") {
		value = "ALLOW"
	}
	return &hook.Response{Commands: []hook.Command{{Type: hook.CommandActionUpdate, Value: map[string]string{"registration": value}}}}
}

// bareHandler is what one would write in an afternoon.
func bareHandler(w http.ResponseWriter, r *http.Request) {
	want, got := sha256.Sum256([]byte(secret)), sha256.Sum256([]byte(r.Header.Get("Authorization")))
	if subtle.ConstantTimeCompare(want[:], got[:]) != 1 {
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	var call struct {
		EventID     string    `json:"eventId"`
		EventTime   string    `json:"eventTime"`
		EventType   string    `json:"eventType"`
		Source      string    `json:"source"`
		RequestType string    `json:"requestType"`
		Data        benchData `json:"data"`
	}
	if err := json.NewDecoder(r.Body).Decode(&call); err != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(verdict(call.Data.UserProfile.Email))
}

func BenchmarkCallServer(b *testing.B) {
	f := newFixture(b, benchHandler, func(o *Options) {
		o.Log = slog.New(slog.NewJSONHandler(io.Discard, nil)) // level info, as in production
	})
	benchmarkServer(b, f.publicServer(), clockedListener{benchListen(b)})
}

func BenchmarkCallBare(b *testing.B) {
	benchmarkServer(b, &http.Server{Handler: http.HandlerFunc(bareHandler)}, benchListen(b))
}

func benchListen(b *testing.B) net.Listener {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	return listener
}

// benchmarkServer has one caller on one connection, who writes and reads with as little effort as possible.
func benchmarkServer(b *testing.B, srv *http.Server, listener net.Listener) {
	go func() { _ = srv.Serve(listener) }()
	b.Cleanup(func() { _ = srv.Close() })
	conn, err := net.Dial("tcp", listener.Addr().String())
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = conn.Close() })
	request := []byte("POST " + hookPath + " HTTP/1.1\r\nHost: hooks.example.com\r\nAuthorization: " + secret +
		"\r\nContent-Type: application/json\r\nAccept: application/json\r\nContent-Length: " + strconv.Itoa(len(benchBody)) + "\r\n\r\n" + benchBody)
	eventID := request[strings.Index(string(request), "############"):][:12]
	answers := bufio.NewReader(conn)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		copy(eventID, "000000000000")
		digits := strconv.AppendInt(nil, int64(i), 10)
		copy(eventID[12-len(digits):], digits)
		if _, err := conn.Write(request); err != nil {
			b.Fatal(err)
		}
		readAnswer(b, answers)
	}
}

func readAnswer(b *testing.B, answers *bufio.Reader) {
	length := -1
	for first := true; ; first = false {
		line, err := answers.ReadSlice('\n')
		if err != nil {
			b.Fatal(err)
		}
		if first && string(line) != "HTTP/1.1 200 OK\r\n" {
			b.Fatalf("answer %q", line)
		}
		if text, isLength := strings.CutPrefix(string(line), "Content-Length: "); isLength {
			if length, err = strconv.Atoi(strings.TrimSpace(text)); err != nil {
				b.Fatal(err)
			}
		}
		if len(line) == 2 {
			break
		}
	}
	if _, err := answers.Discard(length); err != nil {
		b.Fatal(err)
	}
}
