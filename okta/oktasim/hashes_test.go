package oktasim_test

import (
	"crypto/pbkdf2"
	"crypto/sha512"
	"encoding/base64"
	"fmt"
	"testing"

	"golang.org/x/crypto/bcrypt"
)

// bcryptHash cuts a bcrypt string apart as Okta wants it.
func bcryptHash(t *testing.T, password string) string {
	t.Helper()
	whole, err := bcrypt.GenerateFromPassword([]byte(password), bcrypt.MinCost)
	if err != nil {
		t.Fatal(err)
	}
	const prefix = len("$2a$04$")
	return fmt.Sprintf(`{"algorithm":"BCRYPT","workFactor":%d,"salt":"%s","value":"%s"}`,
		bcrypt.MinCost, whole[prefix:prefix+22], whole[prefix+22:])
}

func pbkdf2Hash(t *testing.T, password, salt string) string {
	t.Helper()
	sum, err := pbkdf2.Key(sha512.New, password, []byte(salt), 4096, 32)
	if err != nil {
		t.Fatal(err)
	}
	encode := base64.StdEncoding.EncodeToString
	return fmt.Sprintf(`{"algorithm":"PBKDF2","salt":"%s","value":"%s","iterationCount":4096,"keySize":32,"digestAlgorithm":"SHA512_HMAC"}`,
		encode([]byte(salt)), encode(sum))
}
