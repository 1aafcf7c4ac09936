package expr_test

import (
	"testing"

	"github.com/hookline/hookline/runtime/expr"
	"github.com/hookline/hookline/runtime/hook"
)

func BenchmarkEvaluate(b *testing.B) {
	for _, bench := range []struct{ name, source string }{
		{"suffix", "user.email.endsWith('@Example.com')"},
		{"pattern", "user.email.matches('^[^@]+@Example[.]com$')"},
		{"absent", "has(user.title) && user.title == 'x'"},
		{"list", "user.groups.exists(g, g == 'night') && !('day' in user.groups)"},
		{"text", "user.firstName + ' ' + user.lastName"},
	} {
		b.Run(bench.name, func(b *testing.B) {
			program := compile(b, bench.source, expr.JSON)
			req := request(b, signUp)
			b.ReportAllocs()
			for b.Loop() {
				if _, err := program.JSON(b.Context(), req); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkCompile(b *testing.B) {
	env := environment(b, hook.Registration)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := env.Compile("user.email.matches('^[^@]+@Example[.]com$') && !has(update.email)", expr.Bool); err != nil {
			b.Fatal(err)
		}
	}
}
