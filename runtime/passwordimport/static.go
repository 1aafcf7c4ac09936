package passwordimport

import (
	"context"
	"fmt"

	"github.com/hookline/hookline/api/v1alpha1"
)

// staticStore is a file of users. It keeps the text of each digest, which is much smaller than a digest
// that is ready to be verified.
type staticStore struct {
	users map[string]string
	mix   *mix
}

func newStaticStore(ctx context.Context, spec *v1alpha1.StaticUserStore, opts storeOptions) (*staticStore, error) {
	content, err := opts.secrets.Read(spec.SecretKeyRef)
	if err != nil {
		return nil, fmt.Errorf("secretKeyRef: %w", err)
	}
	users, mix, err := parseHtpasswd(ctx, content)
	if err != nil {
		return nil, fmt.Errorf("secretKeyRef: read key %q of secret %q: %w", spec.SecretKeyRef.Key, spec.SecretKeyRef.Name, err)
	}
	return &staticStore{users: users, mix: mix}, nil
}

func (s *staticStore) lookup(_ context.Context, username string) (digest, bool, error) {
	text, found := s.users[username]
	if !found {
		return digest{}, false, nil
	}
	d, err := parseDigest(text)
	if err != nil {
		return digest{}, false, unreadableDigest(err) // never: it was read when the file was
	}
	return d, true, nil
}

func (s *staticStore) decoy(username string) digest { return s.mix.pick(username) }

func (s *staticStore) close() {}
