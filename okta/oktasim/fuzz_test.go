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
