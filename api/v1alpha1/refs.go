package v1alpha1

// secretKeyRefs lists what the user store needs.
func (h *PasswordImportHandler) secretKeyRefs() []SecretKeyReference {
	var refs []SecretKeyReference
	if s := h.UserStore.Static; s != nil {
		refs = append(refs, s.SecretKeyRef)
	}
	if s := h.UserStore.SQL; s != nil {
		refs = append(refs, s.DSN.SecretKeyRef)
	}
	return refs
}

// secretKeyRefs lists what the providers need.
func (h *TelephonyHandler) secretKeyRefs() []SecretKeyReference {
	var refs []SecretKeyReference
	for i := range h.Providers {
		refs = append(refs, h.Providers[i].secretKeyRefs()...)
	}
	return refs
}

func (p *TelephonyProvider) secretKeyRefs() []SecretKeyReference {
	var refs []SecretKeyReference
	if p.CASecretKeyRef != nil {
		refs = append(refs, *p.CASecretKeyRef)
	}
	if t := p.Twilio; t != nil && t.AuthToken != nil {
		refs = append(refs, t.AuthToken.SecretKeyRef)
	}
	if t := p.Twilio; t != nil && t.APIKey != nil {
		refs = append(refs, t.APIKey.SecretKeyRef)
	}
	if v := p.Vonage; v != nil {
		refs = append(refs, v.APISecret.SecretKeyRef)
		if v.Voice != nil {
			refs = append(refs, v.Voice.PrivateKey.SecretKeyRef)
		}
	}
	if a := p.AWS; a != nil && a.Credentials != nil {
		refs = append(refs, a.Credentials.SecretAccessKey.SecretKeyRef)
	}
	if h := p.HTTP; h != nil {
		for _, header := range h.Headers {
			if header.SecretKeyRef != nil {
				refs = append(refs, *header.SecretKeyRef)
			}
		}
	}
	return refs
}

// SecretNames lists the Secrets with the credentials that Okta shall send, when they are the user's own.
func (a *Authentication) SecretNames() []string {
	switch {
	case a == nil:
		return nil
	case a.Basic != nil:
		return []string{a.Basic.SecretRef.Name}
	case a.Header != nil && a.Header.SecretKeyRef != nil:
		return []string{a.Header.SecretKeyRef.Name}
	}
	return nil
}
