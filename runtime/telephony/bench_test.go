package telephony

import (
	"context"
	"testing"
	"time"

	"github.com/hookline/hookline/api/v1alpha1"
	"github.com/hookline/hookline/runtime/hook"
)

// BenchmarkHandle is a call from bytes to bytes, without HTTP and with a provider that sends at once.
func BenchmarkHandle(b *testing.B) {
	plain := handlerOf("a")
	full := handlerOf("a", "b")
	full.Routes = []v1alpha1.TelephonyRoute{forCountries(to("b"), "DE", "FR"), when(to("a", "b"), "!user.login.endsWith('@partner.example')")}
	full.Message = "'Your code is ' + message.otpCode"
	full.AllowedCountries = []v1alpha1.CountryCode{"US", "CA", "DE"}
	full.Limits = &v1alpha1.TelephonyLimits{
		PerNumber: velocity(100_000, time.Hour), PerUser: velocity(100_000, time.Hour), PerPrefix: velocity(100_000, time.Hour),
	}
	for name, spec := range map[string]*v1alpha1.TelephonyHandler{"plain": plain, "full": full} {
		b.Run(name, func(b *testing.B) {
			benchmark(b, spec)
		})
	}
}

// forgetful is a provider that sends and keeps nothing.
type forgetful struct{}

func (forgetful) Send(context.Context, Message) Result {
	return Result{Class: Sent, TransactionID: "SM1"}
}

func (forgetful) Close() {}

func benchmark(b *testing.B, spec *v1alpha1.TelephonyHandler) {
	s := build(b, spec, nil)
	for _, c := range s.carriers {
		c.provider = forgetful{}
	}
	body := []byte(oktaBody(b, nil))
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		if i%50_000 == 0 {
			s.history = NewHistory() // or the limits would be reached
		}
		req, err := hook.Decode(body)
		if err != nil {
			b.Fatal(err)
		}
		response, err := s.Handle(b.Context(), req)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := response.Encode(); err != nil {
			b.Fatal(err)
		}
	}
}
