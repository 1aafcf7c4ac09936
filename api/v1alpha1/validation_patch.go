package v1alpha1

import (
	"slices"

	"k8s.io/apimachinery/pkg/util/validation/field"
)

const (
	maxRules   = 64
	maxPatches = 64
	maxPointer = 1024
)

func validateToken(at *field.Path, h *TokenHandler) field.ErrorList {
	errs := validateRules(at.Child("rules"), len(h.Rules))
	for i := range h.Rules {
		rule, path := &h.Rules[i], at.Child("rules").Index(i)
		errs = append(errs, validateOptionalName(path.Child("name"), rule.Name, "patient-id")...)
		errs = append(errs, validateLength(path.Child("when"), rule.When, maxExpression)...)
		if (rule.Deny != nil) == (rule.AccessToken != nil || rule.IDToken != nil) {
			errs = append(errs, field.Required(path, "takes accessToken, idToken or both, or else deny: {summary: ...}"))
		}
		errs = append(errs, validateTokenPatches(path.Child("accessToken"), rule.AccessToken)...)
		errs = append(errs, validateTokenPatches(path.Child("idToken"), rule.IDToken)...)
		errs = append(errs, validatePatchDenied(path.Child("deny"), rule.Deny)...)
	}
	return errs
}

func validateSAML(at *field.Path, h *SAMLHandler) field.ErrorList {
	errs := validateRules(at.Child("rules"), len(h.Rules))
	for i := range h.Rules {
		rule, path := &h.Rules[i], at.Child("rules").Index(i)
		errs = append(errs, validateOptionalName(path.Child("name"), rule.Name, "payroll-role")...)
		errs = append(errs, validateLength(path.Child("when"), rule.When, maxExpression)...)
		if (rule.Deny != nil) == (rule.Assertion != nil) {
			errs = append(errs, field.Required(path, "takes exactly one of assertion and deny: {summary: ...}"))
		}
		errs = append(errs, validateCount(path.Child("assertion"), rule.Assertion == nil, len(rule.Assertion), maxPatches)...)
		for j := range rule.Assertion {
			errs = append(errs, validateSAMLPatch(path.Child("assertion").Index(j), &rule.Assertion[j])...)
		}
		errs = append(errs, validatePatchDenied(path.Child("deny"), rule.Deny)...)
	}
	return errs
}

// validateRules bounds the rules of a handler that needs some.
func validateRules(at *field.Path, count int) field.ErrorList {
	switch {
	case count == 0:
		return field.ErrorList{field.Required(at, "is empty; write a rule")}
	case count > maxRules:
		return field.ErrorList{field.TooMany(at, count, maxRules)}
	}
	return nil
}

func validateOptionalName(at *field.Path, name, such string) field.ErrorList {
	if name == "" {
		return nil
	}
	return validateName(at, name, such)
}

func validateName(at *field.Path, name, such string) field.ErrorList {
	if len(name) > 63 || !ruleNamePattern.MatchString(name) {
		return field.ErrorList{field.Invalid(at, name, "must have at most 63 lower-case letters, digits and -, such as "+such)}
	}
	return nil
}

func validatePatchDenied(at *field.Path, denied *PatchDenied) field.ErrorList {
	switch {
	case denied == nil:
		return nil
	case denied.Summary == "":
		return field.ErrorList{field.Required(at.Child("summary"), "is what the application or the person gets to see; write a sentence")}
	}
	return validateLength(at.Child("summary"), denied.Summary, maxMessage)
}

func validateTokenPatches(at *field.Path, patches []TokenPatch) field.ErrorList {
	errs := validateCount(at, patches == nil, len(patches), maxPatches)
	for i := range patches {
		patch, path := &patches[i], at.Index(i)
		ops := []TokenPatchOp{PatchAdd, PatchReplace, PatchRemove}
		errs = append(errs, validatePlace(path, patch.Path, patch.Claim,
			"takes exactly one of path, such as /claims/department, and claim, the plain name of a claim")...)
		switch {
		case !slices.Contains(ops, patch.Op):
			errs = append(errs, field.NotSupported(path.Child("op"), patch.Op, ops))
		case (patch.Op == PatchRemove) == (patch.Value != ""):
			errs = append(errs, field.Invalid(path.Child("value"), patch.Value, "goes with add and replace, and must be left out of remove"))
		}
		errs = append(errs, validateLength(path.Child("value"), patch.Value, maxExpression)...)
	}
	return errs
}

func validateSAMLPatch(at *field.Path, patch *SAMLPatch) field.ErrorList {
	var errs field.ErrorList
	ops := []SAMLPatchOp{PatchAdd, PatchReplace}
	if !slices.Contains(ops, patch.Op) {
		errs = append(errs, field.NotSupported(at.Child("op"), patch.Op, ops))
	}
	errs = append(errs, validatePlace(at, patch.Path, patch.Claim,
		"takes exactly one of path, such as /subject/nameId, and claim, the plain name of an attribute statement")...)
	formats := []SAMLNameFormat{NameFormatUnspecified, NameFormatURI, NameFormatBasic}
	if patch.NameFormat != "" && !slices.Contains(formats, patch.NameFormat) {
		errs = append(errs, field.NotSupported(at.Child("nameFormat"), patch.NameFormat, formats))
	}
	if patch.NameFormat != "" && patch.Claim == "" {
		errs = append(errs, field.Forbidden(at.Child("nameFormat"),
			"goes with claim: it says how the name of an attribute statement is to be read"))
	}
	return append(errs, validateExpression(at.Child("value"), patch.Value, "user.profile.login")...)
}

// validatePlace checks that a patch says once where it applies.
func validatePlace(at *field.Path, path, claim, oneOf string) field.ErrorList {
	var errs field.ErrorList
	if (path == "") == (claim == "") {
		errs = append(errs, field.Required(at, oneOf))
	}
	errs = append(errs, validateLength(at.Child("path"), path, maxPointer)...)
	return append(errs, validateLength(at.Child("claim"), claim, maxPointer)...)
}

// validateExpression checks an expression that has to be there.
func validateExpression(at *field.Path, expression Expression, such string) field.ErrorList {
	if expression == "" {
		return field.ErrorList{field.Required(at, "needs a CEL expression, such as "+such)}
	}
	return validateLength(at, string(expression), maxExpression)
}
