package oktasim_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/hookline/hookline/okta/oktasim"
)

// sally is a user of an app.
func sally() oktasim.ImportUser {
	return oktasim.ImportUser{ExternalID: "user221", Profile: map[string]any{
		"userName": "administrator2", "firstName": "Sally", "lastName": "Admin", "email": "sally@example.net",
		"accountType": "PRO", "groups": []string{"everyone@example.net", "tech@example.net"},
	}}
}

// importUsers imports users of the app HR.
func (b *bench) importUsers(users ...oktasim.ImportUser) oktasim.ImportReport {
	b.t.Helper()
	report, err := b.org.Import(b.t.Context(), oktasim.Import{App: oktasim.ImportApp{Name: "hr_app", Label: "HR"}, Users: users})
	if err != nil {
		b.t.Fatalf("import: %v", err)
	}
	return report
}

// attribute is one of an imported user's Okta profile, "<nil>" for none.
func attribute(t *testing.T, profile oktasim.ImportedProfile, name string) any {
	t.Helper()
	var members map[string]any
	if err := json.Unmarshal(profile.Profile, &members); err != nil {
		t.Fatalf("decode profile: %v", err)
	}
	return members[name]
}

// oktaSally is the Okta user with sally's email.
func (b *bench) oktaSally() string {
	b.t.Helper()
	return b.createUser("", `{"profile":{"firstName":"Sal","lastName":"Old","email":"sally@example.net","login":"sal@example.net","city":"Bern"}}`)
}

// importRequests are the three things that an import can be about to do.
var importRequests = map[string]struct {
	prepare   func(b *bench) (matched string)
	conflicts []any
	action    string
	login     string
	city      any
}{
	"of a user to create": {func(*bench) string { return "" }, []any{}, "CREATE_USER", "sally@example.net", nil},
	"of a user to link":   {func(b *bench) string { return b.oktaSally() }, []any{}, "LINK_USER", "sal@example.net", "Bern"},
	"of a user whose login is taken": {func(b *bench) string {
		b.createUser("", `{"profile":{"email":"other@example.net","login":"sally@example.net"}}`)
		return ""
	}, []any{"login"}, "CREATE_USER", "sally@example.net", nil},
}

func TestWhatAUserImportHookIsSent(t *testing.T) {
	t.Parallel()
	appProfile := map[string]any{
		"userName": "administrator2", "firstName": "Sally", "lastName": "Admin", "email": "sally@example.net", "secondEmail": nil,
		"mobilePhone": nil, "externalId": "user221", "accountType": "PRO", "groups": []any{"everyone@example.net", "tech@example.net"},
	}
	oktaProfile := func(login, city any) map[string]any {
		return map[string]any{
			"login": login, "firstName": "Sally", "lastName": "Admin", "email": "sally@example.net", "secondEmail": nil,
			"primaryPhone": nil, "mobilePhone": nil, "streetAddress": nil, "city": city, "state": nil, "zipCode": nil,
			"countryCode": nil, "postalAddress": nil,
		}
	}
	for name, tc := range importRequests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			service := answering(t, 204, "")
			b := start(t, service.options())
			hookID := b.createHook("import", userImportType)
			matched := tc.prepare(b)
			report := b.importUsers(sally())
			body := service.requests()[0].body
			checkHookRequest(t, userImportType, body)
			var request map[string]any
			if err := json.Unmarshal([]byte(body), &request); err != nil {
				t.Fatal(err)
			}
			user, matches := map[string]any{"profile": oktaProfile(tc.login, tc.city)}, []any{}
			if matched != "" {
				user["id"], matches = matched, []any{matched}
			}
			want := map[string]any{
				"eventId": request["eventId"], "eventTime": "2025-03-13T23:38:58.000Z", "eventType": userImportType,
				"eventTypeVersion": "1.0", "contentType": "application/json", "cloudEventVersion": "0.1", "source": hookID,
				"data": map[string]any{
					"context": map[string]any{
						"conflicts": tc.conflicts, "matches": matches, "policy": []any{"EMAIL", "FIRST_AND_LAST_NAME"},
						"application": map[string]any{"name": "hr_app", "id": report.AppID, "label": "HR", "status": "ACTIVE"},
						"job":         map[string]any{"id": report.JobID, "type": "import:users"},
					},
					"action": map[string]any{"result": tc.action}, "appUser": map[string]any{"profile": appProfile}, "user": user,
				},
			}
			if diff := cmp.Diff(want, request); diff != "" || report.AppID == "" || report.JobID == "" {
				t.Errorf("request to hook (-want +got):\n%s", diff)
			}
		})
	}
}

func importCommands(commands ...string) string {
	return `{"commands":[` + strings.Join(commands, ",") + `]}`
}

func importCommand(kind, value string) string {
	return `{"type":"com.okta.` + kind + `","value":{` + value + `}}`
}

var (
	create = importCommand("action.update", `"result":"CREATE_USER"`)
	link   = importCommand("action.update", `"result":"LINK_USER"`)
	// OTHER stands for the id of another Okta user.
	toOther = importCommand("user.update", `"id":"OTHER"`)
)

// importReplies is what each reply means for a user who would be created and for
// one who would be linked. Without a failure the commands were followed; with one
// they count as none, and the import does what it would have done.
var importReplies = map[string]struct {
	status int
	reply  string
	// created and linked are the results, with the names that the Okta user has
	// then; OTHER is another user than the match.
	created, linked string
	failure         string
}{
	"nothing":                            {204, "", "CREATED Sally", "LINKED Sally", ""},
	"no command":                         {200, `{}`, "CREATED Sally", "LINKED Sally", ""},
	"a 201 without commands":             {201, `{}`, "CREATED Sally", "LINKED Sally", ""},
	"a change of the app's profile":      {200, importCommands(importCommand("appUser.profile.update", `"firstName":"Stan"`)), "CREATED Stan", "LINKED Stan", ""},
	"a change of the Okta profile":       {200, importCommands(importCommand("user.profile.update", `"firstName":"Stan"`)), "CREATED Stan", "LINKED Stan", ""},
	"changes of both, the app's last":    {200, importCommands(importCommand("user.profile.update", `"firstName":"Okta"`), importCommand("appUser.profile.update", `"firstName":"App"`)), "CREATED Okta", "LINKED Okta", ""},
	"two changes of one attribute":       {200, importCommands(importCommand("user.profile.update", `"firstName":"A"`), importCommand("user.profile.update", `"firstName":"B"`)), "CREATED B", "LINKED B", ""},
	"an app's attribute without a match": {200, importCommands(importCommand("appUser.profile.update", `"grade":7,"groups":null`)), "CREATED Sally", "LINKED Sally", ""},
	"an attribute that is removed":       {200, importCommands(importCommand("user.profile.update", `"firstName":null`)), "CREATED <nil>", "LINKED <nil>", ""},
	"CREATE_USER":                        {200, importCommands(create), "CREATED Sally", "CREATED Sally", ""},
	"LINK_USER with a user":              {200, importCommands(link, toOther), "LINKED OTHER Sally", "LINKED OTHER Sally", ""},
	"the user before LINK_USER":          {200, importCommands(toOther, link), "LINKED OTHER Sally", "LINKED OTHER Sally", ""},
	"LINK_USER and then CREATE_USER":     {200, importCommands(link, create), "CREATED Sally", "CREATED Sally", ""},

	"LINK_USER without a user":         {200, importCommands(link), "CREATED Sally", "LINKED Sally", "LINK_USER without a com.okta.user.update"},
	"LINK_USER with an unknown user":   {200, importCommands(link, importCommand("user.update", `"id":"00u1"`)), "CREATED Sally", "LINKED Sally", "a user that there is not"},
	"LINK_USER with a login as id":     {200, importCommands(link, importCommand("user.update", `"id":"other@example.net"`)), "CREATED Sally", "LINKED Sally", "a user that there is not"},
	"a user without an id":             {200, importCommands(link, importCommand("user.update", ``)), "CREATED Sally", "LINKED Sally", "without an id"},
	"CREATE_USER with a user":          {200, importCommands(create, toOther), "CREATED Sally", "LINKED Sally", "a com.okta.user.update without LINK_USER"},
	"another result":                   {200, importCommands(importCommand("action.update", `"result":"create_user"`)), "CREATED Sally", "LINKED Sally", "neither CREATE_USER nor LINK_USER"},
	"an attribute that there is not":   {200, importCommands(importCommand("user.profile.update", `"grade":"7","firstName":"Stan"`)), "CREATED Sally", "LINKED Sally", "attributes that were refused"},
	"an attribute of a wrong type":     {200, importCommands(importCommand("user.profile.update", `"title":7`)), "CREATED Sally", "LINKED Sally", "attributes that were refused"},
	"a login that is no email address": {200, importCommands(importCommand("user.profile.update", `"login":"sally"`)), "CREATED Sally", "LINKED Sally", "attributes that were refused"},
	"another command":                  {200, importCommands(importCommand("user.credential.update", ``)), "CREATED Sally", "LINKED Sally", "a command that this type does not have"},
	"a value that is a list":           {200, `{"commands":[{"type":"com.okta.action.update","value":[]}]}`, "CREATED Sally", "LINKED Sally", "Could not deserialize"},
	"what is no JSON":                  {200, `yes`, "CREATED Sally", "LINKED Sally", "Could not deserialize"},
	"a 400 with an error object":       {400, `{"error":{"errorSummary":"no"}}`, "CREATED Sally", "LINKED Sally", "responded with status 400"},
	"a 500":                            {500, ``, "CREATED Sally", "LINKED Sally", "responded with status 500"},

	"an error object":                 {200, `{"error":{"errorSummary":"Not today."}}`, "FAILED", "FAILED", "Not today."},
	"an error object without a text":  {200, `{"error":{}}`, "FAILED", "FAILED", "The callback service returned an error"},
	"an error object beside commands": {200, `{"error":{"errorSummary":"x"},"commands":[` + create + `]}`, "FAILED", "FAILED", "x"},
}

func TestRepliesOfUserImportHooks(t *testing.T) {
	t.Parallel()
	for name, tc := range importReplies {
		for kind, want := range map[string]string{"a user to create": tc.created, "a user to link": tc.linked} {
			t.Run(name+" for "+kind, func(t *testing.T) {
				t.Parallel()
				var other string
				service := serveHook(t, func(w http.ResponseWriter, r *http.Request, _ int) {
					body(tc.status, strings.ReplaceAll(tc.reply, "OTHER", other))(w, r)
				})
				b := start(t, service.options())
				b.createHook("import", userImportType)
				other = b.createUser("", `{"profile":{"email":"other@example.net","login":"other@example.net"}}`)
				if kind == "a user to link" {
					b.oktaSally()
				}
				got := b.importUsers(sally()).Users[0]
				checkImported(t, b, got, want, other)
				checkImportFailure(t, b, got, tc.failure)
			})
		}
	}
}

// checkImported checks the report, and that the org is as it says.
func checkImported(t *testing.T, b *bench, got oktasim.ImportedUser, want, other string) {
	t.Helper()
	result, name, _ := strings.Cut(want, " ")
	toOther := strings.HasPrefix(name, "OTHER ")
	name = strings.TrimPrefix(name, "OTHER ")
	if string(got.Result) != result || got.ExternalID != "user221" {
		t.Fatalf("got %+v, want %s", got, want)
	}
	if result == "FAILED" {
		if got.UserID != "" || got.Reason == "" {
			t.Errorf("a failed import: %+v", got)
		}
		return
	}
	if (got.UserID == other) != toOther {
		t.Errorf("user: got %s, the other one is %s", got.UserID, other)
	}
	stored, _ := b.must("GET", usersPath+"/"+got.UserID, "")["profile"].(map[string]any)
	if name == "<nil>" && stored["firstName"] != nil || name != "<nil>" && stored["firstName"] != name {
		t.Errorf("firstName: got %v, want %s", stored["firstName"], name)
	}
	for attr, value := range stored {
		if shown := attribute(t, got.User, attr); shown != value {
			t.Errorf("%s: the report has %v, the user %v", attr, shown, value)
		}
	}
	if status := b.userStatus(got.UserID); (status == "STAGED") != (result == "CREATED") {
		t.Errorf("status: got %s of a user %s", status, result)
	}
}

// checkImportFailure checks that a failure is where administrators look for it.
func checkImportFailure(t *testing.T, b *bench, got oktasim.ImportedUser, failure string) {
	t.Helper()
	text := got.HookFailure
	if got.Result == oktasim.ImportFailed {
		text = got.Reason
	}
	if (failure == "") != (text == "") || !strings.Contains(text, failure) {
		t.Errorf("failure: got %q, want %q", text, failure)
	}
	events := append(b.events("inline_hook.response.processed"), b.events("inline_hook.executed")...)
	if len(events) != 1 || !strings.Contains(events[0], failure) || strings.HasPrefix(events[0], "FAILURE") != (failure != "") {
		t.Errorf("hook events: got %q, want one with %q", events, failure)
	}
}

func TestUserImportIsRetriedOnce(t *testing.T) {
	t.Parallel()
	reply := importCommands(importCommand("user.profile.update", `"title":"Dr"`))
	for name, tc := range map[string]struct {
		fail  http.HandlerFunc
		calls int
		title any
	}{
		"after a 503":             {status(503), 2, "Dr"},
		"after a broken call":     {func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, 2, "Dr"},
		"after no answer in time": {func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }, 2, "Dr"},
		"not after a 404":         {status(404), 1, nil},
		"not after a good answer": {body(200, `{}`), 1, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			service := serveHook(t, func(w http.ResponseWriter, r *http.Request, n int) {
				if n == 1 {
					tc.fail(w, r)
					return
				}
				body(200, reply)(w, r)
			})
			opts := service.options()
			if strings.Contains(name, "in time") {
				opts.HookTimeout = 300 * time.Millisecond
			}
			b := start(t, opts)
			b.createHook("import", userImportType)
			got := b.importUsers(sally()).Users[0]
			if title := attribute(t, got.User, "title"); got.Result != "CREATED" || title != tc.title {
				t.Errorf("got %+v with the title %v, want %v", got, title, tc.title)
			}
			calls := b.org.Calls()
			if len(calls) != tc.calls || string(calls[0].Request) != string(calls[len(calls)-1].Request) {
				t.Errorf("calls: got %d, want %d of the same request", len(calls), tc.calls)
			}
		})
	}
}
