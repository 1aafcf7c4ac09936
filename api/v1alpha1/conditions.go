package v1alpha1

// Condition types. Each is a question that somebody asks, and True is always the good answer, but for
// kstatus' own two, which are there only while they are true.
const (
	// ConditionReady: is everything as the spec wants it?
	// OktaOrg: True (Authenticated); False with the reason of what is in the way: SecretNotFound,
	// SecretInvalid, SpecInvalid, OtherOrg, Unauthorized, Rejected, RateLimited, OktaUnavailable.
	// OktaInlineHook: True (Active, Inactive) when Deployed, Reachable and Registered all are; False with
	// reason and message of the first that is not; Unknown (Progressing) while work goes on.
	ConditionReady = "Ready"

	// ConditionDeployed: do pods of this generation answer?
	// True: Available, External. False: SpecInvalid, EndpointMissing, EndpointConflict, SecretNotFound,
	// SecretInvalid, NameTaken, RolloutStuck. Unknown: RollingOut.
	ConditionDeployed = "Deployed"

	// ConditionReachable: does the public URL lead to them, with the hook's own credentials?
	// True: Verified. False: NameNotResolved, CertificateInvalid, ConnectionFailed, UnexpectedAnswer,
	// CredentialsRefused. Unknown: NotVerified (verification: None).
	ConditionReachable = "Reachable"

	// ConditionRegistered: does Okta have the hook as it should be?
	// True: InSync. False: OrgNotFound, NamespaceNotAllowed, OrgNotReady, Conflict, Rejected,
	// Unauthorized, RateLimited, OktaUnavailable.
	ConditionRegistered = "Registered"

	// ConditionReconciling (kstatus): work goes on; there only while True.
	ConditionReconciling = "Reconciling"

	// ConditionStalled (kstatus): nothing will happen until somebody changes something; there only while True.
	ConditionStalled = "Stalled"
)

// Reasons of conditions and events.
const (
	// ReasonAuthenticated: the org answers and takes the credentials.
	ReasonAuthenticated = "Authenticated"
	// ReasonActive: Okta calls the hook, and it is answered.
	ReasonActive = "Active"
	// ReasonInactive: the hook is registered and switched off, as the spec says.
	ReasonInactive = "Inactive"
	// ReasonProgressing: the manager is at work.
	ReasonProgressing = "Progressing"

	// ReasonSpecInvalid: the spec asks for something impossible that the API server can't see, such as an
	// expression that does not compile. Stalled.
	ReasonSpecInvalid = "SpecInvalid"
	// ReasonEndpointMissing: neither the hook nor its org says where Okta reaches it.
	ReasonEndpointMissing = "EndpointMissing"
	// ReasonEndpointConflict: an older hook has the same host and path.
	ReasonEndpointConflict = "EndpointConflict"
	// ReasonSecretNotFound: a Secret that is referred to is not there.
	ReasonSecretNotFound = "SecretNotFound"
	// ReasonSecretInvalid: a Secret is there, but the key is not, or its value can't be used.
	ReasonSecretInvalid = "SecretInvalid"
	// ReasonNameTaken: an object with the name that the hook needs belongs to somebody else.
	ReasonNameTaken = "NameTaken"
	// ReasonApplyRefused: the API server refuses an object that the hook needs.
	ReasonApplyRefused = "ApplyRefused"
	// ReasonRollingOut: pods are starting or being replaced.
	ReasonRollingOut = "RollingOut"
	// ReasonRolloutStuck: the pods do not start; the message says which and why.
	ReasonRolloutStuck = "RolloutStuck"
	// ReasonAvailable: enough pods of this generation answer.
	ReasonAvailable = "Available"
	// ReasonExternal: the service is not Hookline's, nothing is deployed.
	ReasonExternal = "External"

	// ReasonVerified: a call of the public URL was answered by this hook.
	ReasonVerified = "Verified"
	// ReasonNotVerified: verification is None.
	ReasonNotVerified = "NotVerified"
	// ReasonNameNotResolved: the host of the URL has no address.
	ReasonNameNotResolved = "NameNotResolved"
	// ReasonCertificateInvalid: the certificate of the URL is not trusted, expired or for another name.
	ReasonCertificateInvalid = "CertificateInvalid"
	// ReasonConnectionFailed: nothing accepts the connection, or it ends without an answer.
	ReasonConnectionFailed = "ConnectionFailed"
	// ReasonUnexpectedAnswer: something answers, but it is not this hook.
	ReasonUnexpectedAnswer = "UnexpectedAnswer"
	// ReasonCredentialsRefused: the hook answers and refuses its own credentials.
	ReasonCredentialsRefused = "CredentialsRefused"

	// ReasonInSync: Okta has the hook as the spec wants it.
	ReasonInSync = "InSync"
	// ReasonOrgNotFound: there is no OktaOrg of that name.
	ReasonOrgNotFound = "OrgNotFound"
	// ReasonOtherOrg: the URL of an OktaOrg was changed to one of another org than its hooks are in. Stalled.
	ReasonOtherOrg = "OtherOrg"
	// ReasonNamespaceNotAllowed: the org does not allow hooks from this namespace.
	ReasonNamespaceNotAllowed = "NamespaceNotAllowed"
	// ReasonOrgNotReady: the org's credentials can't be read.
	ReasonOrgNotReady = "OrgNotReady"
	// ReasonConflict: something in Okta stands in the way: a hook of that name with another owner, or one
	// of Okta's limits. The message names it.
	ReasonConflict = "Conflict"
	// ReasonRejected: Okta refuses the hook as it is. Stalled.
	ReasonRejected = "Rejected"
	// ReasonUnauthorized: Okta refuses the credentials or the rights behind them.
	ReasonUnauthorized = "Unauthorized"
	// ReasonRateLimited: the org's rate limit is used up; work goes on at its reset.
	ReasonRateLimited = "RateLimited"
	// ReasonOktaUnavailable: Okta can't be reached or answers with an error of its own.
	ReasonOktaUnavailable = "OktaUnavailable"
)

// Reasons of events alone.
const (
	// ReasonCreated: the hook was created in Okta.
	ReasonCreated = "Created"
	// ReasonUpdated: the hook in Okta was changed to what the spec says now.
	ReasonUpdated = "Updated"
	// ReasonDriftCorrected: somebody had changed the hook in Okta; the message names the fields put right.
	ReasonDriftCorrected = "DriftCorrected"
	// ReasonAdopted: a hook that was there already was taken over.
	ReasonAdopted = "Adopted"
	// ReasonActivated: the hook was switched on in Okta.
	ReasonActivated = "Activated"
	// ReasonDeactivated: the hook was switched off in Okta.
	ReasonDeactivated = "Deactivated"
	// ReasonRotated: Okta was given another secret.
	ReasonRotated = "Rotated"
	// ReasonDeleted: the hook was deleted in Okta.
	ReasonDeleted = "Deleted"
	// ReasonRetained: the hook was left in Okta, as deletionPolicy says.
	ReasonRetained = "Retained"
	// ReasonLeftBehind: the resource is gone, but the hook in Okta could not be deleted; the message says
	// which hook, where, and why.
	ReasonLeftBehind = "LeftBehind"
)

// Names that are part of the contract with other tools.
const (
	// Finalizer keeps the resource until Okta is clean.
	Finalizer = "hookline.dev/finalizer"

	// OwnerHeader is the request header that marks a hook in Okta as ours. Its value is
	// "<cluster>/<namespace>/<name>", where cluster is the UID of the namespace kube-system.
	OwnerHeader = "X-Hookline-Owner"

	// LabelHook is on every object that the manager makes for a hook; its value is the hook's name.
	LabelHook = "hookline.dev/inline-hook"

	// AnnotationRequestedAt asks for a comparison with Okta now, when its value changes.
	AnnotationRequestedAt = "hookline.dev/requestedAt"
)
