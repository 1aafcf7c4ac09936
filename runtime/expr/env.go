package expr

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	// Expressions name time zones, and the image that they run in has no files of them.
	_ "time/tzdata"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/ext"
)

// Env is what expressions of one hook type and scope can name. Safe for concurrent use.
type Env struct {
	cel       *cel.Env
	types     *declarations
	variables []variable
}

// NewEnv is the environment of the hook type with Okta's id, such as com.okta.user.pre-registration, for
// expressions about the call alone. It is built once per process.
func NewEnv(typeID string) (*Env, error) { return NewScopedEnv(typeID, CallOnly) }

// NewScopedEnv is the environment of the hook type with Okta's id for expressions that stand where more is
// known than the call. It is built once per process.
func NewScopedEnv(typeID string, scope Scope) (*Env, error) {
	build, known := environments[place{typeID, scope}]
	if !known {
		return nil, fmt.Errorf("find expression variables: there are none for hook type %q%s", typeID, scope.suffix())
	}
	return build()
}

// place is where an expression stands.
type place struct {
	typeID string
	scope  Scope
}

var environments = func() map[place]func() (*Env, error) {
	built := map[place]func() (*Env, error){}
	for id, v := range vocabularies {
		for _, scope := range scopes {
			if variables, known := v.variables(scope); known {
				built[place{id, scope}] = sync.OnceValues(func() (*Env, error) { return buildEnv(variables) })
			}
		}
	}
	return built
}()

func buildEnv(variables []variable) (*Env, error) {
	declared := &declarations{names: map[*object]string{}, objects: map[string]*declaration{}}
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
			literalPatterns{}, knownMembers{declared}, comparedOptionals{},
			cel.ValidateRegexLiterals(), cel.ValidateDurationLiterals(), cel.ValidateTimestampLiterals(),
		),
		// Behind all options that declare types of their own: those go into the provider that is there by then.
		func(env *cel.Env) (*cel.Env, error) {
			declared.Provider = env.CELTypeProvider()
			return cel.CustomTypeProvider(declared)(env)
		},
	}
	// The shorthands come first, so that messages name an object by its shorthand.
	for _, v := range slices.Backward(variables) {
		options = append(options, cel.Variable(v.name, v.is.declare(declared, v.name)))
	}
	unguarded, err := cel.NewEnv(options...)
	if err != nil {
		return nil, fmt.Errorf("build expression environment: %w", err)
	}
	guarded, err := guard(unguarded)
	if err != nil {
		return nil, fmt.Errorf("build expression environment: %w", err)
	}
	return &Env{cel: guarded, types: declared, variables: variables}, nil
}

// names lists the variables for a message: "request, user and update".
func (e *Env) names() string {
	names := make([]string, 0, len(e.variables))
	for _, v := range e.variables {
		names = append(names, v.name)
	}
	return enumerate(names)
}

// enumerate lists names for a message: "a, b and c".
func enumerate(names []string) string {
	last := len(names) - 1
	if last < 1 {
		return strings.Join(names, "")
	}
	return strings.Join(names[:last], ", ") + " and " + names[last]
}
