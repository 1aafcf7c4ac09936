package passwordimport

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestUsersAreReadAsApacheReadsThem(t *testing.T) {
	t.Parallel()
	const d = sha1OfSecret
	for name, test := range map[string]struct {
		file string
		want map[string]string
	}{
		"one user a line":                          {"ada:" + d + "\ngrace:" + d + "\n", map[string]string{"ada": d, "grace": d}},
		"the last line needs no end":               {"ada:" + d, map[string]string{"ada": d}},
		"lines end as on Windows":                  {"ada:" + d + "\r\ngrace:" + d + "\r\n", map[string]string{"ada": d, "grace": d}},
		"empty lines and comments are passed over": {"# staff\n\n  \nada:" + d + "\n#bob:" + d, map[string]string{"ada": d}},
		"an editor's byte order mark is no user":   {"\ufeffada:" + d, map[string]string{"ada": d}},
		"further fields are something else":        {"ada:" + d + ":18000:0:99999:7:::", map[string]string{"ada": d}},
		"space around a digest is none of it":      {"ada: " + d + "\t", map[string]string{"ada": d}},
		"names differ in case":                     {"ada:" + d + "\nAda:" + d, map[string]string{"ada": d, "Ada": d}},
		"plain text has any character":             {"ada:{PLAIN} a:b ", map[string]string{"ada": "{PLAIN} a:b "}},
		"a user without a password":                {"ada:*\nbob:!" + d, map[string]string{"ada": "*", "bob": "!" + d}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, _, err := parseHtpasswd(t.Context(), []byte(test.file))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("users (-want +got):\n%s", diff)
			}
		})
	}
}

func TestWrongLinesAreNamedByNumber(t *testing.T) {
	t.Parallel()
	const d = sha1OfSecret
	for name, test := range map[string]struct{ file, want string }{
		"nothing":               {"", "there are no users in it"},
		"comments only":         {"# nobody\n", "there are no users in it"},
		"no colon":              {"ada:" + d + "\n\nsecret-grace\n", "line 3: has no colon; write user:digest"},
		"no user":               {":" + d, "line 1: has no user before the colon"},
		"space before the user": {" ada:" + d, "line 1: has white space before or after the user"},
		"a user in Latin-1":     {"gr\xfcn:" + d, "line 1: has a user that is not written in UTF-8"},
		"a file in UTF-16":      {"\xff\xfea\x00d\x00a\x00", "the file is written in UTF-16; save it as UTF-8"},
		"a user twice":          {"ada:" + d + "\nbob:" + d + "\nada:*", "line 3: has the same user as line 1; leave one of them out"},
		"no digest":             {"ada:", "line 1: the digest is empty; write ! for"},
		"plain text":            {"ada:secret-hunter2", "line 1: the digest is in no known format; if it is a password in plain text (htpasswd -p), make a digest"},
		"a costly digest": {"ada:$2y$15$" + strings.Repeat("a", 53),
			"line 1: the bcrypt digest has cost 15; it must be from 4 to 14, because a sign-in has to be answered"},
		"a digest cut off": {"ada:$2y$10$secret", "line 1: the bcrypt digest is cut off or malformed"},
		"several":          {"secret1\nsecret2", "line 1: has no colon; write user:digest, as htpasswd does\nline 2: has no colon"},
		"many":             {strings.Repeat("secret\n", 20), "line 5: has no colon; write user:digest, as htpasswd does\nand 15 more lines"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, _, err := parseHtpasswd(t.Context(), []byte(test.file))
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got error %v, want %q", err, test.want)
			}
			if err != nil && strings.Contains(err.Error(), "secret") {
				t.Errorf("error repeats the file: %v", err)
			}
		})
	}
}

func TestReadingUsersEndsWithItsContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := parseHtpasswd(ctx, []byte(strings.Repeat("\n", 2000))); err != context.Canceled {
		t.Errorf("got error %v", err)
	}
}

func TestThousandsOfUsersAreFound(t *testing.T) {
	t.Parallel()
	var file strings.Builder
	for i := range 20000 {
		fmt.Fprintf(&file, "user%d@example.com:%s\n", i, sha1OfSecret)
	}
	h := newHandler(t, staticSpec(), secrets{"htpasswd": file.String()})
	for _, name := range []string{"user0@example.com", "user19999@example.com"} {
		if got := ask(t, h, request(t, name, "s3cr3t")); got != "VERIFIED" {
			t.Errorf("%s is %s", name, got)
		}
	}
}

func FuzzHtpasswd(f *testing.F) {
	f.Add([]byte("ada:" + sha1OfSecret + "\r\n# x\nbob:!"))
	f.Add([]byte("a:{PLAIN}a:b\n\ufeff:\x00"))
	f.Fuzz(func(t *testing.T, content []byte) {
		users, mix, err := parseHtpasswd(t.Context(), content)
		if (err == nil) == (len(users) == 0) {
			t.Fatalf("%d users, error %v", len(users), err)
		}
		for name, text := range users {
			if _, err := parseDigest(text); name == "" || err != nil {
				t.Errorf("user %q: %v", name, err)
			}
		}
		if err == nil {
			mix.pick("nobody")
		}
	})
}
