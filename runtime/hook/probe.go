package hook

// ProbeHeader marks a call of the manager's that asks who is there. Its value does not matter. The call
// must carry the hook's credentials like any other; the handler does not run.
const ProbeHeader = "X-Hookline-Probe"

// ProbeAnswer is the body of the answer to a probe:
//
//	{"hookline":{"type":"com.okta.user.pre-registration","path":"/identity/sign-up","version":"1f0c…"}}
type ProbeAnswer struct {
	// Hookline tells the runtime apart from anything else that answers with JSON.
	Hookline ProbeIdentity `json:"hookline"`
}

// ProbeIdentity says which hook answered.
type ProbeIdentity struct {
	// Type is Okta's id of the hook type.
	Type string `json:"type"`
	// Path is the path that the hook is served at.
	Path string `json:"path"`
	// Version is the version of the configuration that is served.
	Version string `json:"version"`
}
