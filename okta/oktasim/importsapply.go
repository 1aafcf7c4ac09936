package oktasim

import (
	"encoding/json"
	"errors"
)

// errLinkedAlready is that two users of an app cannot be one of Okta's.
var errLinkedAlready = errors.New("the Okta user belongs to another user of the app already")

// importUser imports one user of the app.
func (run *importRun) importUser(appProfile object) ImportedUser {
	done := ImportedUser{ExternalID: stringMember(appProfile, "externalId")}
	plan, known := run.plan(done.ExternalID, appProfile)
	result := ImportUpdated
	if !known {
		changed, err := run.ask(plan)
		var refusal *importRefusal
		if errors.As(err, &refusal) {
			// What Okta does with the user then is not documented.
			return run.fail(done, plan, "the inline hook responded with an error: "+refusal.summary)
		}
		if err != nil {
			done.HookFailure = err.Error()
		}
		plan, result = changed, ImportCreated
		if plan.userID != "" {
			result = ImportLinked
		}
	}
	userID, err := run.apply(plan, done.ExternalID, result)
	if err != nil {
		return run.fail(done, plan, err.Error())
	}
	done.Result, done.UserID = result, userID
	return done.with(plan)
}

// plan matches a user of the app. One that an earlier import had is known and
// belongs to the same Okta user, unless that one was deleted.
func (run *importRun) plan(externalID string, appProfile object) (plan importPlan, known bool) {
	o := run.org
	o.mu.Lock()
	defer o.mu.Unlock()
	if u := o.users.byID[run.app.users[externalID]]; u != nil {
		return importPlan{appProfile: appProfile, userID: u.id, profile: o.mapProfile(appProfile, u)}, true
	}
	return run.planImport(appProfile), false
}

// with adds both profiles as they were planned.
func (done ImportedUser) with(plan importPlan) ImportedUser {
	done.AppUser.Profile, _ = json.Marshal(plan.appProfile) // every value was JSON when it came
	done.User.Profile, _ = json.Marshal(plan.profile)
	return done
}

func (run *importRun) fail(done ImportedUser, plan importPlan, reason string) ImportedUser {
	o := run.org
	o.mu.Lock()
	defer o.mu.Unlock()
	o.addEvent(run.request, eventImportCreate, "Import user", reason, nil, run.app.entity())
	done.Result, done.Reason = ImportFailed, reason
	return done.with(plan)
}

// apply does what is planned and returns the Okta user's id. Nothing of the plan is
// taken for granted: the org went on while the hook was asked.
func (run *importRun) apply(plan importPlan, externalID string, result ImportResult) (string, error) {
	o := run.org
	o.mu.Lock()
	defer o.mu.Unlock()
	u, err := run.place(plan, externalID)
	if err != nil {
		return "", err
	}
	run.index.add(u)
	switch result {
	case ImportCreated:
		o.addEvent(run.request, eventImportCreate, "Import user", "", nil, run.app.entity(), u.entity())
	case ImportLinked:
		o.addEvent(run.request, eventImportMatch, "Match imported user", "", nil, run.app.entity(), u.entity())
	case ImportUpdated:
		o.addEvent(run.request, eventImportUpdate, "Update imported user", "", nil, run.app.entity(), u.entity())
		return u.id, nil
	}
	run.app.users[externalID], run.app.owners[u.id] = u.id, externalID
	o.addEvent(run.request, eventAppMember, "Add user to application membership", "", nil, run.app.entity(), u.entity())
	return u.id, nil
}

// place creates the Okta user, or changes the one that is linked; o.mu is held.
func (run *importRun) place(plan importPlan, externalID string) (*user, error) {
	o := run.org
	if plan.userID == "" {
		if err := o.checkProfile(plan.profile, "newUser"); err != nil {
			return nil, err
		}
		return o.addUser(run.request, plan.profile, credential{})
	}
	u, err := o.users.find(plan.userID)
	if err != nil {
		return nil, err
	}
	if owner, linked := run.app.owners[u.id]; linked && owner != externalID {
		return nil, errLinkedAlready
	}
	if err := o.checkUserUpdate(u, plan.profile, credential{}); err != nil {
		return nil, err
	}
	o.users.changeProfile(u, plan.profile, o.now())
	o.addEvent(run.request, eventUserUpdate, "Update user profile for Okta", "", nil, u.entity())
	return u, nil
}
