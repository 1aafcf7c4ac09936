package passwordimport

import (
	"os"
	"strings"
	"testing"
)

// toolDigests reads testdata/digests.tsv: digests that other tools wrote.
func toolDigests(t testing.TB) (vectors []struct{ tool, password, text string }) {
	t.Helper()
	content, err := os.ReadFile("testdata/digests.tsv")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(content)) {
		fields := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		if len(fields) == 3 {
			vectors = append(vectors, struct{ tool, password, text string }{fields[0], fields[1], fields[2]})
		}
	}
	return vectors
}

func TestDigestsOfOtherToolsAreVerified(t *testing.T) {
	t.Parallel()
	vectors := toolDigests(t)
	if len(vectors) < 100 {
		t.Fatalf("testdata has %d digests", len(vectors))
	}
	for _, v := range vectors {
		t.Run(v.tool+" "+v.password, func(t *testing.T) {
			t.Parallel()
			d, err := parseDigest(v.text)
			if err != nil {
				t.Fatal(err)
			}
			expectMatch(t, d, v.password, true)
			expectMatch(t, d, "!"+v.password, false)
			decoy, err := parseDigest(blank(v.text))
			if err != nil {
				t.Fatal(err)
			}
			if d.class() != decoy.class() {
				t.Errorf("blank costs %q, the digest %q", decoy.class(), d.class())
			}
			expectMatch(t, decoy, v.password, false)
		})
	}
}

func expectMatch(t *testing.T, d digest, password string, want bool) {
	t.Helper()
	got, err := d.match([]byte(password))
	if err != nil {
		t.Fatal(err)
	}
	if got != want {
		t.Errorf("%s says %t to %q, want %t", d.scheme, got, password, want)
	}
}

func TestFormsOfOneDigest(t *testing.T) {
	t.Parallel()
	const md5crypt = "$1$luh3LNeM$aROsqO5y3.RjzFVdsJ2fx0" // mkpasswd -m md5crypt
	for name, text := range map[string]string{
		"as crypt(3) writes it":          md5crypt,
		"as an LDAP server holds it":     "{CRYPT}" + md5crypt,
		"with the scheme in lower case":  "{crypt}" + md5crypt,
		"DES in an LDAP server":          "{CRYPT}dfVAjGuDmedvI",
		"without padding":                "{SHA}DgmWXdJBXh4MPfsjQE+mxmIngRM",
		"argon2 in an LDAP server":       "{ARGON2}$argon2id$v=19$m=256,t=2,p=2$/W+Xp71tJbVOa9eMyv2MRQ$RzqyJGeaxXMPNgnmLX8sbg",
		"plain text that says so":        "{PLAIN}s3cr3tp@ss",
		"plain text, another way":        "{cleartext}s3cr3tp@ss",
		"plain text, the library's way":  "$plaintext$s3cr3tp@ss",
		"plain text, encoded in base 64": "$base64$czNjcjN0cEBzcw",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d, err := parseDigest(text)
			if err != nil {
				t.Fatal(err)
			}
			expectMatch(t, d, "s3cr3tp@ss", true)
			expectMatch(t, d, "another", false)
		})
	}
}

func TestPasswordsBeyondWhatADigestTakesAreCutOff(t *testing.T) {
	t.Parallel()
	for _, v := range toolDigests(t) {
		limit := 0
		switch {
		case strings.HasPrefix(v.text, "$2") && len(v.password) > 72:
			limit = 72
		case strings.HasSuffix(v.tool, "descrypt") && len(v.password) > 8:
			limit = 8
		default:
			continue
		}
		t.Run(v.tool+" "+v.password, func(t *testing.T) {
			t.Parallel()
			d, err := parseDigest(v.text)
			if err != nil {
				t.Fatal(err)
			}
			expectMatch(t, d, v.password[:limit], true)
			expectMatch(t, d, v.password[:limit]+"anything", true)
			expectMatch(t, d, v.password[:limit-1], false)
		})
	}
}

func TestDigestsThatAreRefused(t *testing.T) {
	t.Parallel()
	key := func(length int) string { return strings.Repeat("a", length) }
	const cutOff, unknown, secretHere = "is cut off or malformed", "is in no known format", "secret"
	for text, want := range map[string]string{
		"":                                   "is empty; write ! for somebody who has no password",
		secretHere:                           unknown,
		"aSecret":                            unknown,
		key(13) + "!":                        unknown,
		"aa,aaaaaaaaaa":                      unknown,
		key(3000):                            "longer than any known format",
		"$":                                  unknown,
		"$$$$":                               unknown,
		"$9$secret$secret":                   unknown,
		"$gy$j9T$secret$" + key(43):          unknown,
		"$7$" + secretHere:                   unknown,
		"{":                                  unknown,
		"{SECRET}x":                          unknown,
		"{CRYPT}":                            "is empty",
		"{CRYPT}secret":                      unknown,
		"{CRYPT}{CRYPT}$1$a$" + key(22):      unknown,
		"{PLAIN}":                            "the plaintext digest is cut off",
		"$plaintext$":                        "the plaintext digest is cut off",
		"{SHA}secret":                        "the sha1 digest is cut off",
		"{SHA}9kFlf3yYOpA1dxl2+DEcDnovtsqX":  "the sha1 digest is cut off", // with salt
		"{SSHA}DgmWXdJBXh4MPfsjQE+mxmIngRM=": "the salted-sha1 digest is cut off",
		"{PBKDF2-SHA256}secret":              unknown,
		"{PBKDF2-SHA999}1$a$" + key(43):      unknown,
		"$2b$10$secret":                      "the bcrypt digest " + cutOff,
		"$2b$10$" + key(52) + "$":            cutOff,
		"$2b$10$" + key(52) + "!":            cutOff,
		"$2b$+9$" + key(53):                  cutOff,
		"$2b$03$" + key(53):                  "has cost 3; it must be from 4 to 14",
		"$2y$31$" + key(53):                  "has cost 31; it must be from 4 to 14",
		"$bcrypt-sha256$v=2,t=2b,r=31$" + key(22) + "$" + key(31): "has cost 31",
		"$bcrypt-sha256$v=1,t=2b,r=05$" + key(22) + "$" + key(31): cutOff,
		"$1$ninechars$" + key(22):                                 cutOff,
		"$apr1$salt$" + key(21):                                   cutOff,
		"$5$rounds=1000001$salt$" + key(43):                       "has rounds 1000001; it must be from 1000 to 1000000",
		"$6$rounds=999$salt$" + key(86):                           "has rounds 999",
		"$6$rounds=99999999999$salt$" + key(86):                   cutOff,
		"$6$rounds=-1$salt$" + key(86):                            cutOff,
		"$6$rounds=5000,rounds=5000$salt$" + key(86):              cutOff,
		"$6$salt$" + key(43):                                      cutOff,
		"$6$saltofseventeench$" + key(86):                         cutOff,
		"$md5,rounds=4000000000$salt$$" + key(22):                 cutOff,
		"$md5,rounds=900000000$salt$$" + key(22):                  "has rounds 900000000",
		"$md5$salt$" + key(22):                                    cutOff,
		"$sha1$900000000$salt$" + key(28):                         "has rounds 900000000",
		"$y$jET$salt$" + key(43):                                  "takes 512 MiB to verify; it must be at most 256 MiB",
		"$y$j!T$salt$" + key(43):                                  cutOff,
		"$y$k9T$salt$" + key(43):                                  cutOff,
		"$scrypt$ln=30,r=8,p=1$c2FsdA$" + key(43):                 "takes 1048576 MiB",
		"$scrypt$ln=16,r=8,p=9$c2FsdA$" + key(43):                 "has p 9; it must be from 1 to 8",
		"$scrypt$ln=16,r=8$c2FsdA$" + key(43):                     cutOff,
		"$scrypt$ln=16,r=8,p=1,q=1$c2FsdA$" + key(43):             cutOff,
		"$scrypt$ln=16,r=8,p=1$!$" + key(43):                      cutOff,
		"$argon2id$v=19$m=999999999,t=1,p=1$c2FsdA$" + key(43):    "takes 976562 MiB",
		"$argon2id$v=19$m=65536,t=17,p=1$c2FsdA$" + key(43):       "has t 17; it must be from 1 to 16",
		"$argon2id$v=19$m=65536,t=1,p=65$c2FsdA$" + key(43):       "has p 65; it must be from 1 to 64",
		"$argon2id$v=19$m=65536,t=0,p=1$c2FsdA$" + key(43):        "has t 0",
		"$argon2id$v=19$m=1,t=1,p=1$c2FsdA$" + key(43):            cutOff,
		"$argon2id$v=16$m=65536,t=1,p=1$c2FsdA$" + key(43):        cutOff,
		"$argon2id$v=19$m=65536,t=1,p=1$c2FsdA$" + key(20):        cutOff,
		"$pbkdf2-sha256$2000001$c2FsdA$" + key(43):                "has iterations 2000001; it must be from 1 to 2000000",
		"$pbkdf2-sha256$1000001$c2FsdA$" + key(86):                "it must be from 1 to 1000000",
		"$pbkdf2-sha256$0$c2FsdA$" + key(43):                      "has iterations 0",
		"$pbkdf2-sha256$1000$c2FsdA$" + key(10):                   cutOff,
	} {
		t.Run(text, func(t *testing.T) {
			t.Parallel()
			_, err := parseDigest(text)
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("got error %v, want %q", err, want)
			}
			expectNoSecret(t, err)
		})
	}
}

func TestMostCostlyDigestsThatAreTaken(t *testing.T) {
	t.Parallel()
	key := func(length int) string { return strings.Repeat("a", length) }
	for _, text := range []string{
		"$2b$14$" + key(53),
		"$5$rounds=1000000$salt$" + key(43),
		"$6$rounds=1000000$saltsaltsaltsalt$" + key(86),
		"$md5,rounds=500000$salt$$" + key(22),
		"$sha1$2000000$salt$" + key(28),
		"$y$jDT$salt$" + key(42) + ".",
		"$scrypt$ln=18,r=8,p=2$c2FsdA$" + key(43),
		"$argon2id$v=19$m=262144,t=4,p=4$c2FsdA$" + key(43), // libsodium's moderate has t=3
		"$argon2id$v=19$m=8,t=1,p=64$c2FsdA$" + key(43),
		"$pbkdf2$2000000$c2FsdA$" + key(27),
	} {
		d, err := parseDigest(text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
		}
		if d.memory > maxDigestMemory {
			t.Errorf("%s takes %d bytes", text, d.memory)
		}
	}
}

// FuzzDigest verifies what is cheap enough to be verified often.
func FuzzDigest(f *testing.F) {
	for _, v := range toolDigests(f) {
		f.Add(v.text, v.password)
	}
	f.Add("{PBKDF2-SHA256}1000$x$y", "")
	f.Fuzz(func(t *testing.T, text, password string) {
		d, err := parseDigest(text)
		if err != nil || d.locked {
			return
		}
		if decoy, err := parseDigest(blank(text)); err != nil || decoy.class() != d.class() {
			t.Errorf("blank of %q: %v", text, err)
		}
		if d.memory > 1<<20 || len(password) > maxPasswordBytes || isCostly(d) {
			return
		}
		if _, err := d.match([]byte(password)); err != nil {
			t.Errorf("%q: %v", text, err)
		}
	})
}

// isCostly judges by the largest number in the cost.
func isCostly(d digest) bool {
	if d.scheme == "bcrypt" || d.scheme == "bcrypt-sha256" {
		return d.cost > "05"
	}
	for _, number := range strings.FieldsFunc(d.cost, func(r rune) bool { return r < '0' || r > '9' }) {
		if len(number) > 4 {
			return true
		}
	}
	return false
}
