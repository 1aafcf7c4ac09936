package oktasim

import (
	"bytes"
	"encoding/json"
)

// object is a JSON object whose members are still text. Requests and hook
// replies are taken apart by hand because encoding/json matches member names in
// any case and Okta does not: a client that writes "tokenURL" for "tokenUrl"
// must fail here as it would there.
type object map[string]json.RawMessage

// parseObject reads a request body that must be one JSON object.
func parseObject(body []byte) (object, error) {
	var members object
	if err := json.Unmarshal(body, &members); err != nil || members == nil {
		return nil, errMalformed
	}
	return members, nil
}

// optional is a member of a request that may be absent, null or a value.
type optional[T any] struct {
	present bool // the member is there, perhaps null
	value   *T   // nil when absent or null
}

// or returns the value, or fallback when there is none.
func (o optional[T]) or(fallback T) T {
	if o.value == nil {
		return fallback
	}
	return *o.value
}

// assign copies the member into field if it is present, null as the zero value:
// the meaning of a partial update.
func (o optional[T]) assign(field *T) {
	if o.present {
		var zero T
		*field = o.or(zero)
	}
}

// decoder reads members and keeps the first wrong type, so that a reader of
// twenty members has one place to look for an error.
type decoder struct {
	err error
}

// member reads a member of o. A value of another JSON type is Okta's "not
// well-formed", kept in d.
func member[T any](d *decoder, o object, name string) optional[T] {
	raw, present := o[name]
	if !present || bytes.Equal(raw, []byte("null")) {
		return optional[T]{present: present}
	}
	value := new(T)
	if err := json.Unmarshal(raw, value); err != nil {
		d.err = errMalformed
		return optional[T]{present: true}
	}
	return optional[T]{present: true, value: value}
}
