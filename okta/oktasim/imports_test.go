package oktasim_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/hookline/hookline/okta/oktasim"
)

// appUser is a user of an app by external id, user name and further attributes.
func appUser(id, userName string, attributes ...string) oktasim.ImportUser {
	u := oktasim.ImportUser{ExternalID: id, Profile: map[string]any{"userName": userName}}
	for _, attribute := range attributes {
		name, value, _ := strings.Cut(attribute, "=")
		u.Profile[name] = value
	}
	return u
}

func TestMatchingOfImportedUsers(t *testing.T) {
	t.Parallel()
	profile := func(login, email, first, last string) string {
		return fmt.Sprintf(`{"profile":{"login":%q,"email":%q,"firstName":%q,"lastName":%q}}`, login, email, first, last)
	}
	for name, tc := range map[string]struct {
		user   oktasim.ImportUser
		linked string // the login of the match, empty for none
	}{
		"by email in another case":      {appUser("1", "x", "email=ANN@example.com"), "ann@okta.example"},
		"by email before the name":      {appUser("1", "x", "email=ann@example.com", "firstName=Bob", "lastName=Ray"), "ann@okta.example"},
		"by first and last name":        {appUser("1", "x", "email=robert@example.com", "firstName=bob", "lastName=RAY"), "bob@okta.example"},
		"not by one name of two":        {appUser("1", "x", "email=c@example.com", "firstName=Ann"), ""},
		"not when two have the email":   {appUser("1", "x", "email=twin@example.com", "firstName=Bob", "lastName=Ray"), ""},
		"not with a deactivated user":   {appUser("1", "x", "email=gone@example.com"), ""},
		"not with anybody":              {appUser("1", "x", "email=new@example.com", "firstName=New", "lastName=One"), ""},
		"with one that is imported":     {appUser("1", "x", "email=x@example.com", "firstName=Zoe", "lastName=Zed"), "zoe@example.com"},
		"not by a name of the imported": {appUser("1", "x", "email=x@example.com", "firstName=Old", "lastName=Name"), ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := start(t, oktasim.Options{})
			b.createUser("", profile("ann@okta.example", "ann@example.com", "Ann", "Lee"))
			b.createUser("", profile("bob@okta.example", "bob@example.com", "Bob", "Ray"))
			b.createUser("", profile("twin1@okta.example", "twin@example.com", "Tom", "Twin"))
			b.createUser("", profile("twin2@okta.example", "twin@example.com", "Tim", "Twin"))
			b.createUser("", profile("renamed@okta.example", "renamed@example.com", "Old", "Name"))
			gone := b.createUser("", profile("gone@okta.example", "gone@example.com", "Gus", "Gone"))
			b.must("POST", usersPath+"/"+gone+"/lifecycle/deactivate", "")
			// What this import makes and changes, the next one sees.
			b.importUsers(appUser("0", "zoe@example.com", "email=zoe@example.com", "firstName=Zoe", "lastName=Zed"),
				appUser("00", "x", "email=renamed@example.com", "firstName=New", "lastName=Name"))
			report, err := b.org.Import(t.Context(), oktasim.Import{App: oktasim.ImportApp{Label: "CRM"}, Users: []oktasim.ImportUser{tc.user}})
			if err != nil {
				t.Fatal(err)
			}
			got := report.Users[0]
			login := attribute(t, got.User, "login")
			if tc.linked == "" && got.Result != oktasim.ImportCreated || tc.linked != "" && (got.Result != oktasim.ImportLinked || login != tc.linked) {
				t.Errorf("got %s of %v, want to be linked to %q", got.Result, login, tc.linked)
			}
		})
	}
}

// TestImportMatchesWhatItMade has the later users of an import match as the org is
// by then.
func TestImportMatchesWhatItMade(t *testing.T) {
	t.Parallel()
	service := answering(t, 204, "")
	b := start(t, service.options())
	b.createHook("import", userImportType)
	sal := b.oktaSally()
	got := b.importUsers(appUser("1", "zoe@example.com", "email=zoe@example.com"), appUser("2", "z", "email=zoe@example.com"),
		appUser("3", "s", "email=sally@example.net", "firstName=New", "lastName=Name"),
		appUser("4", "old@example.com", "email=old@example.com", "firstName=Sal", "lastName=Old")).Users
	if got[0].Result != oktasim.ImportCreated || got[1].Result != oktasim.ImportFailed || !strings.Contains(got[1].Reason, "belongs to another user") {
		t.Errorf("two with one email: got %+v", got[:2])
	}
	if got[2].Result != oktasim.ImportLinked || got[3].Result != oktasim.ImportCreated {
		t.Errorf("renamed, and one with the old name: got %s of %s and %s, the user is %s", got[2].Result, got[2].UserID, got[3].Result, sal)
	}
	if second := service.requests()[1].body; !strings.Contains(second, `"matches":["`+got[0].UserID+`"]`) {
		t.Errorf("second request: %s", second)
	}
}

func TestMappingOfImportedProfiles(t *testing.T) {
	t.Parallel()
	b := start(t, oktasim.Options{ProfileAttributes: []string{"grade"}})
	sally := oktasim.ImportUser{ExternalID: "1", Profile: map[string]any{
		"userName": "sally@example.com", "email": "s@example.com", "firstName": "Sally", "mobilePhone": "+15554151337", "lastName": nil,
		"department": "IT", "title": 7, "grade": 7, "login": "other@example.com", "accountType": "PRO",
	}}
	got := b.importUsers(sally, appUser("2", "no-address", "email=two@example.com"), appUser("3", "no-address")).Users
	want := `{"department":"IT","email":"s@example.com","firstName":"Sally","grade":7,"login":"sally@example.com","mobilePhone":"+15554151337"}`
	if diff := cmp.Diff(want, string(got[0].User.Profile)); diff != "" {
		t.Errorf("Okta profile (-want +got):\n%s", diff)
	}
	want = `{"accountType":"PRO","department":"IT","email":"s@example.com","externalId":"1","firstName":"Sally","grade":7,"lastName":null,` +
		`"login":"other@example.com","mobilePhone":"+15554151337","secondEmail":null,"title":7,"userName":"sally@example.com"}`
	if diff := cmp.Diff(want, string(got[0].AppUser.Profile)); diff != "" {
		t.Errorf("app profile (-want +got):\n%s", diff)
	}
	if login := attribute(t, got[1].User, "login"); login != "two@example.com" {
		t.Errorf("login without an email address as user name: got %v", login)
	}
	if got[2].Result != oktasim.ImportFailed || !strings.Contains(got[2].Reason, "login: ") {
		t.Errorf("a user without an email address: got %+v", got[2])
	}
}

func TestImportThatMeetsItsUsersAgain(t *testing.T) {
	t.Parallel()
	service := answering(t, 204, "")
	b := start(t, service.options())
	b.createHook("import", userImportType)
	first := b.importUsers(sally())
	moved := sally()
	moved.Profile["login"] = "app@example.net"
	moved.Profile["email"], moved.Profile["userName"] = "sally2@example.net", "sally2@example.net"
	second := b.importUsers(moved, appUser("other", "o@example.net", "email=sally2@example.net"))
	again := second.Users[0]
	if again.Result != oktasim.ImportUpdated || again.UserID != first.Users[0].UserID || second.AppID != first.AppID || second.JobID == first.JobID {
		t.Errorf("again: got %+v, first %+v", second, first)
	}
	stored, _ := b.must("GET", usersPath+"/"+again.UserID, "")["profile"].(map[string]any)
	if stored["email"] != "sally2@example.net" || stored["login"] != "sally@example.net" {
		t.Errorf("profile: got %v, want the new email and the old login", stored)
	}
	if n := len(service.requests()); n != 2 {
		t.Errorf("calls: got %d, want none for the user that is known", n)
	}
	// The second user matches by email, but is another user of the same app.
	if got := second.Users[1]; got.Result != oktasim.ImportFailed || !strings.Contains(got.Reason, "belongs to another user of the app") {
		t.Errorf("another user of the app: got %+v", got)
	}
	b.do("DELETE", usersPath+"/"+again.UserID, "")
	if got := b.importUsers(moved).Users[0]; got.Result != oktasim.ImportFailed || !strings.Contains(got.Reason, "E0000038") {
		t.Errorf("of a deactivated user: got %+v", got)
	}
	b.do("DELETE", usersPath+"/"+again.UserID, "")
	if got := b.importUsers(moved).Users[0]; got.Result != oktasim.ImportCreated {
		t.Errorf("after the user's end: got %+v", got)
	}
}

func TestHookSolvesAConflict(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		reply  string
		result oktasim.ImportResult
	}{
		"by another login":           {importCommands(importCommand("user.profile.update", `"login":"sally2@example.net"`)), "CREATED"},
		"not by an empty reply":      {`{}`, "FAILED"},
		"not by a login also taken":  {importCommands(importCommand("user.profile.update", `"login":"third@example.net"`)), "FAILED"},
		"by the app's own user name": {importCommands(importCommand("appUser.profile.update", `"userName":"sally2@example.net"`)), "CREATED"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := start(t, answering(t, 200, tc.reply).options())
			b.createHook("import", userImportType)
			b.createUser("", `{"profile":{"email":"other@example.net","login":"sally@example.net"}}`)
			b.createUser("", `{"profile":{"email":"third@example.net","login":"third@example.net"}}`)
			got := b.importUsers(sally()).Users[0]
			if got.Result != tc.result || (tc.result == "FAILED") != strings.Contains(got.Reason, "login: An object with this field already exists") {
				t.Errorf("got %+v", got)
			}
		})
	}
}

func TestWhichHookAnImportCalls(t *testing.T) {
	t.Parallel()
	b := start(t, answering(t, 204, "").options())
	other := b.createHook("token", tokenType)
	b.createHook("first", userImportType)
	second := b.createHook("second", userImportType)
	inactive := b.createHook("third", userImportType)
	b.must("POST", hooksPath+"/"+inactive+"/lifecycle/deactivate", "")
	run := func(hookID, externalID string) error {
		_, err := b.org.Import(t.Context(), oktasim.Import{
			App: oktasim.ImportApp{Label: "HR"}, HookID: hookID, Users: []oktasim.ImportUser{appUser(externalID, externalID+"@example.com", "email=x@example.com")},
		})
		return err
	}
	if err := errors.Join(run("", "a"), run(second, "b")); err != nil {
		t.Fatal(err)
	}
	var called []string
	for _, call := range b.org.Calls() {
		called = append(called, call.HookName)
	}
	if diff := cmp.Diff([]string{"first", "second"}, called); diff != "" {
		t.Errorf("called (-want +got):\n%s", diff)
	}
	for _, hookID := range []string{other, inactive, "cal1"} {
		if err := run(hookID, "c"); err == nil || !strings.Contains(err.Error(), "hookId: there is no ACTIVE inline hook of type com.okta.import.transform") {
			t.Errorf("%s: got %v", hookID, err)
		}
	}
}

func TestImportsThatCannotBe(t *testing.T) {
	t.Parallel()
	org := oktasim.New(oktasim.Options{})
	hr := oktasim.ImportApp{Label: "HR"}
	for want, in := range map[string]oktasim.Import{
		"app.label is missing":                {},
		"users[1].externalId is missing":      {App: hr, Users: []oktasim.ImportUser{appUser("1", "a"), appUser("", "b")}},
		`users[1].externalId: "1" is another`: {App: hr, Users: []oktasim.ImportUser{appUser("1", "a"), appUser("", "b", "externalId=1")}},
		"users[0].profile.x: json":            {App: hr, Users: []oktasim.ImportUser{{ExternalID: "1", Profile: map[string]any{"x": func() {}}}}},
	} {
		if _, err := org.Import(t.Context(), in); err == nil || !strings.Contains(err.Error(), "import users: "+want) {
			t.Errorf("got %v, want %s", err, want)
		}
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	report, err := org.Import(ended, oktasim.Import{App: hr, Users: []oktasim.ImportUser{appUser("1", "a@example.com")}})
	if !errors.Is(err, context.Canceled) || len(report.Users) != 0 {
		t.Errorf("with a context that ended: %v, %+v", err, report)
	}
}

// TestImportThroughTheAdminInterface imports two users, of which a hook refuses one,
// and reads the System Log.
func TestImportThroughTheAdminInterface(t *testing.T) {
	t.Parallel()
	service := serveHook(t, func(w http.ResponseWriter, r *http.Request, n int) {
		if n == 1 {
			body(200, `{"error":{"errorSummary":"Not today."}}`)(w, r)
			return
		}
		body(200, `{}`)(w, r)
	})
	b := start(t, service.options())
	hookID := b.createHook("import", userImportType)
	matched := b.oktaSally()
	admin := func(payload string) answer {
		a, err := b.try("POST", "/-/sim/imports", payload, map[string]string{"Authorization": ""})
		if err != nil {
			t.Fatal(err)
		}
		return a
	}
	users := `{"externalId":"1","profile":{"userName":"one@example.com","email":"one@example.com"}},` +
		`{"profile":{"externalId":"user221","email":"sally@example.net","groups":["a"]}}`
	a := admin(`{"app":{"name":"hr_app","label":"HR"},"hookId":"` + hookID + `","users":[` + users + `]}`)
	if a.status != 200 {
		t.Fatalf("got %d %s", a.status, a.body)
	}
	report := a.object(t)
	want := map[string]any{"appId": report["appId"], "jobId": report["jobId"], "users": []any{
		map[string]any{
			"externalId": "1", "result": "FAILED", "reason": "the inline hook responded with an error: Not today.",
			"user": map[string]any{"profile": map[string]any{"login": "one@example.com", "email": "one@example.com"}},
			"appUser": map[string]any{"profile": map[string]any{
				"externalId": "1", "userName": "one@example.com", "email": "one@example.com", "firstName": nil, "lastName": nil,
				"secondEmail": nil, "mobilePhone": nil,
			}},
		},
		map[string]any{
			"externalId": "user221", "result": "LINKED", "userId": matched,
			"user": map[string]any{"profile": map[string]any{
				"login": "sal@example.net", "email": "sally@example.net", "firstName": "Sal", "lastName": "Old", "city": "Bern",
			}},
			"appUser": map[string]any{"profile": map[string]any{
				"externalId": "user221", "userName": nil, "email": "sally@example.net", "firstName": nil, "lastName": nil,
				"secondEmail": nil, "mobilePhone": nil, "groups": []any{"a"},
			}},
		},
	}}
	if diff := cmp.Diff(want, report); diff != "" {
		t.Errorf("report (-want +got):\n%s", diff)
	}
	checkImportEvents(t, b)
	for payload, text := range map[string]string{`{"app":{}}`: "app.label", `{"apps":{}}`: "unknown field", ``: "EOF"} {
		if a := admin(payload); a.status != 400 || !strings.Contains(a.body, text) {
			t.Errorf("%s: got %d %s", payload, a.status, a.body)
		}
	}
}

func checkImportEvents(t *testing.T, b *bench) {
	t.Helper()
	for event, outcomes := range map[string][]string{
		"system.import.start": {"SUCCESS"}, "system.import.complete": {"SUCCESS"}, "system.import.user.match": {"SUCCESS"},
		"system.import.user.create":       {"FAILURE: the inline hook responded with an error: Not today."},
		"inline_hook.response.processed":  {"FAILURE: Not today.", "SUCCESS"},
		"application.user_membership.add": {"SUCCESS"},
	} {
		if diff := cmp.Diff(outcomes, b.events(event)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", event, diff)
		}
	}
}
