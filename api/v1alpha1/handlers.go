package v1alpha1

import (
	"k8s.io/apimachinery/pkg/util/validation/field"
)

// handlerKind is what there is to know about one member of handler.
type handlerKind struct {
	// member is its name in JSON.
	member string
	// answers is the type of the hooks that it answers; empty if any.
	answers HookType
	// given reports whether a handler has it.
	given func(*Handler) bool
	// validate is called if it is given.
	validate func(*field.Path, *Handler) field.ErrorList
	// secrets lists what only the pods read. nil if there is nothing; called if it is given.
	secrets func(*Handler) []SecretKeyReference
}

// handlerKinds is the one table of the members of handler, in the order in which messages name them.
var handlerKinds = []handlerKind{
	{
		member: "passwordImport", answers: PasswordImport,
		given:    func(h *Handler) bool { return h.PasswordImport != nil },
		validate: func(at *field.Path, h *Handler) field.ErrorList { return validatePasswordImport(at, h.PasswordImport) },
		secrets:  func(h *Handler) []SecretKeyReference { return h.PasswordImport.secretKeyRefs() },
	},
	{
		member: "registration", answers: Registration,
		given:    func(h *Handler) bool { return h.Registration != nil },
		validate: func(at *field.Path, h *Handler) field.ErrorList { return validateRegistration(at, h.Registration) },
	},
	{
		member: "telephony", answers: Telephony,
		given:    func(h *Handler) bool { return h.Telephony != nil },
		validate: func(at *field.Path, h *Handler) field.ErrorList { return validateTelephony(at, h.Telephony) },
		secrets:  func(h *Handler) []SecretKeyReference { return h.Telephony.secretKeyRefs() },
	},
	{
		member: "token", answers: Token,
		given:    func(h *Handler) bool { return h.Token != nil },
		validate: func(at *field.Path, h *Handler) field.ErrorList { return validateToken(at, h.Token) },
	},
	{
		member: "saml", answers: SAMLAssertion,
		given:    func(h *Handler) bool { return h.SAML != nil },
		validate: func(at *field.Path, h *Handler) field.ErrorList { return validateSAML(at, h.SAML) },
	},
	{
		member: "userImport", answers: UserImport,
		given:    func(h *Handler) bool { return h.UserImport != nil },
		validate: func(at *field.Path, h *Handler) field.ErrorList { return validateUserImport(at, h.UserImport) },
	},
	{
		member: "external",
		given:  func(h *Handler) bool { return h.External != nil },
		validate: func(at *field.Path, h *Handler) field.ErrorList {
			return validateExternal(at.Child("url"), h.External.URL)
		},
	},
}

// SecretKeyRefs lists the Secrets that only the pods read: what the handler needs to do its work.
func (h *Handler) SecretKeyRefs() []SecretKeyReference {
	var refs []SecretKeyReference
	for _, kind := range handlerKinds {
		if kind.secrets != nil && kind.given(h) {
			refs = append(refs, kind.secrets(h)...)
		}
	}
	return refs
}

func validateHandler(at *field.Path, t HookType, h *Handler) field.ErrorList {
	var errs field.ErrorList
	given, names := 0, ""
	for i, kind := range handlerKinds {
		switch {
		case i == 0:
			names = kind.member
		case i == len(handlerKinds)-1:
			names += " and " + kind.member
		default:
			names += ", " + kind.member
		}
		if !kind.given(h) {
			continue
		}
		given++
		member := at.Child(kind.member)
		if kind.answers != "" && kind.answers != t {
			errs = append(errs, field.Forbidden(member, "answers hooks of type "+string(kind.answers)+
				"; write type: "+string(kind.answers)+" or another handler"))
		}
		errs = append(errs, kind.validate(member, h)...)
	}
	if given != 1 {
		errs = append(errs, field.Required(at, "takes exactly one of "+names))
	}
	return errs
}
