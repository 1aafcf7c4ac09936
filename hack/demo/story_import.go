package main

import (
	"context"
	"net/http"

	"github.com/hookline/hookline/hack/stage"
)

// importUsers has an app's users come to Okta: one that the hook knows to be Joan, and one whose login is
// somebody else's.
func (s *story) importUsers(ctx context.Context) error {
	users := []any{
		map[string]any{"externalId": "4711", "profile": map[string]any{
			"userName": "joan.murray@hr.example", "firstName": "Joan", "lastName": "Murray", "email": "joan.murray@example.com",
			"accountType": "PRO", "formerOktaId": s.joan,
		}},
		map[string]any{"externalId": "4712", "profile": map[string]any{
			"userName": "ada@example.com", "firstName": "Ada", "lastName": "Yonath", "email": "ada.yonath@example.com",
			"accountType": "PRO",
		}},
	}
	s.say("(In Okta an administrator clicks Import Now. There is no API for it, so the simulator has one of its own.)")
	a, err := s.exchange(ctx, scene{
		who: "Admin", Request: stage.Request{Method: http.MethodPost, Path: "/-/sim/imports", Body: map[string]any{
			"app": map[string]any{"label": "HR"}, "users": users,
		}},
		calls: 2, sent: []string{
			"eventType", "data.action.result", "data.context.conflicts", "data.appUser.profile.externalId", "data.appUser.profile.accountType",
			"data.appUser.profile.formerOktaId", "data.user.profile.login", "data.user.profile.firstName", "data.user.profile.lastName",
		},
		status: http.StatusOK, show: []string{
			"users.result", "users.userId", "users.user.profile.login", "users.user.profile.firstName", "users.user.profile.lastName",
			"users.user.profile.userType",
		},
	})
	if err != nil {
		return err
	}
	for path, want := range map[string]string{
		"users.0.result": "LINKED", "users.0.userId": s.joan,
		"users.0.user.profile.login": "joan@example.com", "users.0.user.profile.lastName": "Murray", "users.0.user.profile.userType": "employee",
		"users.1.result":             "CREATED",
		"users.1.user.profile.login": "4712@acme.example", "users.1.user.profile.lastName": "Yonath", "users.1.user.profile.userType": "employee",
	} {
		if err := expect(a.Text(path) == want, "the import's %s is %q, not %q", path, a.Text(path), want); err != nil {
			return err
		}
	}
	return nil
}
