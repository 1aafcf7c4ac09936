package telephony

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/hookline/hookline/api/v1alpha1"
	"github.com/hookline/hookline/runtime/expr"
)

// route is a compiled v1alpha1.TelephonyRoute. What is empty fits every call.
type route struct {
	countries    []v1alpha1.CountryCode
	channels     []v1alpha1.TelephonyChannel
	requestTypes []v1alpha1.TelephonyRequestType
	when         *expr.Program
	candidates   []candidate
}

// candidate is a provider on a route.
type candidate struct {
	*carrier
	sender string // empty for the provider's own
}

// newRoutes compiles the routes. Without any, one that fits every call has all providers in their order.
func newRoutes(ctx context.Context, from []v1alpha1.TelephonyRoute, env *expr.Env, carriers []*carrier) ([]route, error) {
	if len(from) == 0 {
		everything := route{}
		for _, c := range carriers {
			everything.candidates = append(everything.candidates, candidate{carrier: c})
		}
		return []route{everything}, nil
	}
	routes := make([]route, 0, len(from))
	for i := range from {
		if err := ctx.Err(); err != nil {
			return nil, fmt.Errorf("routes[%d]: compile route: %w", i, err)
		}
		compiled, err := newRoute(&from[i], env, carriers)
		if err != nil {
			return nil, fmt.Errorf("routes[%d].%w", i, err)
		}
		routes = append(routes, compiled)
	}
	return routes, nil
}

func newRoute(from *v1alpha1.TelephonyRoute, env *expr.Env, carriers []*carrier) (route, error) {
	compiled := route{countries: from.Countries, channels: from.Channels, requestTypes: from.RequestTypes}
	if from.When != "" {
		var err error
		if compiled.when, err = env.Compile(from.When, expr.Bool); err != nil {
			return route{}, fmt.Errorf("when: %w", err)
		}
	}
	for i, name := range from.Providers {
		at := slices.IndexFunc(carriers, func(c *carrier) bool { return c.name == string(name) })
		if at < 0 {
			return route{}, fmt.Errorf("providers[%d]: there is no provider %q in handler.telephony.providers", i, name)
		}
		compiled.candidates = append(compiled.candidates, candidate{carrier: carriers[at], sender: string(from.Senders[string(name)])})
	}
	return compiled, nil
}

// pick is the first route that fits the call; nil if none does. Errors are *hook.Failure.
func (h *Handler) pick(ctx context.Context, c *call) (*route, error) {
	for i := range h.routes {
		fits, err := h.routes[i].fits(ctx, c)
		if err != nil {
			return nil, failure(ctx, fmt.Errorf("routes[%d].when: %w", i, err))
		}
		if fits {
			return &h.routes[i], nil
		}
	}
	return nil, nil
}

// fits reports whether the route takes a call. What can't be told, such as the country of the number or what
// a code of an unknown kind is for, is in no list.
func (r *route) fits(ctx context.Context, c *call) (bool, error) {
	switch {
	case len(r.countries) > 0 && !slices.Contains(r.countries, v1alpha1.CountryCode(c.number.country)),
		len(r.channels) > 0 && !slices.Contains(r.channels, c.channel),
		len(r.requestTypes) > 0 && !slices.Contains(r.requestTypes, c.requestType):
		return false, nil
	case r.when == nil:
		return true, nil
	}
	holds, err := r.when.Bool(ctx, c.req)
	if errors.Is(err, expr.ErrAbsent) {
		return false, nil
	}
	return holds, err
}
