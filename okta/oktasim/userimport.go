package oktasim

import (
	"encoding/json"
	"errors"
	"fmt"
)

// The commands that only a user import has.
const (
	commandAppProfile = "com.okta.appUser.profile.update"
	commandUser       = "com.okta.user.update"
)

// What an import does with a user of the app.
const (
	actionCreate = "CREATE_USER"
	actionLink   = "LINK_USER"
)

// userImportData is the data of a user import request. Unlike every other type's
// it has no data.context.request: no API request causes an import.
type userImportData struct {
	Context struct {
		Conflicts   []string        `json:"conflicts"`
		Application applicationView `json:"application"`
		Job         jobView         `json:"job"`
		Matches     []string        `json:"matches"` // ids; Okta does not say what an entry is
		Policy      []string        `json:"policy"`
	} `json:"context"`
	Action struct {
		Result string `json:"result"`
	} `json:"action"`
	AppUser struct {
		Profile object `json:"profile"`
	} `json:"appUser"`
	User struct {
		Profile object `json:"profile"`
		ID      string `json:"id,omitempty"` // of the match
	} `json:"user"`
}

type applicationView struct {
	Name   string `json:"name"`
	ID     string `json:"id"`
	Label  string `json:"label"`
	Status string `json:"status"`
}

type jobView struct {
	ID   string `json:"id"`
	Type string `json:"type"`
}

// userImportData describes what the import is about to do.
func (run *importRun) userImportData(plan importPlan) userImportData {
	var data userImportData
	data.Context.Conflicts, data.Context.Matches = plan.conflicts, plan.matches
	data.Context.Application = applicationView{run.appName, run.app.id, run.app.label, "ACTIVE"}
	data.Context.Job = jobView{run.jobID, "import:users"}
	data.Context.Policy = importPolicies
	data.Action.Result = plan.action()
	data.AppUser.Profile = plan.appProfile
	data.User.ID, data.User.Profile = plan.userID, withNulls(plan.profile, shownAttributes)
	return data
}

// importDecision is what a hook's commands come to.
type importDecision struct {
	appChanges, userChanges object
	userID                  string // of the user to link to; empty to create one
}

// importRefusal is a hook's error object.
type importRefusal struct {
	summary string
}

func (e *importRefusal) Error() string { return e.summary }

// judgeImport reads a reply's commands, of which a later one wins. An error object
// is an *importRefusal; any other error is a reply that counts as none. matched is
// the user that the import would link to without the hook.
func judgeImport(answer hookReply, matched string) (importDecision, error) {
	if answer.failed != nil {
		return importDecision{}, &importRefusal{answer.failed.text()}
	}
	decision := importDecision{appChanges: object{}, userChanges: object{}}
	var action, named string
	for _, c := range answer.commands {
		value, _ := parseObject(c.value) // parseReply saw that it is an object
		switch c.kind {
		case commandAppProfile:
			mergeKeepingNull(decision.appChanges, value)
		case commandProfile:
			mergeKeepingNull(decision.userChanges, value)
		case commandAction:
			action = stringMember(value, "result")
			if action != actionCreate && action != actionLink {
				return importDecision{}, errors.New("the inline hook responded with a result that is neither CREATE_USER nor LINK_USER")
			}
		case commandUser:
			if named = stringMember(value, "id"); named == "" {
				return importDecision{}, errors.New("the inline hook responded with a " + commandUser + " without an id")
			}
		default:
			return importDecision{}, errors.New("the inline hook responded with a command that this type does not have")
		}
	}
	var err error
	decision.userID, err = linkedUser(action, named, matched)
	return decision, err
}

// linkedUser returns the user to link to, empty to create one. action and named are
// the hook's, empty for none.
func linkedUser(action, named, matched string) (string, error) {
	switch {
	case action == "" && named == "":
		return matched, nil
	case action == actionLink && named == "":
		return "", errors.New("the inline hook responded with LINK_USER without a " + commandUser)
	case action != actionLink && named != "" && (action == actionCreate || matched == ""):
		return "", errors.New("the inline hook responded with a " + commandUser + " without LINK_USER")
	}
	return named, nil // empty for CREATE_USER
}

// ask calls the hook, if the import has one, and returns the plan that it leaves.
// An *importRefusal ends the user's import. With any other error the import goes on
// with the plan as it was.
func (run *importRun) ask(plan importPlan) (importPlan, error) {
	if run.hook == nil {
		return plan, nil
	}
	o := run.org
	body, err := json.Marshal(o.newEnvelope(typeUserImport, run.hook.id, run.userImportData(plan)))
	if err != nil {
		return plan, err
	}
	answer, err := o.callHook(run.request, *run.hook, body)
	if err != nil {
		return plan, err // callHook has logged it
	}
	decision, err := judgeImport(answer, plan.userID)
	changed := plan
	if err == nil {
		changed, err = o.applyDecision(plan, decision)
	}
	if err != nil {
		o.logProcessed(run.request, *run.hook, answer, err.Error())
		return plan, err
	}
	o.logProcessed(run.request, *run.hook, answer, "")
	return changed, nil
}

// applyDecision returns the plan that a hook's commands make of another: changes of
// the app's profile go through the mapping, those of the Okta profile come on top.
func (o *Org) applyDecision(plan importPlan, decision importDecision) (importPlan, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	plan.appProfile = mergeKeepingNull(merge(plan.appProfile, nil), decision.appChanges)
	plan.userID = decision.userID
	var linked *user
	if plan.userID != "" {
		linked = o.users.byID[plan.userID]
		if linked == nil || linked.status == userDeprovisioned {
			return plan, errors.New("the inline hook responded with the id of a user that there is not")
		}
	}
	plan.profile = merge(o.mapProfile(plan.appProfile, linked), decision.userChanges)
	if len(decision.appChanges)+len(decision.userChanges) == 0 {
		return plan, nil // nothing of it is the hook's
	}
	if err := o.checkProfile(plan.profile, "user"); err != nil {
		return plan, fmt.Errorf("the inline hook set attributes that were refused: %w", err)
	}
	return plan, nil
}
