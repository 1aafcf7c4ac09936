package oktasim

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
)

// Import is an import of an app's users, which administrators run in Okta's console
// and for which Okta has no public API.
type Import struct {
	App ImportApp `json:"app"`
	// HookID names the user import hook of the app's provisioning settings, which
	// must be ACTIVE. Default: the ACTIVE one, if there is one.
	HookID string `json:"hookId"`
	// Users are all users of the app that the import finds.
	Users []ImportUser `json:"users"`
}

// ImportApp is the app. One with the same Label is the same app, which remembers
// the users that it imported.
type ImportApp struct {
	// Name is the kind of app. Default "oktasim_app".
	Name string `json:"name"`
	// Label is the app's own name; required.
	Label string `json:"label"`
}

// ImportUser is a user of the app.
type ImportUser struct {
	// ExternalID is the app's id of the user; required, here or in Profile.
	ExternalID string `json:"externalId"`
	// Profile has the app's attributes, whose values are any JSON: userName,
	// firstName, lastName, email and what else the app has.
	Profile map[string]any `json:"profile"`
}

// ImportResult is what became of a user of the app.
type ImportResult string

const (
	// ImportCreated: there is a new Okta user, who is STAGED.
	ImportCreated ImportResult = "CREATED"
	// ImportLinked: the user belongs to an Okta user that there was.
	ImportLinked ImportResult = "LINKED"
	// ImportUpdated: an earlier import of the app had the user. No hook is asked,
	// and the Okta profile follows the app's.
	ImportUpdated ImportResult = "UPDATED"
	// ImportFailed: nothing was done, see Reason.
	ImportFailed ImportResult = "FAILED"
)

// ImportReport says what an import did.
type ImportReport struct {
	// AppID and JobID are those that the hook was told.
	AppID string `json:"appId"`
	JobID string `json:"jobId"`
	// Users are in the order of Import.Users.
	Users []ImportedUser `json:"users"`
}

// ImportedUser is what became of one user.
type ImportedUser struct {
	ExternalID string       `json:"externalId"`
	Result     ImportResult `json:"result"`
	// UserID is the Okta user's; empty when the import failed.
	UserID string `json:"userId,omitempty"`
	// Reason says why the import failed.
	Reason string `json:"reason,omitempty"`
	// HookFailure says why the hook's answer did not count. The import then went on
	// as without a hook.
	HookFailure string `json:"hookFailure,omitempty"`
	// AppUser and User are both profiles as they are now; without a user, as they
	// would have been.
	AppUser ImportedProfile `json:"appUser"`
	User    ImportedProfile `json:"user"`
}

// ImportedProfile is a profile, a JSON object.
type ImportedProfile struct {
	Profile json.RawMessage `json:"profile"`
}

// importApp is an app that was imported from.
type importApp struct {
	id, label string
	users     map[string]string // externalId: Okta user id
	owners    map[string]string // Okta user id: externalId
}

func (a *importApp) entity() entity {
	return entity{ID: a.id, Type: "AppInstance", AlternateID: a.label, DisplayName: a.label}
}

// importRun is an import on its way.
type importRun struct {
	org     *Org
	request *request // that the import itself is, for the System Log
	app     *importApp
	appName string
	hook    *hook // a copy; nil for none
	jobID   string
	index   matchIndex
}

// Import runs an import: each new user of the app is matched, mapped and shown to
// the hook, one after the other. The error says what is wrong with in, or that ctx
// ended; the report has what was done until then.
func (o *Org) Import(ctx context.Context, in Import) (ImportReport, error) {
	profiles, err := in.profiles()
	if err != nil {
		return ImportReport{}, err
	}
	raw, err := http.NewRequestWithContext(ctx, http.MethodPost, adminPrefix+"imports", nil)
	if err != nil {
		return ImportReport{}, fmt.Errorf("import users: %w", err)
	}
	run, err := o.startImport(&request{Request: raw, id: newRequestID(), base: o.opts.OrgURL}, in)
	if err != nil {
		return ImportReport{}, err
	}
	report := ImportReport{AppID: run.app.id, JobID: run.jobID, Users: []ImportedUser{}}
	for _, profile := range profiles {
		if err := ctx.Err(); err != nil {
			return report, fmt.Errorf("import users: %w", err)
		}
		report.Users = append(report.Users, run.importUser(profile))
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.addEvent(run.request, eventImportComplete, "Import complete", "", nil, run.app.entity())
	return report, nil
}

// profiles returns the app's profiles, with nulls for what the app leaves out.
func (in Import) profiles() ([]object, error) {
	if in.App.Label == "" {
		return nil, errors.New(`import users: app.label is missing; write a name such as "HR"`)
	}
	seen := map[string]bool{}
	profiles := make([]object, 0, len(in.Users))
	for i, u := range in.Users {
		profile := object{}
		for name, value := range u.Profile {
			encoded, err := json.Marshal(value)
			if err != nil {
				return nil, fmt.Errorf("import users: users[%d].profile.%s: %w", i, name, err)
			}
			profile[name] = encoded
		}
		if u.ExternalID != "" {
			profile["externalId"], _ = json.Marshal(u.ExternalID) // a string always encodes
		}
		id := stringMember(profile, "externalId")
		switch {
		case id == "":
			return nil, fmt.Errorf("import users: users[%d].externalId is missing; write the app's id of the user", i)
		case seen[id]:
			return nil, fmt.Errorf("import users: users[%d].externalId: %q is another user's already", i, id)
		}
		seen[id] = true
		profiles = append(profiles, withNulls(profile, appAttributes))
	}
	return profiles, nil
}

func (o *Org) startImport(r *request, in Import) (*importRun, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	h, dangling := o.boundHook(typeUserImport, in.HookID, TriggerAny)
	if dangling || h != nil && h.spec.hookType != typeUserImport {
		return nil, fmt.Errorf("import users: hookId: there is no ACTIVE inline hook of type %s with the id %q", typeUserImport, in.HookID)
	}
	app := o.importApps[in.App.Label]
	if app == nil {
		app = &importApp{id: o.ids.next("0oa"), label: in.App.Label, users: map[string]string{}, owners: map[string]string{}}
		o.importApps[in.App.Label] = app
	}
	o.addEvent(r, eventImportStart, "Import started", "", nil, app.entity())
	return &importRun{
		org: o, request: r, app: app, appName: cmp.Or(in.App.Name, "oktasim_app"), hook: h,
		jobID: o.ids.next("ij1"), index: newMatchIndex(&o.users),
	}, nil
}
