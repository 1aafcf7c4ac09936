package telephony

import (
	"cmp"
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/credentials/endpointcreds"
	"github.com/aws/aws-sdk-go-v2/credentials/stscreds"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/hookline/hookline/api/v1alpha1"
	"github.com/hookline/hookline/runtime/outbound"
)

const (
	// credentialsTimeout leaves most of a call's time for the call.
	credentialsTimeout = time.Second
	// refreshTimeout is for credentials that are still good for a while.
	refreshTimeout = 300 * time.Millisecond
	// refreshBefore their end, credentials are replaced.
	refreshBefore = 5 * time.Minute
	// awsSession names the session of a role, where the environment does not.
	awsSession = "hookline"
)

// awsCredentials gives the credentials that spec has, or those of the pod's own identity, which the environment
// tells: the variables that EKS sets in pods whose service account has an IAM role. They are what the SDK's own
// loading of configuration goes by, which would bring ten more ways that a pod does not have.
func awsCredentials(spec *v1alpha1.AWSProvider, client *outbound.Client, secrets Secrets, environment func(string) string) (aws.CredentialsProvider, error) {
	if given := spec.Credentials; given != nil {
		secret, err := readToken(secrets, given.SecretAccessKey.SecretKeyRef)
		if err != nil {
			return nil, fmt.Errorf(".credentials.secretAccessKey.secretKeyRef: %w", err)
		}
		return credentials.NewStaticCredentialsProvider(given.AccessKeyID, secret, ""), nil
	}
	role, tokenFile := environment("AWS_ROLE_ARN"), environment("AWS_WEB_IDENTITY_TOKEN_FILE")
	agent := environment("AWS_CONTAINER_CREDENTIALS_FULL_URI")
	switch {
	case role != "" && tokenFile != "":
		return cached(webIdentity(role, tokenFile, spec.Region, client, environment)), nil
	case agent != "":
		return cached(podIdentity(agent, client, environment)), nil
	default:
		return nil, errors.New(".credentials: is unset, and this pod has no identity at AWS; " +
			"write credentials, or give runtime.serviceAccountName a service account with an IAM role")
	}
}

// credentialsClient is the HTTP client for the services that give credentials. They are no part of the
// provider: its CAs, such as that of a gateway at its baseURL, are trusted besides the public ones, not instead.
func credentialsClient(authorities []byte) *outbound.Client {
	if authorities == nil {
		return outbound.NewClient(nil)
	}
	roots, err := x509.SystemCertPool()
	if err != nil {
		roots = x509.NewCertPool() // there are none on this machine
	}
	roots.AppendCertsFromPEM(authorities)
	return outbound.NewClient(roots)
}

// webIdentity is a role of the service account (IRSA), by the Security Token Service of the cluster's region.
func webIdentity(role, tokenFile, region string, client *outbound.Client, environment func(string) string) aws.CredentialsProvider {
	options := sts.Options{
		Region:     cmp.Or(environment("AWS_REGION"), region),
		HTTPClient: client,
		Retryer:    aws.NopRetryer{},
	}
	if base := environment("AWS_ENDPOINT_URL_STS"); base != "" {
		options.BaseEndpoint = aws.String(base)
	}
	return stscreds.NewWebIdentityRoleProvider(sts.New(options), role, stscreds.IdentityTokenFile(tokenFile),
		func(o *stscreds.WebIdentityRoleOptions) {
			o.RoleSessionName = cmp.Or(environment("AWS_ROLE_SESSION_NAME"), awsSession)
		})
}

// podIdentity is a role of the service account (EKS Pod Identity), by the agent on the node.
func podIdentity(agent string, client *outbound.Client, environment func(string) string) aws.CredentialsProvider {
	return endpointcreds.New(agent, func(o *endpointcreds.Options) {
		o.HTTPClient = client
		o.Retryer = aws.NopRetryer{}
		if file := environment("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"); file != "" {
			o.AuthorizationTokenProvider = endpointcreds.TokenProviderFunc(func() (string, error) {
				token, err := os.ReadFile(file) // it is replaced from time to time
				return string(token), err
			})
		}
	})
}

// cached keeps credentials until shortly before their end.
func cached(provider aws.CredentialsProvider) aws.CredentialsProvider {
	return aws.NewCredentialsCache(&refreshed{provider: provider}, func(o *aws.CredentialsCacheOptions) {
		o.ExpiryWindow = refreshBefore
	})
}

// refreshed bounds the time to get new credentials, which the cache does not do and would wait for ever, and
// goes on with those from before if there are no new ones but time is left. The cache asks once at a time.
type refreshed struct {
	provider aws.CredentialsProvider
	last     aws.Credentials
}

// Retrieve implements aws.CredentialsProvider.
func (r *refreshed) Retrieve(ctx context.Context) (aws.Credentials, error) {
	isGood := r.last.HasKeys() && !r.last.Expired()
	limit := credentialsTimeout
	if isGood {
		limit = refreshTimeout
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	fresh, err := r.provider.Retrieve(ctx)
	switch {
	case err == nil:
		r.last = fresh
		return fresh, nil
	case isGood:
		return r.last, nil
	default:
		return aws.Credentials{}, err
	}
}
