package v1alpha1

import (
	"slices"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/sets"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

const (
	maxProviders = 8
	maxRoutes    = 32
	maxCountries = 250
	maxSender    = 256
)

func validateTelephony(at *field.Path, h *TelephonyHandler) field.ErrorList {
	errs := validateProviders(at.Child("providers"), h.Providers)
	errs = append(errs, validateCount(at.Child("routes"), h.Routes == nil, len(h.Routes), maxRoutes)...)
	names := sets.New[ProviderName]()
	for i := range h.Providers {
		names.Insert(h.Providers[i].Name)
	}
	for i := range h.Routes {
		errs = append(errs, validateRoute(at.Child("routes").Index(i), &h.Routes[i], names)...)
	}
	errs = append(errs, validateLength(at.Child("message"), h.Message, maxExpression)...)
	errs = append(errs, validateCountries(at.Child("allowedCountries"), h.AllowedCountries)...)
	if h.Limits != nil {
		errs = append(errs, validateLimits(at.Child("limits"), h.Limits)...)
	}
	return append(errs, validateChoices(at, h)...)
}

func validateChoices(at *field.Path, h *TelephonyHandler) field.ErrorList {
	var errs field.ErrorList
	blocked := []OnBlocked{ReportSuccess, ReportFailed}
	if h.OnBlocked != "" && !slices.Contains(blocked, h.OnBlocked) {
		errs = append(errs, field.NotSupported(at.Child("onBlocked"), h.OnBlocked, blocked))
	}
	unknown := []OnUnknownOutcome{UnknownPending, UnknownNextProvider}
	if h.OnUnknownOutcome != "" && !slices.Contains(unknown, h.OnUnknownOutcome) {
		errs = append(errs, field.NotSupported(at.Child("onUnknownOutcome"), h.OnUnknownOutcome, unknown))
	}
	return errs
}

func validateRoute(at *field.Path, route *TelephonyRoute, names sets.Set[ProviderName]) field.ErrorList {
	errs := validateCountries(at.Child("countries"), route.Countries)
	errs = append(errs, validateSet(at.Child("channels"), route.Channels, []TelephonyChannel{ChannelSMS, ChannelVoice})...)
	errs = append(errs, validateSet(at.Child("requestTypes"), route.RequestTypes, []TelephonyRequestType{
		RequestPreEnrollment, RequestMFAVerification, RequestAccountUnlock, RequestPasswordReset})...)
	errs = append(errs, validateLength(at.Child("when"), route.When, maxExpression)...)
	providers := at.Child("providers")
	switch count := len(route.Providers); {
	case count == 0:
		errs = append(errs, field.Required(providers, "is empty; name the providers that carry the call"))
	case count > maxProviders:
		errs = append(errs, field.TooMany(providers, count, maxProviders))
	}
	for i, name := range route.Providers {
		if !names.Has(name) {
			errs = append(errs, field.Invalid(providers.Index(i), name, "routes[].providers must be names of handler.telephony.providers"))
		}
		if slices.Contains(route.Providers[:i], name) {
			errs = append(errs, field.Invalid(providers.Index(i), name,
				"a route takes each provider once: trying the same one again is no failover"))
		}
	}
	return append(errs, validateSenders(at.Child("senders"), route)...)
}

func validateSenders(at *field.Path, route *TelephonyRoute) field.ErrorList {
	errs := validateCount(at, route.Senders == nil, len(route.Senders), maxProviders)
	for _, name := range sets.List(sets.KeySet(route.Senders)) {
		if !slices.Contains(route.Providers, ProviderName(name)) {
			errs = append(errs, field.Invalid(at.Key(name), name,
				"senders has senders of the route's providers; write their names as they stand in providers"))
		}
		if sender := route.Senders[name]; sender == "" {
			errs = append(errs, field.Required(at.Key(name), "is empty; write the sender or leave it out"))
		} else {
			errs = append(errs, validateLength(at.Key(name), string(sender), maxSender)...)
		}
	}
	return errs
}

// validateSet checks a list of different items out of those that are known.
func validateSet[T ~string](at *field.Path, items, known []T) field.ErrorList {
	errs := validateCount(at, items == nil, len(items), len(known))
	for i, item := range items {
		if !slices.Contains(known, item) {
			errs = append(errs, field.NotSupported(at.Index(i), item, known))
		}
		if slices.Contains(items[:i], item) {
			errs = append(errs, field.Duplicate(at.Index(i), item))
		}
	}
	return errs
}

func validateCountries(at *field.Path, countries []CountryCode) field.ErrorList {
	errs := validateCount(at, countries == nil, len(countries), maxCountries)
	for i, country := range countries {
		switch {
		case !countryPattern.MatchString(string(country)):
			errs = append(errs, field.Invalid(at.Index(i), country, "a country is an ISO 3166-1 alpha-2 code in capitals, such as US"))
		case !callableCountry.MatchString(string(country)):
			errs = append(errs, field.Invalid(at.Index(i), country,
				"is no country that has phone numbers: write its ISO 3166-1 alpha-2 code, such as GB for the United Kingdom"))
		}
		if slices.Contains(countries[:i], country) {
			errs = append(errs, field.Duplicate(at.Index(i), country))
		}
	}
	return errs
}

func validateLimits(at *field.Path, limits *TelephonyLimits) field.ErrorList {
	var errs field.ErrorList
	if *limits == (TelephonyLimits{}) {
		errs = append(errs, field.Required(at, "limits needs perNumber, perUser or perPrefix; leave it out if there shall be none"))
	}
	for _, l := range []struct {
		name  string
		limit *VelocityLimit
	}{{"perNumber", limits.PerNumber}, {"perUser", limits.PerUser}, {"perPrefix", limits.PerPrefix}} {
		if l.limit == nil {
			continue
		}
		if l.limit.Count < 1 || l.limit.Count > 100000 {
			errs = append(errs, field.Invalid(at.Child(l.name, "count"), l.limit.Count, "must be from 1 to 100000"))
		}
		errs = append(errs, validateDuration(at.Child(l.name, "window"), l.limit.Window, time.Second, 24*time.Hour,
			"must be a duration from 1s to 24h, such as 10m")...)
	}
	return errs
}

func validateDuration(at *field.Path, duration metav1.Duration, least, most time.Duration, problem string) field.ErrorList {
	if duration.Duration < least || duration.Duration > most {
		return field.ErrorList{field.Invalid(at, duration.Duration.String(), problem)}
	}
	return nil
}
