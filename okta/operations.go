package okta

import "net/http"

// bucket is one of Okta's rate-limit buckets, as far as this client uses them.
type bucket string

const (
	// managementBucket is the catch-all of the management API. All inline-hook
	// calls, reads and writes, count against it together.
	managementBucket bucket = "/api/v1"
	// otherBucket is for what lies outside the management API.
	otherBucket bucket = "other"
)

// operation is one logical call: the closed set of metric labels and of what
// error messages say was being done.
type operation struct {
	name   string
	verb   string
	method string
	write  bool // Okta may keep an effect: a lost answer leaves the outcome open
	bucket bucket
}

var (
	opOrganization = operation{"get_organization", "read the organization", http.MethodGet, false, otherBucket}
	opList         = operation{"list_inline_hooks", "list inline hooks", http.MethodGet, false, managementBucket}
	opGet          = operation{"get_inline_hook", "get inline hook", http.MethodGet, false, managementBucket}
	opCreate       = operation{"create_inline_hook", "create inline hook", http.MethodPost, true, managementBucket}
	opReplace      = operation{"replace_inline_hook", "replace inline hook", http.MethodPut, true, managementBucket}
	opActivate     = operation{"activate_inline_hook", "activate inline hook", http.MethodPost, true, managementBucket}
	opDeactivate   = operation{"deactivate_inline_hook", "deactivate inline hook", http.MethodPost, true, managementBucket}
	opDelete       = operation{"delete_inline_hook", "delete inline hook", http.MethodDelete, true, managementBucket}
	opExecute      = operation{"execute_inline_hook", "execute inline hook", http.MethodPost, true, managementBucket}
)
