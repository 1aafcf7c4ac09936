package v1alpha1

import (
	"strings"

	"k8s.io/apimachinery/pkg/util/sets"
	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

func validateRegistration(at *field.Path, h *RegistrationHandler) field.ErrorList {
	var errs field.ErrorList
	if len(h.Rules) == 0 && len(h.AllowedEmailDomains) == 0 && h.Default == "" {
		errs = append(errs, field.Required(at, "needs rules, allowedEmailDomains or default; as it is, it would refuse everybody"))
	}
	if h.Default != "" && h.Default != RegistrationAllow && h.Default != RegistrationDeny {
		errs = append(errs, field.NotSupported(at.Child("default"), h.Default,
			[]RegistrationDefault{RegistrationAllow, RegistrationDeny}))
	}
	if len(h.AllowedEmailDomains) > 0 && h.Default == RegistrationAllow {
		errs = append(errs, field.Forbidden(at.Child("allowedEmailDomains"),
			"has no effect with default: Allow; write default: Deny or leave default out"))
	}
	errs = append(errs, validateLength(at.Child("message"), h.Message, maxMessage)...)
	errs = append(errs, validateEmailDomains(at.Child("allowedEmailDomains"), h.AllowedEmailDomains)...)
	errs = append(errs, validateCount(at.Child("rules"), h.Rules == nil, len(h.Rules), 64)...)
	names := sets.New[string]()
	for i := range h.Rules {
		rule := at.Child("rules").Index(i)
		if names.Has(h.Rules[i].Name) {
			errs = append(errs, field.Duplicate(rule.Child("name"), h.Rules[i].Name))
		}
		names.Insert(h.Rules[i].Name)
		errs = append(errs, validateRegistrationRule(rule, &h.Rules[i])...)
	}
	return errs
}

// validateCount refuses lists and mappings that are written down and empty, which somebody may have meant
// to fill, and those with too much in them.
func validateCount(at *field.Path, unset bool, count, most int) field.ErrorList {
	switch {
	case count == 0 && !unset:
		return field.ErrorList{field.Required(at, "is empty; write an item or leave it out")}
	case count > most:
		return field.ErrorList{field.TooMany(at, count, most)}
	}
	return nil
}

func validateEmailDomains(at *field.Path, domains []EmailDomain) field.ErrorList {
	var errs field.ErrorList
	errs = append(errs, validateCount(at, domains == nil, len(domains), 256)...)
	seen := sets.New[EmailDomain]()
	for i, domain := range domains {
		if len(validation.IsDNS1123Subdomain(string(domain))) > 0 {
			errs = append(errs, field.Invalid(at.Index(i), domain, "takes lower-case domains without @ or *, such as example.com"))
		}
		if seen.Has(domain) {
			errs = append(errs, field.Duplicate(at.Index(i), domain))
		}
		seen.Insert(domain)
	}
	return errs
}

func validateRegistrationRule(at *field.Path, rule *RegistrationRule) field.ErrorList {
	var errs field.ErrorList
	errs = append(errs, validateName(at.Child("name"), rule.Name, "partner-sign-up")...)
	if (rule.Allow == nil) == (rule.Deny == nil) {
		errs = append(errs, field.Required(at, "takes exactly one of allow: {} and deny: {summary: ...}"))
	}
	if rule.Profile != nil && rule.Allow == nil {
		errs = append(errs, field.Forbidden(at.Child("profile"),
			"changes what is registered and goes with allow; leave it out of a rule that denies"))
	}
	errs = append(errs, validateLength(at.Child("when"), rule.When, maxExpression)...)
	errs = append(errs, validateSet(at.Child("requestTypes"), rule.RequestTypes,
		[]RegistrationRequestType{RequestSelfService, RequestProgressiveProfile})...)
	errs = append(errs, validateProfile(at.Child("profile"), rule.Profile)...)
	if rule.Deny != nil {
		errs = append(errs, validateDenied(at.Child("deny"), rule.Deny)...)
	}
	return errs
}

func validateProfile(at *field.Path, profile map[string]Expression) field.ErrorList {
	errs := validateValues(at, profile)
	for _, name := range sets.List(sets.KeySet(profile)) {
		if strings.EqualFold(name, "password") {
			errs = append(errs, field.Forbidden(at.Key(name), "can't be set: Okta lets no hook do that; leave it out"))
		}
	}
	return errs
}

func validateDenied(at *field.Path, denied *RegistrationDenied) field.ErrorList {
	var errs field.ErrorList
	if denied.Summary == "" {
		errs = append(errs, field.Required(at.Child("summary"), "is what the person sees; write a sentence"))
	}
	errs = append(errs, validateLength(at.Child("summary"), denied.Summary, maxMessage)...)
	errs = append(errs, validateLength(at.Child("reason"), denied.Reason, maxReason)...)
	errs = append(errs, validateLength(at.Child("location"), denied.Location, maxLocation)...)
	if l := denied.Location; l != "" && !strings.HasPrefix(l, "data.userProfile.") && !strings.HasPrefix(l, "data.userProfileUpdate.") {
		errs = append(errs, field.Invalid(at.Child("location"), l,
			"must name a submitted attribute, such as data.userProfile.email or data.userProfileUpdate.employeeNumber"))
	}
	return errs
}
