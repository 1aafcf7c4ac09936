package v1alpha1

// SecretKeyRefs lists the Secrets that only the pods read: what the handler needs to do its work.
func (h *Handler) SecretKeyRefs() []SecretKeyReference {
	if h.PasswordImport == nil {
		return nil
	}
	var refs []SecretKeyReference
	if s := h.PasswordImport.UserStore.Static; s != nil {
		refs = append(refs, s.SecretKeyRef)
	}
	if s := h.PasswordImport.UserStore.SQL; s != nil {
		refs = append(refs, s.DSN.SecretKeyRef)
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
