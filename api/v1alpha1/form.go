package v1alpha1

import (
	"regexp"
	"sync"
)

// form is a regular expression that is compiled when it is first needed. Every pod has this package, and
// most of them need few of its expressions: all of them together take half a megabyte.
type form struct {
	compiled func() *regexp.Regexp
}

// newForm takes an expression of this package's own, which is known to be one.
func newForm(source string) *form {
	return &form{sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(source) })}
}

// MatchString reports whether text has the form.
func (f *form) MatchString(text string) bool { return f.compiled().MatchString(text) }
