package passwordimport

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"
)

// maxReportedLines is how many wrong lines an error names.
const maxReportedLines = 5

// parseHtpasswd reads lines user:digest. It takes all lines or none: a user who is silently left out would
// be told that the password is wrong. Errors name lines by number and have nothing of them.
func parseHtpasswd(ctx context.Context, content []byte) (map[string]string, *mix, error) {
	text := strings.TrimPrefix(string(content), "\ufeff")
	if strings.HasPrefix(text, "\xff\xfe") || strings.HasPrefix(text, "\xfe\xff") {
		return nil, nil, errors.New("the file is written in UTF-16; save it as UTF-8")
	}
	reader := htpasswdReader{users: map[string]string{}, lines: map[string]int{}, mix: newMix(content)}
	number := 0
	for line := range strings.SplitSeq(text, "\n") {
		number++
		if number%1000 == 0 && ctx.Err() != nil {
			return nil, nil, ctx.Err()
		}
		reader.read(number, strings.TrimSuffix(line, "\r"))
	}
	if err := reader.err(); err != nil {
		return nil, nil, err
	}
	return reader.users, reader.mix, nil
}

type htpasswdReader struct {
	users    map[string]string
	lines    map[string]int // where a user stands
	mix      *mix
	problems []error
	more     int // problems beyond maxReportedLines
}

func (r *htpasswdReader) read(number int, line string) {
	if strings.TrimSpace(line) == "" || line[0] == '#' {
		return
	}
	if err := r.add(number, line); err != nil {
		if len(r.problems) == maxReportedLines {
			r.more++
			return
		}
		r.problems = append(r.problems, fmt.Errorf("line %d: %w", number, err))
	}
}

func (r *htpasswdReader) add(number int, line string) error {
	user, rest, found := strings.Cut(line, ":")
	switch {
	case !found:
		return errors.New("has no colon; write user:digest, as htpasswd does")
	case user == "":
		return errors.New("has no user before the colon; write user:digest")
	case user != strings.TrimSpace(user):
		return errors.New("has white space before or after the user; nobody could sign in like that")
	case !utf8.ValidString(user) || strings.ContainsRune(user, 0):
		return errors.New("has a user that is not written in UTF-8")
	}
	if first, twice := r.lines[user]; twice {
		return fmt.Errorf("has the same user as line %d; leave one of them out", first)
	}
	text := digestField(rest)
	d, err := parseDigest(text)
	if err != nil {
		return err
	}
	r.users[user], r.lines[user] = text, number
	r.mix.observe(d, text)
	return nil
}

// digestField is the digest in what stands behind the user. Like Apache, it takes further fields behind
// another colon for something else, except behind a password in plain text, which may have colons and
// spaces anywhere.
func digestField(rest string) string {
	if !strings.ContainsAny(rest, ": \t") {
		return rest
	}
	if d, err := parseDigest(rest); err == nil && d.scheme == schemePlaintext {
		return rest
	}
	text, _, _ := strings.Cut(rest, ":")
	return strings.TrimSpace(text)
}

func (r *htpasswdReader) err() error {
	switch {
	case r.more > 0:
		return fmt.Errorf("%w\nand %d more lines", errors.Join(r.problems...), r.more)
	case len(r.problems) > 0:
		return errors.Join(r.problems...)
	case len(r.users) == 0:
		return errors.New("there are no users in it; write lines user:digest, as htpasswd does")
	}
	return nil
}
