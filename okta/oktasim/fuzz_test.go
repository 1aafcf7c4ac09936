package oktasim_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/hookline/hookline/okta/oktasim"
)

// post sends a body to an org without a network.
func post(org *oktasim.Org, method, path, body string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	r.Header.Set("Authorization", "SSWS "+token)
	r.Header.Set("Content-Type", "application/json")
	w := httptest.NewRecorder()
	org.ServeHTTP(w, r)
	return w
}

// checkFuzzed checks what holds for any body: an answer in JSON, an error in
// Okta's form, and nothing stored unless it was accepted.
func checkFuzzed(t *testing.T, w *httptest.ResponseRecorder) {
	t.Helper()
	var reply map[string]any
	if err := json.Unmarshal(w.Body.Bytes(), &reply); err != nil {
		t.Fatalf("status %d: body is not JSON: %v", w.Code, err)
	}
	switch w.Code {
	case http.StatusOK:
		if id, _ := reply["id"].(string); len(id) != 20 {
			t.Errorf("accepted without an id: %v", reply)
		}
	case http.StatusBadRequest, http.StatusNotFound:
		if reply["errorCode"] == nil || reply["errorId"] == nil {
			t.Errorf("refused without an error: %v", reply)
		}
	default:
		t.Errorf("status %d: %v", w.Code, reply)
	}
}

func FuzzCreateHook(f *testing.F) {
	f.Add(httpHook("h", tokenType))
	f.Add(oauthHook("h", clientSecret))
	f.Add(strings.Replace(httpHook("h", telephonyType), `"headers":[`, `"headers":[null,{},`, 1))
	f.Add(`{"channel":{"config":{"authScheme":{},"headers":[{"key":null}]}}}`)
	f.Add(`{"name":"h","channel":[]}`)
	f.Add(`null`)
	f.Fuzz(func(t *testing.T, body string) {
		org := oktasim.New(oktasim.Options{APIToken: token})
		w := post(org, "POST", hooksPath, body)
		if body == "" {
			return
		}
		checkFuzzed(t, w)
		hooks := org.Hooks()
		if (w.Code == http.StatusOK) != (len(hooks) == 1) {
			t.Fatalf("status %d with %d hooks stored", w.Code, len(hooks))
		}
		if len(hooks) == 1 && hooks[0].AuthValue != "" && len(hooks[0].AuthValue) > 8 && strings.Contains(w.Body.String(), hooks[0].AuthValue) &&
			!strings.Contains(hooks[0].Name+hooks[0].URI+hooks[0].AuthKey, hooks[0].AuthValue) && len(hooks[0].Headers) == 0 {
			t.Errorf("the secret came back: %s", w.Body)
		}
		if len(hooks) == 1 { // what was created can be written again, whole and in part
			for _, method := range []string{"PUT", "POST"} {
				if again := post(org, method, hooksPath+"/"+hooks[0].ID, body); again.Code != http.StatusOK {
					t.Errorf("%s of what a create took: %d %s", method, again.Code, again.Body)
				}
			}
		}
	})
}

func FuzzCreateUser(f *testing.F) {
	f.Add(hookUser("a@example.com"))
	f.Add(passwordUser("a@example.com", "pw"))
	f.Add(`{` + profileOf("a@example.com") + `,"credentials":{"password":{"hash":{"algorithm":"BCRYPT","workFactor":4,"salt":"rwh3vH166HCH/NT9XV5FYu","value":"qaMqvAPULkbiQzkTCWo5XDcvzpk8Tna"}}}}`)
	f.Add(`{"profile":{"login":null,"email":7},"credentials":[]}`)
	f.Add(`{"profile":{"login":"a@b","email":"a@b","city":null},"groupIds":[]}`)
	f.Fuzz(func(t *testing.T, body string) {
		org := oktasim.New(oktasim.Options{APIToken: token})
		w := post(org, "POST", usersPath, body)
		if body == "" {
			return
		}
		checkFuzzed(t, w)
		if w.Code != http.StatusOK {
			return
		}
		var user struct{ ID string }
		if err := json.Unmarshal(w.Body.Bytes(), &user); err != nil {
			t.Fatal(err)
		}
		if again := post(org, "GET", usersPath+"/"+user.ID, ""); again.Code != http.StatusOK || again.Body.String() != w.Body.String() {
			t.Errorf("the user reads back as %s, was %s", again.Body, w.Body)
		}
		if twice := post(org, "POST", usersPath, body); twice.Code != http.StatusBadRequest {
			t.Errorf("the same user twice: %d", twice.Code)
		}
	})
}

func FuzzEnrollFactor(f *testing.F) {
	f.Add(factorBody("sms", phone))
	f.Add(factorBody("call", "+44 (0)1632 960-961"))
	f.Add(`{"factorType":"sms","provider":"OKTA","profile":{"phoneNumber":"+٣١٢٣٤٥٦٧٨"}}`)
	f.Add(`{"factorType":null,"profile":[]}`)
	f.Fuzz(func(t *testing.T, body string) {
		org := oktasim.New(oktasim.Options{APIToken: token})
		var user struct{ ID string }
		if err := json.Unmarshal(post(org, "POST", usersPath, passwordUser("a@example.com", "pw")).Body.Bytes(), &user); err != nil {
			t.Fatal(err)
		}
		w := post(org, "POST", usersPath+"/"+user.ID+"/factors", body)
		if body == "" {
			return
		}
		checkFuzzed(t, w)
		messages := org.Messages()
		if (w.Code == http.StatusOK) != (len(messages) == 1) {
			t.Fatalf("status %d with %d messages sent", w.Code, len(messages))
		}
		if len(messages) == 1 && strings.Trim(messages[0].PhoneNumber, "0123456789") != "+" {
			t.Errorf("sent to %q", messages[0].PhoneNumber)
		}
	})
}

// FuzzImport imports a user with any profile. Who is imported can be read and is
// imported the same way again.
func FuzzImport(f *testing.F) {
	f.Add(`{"userName":"a@example.com","email":"a@example.com","groups":["x"]}`)
	f.Add(`{"externalId":7,"email":"a@b","firstName":null}`)
	f.Add(`{"login":"a@b","email":{},"title":"\u0000"}`)
	f.Fuzz(func(t *testing.T, profile string) {
		org := oktasim.New(oktasim.Options{APIToken: token})
		body := `{"app":{"label":"HR"},"users":[{"externalId":"1","profile":` + profile + `}]}`
		for _, want := range []oktasim.ImportResult{oktasim.ImportCreated, oktasim.ImportUpdated} {
			w := post(org, "POST", "/-/sim/imports", body)
			var report oktasim.ImportReport
			if err := json.Unmarshal(w.Body.Bytes(), &report); err != nil {
				t.Fatalf("status %d: body is not JSON: %v", w.Code, err)
			}
			if w.Code != http.StatusOK || len(report.Users) != 1 || report.Users[0].Result == oktasim.ImportFailed {
				return
			}
			got := report.Users[0]
			if got.Result != want || post(org, "GET", usersPath+"/"+got.UserID, "").Code != http.StatusOK {
				t.Fatalf("got %+v, want %s", got, want)
			}
		}
	})
}
