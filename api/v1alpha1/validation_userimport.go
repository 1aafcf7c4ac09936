package v1alpha1

import (
	"slices"

	"k8s.io/apimachinery/pkg/util/sets"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

func validateUserImport(at *field.Path, h *UserImportHandler) field.ErrorList {
	errs := validateRules(at.Child("rules"), len(h.Rules))
	for i := range h.Rules {
		errs = append(errs, validateUserImportRule(at.Child("rules").Index(i), &h.Rules[i])...)
	}
	return errs
}

func validateUserImportRule(at *field.Path, rule *UserImportRule) field.ErrorList {
	errs := validateOptionalName(at.Child("name"), rule.Name, "finance")
	errs = append(errs, validateLength(at.Child("when"), rule.When, maxExpression)...)
	if rule.Profile == nil && rule.AppProfile == nil && rule.Action == "" {
		errs = append(errs, field.Required(at, "needs profile, appProfile or action"))
	}
	actions := []UserImportAction{ActionCreateUser, ActionLinkUser}
	switch {
	case rule.Action != "" && !slices.Contains(actions, rule.Action):
		errs = append(errs, field.NotSupported(at.Child("action"), rule.Action, actions))
	case (rule.Action == ActionLinkUser) != (rule.User != ""):
		errs = append(errs, field.Required(at.Child("user"),
			"says which user of Okta to link to: it goes with action: LinkUser, which needs it"))
	}
	errs = append(errs, validateProfile(at.Child("profile"), rule.Profile)...)
	errs = append(errs, validateValues(at.Child("appProfile"), rule.AppProfile)...)
	return append(errs, validateLength(at.Child("user"), rule.User, maxExpression)...)
}

// validateValues checks attributes and the expressions for their values.
func validateValues(at *field.Path, values map[string]Expression) field.ErrorList {
	errs := validateCount(at, values == nil, len(values), 64)
	for _, name := range sets.List(sets.KeySet(values)) {
		if name == "" {
			errs = append(errs, field.Required(at, "has an attribute without a name"))
		}
		errs = append(errs, validateExpression(at.Key(name), values[name], "user.firstName")...)
	}
	return errs
}
