package oktasim_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/hookline/hookline/okta/oktasim"
)

const (
	enrollPath = "/idp/idx/enroll/new"
	updatePath = "/idp/idx/enroll/update"
	rosario    = `{"userProfile":{"firstName":"Rosario","lastName":"Jones","email":"rosario@example.com"}}`
)

// messages are a form's messages as "field: text".
func (a answer) messages(t *testing.T) []string {
	t.Helper()
	var form struct {
		Messages struct {
			Value []struct{ Message, Class, Field string }
		}
	}
	if err := json.Unmarshal([]byte(a.body), &form); err != nil {
		t.Fatal(err)
	}
	texts := []string{}
	for _, m := range form.Messages.Value {
		if m.Class != "ERROR" {
			t.Errorf("class: got %q", m.Class)
		}
		if m.Field != "" {
			m.Message = m.Field + ": " + m.Message
		}
		texts = append(texts, m.Message)
	}
	return texts
}

func (a answer) enrolled(t *testing.T) map[string]any {
	t.Helper()
	if a.status != 200 {
		t.Fatalf("got %d %s", a.status, a.body)
	}
	return a.object(t)["user"].(map[string]any)["value"].(map[string]any)
}

func TestRegistrationWithoutAHook(t *testing.T) {
	t.Parallel()
	b := start(t, oktasim.Options{})
	user := b.do("POST", enrollPath, rosario).enrolled(t)
	if user["status"] != "PROVISIONED" || user["profile"].(map[string]any)["login"] != "rosario@example.com" {
		t.Errorf("user: got %v", user)
	}
	withPassword := strings.Replace(strings.ReplaceAll(rosario, "rosario@", "other@"), `{"userProfile"`, `{"credentials":{"passcode":"pw"},"userProfile"`, 1)
	if user := b.do("POST", enrollPath, withPassword).enrolled(t); user["status"] != "ACTIVE" {
		t.Errorf("user with a password: got %v", user)
	}
	b.signIn("other@example.com", "pw").signedIn(t)
	for name, tc := range map[string]struct{ body, want string }{
		"a login that is taken": {rosario, "login: An object with this field already exists in the current organization"},
		"an unknown attribute":  {strings.Replace(rosario, "firstName", "password", 1), "Property name ''password'' is not defined in profile"},
	} {
		t.Run(name, func(t *testing.T) {
			a := b.do("POST", enrollPath, tc.body)
			if diff := cmp.Diff([]string{tc.want}, a.messages(t)); a.status != 400 || diff != "" {
				t.Errorf("status %d, messages (-want +got):\n%s", a.status, diff)
			}
		})
	}
	b.do("POST", enrollPath, `[]`).refused(t, 400, "E0000003", "")
	b.do("POST", updatePath, `{"login":"nobody@example.com"}`).refused(t, 404, "E0000007", "nobody@example.com (User)")
}

const (
	deny  = `{"type":"com.okta.action.update","value":{"registration":"DENY"}}`
	allow = `{"type":"com.okta.action.update","value":{"registration":"ALLOW"}}`
)

// set is the command that changes attributes; COMMAND stands for its type.
func set(members string) string { return `{"type":"COMMAND","value":{` + members + `}}` }

// What the user is told, for a registration and for an update.
var (
	failed = [2]string{
		"There was an error creating your account. Please try registering again",
		"There was an error updating your profile. Please try again later.",
	}
	denied  = [2]string{"Registration denied.", "Profile update denied."}
	refused = [2]string{
		"Registration cannot be completed at this time.",
		"We found some errors. Please review the form and make corrections.",
	}
)

// registrationReplies is what each reply means for both requests.
var registrationReplies = map[string]struct {
	status int
	reply  string
	// want is what the user is told for a registration and for an update;
	// empty if it succeeds, with title as the user's title then.
	want  [2]string
	title string
}{
	"nothing":                        {204, ``, [2]string{}, "<nil>"},
	"no command":                     {200, `{}`, [2]string{}, "<nil>"},
	"ALLOW":                          {200, `{"commands":[` + allow + `]}`, [2]string{}, "<nil>"},
	"attributes":                     {200, `{"commands":[` + set(`"title":"Dr"`) + `]}`, [2]string{}, "Dr"},
	"attributes in order":            {200, `{"commands":[` + set(`"title":"Dr"`) + `,` + set(`"title":"Prof"`) + `]}`, [2]string{}, "Prof"},
	"DENY":                           {200, `{"commands":[` + deny + `]}`, denied, ""},
	"DENY and then ALLOW":            {200, `{"commands":[` + deny + `,` + allow + `]}`, [2]string{}, "<nil>"},
	"DENY after attributes":          {200, `{"commands":[` + set(`"title":"Dr"`) + `,` + deny + `]}`, denied, ""},
	"an error without causes":        {200, `{"commands":[` + deny + `],"error":{"errorSummary":"x"}}`, refused, ""},
	"an empty error beside ALLOW":    {200, `{"commands":[` + allow + `],"error":{}}`, refused, ""},
	"a cause at a field":             {200, `{"error":{"errorCauses":[{"errorSummary":"No.","location":"data.userProfile.nickName"}]}}`, [2]string{"nickName: No.", "nickName: No."}, ""},
	"a cause at the update's field":  {200, `{"error":{"errorCauses":[{"errorSummary":"No.","location":"data.userProfileUpdate.nickName"}]}}`, [2]string{"nickName: No.", "nickName: No."}, ""},
	"a cause at a field not in form": {200, `{"error":{"errorCauses":[{"errorSummary":"No.","location":"data.userProfile.title"}]}}`, [2]string{"No.", "No."}, ""},
	"a cause without a text":         {200, `{"error":{"errorCauses":[{}]}}`, [2]string{"The callback service returned an error", "The callback service returned an error"}, ""},
	"an attribute there is not":      {200, `{"commands":[` + set(`"notThere":"x"`) + `]}`, failed, ""},
	"an attribute of a wrong type":   {200, `{"commands":[` + set(`"title":7`) + `]}`, failed, ""},
	"another registration":           {200, `{"commands":[{"type":"com.okta.action.update","value":{"registration":"deny"}}]}`, failed, ""},
	"another command":                {200, `{"commands":[{"type":"com.action.update","value":{"registration":"ALLOW"}}]}`, failed, ""},
	"a 500":                          {500, ``, failed, ""},
	"a 403":                          {403, ``, failed, ""},
	"what is no JSON":                {200, `yes`, failed, ""},
}

func TestRepliesOfRegistrationHooks(t *testing.T) {
	t.Parallel()
	for name, tc := range registrationReplies {
		for kind, command := range []string{"com.okta.user.profile.update", "com.okta.user.progressive.profile.update"} {
			t.Run(name+" for "+command, func(t *testing.T) {
				t.Parallel()
				b := start(t, answering(t, tc.status, strings.ReplaceAll(tc.reply, "COMMAND", command)).options())
				path, form := enrollPath, strings.Replace(rosario, `"firstName"`, `"nickName":"Rosi","firstName"`, 1)
				if kind == 1 {
					b.do("POST", enrollPath, rosario).enrolled(t)
					path, form = updatePath, `{"login":"rosario@example.com","userProfileUpdate":{"nickName":"Rosi"}}`
				}
				b.createHook("registration", registrationType)
				a := b.do("POST", path, form)
				if tc.want[kind] == "" {
					profile, _ := a.enrolled(t)["profile"].(map[string]any)
					if profile["nickName"] != "Rosi" || fmt.Sprint(profile["title"]) != tc.title {
						t.Errorf("profile: got %v, want title %s", profile, tc.title)
					}
					return
				}
				if diff := cmp.Diff([]string{tc.want[kind]}, a.messages(t)); a.status != 400 || diff != "" {
					t.Errorf("status %d, messages (-want +got):\n%s", a.status, diff)
				}
				if users := b.do("GET", usersPath, "").body; strings.Contains(users, "Rosi\"") {
					t.Errorf("a refused form had an effect: %s", users)
				}
			})
		}
	}
}

func TestCommandOfTheOtherRequestIsRefused(t *testing.T) {
	t.Parallel()
	b := start(t, answering(t, 200, `{"commands":[{"type":"com.okta.user.progressive.profile.update","value":{"title":"Dr"}}]}`).options())
	b.createHook("registration", registrationType)
	if a := b.do("POST", enrollPath, rosario); a.status != 400 {
		t.Errorf("got %d %s", a.status, a.body)
	}
	want := []string{"FAILURE: the inline hook responded with a command that this request does not have"}
	if diff := cmp.Diff(want, b.events("inline_hook.response.processed")); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
}

func TestWhatARegistrationHookIsSent(t *testing.T) {
	t.Parallel()
	service := answering(t, 204, "")
	b := start(t, service.options())
	b.createHook("registration", registrationType)
	withPassword := strings.Replace(rosario, `{"userProfile"`, `{"credentials":{"passcode":"s3cret"},"userProfile"`, 1)
	user := b.do("POST", enrollPath, withPassword).enrolled(t)
	b.do("POST", updatePath, fmt.Sprintf(`{"userId":"%s","userProfileUpdate":{"employeeNumber":"1234"}}`, user["id"])).enrolled(t)

	trigger := func(path string) map[string]any {
		return map[string]any{"method": "POST", "ipAddress": "127.0.0.1", "id": "<id>", "url": map[string]any{"value": path}}
	}
	profile := map[string]any{"firstName": "Rosario", "lastName": "Jones", "email": "rosario@example.com", "login": "rosario@example.com"}
	groups := fmt.Sprintf("/api/v1/users/%s/groups", user["id"])
	want := []map[string]any{
		{
			"requestType": "self.service.registration",
			"data":        map[string]any{"context": map[string]any{"request": trigger(enrollPath)}, "userProfile": profile, "action": "ALLOW"},
		},
		{
			"requestType": "progressive.profile",
			"data": map[string]any{
				"context": map[string]any{
					"request": trigger(updatePath),
					"user": map[string]any{
						"passwordChanged": "2025-03-13T23:38:58.000Z", "id": user["id"], "profile": profile,
						"_links": map[string]any{
							"groups":  map[string]any{"href": groups},
							"factors": map[string]any{"href": strings.Replace(groups, "groups", "factors", 1)},
						},
					},
				},
				"action": "ALLOW", "userProfileUpdate": map[string]any{"employeeNumber": "1234"},
			},
		},
	}
	for i, got := range service.requests() {
		checkHookRequest(t, registrationType, got.body)
		if strings.Contains(got.body, "s3cret") {
			t.Error("the password was sent to a registration hook")
		}
		var request map[string]any
		if err := json.Unmarshal([]byte(got.body), &request); err != nil {
			t.Fatal(err)
		}
		if source := fmt.Sprint(request["source"]); !strings.HasPrefix(source, "reg") || request["eventType"] != registrationType {
			t.Errorf("source %s, eventType %v", source, request["eventType"])
		}
		request["data"].(map[string]any)["context"].(map[string]any)["request"].(map[string]any)["id"] = "<id>"
		if diff := cmp.Diff(want[i], map[string]any{"requestType": request["requestType"], "data": request["data"]}); diff != "" {
			t.Errorf("request %d (-want +got):\n%s", i, diff)
		}
	}
}

// rulePath returns the path of the one profile enrollment rule.
func (b *bench) rulePath() string {
	b.t.Helper()
	policies := b.do("GET", "/api/v1/policies?type=PROFILE_ENROLLMENT", "").list(b.t)
	path := fmt.Sprintf("/api/v1/policies/%s/rules", policies[0]["id"])
	return fmt.Sprintf("%s/%s", path, b.do("GET", path, "").list(b.t)[0]["id"])
}

// bind names a hook in the rule, as a client does that keeps what it read.
func (b *bench) bind(hookID string) answer {
	b.t.Helper()
	rule := b.must("GET", b.rulePath(), "")
	enrollment := rule["actions"].(map[string]any)["profileEnrollment"].(map[string]any)
	enrollment["preRegistrationInlineHooks"] = []any{map[string]any{"inlineHookId": hookID}}
	body, err := json.Marshal(rule)
	if err != nil {
		b.t.Fatal(err)
	}
	return b.do("PUT", b.rulePath(), string(body))
}

func TestRegistrationCallsTheHookOfThePolicy(t *testing.T) {
	t.Parallel()
	service := serveHook(t, func(w http.ResponseWriter, r *http.Request, _ int) {
		title := strings.TrimPrefix(r.URL.Path, "/")
		body(200, `{"commands":[{"type":"com.okta.user.profile.update","value":{"title":"`+title+`"}}]}`)(w, r)
	})
	b := start(t, service.options())
	for _, name := range []string{"first", "second"} {
		b.must("POST", hooksPath, strings.Replace(httpHook(name, registrationType), "/hook", "/"+name, 1))
	}
	hooks := b.org.Hooks()
	title := func(login string) any {
		a := b.do("POST", enrollPath, strings.ReplaceAll(rosario, "rosario@", login+"@"))
		return a.enrolled(t)["profile"].(map[string]any)["title"]
	}
	if got := title("any"); got != "first" {
		t.Errorf("without a binding: %v", got)
	}
	a := b.bind(hooks[1].ID)
	if a.status != 200 || !strings.Contains(a.body, `"preRegistrationInlineHooks":[{"inlineHookId":"`+hooks[1].ID+`"}]`) {
		t.Fatalf("bind: got %d %s", a.status, a.body)
	}
	if got := title("bound"); got != "second" {
		t.Errorf("with a binding: %v", got)
	}
	// Okta does not protect a hook that a rule names.
	b.must("POST", hooksPath+"/"+hooks[1].ID+"/lifecycle/deactivate", "")
	if a := b.do("POST", enrollPath, strings.ReplaceAll(rosario, "rosario@", "dangling@")); a.status != 400 {
		t.Errorf("with a binding to an inactive hook: got %d %s", a.status, a.body)
	}
	unbound := strings.Replace(a.body, `[{"inlineHookId":"`+hooks[1].ID+`"}]`, `null`, 1)
	if a := b.do("PUT", b.rulePath(), unbound); a.status != 200 || !strings.Contains(a.body, `"preRegistrationInlineHooks":null`) {
		t.Fatalf("unbind: got %d %s", a.status, a.body)
	}
	if got := title("unbound"); got != "first" {
		t.Errorf("without a binding again: %v", got)
	}
}

func TestBoundRegistrationCallsNoOtherHook(t *testing.T) {
	t.Parallel()
	service := answering(t, 204, "")
	opts := service.options()
	opts.Registration = oktasim.TriggerBound
	b := start(t, opts)
	b.createHook("registration", registrationType)
	b.do("POST", enrollPath, rosario).enrolled(t)
	if n := len(service.requests()); n != 0 {
		t.Errorf("calls: got %d", n)
	}
}

func TestRulesThatOktaRefuses(t *testing.T) {
	t.Parallel()
	b := start(t, oktasim.Options{})
	token := b.createHook("token", tokenType)
	path := b.rulePath()
	schema := fmt.Sprint(b.must("GET", path, "")["actions"].(map[string]any)["profileEnrollment"].(map[string]any)["uiSchemaId"])
	rule := func(members string) string {
		return `{"actions":{"profileEnrollment":{"uiSchemaId":"` + schema + `",` + members + `}}}`
	}
	for name, tc := range map[string]struct{ body, text string }{
		"a hook of another type":    {rule(`"preRegistrationInlineHooks":[{"inlineHookId":"` + token + `"}]`), "There is no inline hook of type com.okta.user.pre-registration"},
		"a hook that there is not":  {rule(`"preRegistrationInlineHooks":[{"inlineHookId":"cal1"}]`), "There is no inline hook of type com.okta.user.pre-registration"},
		"two hooks":                 {rule(`"preRegistrationInlineHooks":[{},{}]`), "At most one inline hook"},
		"no UI schema":              {`{"actions":{"profileEnrollment":{}}}`, "uiSchemaId"},
		"no actions":                {`{}`, "actions.profileEnrollment"},
		"a list that is an object":  {rule(`"preRegistrationInlineHooks":{}`), "well-formed"},
		"a body that is not a rule": {`7`, "well-formed"},
	} {
		t.Run(name, func(t *testing.T) {
			if a := b.do("PUT", path, tc.body); a.status != 400 || !strings.Contains(a.body, tc.text) {
				t.Errorf("got %d %s, want %q", a.status, a.body, tc.text)
			}
		})
	}
	b.do("GET", path+"x", "").refused(t, 404, "E0000007", "(PolicyRule)")
	b.do("GET", "/api/v1/policies/00p1", "").refused(t, 404, "E0000007", "00p1 (Policy)")
	b.do("GET", "/api/v1/policies", "").refused(t, 400, "E0000001", "type")
	if got := b.do("GET", "/api/v1/policies?type=OKTA_SIGN_ON", "").body; got != "[]" {
		t.Errorf("policies of another type: got %s", got)
	}
	policy := strings.Split(path, "/rules")[0]
	if got := b.must("GET", policy, "")["name"]; got != "Default Policy" {
		t.Errorf("policy: got %v", got)
	}
}

func TestLoginThatAHookChoosesMustBeFree(t *testing.T) {
	t.Parallel()
	for kind, command := range map[string]string{
		enrollPath: "com.okta.user.profile.update", updatePath: "com.okta.user.progressive.profile.update",
	} {
		t.Run(command, func(t *testing.T) {
			t.Parallel()
			b := start(t, answering(t, 200, `{"commands":[{"type":"`+command+`","value":{"login":"taken@example.com"}}]}`).options())
			b.createUser("", hookUser("taken@example.com"))
			b.createUser("", hookUser("isaac@example.com"))
			b.createHook("registration", registrationType)
			form := rosario
			if kind == updatePath {
				form = `{"login":"isaac@example.com","userProfileUpdate":{"title":"Dr"}}`
			}
			a := b.do("POST", kind, form)
			want := []string{"login: An object with this field already exists in the current organization"}
			if diff := cmp.Diff(want, a.messages(t)); a.status != 400 || diff != "" {
				t.Errorf("status %d, messages (-want +got):\n%s", a.status, diff)
			}
			if n := len(b.do("GET", usersPath, "").list(t)); n != 2 {
				t.Errorf("users: got %d", n)
			}
		})
	}
}
