package controllers

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net/url"
	"strings"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/hookline/hookline/api/v1alpha1"
	"github.com/hookline/hookline/runtime/expr"
)

// prepare finds all that the hook refers to, and refuses what can't work, before anything is changed.
func (p *pass) prepare(ctx context.Context) *outcome {
	for _, find := range []func(context.Context) *outcome{
		p.checkSpec,
		p.findOrg,
		p.findEndpoint,
		p.findPodSecrets,
		p.findCredentials,
	} {
		if missing := find(ctx); missing != nil {
			return missing
		}
	}
	return nil
}

// maxMistakes of a spec are told at a time. Who has more than that has made the same one many times.
const maxMistakes = 10

// checkSpec refuses what the API server can't see.
func (p *pass) checkSpec(context.Context) *outcome {
	errs := expr.CheckHandler(p.hook.Spec.Type, &p.hook.Spec.Handler)
	if len(errs) == 0 {
		return nil
	}
	var said []string
	for i, err := range errs {
		if i == maxMistakes {
			said = append(said, fmt.Sprintf("and %d more", len(errs)-i))
			break
		}
		said = append(said, "spec."+err.Error())
	}
	return refused(v1alpha1.ConditionDeployed, v1alpha1.ReasonSpecInvalid, "%s", strings.Join(said, "; "))
}

// orgKey is the name of the hook's org.
func orgKey(hook *v1alpha1.OktaInlineHook) types.NamespacedName {
	namespace := hook.Spec.OrgRef.Namespace
	if namespace == "" {
		namespace = hook.Namespace
	}
	return types.NamespacedName{Namespace: namespace, Name: hook.Spec.OrgRef.Name}
}

// findOrg fills org and api.
func (p *pass) findOrg(ctx context.Context) *outcome {
	key := orgKey(p.hook)
	org := &v1alpha1.OktaOrg{}
	switch err := p.Client.Get(ctx, key, org); {
	case apierrors.IsNotFound(err):
		return blocked(v1alpha1.ConditionRegistered, v1alpha1.ReasonOrgNotFound, 0,
			"spec.orgRef: there is no OktaOrg %s in namespace %s", key.Name, key.Namespace)
	case err != nil:
		return broken(v1alpha1.ConditionRegistered, fmt.Errorf("read OktaOrg %s: %w", key, err))
	}
	if unsure := orgInDoubt(org); unsure != nil {
		return unsure
	}
	allowed, err := p.namespaceAllowed(ctx, org)
	switch {
	case err != nil:
		return broken(v1alpha1.ConditionRegistered, err)
	case !allowed:
		return blocked(v1alpha1.ConditionRegistered, v1alpha1.ReasonNamespaceNotAllowed, 0,
			"OktaOrg %s does not allow hooks from namespace %s; its spec.allowedNamespaces must", key, p.hook.Namespace)
	}
	api, err := p.Orgs.For(ctx, org)
	if err != nil {
		if missing := new(missingError); errors.As(err, &missing) {
			return blocked(v1alpha1.ConditionRegistered, v1alpha1.ReasonOrgNotReady, 0, "OktaOrg %s: %s", key, missing.message)
		}
		return broken(v1alpha1.ConditionRegistered, err)
	}
	p.org, p.api = org, api
	return nil
}

// orgInDoubt holds hooks back while it is not known that a changed OktaOrg still leads to the org that they
// are registered in: in another one they would be made anew, and left behind, active, in the first.
func orgInDoubt(org *v1alpha1.OktaOrg) *outcome {
	ready := meta.FindStatusCondition(org.Status.Conditions, v1alpha1.ConditionReady)
	switch key := client.ObjectKeyFromObject(org); {
	case org.Status.OrgID == "" || ready == nil:
		return nil // nothing was registered by it yet
	case ready.Reason == v1alpha1.ReasonOtherOrg:
		return blocked(v1alpha1.ConditionRegistered, v1alpha1.ReasonOrgNotReady, 0, "OktaOrg %s: %s", key, ready.Message)
	case ready.ObservedGeneration != org.Generation:
		return notYet(v1alpha1.ConditionRegistered, v1alpha1.ReasonProgressing, 0, "OktaOrg %s was changed and is being checked", key)
	}
	return nil
}

// namespaceAllowed tells whether the org allows hooks from the hook's namespace.
func (p *pass) namespaceAllowed(ctx context.Context, org *v1alpha1.OktaOrg) (bool, error) {
	allowed := org.Spec.AllowedNamespaces
	if allowed == nil || allowed.From == "" || allowed.From == v1alpha1.NamespacesFromSame {
		return org.Namespace == p.hook.Namespace, nil
	}
	if allowed.From == v1alpha1.NamespacesFromAll {
		return true, nil
	}
	selector, err := metav1.LabelSelectorAsSelector(allowed.Selector)
	if err != nil {
		return false, nil // the OktaOrg itself says so
	}
	// From the API server: a manager with Roles alone may read its own namespaces, but not watch them.
	namespace := metadataOf("v1", "Namespace")
	if err := p.Live.Get(ctx, types.NamespacedName{Name: p.hook.Namespace}, namespace); err != nil {
		return false, fmt.Errorf("read namespace %s: %w", p.hook.Namespace, err)
	}
	return selector.Matches(labels.Set(namespace.Labels)), nil
}

func metadataOf(apiVersion, kind string) *metav1.PartialObjectMetadata {
	return &metav1.PartialObjectMetadata{TypeMeta: metav1.TypeMeta{APIVersion: apiVersion, Kind: kind}}
}

// address is where a hook is reached.
type address struct {
	url     string // what Okta calls
	path    string // where the runtime answers
	host    string
	ingress *v1alpha1.IngressOptions // nil: something else leads to the Service
}

// addressOf says where a hook is reached. False: neither the hook nor its org says.
func addressOf(hook *v1alpha1.OktaInlineHook, org *v1alpha1.OktaOrg) (address, bool) {
	if external := hook.Spec.Handler.External; external != nil {
		return address{url: external.URL}, true
	}
	at := address{path: "/" + hook.Namespace + "/" + hook.Name}
	endpoint := hook.Spec.Endpoint
	switch {
	case endpoint != nil && endpoint.URL != "":
		at.url, at.path = endpoint.URL, pathOf(endpoint.URL)
		if endpoint.Path != "" {
			at.path = endpoint.Path
		}
		return at, true
	case endpoint != nil && endpoint.Ingress != nil:
		at.host, at.ingress = endpoint.Ingress.Host, &endpoint.Ingress.IngressOptions
	case org.Spec.HookEndpoint != nil:
		at.host, at.ingress = org.Spec.HookEndpoint.Host, &org.Spec.HookEndpoint.Ingress
	default:
		return address{}, false
	}
	if endpoint != nil && endpoint.Path != "" {
		at.path = endpoint.Path
	}
	at.url = "https://" + at.host + at.path
	return at, true
}

// pathOf is the path of a URL that the API server has checked.
func pathOf(raw string) string {
	parsed, err := url.Parse(raw)
	if err != nil || parsed.Path == "" {
		return "/"
	}
	return parsed.Path
}

// findEndpoint fills at.
func (p *pass) findEndpoint(ctx context.Context) *outcome {
	at, found := addressOf(p.hook, p.org)
	if !found {
		return blocked(v1alpha1.ConditionDeployed, v1alpha1.ReasonEndpointMissing, 0,
			"neither spec.endpoint nor spec.hookEndpoint of OktaOrg %s says where Okta reaches the hook; write endpoint: {ingress: {host: ...}} or endpoint: {url: ...}",
			client.ObjectKeyFromObject(p.org))
	}
	p.at = at
	if p.hook.Spec.Handler.External != nil {
		return nil // one service may answer several hooks
	}
	var same v1alpha1.OktaInlineHookList
	if err := p.Client.List(ctx, &same, client.MatchingFields{indexURL: at.url}); err != nil {
		return broken(v1alpha1.ConditionDeployed, fmt.Errorf("list hooks at %s: %w", at.url, err))
	}
	for i := range same.Items {
		if other := &same.Items[i]; other.UID != p.hook.UID && other.Spec.Handler.External == nil && older(other, p.hook) {
			return blocked(v1alpha1.ConditionDeployed, v1alpha1.ReasonEndpointConflict, 0,
				"OktaInlineHook %s, which is older, is reached at %s too; write another endpoint.path", client.ObjectKeyFromObject(other), at.url)
		}
	}
	return nil
}

// older decides between two hooks that want the same thing, the same way for both.
func older(a, b *v1alpha1.OktaInlineHook) bool {
	if !a.CreationTimestamp.Equal(&b.CreationTimestamp) {
		return a.CreationTimestamp.Before(&b.CreationTimestamp)
	}
	return a.Namespace+"/"+a.Name < b.Namespace+"/"+b.Name
}

// findPodSecrets makes sure that the Secrets that the pods read are there. Their content is the pods'
// business alone.
func (p *pass) findPodSecrets(ctx context.Context) *outcome {
	for _, ref := range p.hook.Spec.Handler.SecretKeyRefs() {
		secret := metadataOf("v1", "Secret")
		key := types.NamespacedName{Namespace: p.hook.Namespace, Name: ref.Name}
		switch err := p.Client.Get(ctx, key, secret); {
		case apierrors.IsNotFound(err):
			return blocked(v1alpha1.ConditionDeployed, v1alpha1.ReasonSecretNotFound, 0,
				"spec.handler needs the key %q of Secret %s, which is not there; create it", ref.Key, key)
		case err != nil:
			return broken(v1alpha1.ConditionDeployed, fmt.Errorf("read metadata of Secret %s: %w", key, err))
		}
		if p.secretVersions == nil {
			p.secretVersions = map[string]string{}
		}
		p.secretVersions[ref.Name] = secret.ResourceVersion
	}
	return nil
}

// findCredentials fills header and credentials.
func (p *pass) findCredentials(ctx context.Context) *outcome {
	auth := p.hook.Spec.Authentication
	if auth == nil && p.hook.Spec.Handler.External != nil {
		return nil // Okta proves nothing to a service that asks for nothing
	}
	p.header = "Authorization"
	if auth != nil && auth.Header != nil && auth.Header.Name != "" {
		p.header = auth.Header.Name
	}
	wanted, err := p.ownCredential(ctx)
	if err != nil {
		if missing := new(missingError); errors.As(err, &missing) {
			return blocked(v1alpha1.ConditionDeployed, missing.reason, 0, "%s", missing.message)
		}
		return broken(v1alpha1.ConditionDeployed, err)
	}
	facts, err := p.storedCredentials(ctx)
	if err != nil {
		return broken(v1alpha1.ConditionDeployed, err)
	}
	facts.wanted, facts.now, facts.interval = wanted, p.now, defaultRotation
	if auth != nil && auth.Rotation != nil {
		facts.interval = auth.Rotation.Interval.Duration
	}
	p.credentials = planCredentials(facts, generateFor(p.header))
	return nil
}

// ownCredential is the complete header value that the user wants Okta to send; empty if the manager is
// to generate one.
func (p *pass) ownCredential(ctx context.Context) (string, error) {
	auth := p.hook.Spec.Authentication
	switch {
	case auth == nil || auth.Basic == nil && (auth.Header == nil || auth.Header.SecretKeyRef == nil):
		return "", nil
	case auth.Basic != nil:
		return p.basicCredential(ctx, auth.Basic.SecretRef.Name)
	}
	ref := auth.Header.SecretKeyRef
	value, err := readSecretKey(ctx, p.Live, p.hook.Namespace, ref.Name, ref.Key)
	if err != nil {
		return "", err
	}
	return headerValue(value, fmt.Sprintf("key %q of Secret %s/%s", ref.Key, p.hook.Namespace, ref.Name))
}

func (p *pass) basicCredential(ctx context.Context, name string) (string, error) {
	username, err := readSecretKey(ctx, p.Live, p.hook.Namespace, name, corev1.BasicAuthUsernameKey)
	if err != nil {
		return "", err
	}
	password, err := readSecretKey(ctx, p.Live, p.hook.Namespace, name, corev1.BasicAuthPasswordKey)
	if err != nil {
		return "", err
	}
	if strings.Contains(string(username), ":") {
		return "", &missingError{reason: v1alpha1.ReasonSecretInvalid, message: fmt.Sprintf(
			"key %q of Secret %s/%s has a colon in it, which basic authentication can't carry; write another user name",
			corev1.BasicAuthUsernameKey, p.hook.Namespace, name)}
	}
	pair := trimmed(username) + ":" + trimmed(password)
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(pair)), nil
}

// trimmed drops the newline that editors leave at the end.
func trimmed(value []byte) string {
	return strings.TrimSuffix(strings.TrimSuffix(string(value), "\n"), "\r")
}

// headerValue refuses what no header can carry.
func headerValue(value []byte, where string) (string, error) {
	text := trimmed(value)
	for _, c := range []byte(text) {
		if c < ' ' || c > '~' {
			return "", &missingError{reason: v1alpha1.ReasonSecretInvalid, message: where +
				" has characters that a header can't carry; write printable ASCII in one line"}
		}
	}
	if text == "" || strings.TrimSpace(text) != text {
		return "", &missingError{reason: v1alpha1.ReasonSecretInvalid, message: where +
			" is empty or has white space at an end; write the whole header value, such as Bearer and a token"}
	}
	return text, nil
}
