package expr

import (
	"fmt"
	"strings"
	"sync"
	// Expressions name time zones, and the image that they run in has no files of them.
	_ "time/tzdata"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/ext"

	"github.com/hookline/hookline/runtime/hook"
)

// SelfServiceRegistration and ProgressiveProfile are the requestType of the two kinds of registration
// calls. Classic Engine orgs, which know only the first, leave the member out.
const (
	SelfServiceRegistration = "self.service.registration"
	ProgressiveProfile      = "progressive.profile"
)

// variable is a name that expressions can use.
type variable struct {
	name string
	// of finds the value in the body of a call. nil stands for the body itself.
	of func(req *hook.Request, body map[string]any) map[string]any
}

var requestVariable = variable{name: "request"}

// variables has the names of each hook type, by Okta's id. All are objects whose members can be anything,
// because attributes are the org's own. Where the request has no such object, they are empty rather than
// absent: has(update.email) is false in a sign-up and not an error.
var variables = map[string][]variable{
	hook.PasswordImport: {requestVariable},
	hook.Registration: {
		requestVariable,
		{name: "user", of: registeredUser},
		{name: "update", of: func(_ *hook.Request, body map[string]any) map[string]any {
			return Object(body, "data", "userProfileUpdate")
		}},
	},
}

// registeredUser is the profile as submitted by somebody who signs up, or as Okta has it in a profile update.
func registeredUser(req *hook.Request, body map[string]any) map[string]any {
	if req.RequestType == ProgressiveProfile {
		return Object(body, "data", "context", "user", "profile")
	}
	return Object(body, "data", "userProfile")
}

// Object is the object at path in body, or an empty one if something else or nothing is there.
func Object(body map[string]any, path ...string) map[string]any {
	for _, name := range path {
		body, _ = body[name].(map[string]any)
	}
	if body == nil {
		return map[string]any{}
	}
	return body
}

// Env is what expressions of one hook type can name. Safe for concurrent use.
type Env struct {
	cel       *cel.Env
	variables []variable
}

// NewEnv is the environment of the hook type with Okta's id, such as com.okta.user.pre-registration. It is
// built once per process.
func NewEnv(typeID string) (*Env, error) {
	build, known := environments[typeID]
	if !known {
		return nil, fmt.Errorf("find expression variables: there are none for hook type %q", typeID)
	}
	return build()
}

var environments = func() map[string]func() (*Env, error) {
	byID := make(map[string]func() (*Env, error), len(variables))
	for id, vars := range variables {
		byID[id] = sync.OnceValues(func() (*Env, error) { return buildEnv(vars) })
	}
	return byID
}()

func buildEnv(vars []variable) (*Env, error) {
	options := []cel.EnvOption{
		cel.OptionalTypes(),
		// A pinned version: functions that a later one adds are to be documented before they can be used.
		ext.Strings(ext.StringsVersion(5)),
		ext.Bindings(),
		// JSON has one kind of number; 4 < 4.5 must not be an error.
		cel.CrossTypeNumericComparisons(true),
		cel.DefaultUTCTimeZone(true),
		cel.ParserExpressionSizeLimit(maxSource),
		cel.RegexProgramSizeLimit(maxRegexProgram),
		cel.ASTValidators(
			literalPatterns{},
			cel.ValidateRegexLiterals(), cel.ValidateDurationLiterals(), cel.ValidateTimestampLiterals(),
		),
	}
	for _, v := range vars {
		options = append(options, cel.Variable(v.name, cel.MapType(cel.StringType, cel.DynType)))
	}
	unguarded, err := cel.NewEnv(options...)
	if err != nil {
		return nil, fmt.Errorf("build expression environment: %w", err)
	}
	guarded, err := guard(unguarded)
	if err != nil {
		return nil, fmt.Errorf("build expression environment: %w", err)
	}
	return &Env{cel: guarded, variables: vars}, nil
}

// names lists the variables for a message: "request, user and update".
func (e *Env) names() string {
	names := make([]string, 0, len(e.variables))
	for _, v := range e.variables {
		names = append(names, v.name)
	}
	if len(names) == 1 {
		return names[0]
	}
	last := len(names) - 1
	return strings.Join(names[:last], ", ") + " and " + names[last]
}
