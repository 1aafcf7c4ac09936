package oktasim_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/hookline/hookline/okta/oktasim"
)

const usersPath = "/api/v1/users"

func profileOf(login string) string {
	return `"profile":{"firstName":"Isaac","lastName":"Brock","email":"` + login + `","login":"` + login + `"}`
}

func hookUser(login string) string {
	return `{` + profileOf(login) + `,"credentials":{"password":{"hook":{"type":"default"}}}}`
}

func passwordUser(login, password string) string {
	return `{` + profileOf(login) + `,"credentials":{"password":{"value":"` + password + `"}}}`
}

func (b *bench) createUser(query, body string) string {
	b.t.Helper()
	id, _ := b.must("POST", usersPath+query, body)["id"].(string)
	return id
}

func (b *bench) userStatus(id string) string {
	b.t.Helper()
	return fmt.Sprint(b.must("GET", usersPath+"/"+id, "")["status"])
}

func TestUserIsByteForByteOktas(t *testing.T) {
	t.Parallel()
	b := start(t, oktasim.Options{OrgURL: "https://acme.okta.example"})
	a := b.do("POST", usersPath+"?activate=true", hookUser("isaac.brock@example.com"))
	user := a.object(t)
	id, kind := fmt.Sprint(user["id"]), user["type"].(map[string]any)["id"]
	const at = `"2025-03-13T23:38:58.000Z"`
	self := "https://acme.okta.example/api/v1/users/" + id
	want := fmt.Sprintf(`{"id":"%s","status":"ACTIVE","created":%s,"activated":%s,"statusChanged":%s,"lastLogin":null,`+
		`"lastUpdated":%s,"passwordChanged":null,"type":{"id":"%s"},"profile":{"email":"isaac.brock@example.com","firstName":"Isaac",`+
		`"lastName":"Brock","login":"isaac.brock@example.com"},"credentials":{"password":{},"provider":{"type":"IMPORT","name":"IMPORT"}},`+
		`"_links":{"deactivate":{"href":"%s/lifecycle/deactivate","hints":{"allow":["POST"]}},"self":{"href":"%s"}}}`,
		id, at, at, at, at, kind, self, self)
	if diff := cmp.Diff(want, a.body); a.status != 200 || diff != "" {
		t.Errorf("status %d, body (-want +got):\n%s", a.status, diff)
	}
	if len(id) != 20 || !strings.HasPrefix(id, "00u") {
		t.Errorf("id: got %q", id)
	}
}

func TestStatusOfNewUsers(t *testing.T) {
	t.Parallel()
	b := start(t, oktasim.Options{})
	hash := `{` + profileOf("LOGIN") + `,"credentials":{"password":{"hash":{"algorithm":"SHA-512","workFactor":0,"value":"eA=="}}}}`
	for name, tc := range map[string]struct{ query, body, status, provider string }{
		"a password":                       {"", passwordUser("LOGIN", "pw"), "ACTIVE", "OKTA"},
		"a password hook":                  {"?activate=true", hookUser("LOGIN"), "ACTIVE", "IMPORT"},
		"a hash":                           {"", hash, "ACTIVE", "IMPORT"},
		"nothing to sign in with":          {"", `{` + profileOf("LOGIN") + `}`, "PROVISIONED", "OKTA"},
		"a hook and no activation":         {"?activate=false", hookUser("LOGIN"), "STAGED", "IMPORT"},
		"a password to change":             {"?nextLogin=changePassword", passwordUser("LOGIN", "pw"), "PASSWORD_EXPIRED", "OKTA"},
		"a password to change, not active": {"?nextLogin=changePassword&activate=false", passwordUser("LOGIN", "pw"), "STAGED", "OKTA"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			login := strings.ReplaceAll(name, " ", ".") + "@example.com"
			user := b.must("POST", usersPath+tc.query, strings.ReplaceAll(tc.body, "LOGIN", login))
			credentials, _ := user["credentials"].(map[string]any)
			provider, _ := credentials["provider"].(map[string]any)
			if user["status"] != tc.status || provider["type"] != tc.provider {
				t.Errorf("got %v by %v, want %s by %s", user["status"], provider["type"], tc.status, tc.provider)
			}
		})
	}
}

func TestUsersThatOktaRefuses(t *testing.T) {
	t.Parallel()
	b := start(t, oktasim.Options{})
	b.createUser("", passwordUser("taken@example.com", "pw"))
	valid := passwordUser("new@example.com", "pw")
	hash := func(members string) string {
		return strings.Replace(valid, `"value":"pw"`, `"hash":{`+members+`}`, 1)
	}
	for name, tc := range map[string]struct{ body, code, text string }{
		"a login that is taken":           {passwordUser("Taken@Example.com", "pw"), "E0000001", `"errorSummary":"Api validation failed: login"`},
		"its cause":                       {passwordUser("taken@example.com", "pw"), "E0000001", "login: An object with this field already exists in the current organization"},
		"an attribute that there is not":  {strings.Replace(valid, `"firstName"`, `"notValid"`, 1), "E0000001", "Property name ''notValid'' is not defined in profile"},
		"its resource":                    {strings.Replace(valid, `"firstName"`, `"FirstName"`, 1), "E0000001", "Api validation failed: newUser"},
		"an attribute that is no text":    {strings.Replace(valid, `"Isaac"`, `7`, 1), "E0000001", "firstName: The value must be of type string"},
		"no profile":                      {`{}`, "E0000001", "login: The field cannot be left blank"},
		"no e-mail address":               {strings.Replace(valid, `"email":"new@example.com",`, ``, 1), "E0000001", "email: The field cannot be left blank"},
		"a login that is no address":      {strings.Replace(valid, `"login":"new@`, `"login":"new`, 1), "E0000001", "login: Username must be in the form of an email address"},
		"two kinds of password":           {strings.Replace(valid, `"value":"pw"`, `"value":"pw","hook":{"type":"default"}`, 1), "E0000001", "password: Exactly one of"},
		"an empty password":               {strings.Replace(valid, `"pw"`, `""`, 1), "E0000001", "password: The field cannot be left blank"},
		"a hook of another type":          {strings.Replace(hookUser("new@example.com"), `"default"`, `"other"`, 1), "E0000001", "must be 'default'"},
		"a hash that cannot be imported":  {hash(`"algorithm":"SCRYPT","value":"x"`), "E0000001", "password: The algorithm must be one of"},
		"a hash without a value":          {hash(`"algorithm":"MD5"`), "E0000001", "password: The value"},
		"a salt without an order":         {hash(`"algorithm":"MD5","value":"x","salt":"y"`), "E0000001", "saltOrder"},
		"a bcrypt hash in one piece":      {hash(`"algorithm":"BCRYPT","workFactor":10,"value":"$2a$10$x"`), "E0000001", "22 characters"},
		"a bcrypt hash without work":      {hash(`"algorithm":"BCRYPT","value":"x"`), "E0000001", "workFactor"},
		"PBKDF2 with too few rounds":      {hash(`"algorithm":"PBKDF2","salt":"x","value":"x","iterationCount":1000,"keySize":32,"digestAlgorithm":"SHA256_HMAC"`), "E0000001", "iterationCount"},
		"PBKDF2 with another digest":      {hash(`"algorithm":"PBKDF2","salt":"x","value":"x","iterationCount":4096,"keySize":32,"digestAlgorithm":"SHA1_HMAC"`), "E0000001", "digestAlgorithm"},
		"a work factor that is text":      {hash(`"algorithm":"BCRYPT","workFactor":"10"`), "E0000003", ""},
		"a profile that is a list":        {`{"profile":[]}`, "E0000003", ""},
		"a body that is no JSON":          {`{`, "E0000003", ""},
		"a group that there is not":       {strings.Replace(valid, `{"profile"`, `{"groupIds":["00g1"],"profile"`, 1), "E0000007", "00g1 (UserGroup)"},
		"two causes name the first field": {`{"profile":{"login":"x","email":"y"}}`, "E0000001", "Api validation failed: login"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			want := 400
			if tc.code == "E0000007" {
				want = 404
			}
			b.do("POST", usersPath, tc.body).refused(t, want, tc.code, tc.text)
		})
	}
}

func TestUserLifecycle(t *testing.T) {
	t.Parallel()
	b := start(t, oktasim.Options{})
	id := b.createUser("?activate=false", hookUser("a@example.com"))
	path := usersPath + "/" + id
	activated := b.must("POST", path+"/lifecycle/activate?sendEmail=false", "")
	if activated["activationUrl"] == nil || activated["activationToken"] == nil || b.userStatus(id) != "ACTIVE" {
		t.Errorf("activate: got %v, %s", activated, b.userStatus(id))
	}
	b.do("POST", path+"/lifecycle/activate", "").refused(t, 403, "E0000016", "Activation failed because the user is already active")
	b.do("POST", path+"/lifecycle/unlock", "").refused(t, 403, "E0000032", "")
	if a := b.do("POST", path+"/lifecycle/deactivate", ""); a.status != 200 || a.body != "{}" {
		t.Errorf("deactivate: got %d %s", a.status, a.body)
	}
	b.do("POST", path+"/lifecycle/deactivate", "").refused(t, 403, "E0000038", "not allowed in the user's current status")
	b.do("POST", path, `{"profile":{"city":"Bern"}}`).refused(t, 403, "E0000038", "")
	if a := b.do("POST", path+"/lifecycle/activate", ""); a.status != 200 || a.body != "{}" {
		t.Errorf("activate with mail: got %d %s", a.status, a.body)
	}
	for _, want := range []string{"DEPROVISIONED", ""} { // the first DELETE only deactivates
		if a := b.do("DELETE", path, ""); a.status != 204 {
			t.Fatalf("delete: got %d %s", a.status, a.body)
		}
		if want != "" && b.userStatus(id) != want {
			t.Errorf("after the first delete: %s, want %s", b.userStatus(id), want)
		}
	}
	b.do("GET", path, "").refused(t, 404, "E0000007", "Not found: Resource not found: "+id+" (User)")
	b.createUser("", hookUser("a@example.com")) // the login is free again
	if got := b.events("user.lifecycle.create"); len(got) != 2 {
		t.Errorf("create events: got %q", got)
	}
	if got := b.events("user.lifecycle.deactivate"); len(got) != 2 {
		t.Errorf("deactivate events: got %q", got)
	}
}

func TestUserUpdates(t *testing.T) {
	t.Parallel()
	b := start(t, oktasim.Options{ProfileAttributes: []string{"customerId"}})
	id := b.createUser("?activate=false", hookUser("a@example.com"))
	path := usersPath + "/" + id
	profile := func() any { return b.must("GET", path, "")["profile"] }

	b.must("POST", path, `{"profile":{"city":"Bern","firstName":null,"customerId":12345}}`)
	want := map[string]any{"email": "a@example.com", "login": "a@example.com", "lastName": "Brock", "city": "Bern", "customerId": float64(12345)}
	if diff := cmp.Diff(want, profile()); diff != "" {
		t.Errorf("POST changes what it names (-want +got):\n%s", diff)
	}
	b.must("PUT", path, `{"profile":{"email":"b@example.com","login":"b@example.com"}}`)
	if diff := cmp.Diff(map[string]any{"email": "b@example.com", "login": "b@example.com"}, profile()); diff != "" {
		t.Errorf("PUT deletes what it leaves out (-want +got):\n%s", diff)
	}
	b.must("GET", usersPath+"/B%40Example.com", "")
	b.do("GET", usersPath+"/a@example.com", "").refused(t, 404, "E0000007", "(User)")
	b.createUser("", hookUser("a@example.com"))
	b.do("POST", path, `{"profile":{"login":"a@example.com"}}`).refused(t, 400, "E0000001", "login: An object with this field already exists")
	b.do("PUT", path, `{"profile":{"login":"b@example.com"}}`).refused(t, 400, "E0000001", "email: ")

	const hash = `{"credentials":{"password":{"hash":{"algorithm":"MD5","salt":"TXlTYWx0","saltOrder":"PREFIX","value":"jqACjUUFXM1XE6NiLALAbA=="}}}}`
	b.must("PUT", path, hash)
	b.must("POST", path+"/lifecycle/activate", "")
	b.do("POST", path, hash).refused(t, 400, "E0000001", "password: An imported password may only be specified for a user with status: STAGED")
	b.must("POST", path, `{"credentials":{"password":{"hook":{"type":"default"}}}}`)
}

// fiveUsers creates users named by letters a to e and one that is deprovisioned.
func fiveUsers(t *testing.T) *bench {
	t.Helper()
	b := start(t, oktasim.Options{})
	for _, name := range []string{"anna", "bert", "carl", "dora", "emil"} {
		b.createUser("", strings.Replace(hookUser(name+"@example.com"), "Isaac", name, 1))
	}
	gone := b.createUser("?activate=false", hookUser("gone@example.com"))
	b.must("POST", usersPath+"/"+gone+"/lifecycle/deactivate", "")
	return b
}

// logins returns the first parts of the logins in a list.
func (a answer) logins(t *testing.T) string {
	t.Helper()
	names := []string{}
	for _, u := range a.list(t) {
		login, _, _ := strings.Cut(fmt.Sprint(u["profile"].(map[string]any)["login"]), "@")
		names = append(names, login)
	}
	return strings.Join(names, " ")
}

func TestPagesOfUsersFollowOneAnother(t *testing.T) {
	t.Parallel()
	b := fiveUsers(t)
	path, pages := usersPath+"?limit=2", []string{}
	for path != "" && len(pages) < 5 {
		a := b.do("GET", path, "")
		pages = append(pages, a.logins(t))
		path = nextPath(t, b, a)
	}
	if diff := cmp.Diff([]string{"anna bert", "carl dora", "emil"}, pages); diff != "" {
		t.Errorf("pages (-want +got):\n%s", diff)
	}
}

func TestListOfUsers(t *testing.T) {
	t.Parallel()
	b := fiveUsers(t)
	for name, tc := range map[string]struct{ query, want string }{
		"all but the deprovisioned":    {"", "anna bert carl dora emil"},
		"deprovisioned":                {`filter=status eq "DEPROVISIONED"`, "gone"},
		"a login":                      {`filter=profile.login eq "Carl@example.com"`, "carl"},
		"a login that there is not":    {`search=profile.login eq "carla@example.com"`, ""},
		"either of two":                {`search=profile.firstName eq "anna" or profile.firstName sw "em"`, "anna emil"},
		"and binds tighter than or":    {`search=status eq "ACTIVE" and profile.firstName eq "dora" or profile.firstName eq "bert"`, "bert dora"},
		"an attribute that is there":   {`search=profile.city pr`, ""},
		"everything but":               {`search=profile.login ne "anna@example.com" and status ne "DEPROVISIONED"`, "bert carl dora emil"},
		"a part of a text":             {`search=profile.email co "RL@"`, "carl"},
		"a time":                       {`filter=lastUpdated gt "2025-03-13T23:38:58.000Z"`, ""},
		"a time that is included":      {`filter=lastUpdated ge "2025-03-13T23:38:58.000Z" and created le "2025-03-13T23:38:58.000Z" and status eq "ACTIVE" and id pr and profile.login lt "b"`, "anna"},
		"the start of a name":          {`q=Ber`, "bert"},
		"the start of a last name":     {`q=bro&limit=2`, "anna bert"},
		"a limit beyond what is given": {`limit=1000`, "anna bert carl dora emil"},
	} {
		t.Run(name, func(t *testing.T) {
			key, value, _ := strings.Cut(tc.query, "=")
			query := url.Values{}
			if key == "q" {
				query, _ = url.ParseQuery(tc.query)
			} else if key != "" {
				query.Set(key, value)
			}
			if got := b.do("GET", usersPath+"?"+query.Encode(), "").logins(t); got != tc.want {
				t.Errorf("got %q, want %q", got, tc.want)
			}
		})
	}
	for _, bad := range []string{"filter=nothing eq 1", "filter=status is 1", `filter=status eq`, `filter=status eq "x`, `filter=status eq "x" but`, "filter=(status pr)"} {
		b.do("GET", usersPath+"?"+strings.ReplaceAll(strings.ReplaceAll(bad, " ", "%20"), `"`, "%22"), "").refused(t, 400, "E0000031", "")
	}
	b.do("GET", usersPath+"?limit=0", "").refused(t, 400, "E0000001", "limit")
}

// nextPath is the path of the next link, "" without one.
func nextPath(t *testing.T, b *bench, a answer) string {
	t.Helper()
	for _, link := range a.header.Values("Link") {
		target, rel, _ := strings.Cut(link, ">; rel=")
		if rel == `"next"` {
			return strings.TrimPrefix(strings.TrimPrefix(target, "<"), b.server.URL)
		}
	}
	return ""
}
