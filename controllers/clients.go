package controllers

import (
	"context"
	"crypto/x509"
	"fmt"
	"sync"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/event"

	"github.com/hookline/hookline/api/v1alpha1"
	"github.com/hookline/hookline/okta"
)

// oktaAPI is what the reconcilers need of Okta together.
type oktaAPI interface {
	orgAPI
	hookAPI
}

// OrgClients has one client per OktaOrg, shared by all its hooks: they share the org's rate limit. A
// client is replaced when the org's URL or one of its Secrets changes.
type OrgClients struct {
	cached  client.Reader // metadata of Secrets
	live    client.Reader // their content
	connect func(okta.Config) (oktaAPI, error)
	recheck chan event.TypedGenericEvent[*v1alpha1.OktaOrg]

	mu    sync.Mutex
	byOrg map[types.NamespacedName]orgClient
}

type orgClient struct {
	inputs  string // what the client was made from
	api     oktaAPI
	trusted bool // the org took its credentials, and no hook was refused since
}

// NewOrgClients makes the clients of all orgs. cached reads metadata of Secrets, live reads Secrets;
// base has what all clients share, such as metrics.
func NewOrgClients(cached, live client.Reader, base okta.Config) *OrgClients {
	return &OrgClients{
		cached: cached, live: live,
		connect: func(cfg okta.Config) (oktaAPI, error) {
			cfg.UserAgent, cfg.Metrics, cfg.Timeout = base.UserAgent, base.Metrics, base.Timeout
			return okta.New(cfg)
		},
		recheck: make(chan event.TypedGenericEvent[*v1alpha1.OktaOrg], 64),
		byOrg:   map[types.NamespacedName]orgClient{},
	}
}

// For is the client of an org. The error is a *missingError when the org refers to something that is not
// there or can't be used.
func (o *OrgClients) For(ctx context.Context, org *v1alpha1.OktaOrg) (oktaAPI, error) {
	key := client.ObjectKeyFromObject(org)
	inputs, err := o.inputs(ctx, org)
	if err != nil {
		return nil, err
	}
	o.mu.Lock()
	known := o.byOrg[key]
	o.mu.Unlock()
	if known.api != nil && known.inputs == inputs {
		return known.api, nil
	}
	cfg, err := o.config(ctx, org)
	if err != nil {
		return nil, err
	}
	api, err := o.connect(cfg)
	if err != nil {
		return nil, &missingError{reason: v1alpha1.ReasonSecretInvalid, message: err.Error()}
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if now := o.byOrg[key]; now.api != nil && now.inputs == inputs {
		return now.api, nil // somebody else was faster; there must be one
	}
	o.byOrg[key] = orgClient{inputs: inputs, api: api}
	return api, nil
}

// Last is the client that was used last for an org that may be gone; nil if there was none.
func (o *OrgClients) Last(org types.NamespacedName) hookAPI {
	o.mu.Lock()
	defer o.mu.Unlock()
	if known, ok := o.byOrg[org]; ok {
		return known.api
	}
	return nil
}

// Forget drops the client of an org that is gone.
func (o *OrgClients) Forget(org types.NamespacedName) {
	o.mu.Lock()
	defer o.mu.Unlock()
	delete(o.byOrg, org)
}

// Recheck has an org asked again, because one of its hooks was refused.
func (o *OrgClients) Recheck(org *v1alpha1.OktaOrg) {
	if !o.mark(org, nil, false) {
		return // doubted already
	}
	select {
	case o.recheck <- event.TypedGenericEvent[*v1alpha1.OktaOrg]{Object: org}:
	default: // as many are waiting; the interval brings this one
	}
}

// inDoubt is true until the org has taken the credentials of this client.
func (o *OrgClients) inDoubt(org *v1alpha1.OktaOrg, api oktaAPI) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	known := o.byOrg[client.ObjectKeyFromObject(org)]
	return known.api != api || !known.trusted
}

// trust notes that the org has taken the credentials of this client.
func (o *OrgClients) trust(org *v1alpha1.OktaOrg, api oktaAPI) { o.mark(org, api, true) }

// mark says whether a client is trusted; a nil api stands for whichever there is. It reports whether
// that changes anything.
func (o *OrgClients) mark(org *v1alpha1.OktaOrg, api oktaAPI, trusted bool) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	key := client.ObjectKeyFromObject(org)
	known, ok := o.byOrg[key]
	if !ok || api != nil && known.api != api || known.trusted == trusted {
		return false
	}
	known.trusted = trusted
	o.byOrg[key] = known
	return true
}

// inputs identify all that a client is made from, without reading a Secret.
func (o *OrgClients) inputs(ctx context.Context, org *v1alpha1.OktaOrg) (string, error) {
	inputs := org.Spec.URL
	for _, ref := range orgSecretRefs(org) {
		secret := metadataOf("v1", "Secret")
		key := types.NamespacedName{Namespace: org.Namespace, Name: ref.Name}
		switch err := o.cached.Get(ctx, key, secret); {
		case apierrors.IsNotFound(err):
			return "", &missingError{reason: v1alpha1.ReasonSecretNotFound,
				message: fmt.Sprintf("Secret %s is not there; create it with the key %q", key, ref.Key)}
		case err != nil:
			return "", fmt.Errorf("read metadata of Secret %s: %w", key, err)
		}
		inputs += fmt.Sprintf("\n%s/%s@%s:%s", secret.UID, ref.Key, secret.ResourceVersion, ref.Name)
	}
	return inputs, nil
}

func (o *OrgClients) config(ctx context.Context, org *v1alpha1.OktaOrg) (okta.Config, error) {
	ref := org.Spec.Credentials.APIToken.SecretKeyRef
	token, err := readSecretKey(ctx, o.live, org.Namespace, ref.Name, ref.Key)
	if err != nil {
		return okta.Config{}, err
	}
	cfg := okta.Config{URL: org.Spec.URL, APIToken: okta.NewSecret(string(token))}
	if org.Spec.TLS == nil {
		return cfg, nil
	}
	ca := org.Spec.TLS.CASecretKeyRef
	pem, err := readSecretKey(ctx, o.live, org.Namespace, ca.Name, ca.Key)
	if err != nil {
		return okta.Config{}, err
	}
	cfg.RootCAs = x509.NewCertPool()
	if !cfg.RootCAs.AppendCertsFromPEM(pem) {
		return okta.Config{}, &missingError{reason: v1alpha1.ReasonSecretInvalid, message: fmt.Sprintf(
			"key %q of Secret %s/%s has no certificate in PEM; write one or more CA certificates", ca.Key, org.Namespace, ca.Name)}
	}
	return cfg, nil
}

// orgSecretRefs are the Secrets that an org refers to.
func orgSecretRefs(org *v1alpha1.OktaOrg) []v1alpha1.SecretKeyReference {
	var refs []v1alpha1.SecretKeyReference
	if token := org.Spec.Credentials.APIToken; token != nil {
		refs = append(refs, token.SecretKeyRef)
	}
	if org.Spec.TLS != nil {
		refs = append(refs, org.Spec.TLS.CASecretKeyRef)
	}
	return refs
}
