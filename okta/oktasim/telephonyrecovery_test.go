package oktasim_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/hookline/hookline/okta/oktasim"
)

const (
	recoverPassword = authnPath + "/recovery/password"
	recoverAccount  = authnPath + "/recovery/unlock"
)

func recoveryBody(login, kind string) string {
	return `{"username":"` + login + `","factorType":"` + kind + `"}`
}

// requestTypes are those of the calls to hooks, in order.
func (b *bench) requestTypes() []string {
	b.t.Helper()
	types := []string{}
	for _, call := range b.org.Calls() {
		_, rest, _ := strings.Cut(string(call.Request), `"requestType":"com.okta.user.telephony.`)
		name, _, _ := strings.Cut(rest, `"`)
		types = append(types, name)
	}
	return types
}

func TestPasswordRecoveryByText(t *testing.T) {
	t.Parallel()
	opts := answering(t, 200, sent).options()
	opts.OrgURL = orgURL
	b, _, _ := withFactor(t, opts, "sms")
	challenged := b.asUser(recoverPassword, recoveryBody("Isaac@example.com", "SMS"))
	token := challenged.stateToken(t, "RECOVERY_CHALLENGE")
	want := map[string]any{
		"stateToken": token, "expiresAt": "2025-03-13T23:43:58.000Z", "status": "RECOVERY_CHALLENGE", "factorType": "SMS",
		"recoveryType": "PASSWORD",
		"_links": map[string]any{
			"next": authnLink("verify", "/recovery/factors/SMS/verify"), "resend": authnLink("sms", "/recovery/factors/SMS/resend"),
			"cancel": authnLink("", "/cancel"),
		},
	}
	if diff := cmp.Diff(want, challenged.object(t)); diff != "" {
		t.Errorf("RECOVERY_CHALLENGE (-want +got):\n%s", diff)
	}
	verify, reset := authnPath+"/recovery/factors/sms/verify", authnPath+"/credentials/reset_password"
	b.asUser(verify, stepBody(token, "0")).refused(t, 403, "E0000068", "")
	b.asUser(verify, `{"stateToken":"`+token+`"}`).refused(t, 403, "E0000068", "")
	b.asUser(strings.Replace(verify, "sms", "call", 1), stepBody(token, b.lastCode())).refused(t, 403, "E0000079", "")
	b.asUser(reset, `{"stateToken":"`+token+`","newPassword":"new"}`).refused(t, 403, "E0000079", "")
	b.asUser(authnPath+"/recovery/factors/SMS/resend", `{"stateToken":"`+token+`"}`).stateToken(t, "RECOVERY_CHALLENGE")
	allowed := b.asUser(verify, stepBody(token, b.lastCode()))
	want["status"], want["_links"] = "PASSWORD_RESET", map[string]any{
		"next": authnLink("resetPassword", "/credentials/reset_password"), "cancel": authnLink("", "/cancel"),
	}
	delete(want, "factorType")
	if diff := cmp.Diff(want, allowed.object(t)); diff != "" {
		t.Errorf("PASSWORD_RESET (-want +got):\n%s", diff)
	}
	b.asUser(verify, stepBody(token, b.lastCode())).refused(t, 403, "E0000079", "")
	b.asUser(reset, `{"stateToken":"`+token+`","newPassword":""}`).refused(t, 400, "E0000001", "password: ")
	b.asUser(reset, `{"stateToken":"`+token+`","newPassword":"new"}`).signedIn(t)
	b.signIn("isaac@example.com", "pw").refused(t, 401, "E0000004", "")
	b.signIn("isaac@example.com", "new").stateToken(t, "MFA_REQUIRED")
	if diff := cmp.Diff([]string{"password-reset", "password-reset"}, b.requestTypes()); diff != "" {
		t.Errorf("request types (-want +got):\n%s", diff)
	}
	for event, want := range map[string][]string{
		"user.account.reset_password":            {"FAILURE: INVALID_CREDENTIALS", "FAILURE: INVALID_CREDENTIALS", "SUCCESS"},
		"user.account.update_password":           {"SUCCESS"},
		"system.sms.send_password_reset_message": {"SUCCESS", "SUCCESS"},
	} {
		if diff := cmp.Diff(want, b.events(event)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", event, diff)
		}
	}
}

func TestUnlockByCall(t *testing.T) {
	t.Parallel()
	b, userID, _ := withFactor(t, answering(t, 200, sent).options(), "call")
	b.lockOut("isaac@example.com")
	token := b.asUser(recoverAccount, recoveryBody("isaac@example.com", "CALL")).stateToken(t, "RECOVERY_CHALLENGE")
	if got := b.userStatus(userID); got != "LOCKED_OUT" {
		t.Fatalf("status before the code: %s", got)
	}
	done := b.asUser(authnPath+"/recovery/factors/CALL/verify", stepBody(token, b.lastCode())).object(t)
	if done["status"] != "SUCCESS" || done["recoveryType"] != "UNLOCK" || done["sessionToken"] != nil || done["stateToken"] != nil {
		t.Errorf("done: got %v", done)
	}
	if got := b.userStatus(userID); got != "ACTIVE" {
		t.Errorf("status: got %s", got)
	}
	b.signIn("isaac@example.com", "pw").stateToken(t, "MFA_REQUIRED")
	if diff := cmp.Diff([]string{"account-unlock"}, b.requestTypes()); diff != "" {
		t.Errorf("request types (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"SUCCESS"}, b.events("system.voice.send_account_unlock_call")); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
}

func TestPasswordRecoveryOfAnExpiredPassword(t *testing.T) {
	t.Parallel()
	b := start(t, oktasim.Options{})
	userID := b.createUser("?nextLogin=changePassword", passwordUser("isaac@example.com", "pw"))
	b.enroll(userID, "sms", "?activate=true")
	b.signIn("isaac@example.com", "pw").stateToken(t, "PASSWORD_EXPIRED") // comes before the factor
	token := b.asUser(recoverPassword, recoveryBody("isaac@example.com", "SMS")).stateToken(t, "RECOVERY_CHALLENGE")
	b.asUser(authnPath+"/recovery/factors/SMS/verify", stepBody(token, sixDigits.FindString(b.org.Messages()[0].Text)))
	b.asUser(authnPath+"/credentials/reset_password", `{"stateToken":"`+token+`","newPassword":"new"}`).signedIn(t)
	if got := b.userStatus(userID); got != "ACTIVE" {
		t.Errorf("status: got %s", got)
	}
}

func TestRecoveriesThatOktaRefuses(t *testing.T) {
	t.Parallel()
	b, _, _ := withFactor(t, oktasim.Options{}, "sms")
	pending := b.createUser("", passwordUser("pending@example.com", "pw"))
	b.enroll(pending, "sms", "")
	locked := b.createUser("", passwordUser("locked@example.com", "pw"))
	b.enroll(locked, "sms", "?activate=true")
	b.lockOut("locked@example.com")
	b.org.ClearMessages()
	for name, tc := range map[string]struct {
		path, body string
		status     int
		code, text string
	}{
		"of an unknown user":                    {recoverPassword, recoveryBody("nobody@example.com", "SMS"), 403, "E0000095", "Recovery not allowed for unknown user."},
		"by a factor the user has not":          {recoverPassword, recoveryBody("isaac@example.com", "CALL"), 403, "E0000034", "Forgot password not allowed"},
		"by a factor that is pending":           {recoverPassword, recoveryBody("pending@example.com", "SMS"), 403, "E0000034", ""},
		"of a password when the user is locked": {recoverPassword, recoveryBody("locked@example.com", "SMS"), 403, "E0000034", ""},
		"of an account that is not locked":      {recoverAccount, recoveryBody("isaac@example.com", "SMS"), 403, "E0000032", "Unlock is not allowed for this user."},
		"by email":                              {recoverPassword, recoveryBody("isaac@example.com", "EMAIL"), 400, "E0000001", "factorType: "},
		"without a username":                    {recoverPassword, `{"factorType":"SMS"}`, 400, "E0000001", "username: "},
		"by a factor type that is a number":     {recoverPassword, `{"username":"isaac@example.com","factorType":7}`, 400, "E0000003", ""},
		"with a body that is no object":         {recoverAccount, `"x"`, 400, "E0000003", ""},
	} {
		t.Run(name, func(t *testing.T) { b.asUser(tc.path, tc.body).refused(t, tc.status, tc.code, tc.text) })
	}
	if got := b.org.Messages(); len(got) != 0 {
		t.Errorf("messages: got %+v", got)
	}
}
