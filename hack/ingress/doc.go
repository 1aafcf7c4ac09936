// Package ingress is a small Ingress controller for the demo and the end-to-end tests: they show what
// Hookline does behind any Ingress controller, and must not depend on which one a cluster has.
//
// It follows Ingresses of one class, Services, EndpointSlices and TLS Secrets, and makes a new table of
// routes of them at every change (table.go, a pure function). Calls are led by the table of the moment
// they arrive in (proxy.go), with TLS by the Ingress' own Secret or a default certificate (serve.go). It
// treats calls as the usual controllers do: an endpoint that is not ready gets none, one that does not
// accept a connection is passed over, and what an endpoint may have seen is never sent again. It needs the
// rights to list and watch those four kinds in the whole cluster, and writes nothing.
package ingress
