package oktasim

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
)

// The commands of a token hook.
const (
	commandIdentityPatch = "com.okta.identity.patch"
	commandAccessPatch   = "com.okta.access.patch"
)

// lifetimePath is the one path outside claims that a hook may change, in seconds
// from minTokenLife to maxTokenLife.
const (
	lifetimePath = "/token/lifetime/expiration"
	minTokenLife = 300
	maxTokenLife = 86400
)

// Why a token hook's command cannot be applied, beside the reasons of patched.
var (
	errUnknownCommand = errors.New("there is no such command")
	errNotRequested   = errors.New("a token of this kind was not requested")
	errTokenPath      = errors.New("the path must be /claims/ and a name, or " + lifetimePath)
	errReserved       = errors.New("the claim is reserved")
	errLifetimeOp     = errors.New("a lifetime can only be replaced")
	errLifetime       = fmt.Errorf("a lifetime must be a whole number of seconds from %d to %d", minTokenLife, maxTokenLife)
)

// kinds are kinds of tokens.
type kinds uint8

const (
	inIdentity kinds = 1 << iota
	inAccess
	inBoth = inIdentity | inAccess
)

// reservedClaims are the claims that Okta's token hook reference says cannot be
// added, changed or removed, by the kind of token. aud and sub are not reserved in
// access tokens.
var reservedClaims = map[string]kinds{
	"acr": inBoth, "active": inIdentity, "aid": inIdentity, "amr": inIdentity, "app_id": inIdentity,
	"app_type": inIdentity, "as_uri": inAccess, "at_hash": inIdentity, "aud": inIdentity, "auth_time": inBoth,
	"authorization_details": inAccess, "c_hash": inIdentity, "cid": inBoth, "client_id": inIdentity,
	"client_ip": inIdentity, "client_req_id": inIdentity, "client_type": inIdentity, "client_user_agent": inIdentity,
	"cnf": inBoth, "device_compliance": inIdentity, "device_id": inIdentity, "device_known": inIdentity,
	"device_managed": inIdentity, "device_name": inIdentity, "device_trust": inIdentity, "did": inIdentity,
	"dst": inIdentity, "exp": inBoth, "group": inIdentity, "groups": inBoth, "hotk": inIdentity, "iat": inBoth,
	"idp": inIdentity, "idp_iss": inIdentity, "iss": inBoth, "jti": inBoth, "mac_key": inIdentity,
	"may_act": inIdentity, "nonce": inIdentity, "oid": inIdentity, "okta_emailVerified": inIdentity,
	"okta_lastUpdated": inIdentity, "orig": inIdentity, "permissions": inIdentity, "purpose": inIdentity,
	"pwd_exp_days": inIdentity, "pwd_exp_time": inIdentity, "rid": inIdentity, "role": inIdentity, "rpt": inAccess,
	"rsi": inAccess, "scope": inIdentity, "scopes": inIdentity, "scp": inAccess, "sid": inBoth, "sub": inIdentity,
	"term": inIdentity, "token_type": inBoth, "uid": inAccess, "user_ip": inIdentity, "username": inAccess, "ver": inBoth,
}

// applyCommands returns the tokens as a hook's commands change them. The error says
// which command cannot be applied; then none of them is.
func (made tokens) applyCommands(commands []command) (tokens, error) {
	for i, c := range commands {
		var err error
		switch c.kind {
		case commandIdentityPatch:
			made.identity, err = made.identity.patch(inIdentity, c)
		case commandAccessPatch:
			made.access, err = made.access.patch(inAccess, c)
		default:
			err = errUnknownCommand
		}
		if err != nil {
			return tokens{}, fmt.Errorf("command %d (%.60s): %w", i+1, c.kind, err)
		}
	}
	return made, nil
}

// patch applies one command's operations in their order to a copy.
func (t *token) patch(kind kinds, c command) (*token, error) {
	if t == nil {
		return nil, errNotRequested
	}
	operations, err := parseOperations(c.value)
	if err != nil {
		return nil, err
	}
	changed := *t
	for i, op := range operations {
		if err := changed.apply(kind, op); err != nil {
			return nil, fmt.Errorf("operation %d (%s): %w", i+1, op, err)
		}
	}
	return &changed, nil
}

func (t *token) apply(kind kinds, op operation) error {
	path, err := parsePointer(op.path)
	if err != nil {
		return err
	}
	removes := op.op == "remove"
	switch {
	case op.op != "add" && op.op != "replace" && !removes:
		return errUnknownOp
	case removes && op.value != nil && string(bytes.TrimSpace(op.value)) != "null":
		return errValueOfRemove
	case op.path == lifetimePath:
		return t.applyLifetime(op)
	case path[0] != "claims" || len(path) < 2 || path[1] == "":
		return errTokenPath
	case reservedClaims[path[1]]&kind != 0:
		return errReserved
	}
	claims, err := patched(t.Claims, path[1:], op)
	if err != nil {
		return err
	}
	t.Claims = claims.(map[string]any) // patched returns an object for an object
	return nil
}

func (t *token) applyLifetime(op operation) error {
	if op.op != "replace" {
		return errLifetimeOp
	}
	seconds, err := strconv.Atoi(string(bytes.TrimSpace(op.value)))
	if err != nil || seconds < minTokenLife || seconds > maxTokenLife {
		return errLifetime
	}
	t.Token.Lifetime.Expiration = seconds
	return nil
}
