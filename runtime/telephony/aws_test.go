package telephony

import (
	"context"
	"crypto/tls"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/hookline/hookline/api/v1alpha1"
	"github.com/hookline/hookline/runtime/telephony/providertest"
)

func TestAWSSendsWhatTheAPIWants(t *testing.T) {
	t.Parallel()
	r := newRig(t, "aws", func(r *rig) { r.spec.AWS.ConfigurationSetName = "codes" })
	m := theMessage(v1alpha1.ChannelVoice)
	m.Language = "de-AT"
	r.expect(t, r.send(t, theMessage(v1alpha1.ChannelSMS)), Sent, 1, 1)
	r.expect(t, r.send(t, m), Sent, 2, 2)
	text, call := r.sim.Deliveries()[0], r.sim.Deliveries()[1]
	if text.Type != "TRANSACTIONAL" || text.Reference != "codes" {
		t.Errorf("delivered %+v", text)
	}
	if call.Voice != "VICKI" || call.Reference != "codes" || call.Expires != 300 {
		t.Errorf("delivered %+v", call)
	}
}

func TestAWSIsCalledInItsRegion(t *testing.T) {
	t.Parallel()
	r := newRig(t, "aws", func(r *rig) { r.spec.AWS.BaseURL = "" })
	if got := aws.ToString(r.Provider.(*awsMessaging).api.Options().BaseEndpoint); got != "https://sms-voice.eu-central-1.amazonaws.com" {
		t.Errorf("called at %s", got)
	}
}

func TestSendersThatAWSCallsFrom(t *testing.T) {
	t.Parallel()
	for sender, want := range map[string]bool{
		"+15550100": true, "phone-0123": true, "pool-0123": true, "ACME": false, "": false, "15550100": false,
		"arn:aws:sms-voice:eu-central-1:123456789012:phone-number/phone-0123": true,
		"arn:aws:sms-voice:eu-central-1:123456789012:pool/pool-0123":          true,
		"arn:aws:sms-voice:eu-central-1:123456789012:sender-id/ACME/DE":       false,
	} {
		if canCall(sender) != want {
			t.Errorf("%q: can call is %t", sender, !want)
		}
	}
}

// identities of pods at AWS.
var identities = map[string]struct {
	vendor providertest.Vendor
	set    func(t *testing.T, r *rig, token string)
	token  string
}{
	"web identity": {
		vendor: providertest.STS, token: providertest.AWSWebIdentityToken,
		set: func(t *testing.T, r *rig, token string) {
			r.environment["AWS_ROLE_ARN"] = providertest.AWSRoleARN
			r.environment["AWS_WEB_IDENTITY_TOKEN_FILE"] = writeToken(t, token)
			r.environment["AWS_ENDPOINT_URL_STS"] = r.sim.URL(providertest.STS)
			r.environment["AWS_REGION"] = "eu-west-1"
		},
	},
	"pod identity": {
		vendor: providertest.PodIdentity, token: providertest.AWSPodToken,
		set: func(t *testing.T, r *rig, token string) {
			r.environment["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = r.sim.URL(providertest.PodIdentity) + "/v1/credentials"
			r.environment["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"] = writeToken(t, token)
		},
	},
}

func writeToken(t *testing.T, token string) string {
	file := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(file, []byte(token), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// newIdentityRig is a provider with the identity of its pod, which has a token.
func newIdentityRig(t *testing.T, name, token string) *rig {
	return newRig(t, "aws", func(r *rig) {
		r.spec.AWS.Credentials = nil
		identities[name].set(t, r, token)
	})
}

func TestPodsHaveAnIdentityAtAWS(t *testing.T) {
	t.Parallel()
	for name, identity := range identities {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newIdentityRig(t, name, identity.token)
			for i, channel := range bothChannels {
				r.expect(t, r.send(t, theMessage(channel)), Sent, i+1, i+1)
			}
			if got := r.sim.RequestsTo(identity.vendor); got != 1 {
				t.Errorf("got credentials %d times", got)
			}
		})
	}
}

// TestCAsOfAProviderAreNotThoseOfItsCredentials has a provider with a CA of its own, and credentials from a service
// whose CA is public, or nobody's.
func TestCAsOfAProviderAreNotThoseOfItsCredentials(t *testing.T) {
	t.Parallel()
	stranger, err := providertest.NewCertificate("127.0.0.1")
	if err != nil {
		t.Fatal(err)
	}
	for name, identity := range identities {
		for whose, tc := range map[string]struct {
			certificate tls.Certificate
			class       Class
		}{"public": {publicCA.TLS, Sent}, "nobody's": {stranger.TLS, Rejected}} {
			t.Run(name+" and a CA that is "+whose, func(t *testing.T) {
				t.Parallel()
				lender := providertest.New()
				if err := lender.Start("127.0.0.1:0", tc.certificate, nil); err != nil {
					t.Fatal(err)
				}
				t.Cleanup(func() { _ = lender.Close() })
				r := newRig(t, "aws", func(r *rig) {
					r.spec.AWS.Credentials = nil
					identity.set(t, r, identity.token)
					for variable, value := range r.environment {
						r.environment[variable] = strings.Replace(value, r.sim.Address(), lender.Address(), 1)
					}
				})
				result := r.send(t, theMessage(v1alpha1.ChannelSMS))
				if result.Class != tc.class || lender.RequestsTo(identity.vendor) == 0 != (tc.class == Rejected) {
					t.Errorf("got %+v", result)
				}
				const want = "get credentials: the certificate of the service that gives them is not trusted: tls: "
				if tc.class == Rejected && !strings.HasPrefix(result.Err.Error(), want) {
					t.Errorf("got error %v, want %s", result.Err, want)
				}
			})
		}
	}
}

func TestWithoutCredentialsNothingIsSent(t *testing.T) {
	t.Parallel()
	faults := map[string]struct {
		token string // another one
		fault *providertest.Fault
		limit time.Duration
		want  string
	}{
		"a token that is not taken":     {token: "another", want: "get credentials: refused with code "},
		"a service that is down":        {fault: &providertest.Fault{At: providertest.Connect, Do: providertest.Reset}, want: "can't be reached"},
		"a service that hangs":          {fault: &providertest.Fault{At: providertest.Before, Do: providertest.Hang}, limit: soon, want: "no answer in time"},
		"a service that hangs for long": {fault: &providertest.Fault{At: providertest.Before, Do: providertest.Hang}, want: "no answer in time"},
		"a service that fails":          {fault: &providertest.Fault{At: providertest.Before, Do: providertest.Refuse, Status: 500, Code: "InternalFailure"}, want: "get credentials: "},
		"half an answer":                {fault: &providertest.Fault{At: providertest.After, Do: providertest.Half}, want: "get credentials: "},
		"an answer that is a page":      {fault: &providertest.Fault{At: providertest.After, Do: providertest.Garbage}, want: "get credentials: "},
		"a connection that is reset":    {fault: &providertest.Fault{At: providertest.Before, Do: providertest.Reset}, want: "does not answer as it should"},
	}
	for name, identity := range identities {
		for faultName, tc := range faults {
			t.Run(name+" and "+faultName, func(t *testing.T) {
				t.Parallel()
				token, limit := identity.token, tc.limit
				if tc.token != "" {
					token = tc.token
				}
				if limit == 0 {
					limit = 5 * time.Second
				}
				r := newIdentityRig(t, name, token)
				if tc.fault != nil {
					fault := *tc.fault
					if fault.At != providertest.Connect {
						fault.Vendor = identity.vendor
					}
					if err := r.sim.AddFault(fault); err != nil {
						t.Fatal(err)
					}
				}
				result := r.sendWithin(t, theMessage(v1alpha1.ChannelSMS), limit)
				r.expect(t, result, Rejected, 0, 0)
				if !strings.Contains(result.Err.Error(), tc.want) {
					t.Errorf("got error %v, want %s", result.Err, tc.want)
				}
				if tc.token != "" {
					return
				}
				r.sim.ClearFaults()
				waitForSuccess(t, r)
			})
		}
	}
}

// waitForSuccess sends until it works, which it does when the attempt that hangs has ended.
func waitForSuccess(t *testing.T, r *rig) {
	deadline := time.Now().Add(5 * time.Second)
	for {
		result := r.send(t, theMessage(v1alpha1.ChannelSMS))
		if result.Class == Sent {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("it never recovers: %v", result.Err)
		}
	}
}

func TestMissingTokenFileIsDefinite(t *testing.T) {
	t.Parallel()
	for name := range identities {
		r := newRig(t, "aws", func(r *rig) {
			r.spec.AWS.Credentials = nil
			identities[name].set(t, r, "")
			for variable := range r.environment {
				if strings.HasSuffix(variable, "TOKEN_FILE") {
					r.environment[variable] = filepath.Join(t.TempDir(), "none")
				}
			}
		})
		r.expect(t, r.send(t, theMessage(v1alpha1.ChannelSMS)), Rejected, 0, 0)
	}
}

// lender gives credentials as a test says.
type lender func(ctx context.Context) (aws.Credentials, error)

func (l lender) Retrieve(ctx context.Context) (aws.Credentials, error) { return l(ctx) }

func TestCredentialsThatAreStillGoodAreUsedWhileThereAreNoNewOnes(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var asked int
		works := true
		provider := cached(lender(func(ctx context.Context) (aws.Credentials, error) {
			asked++
			if works {
				return aws.Credentials{AccessKeyID: "a", SecretAccessKey: "b", CanExpire: true, Expires: time.Now().Add(time.Hour)}, nil
			}
			<-ctx.Done()
			return aws.Credentials{}, ctx.Err()
		}))
		get := func(step string, wantAsked int, wantErr error, wantTook time.Duration) {
			t.Helper()
			start := time.Now()
			_, err := provider.Retrieve(t.Context())
			if took := time.Since(start); !errors.Is(err, wantErr) || asked != wantAsked || took != wantTook {
				t.Errorf("%s: error %v after %s, asked %d times", step, err, took, asked)
			}
		}
		get("at first", 1, nil, 0)
		time.Sleep(50 * time.Minute)
		get("ten minutes before the end", 1, nil, 0)
		works = false
		time.Sleep(6 * time.Minute)
		get("four minutes before the end, with nobody there", 2, nil, refreshTimeout)
		time.Sleep(4 * time.Minute)
		get("after the end", 3, context.DeadlineExceeded, credentialsTimeout)
		works = true
		get("when somebody is there again", 4, nil, 0)
	})
}
