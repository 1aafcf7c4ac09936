# `make help` lists the targets. Nothing but Go, make and bash is needed to build: every tool is pinned in hack/tools and
# run from there, and what the tests need is installed or built by the scripts in hack/.
SHELL := /usr/bin/env bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

# The version that binaries print and images are tagged with: the tag that the checkout is at, else dev.
VERSION ?= $(or $(shell git describe --tags --exact-match 2>/dev/null),dev)
# Where images belong: names are REPOSITORY/manager, REPOSITORY/hook-runtime.
REPOSITORY ?= hookline
# The architecture of images, as Go calls it.
ARCH ?= $(shell go env GOARCH)
# The packages that vet, lint and test look at.
PKG ?= ./...
# More arguments: make test ARGS='-run TestProbe -v', make demo ARGS=--once.
ARGS ?=
# How long each fuzz target runs.
FUZZTIME ?= 10s
KUBECTL ?= kubectl

TOOL := go tool -modfile=hack/tools/go.mod
KUSTOMIZE := $(TOOL) kustomize
GOLANGCI_LINT := go tool -modfile=hack/tools/lint/go.mod golangci-lint
MODULES := . hack/tools hack/tools/lint hack/controlplane

# Static binaries, the same byte for byte from the same sources in any folder.
GO_BUILD := CGO_ENABLED=0 go build -trimpath -buildvcs=false -ldflags '-s -w -X main.version=$(VERSION)'
BINARIES := manager hook-runtime oktasim
IMAGES := manager hook-runtime
E2E_IMAGES := oktasim provider-sim ingress
# Where the main package of an image lies, if not in cmd/NAME.
main_ingress := ./hack/ingress/cmd/ingress
main_provider-sim := ./hack/provider-sim

##@ Working on the code

.PHONY: generate
generate: ## Generate deepcopy functions, CRDs and the RBAC role from types and markers
	$(TOOL) controller-gen object paths=./api/...
	$(TOOL) controller-gen crd paths=./api/... output:crd:dir=config/crd/bases
	$(TOOL) controller-gen rbac:roleName=manager-role paths=./controllers/... paths=./cmd/manager output:rbac:dir=config/rbac

.PHONY: fmt
fmt: ## Format the code
	gofmt -w .

.PHONY: tidy
tidy: ## Tidy the go.mod of every module
	for module in $(MODULES); do go -C $$module mod tidy; done

.PHONY: vet
vet: ## Run go vet, on the e2e tests too
	go vet -tags e2e $(PKG)
	go -C hack/tools vet ./...

.PHONY: lint
lint: ## Run golangci-lint's standard set and staticcheck (the first run builds them: about two minutes)
	$(GOLANGCI_LINT) run $(PKG)
	$(TOOL) staticcheck -tags e2e $(PKG)
	cd hack/tools; go tool -modfile=lint/go.mod golangci-lint run ./...; go tool staticcheck ./...

.PHONY: verify
verify: ## Check that generated files, go.mod and format are up to date, then vet and lint
	hack/verify-generated
	for module in $(MODULES); do go -C $$module mod tidy -diff || { echo "go.mod of $$module is not tidy: run make tidy" >&2; exit 1; }; done
	@unformatted=$$(gofmt -l .); [ -z "$$unformatted" ] || { echo "not formatted, run make fmt:" $$unformatted >&2; exit 1; }
	$(MAKE) vet lint

##@ Testing

.PHONY: test
test: ## Run every test that needs no cluster: unit, envtest, contract (ARGS=-run=..., PKG=./okta/...)
	hack/install-test-deps
	assets=$$(hack/control-plane); KUBEBUILDER_ASSETS=$$assets go test -timeout 20m $(ARGS) $(PKG)
	go -C hack/tools test ./...

.PHONY: test-contract
test-contract: ## Run the tests against Okta's recordings and schemas in OKTA_CONTRACT; fails if none ran
	hack/test-contract

.PHONY: fuzz
fuzz: ## Run each fuzz target for FUZZTIME
	@grep -rnoE --include='*_test.go' '^func Fuzz[A-Za-z0-9_]+' . | sed -E 's|/[^/]*:[0-9]+:func | |' | while read -r package target; do \
		echo "$$package $$target"; go test -run '^$$' -fuzz "^$$target\$$" -fuzztime $(FUZZTIME) "$$package" </dev/null; done

.PHONY: test-e2e
test-e2e: ## Run the end-to-end tests on the cluster in KUBECONFIG, which has the images (see images, e2e-images)
	@: "$${KUBECONFIG:?is not set: name the kubeconfig of a test cluster that these tests may install to}"
	go test -tags e2e ./hack/e2e/... -count=1 -timeout 30m -v $(ARGS)

.PHONY: bench
bench: ## Measure the figures that the design promises and print them as a table
	assets=$$(hack/control-plane); KUBEBUILDER_ASSETS=$$assets go run ./hack/bench $(ARGS)

##@ Using it

.PHONY: demo
demo: ## Show Hookline at work on this machine, without a cluster (ARGS=--once ends by itself)
	assets=$$(hack/control-plane); KUBEBUILDER_ASSETS=$$assets go run ./hack/demo $(ARGS)

.PHONY: build
build: ## Build the binaries into bin/
	$(GO_BUILD) -o bin/ $(BINARIES:%=./cmd/%)

.PHONY: images
images: $(IMAGES:%=image-%) ## Make the container images as archives in bin/images/ (no Docker needed)

.PHONY: e2e-images
e2e-images: $(E2E_IMAGES:%=image-%) ## Make the images that the end-to-end tests run beside Hookline's

# One image; -o with the binary's name, because a package's folder may be called otherwise.
ALL_IMAGES := $(IMAGES:%=image-%) $(E2E_IMAGES:%=image-%)
.PHONY: $(ALL_IMAGES)
$(ALL_IMAGES): image-%:
	@mkdir -p bin/images
	GOOS=linux GOARCH=$(ARCH) $(GO_BUILD) -o bin/linux-$(ARCH)/$* $(or $(main_$*),./cmd/$*)
	GOOS= GOARCH= go -C hack/tools run ./image -binary $(CURDIR)/bin/linux-$(ARCH)/$* -arch $(ARCH) \
		-name $(REPOSITORY)/$*:$(VERSION) -out $(CURDIR)/bin/images/$*.tar

.PHONY: install
install: ## Install the CRDs into the cluster that kubectl talks to
	$(KUSTOMIZE) build config/crd | $(KUBECTL) apply --server-side -f -

.PHONY: deploy
deploy: ## Install the operator with images REPOSITORY/...:VERSION into the cluster that kubectl talks to
	$(KUSTOMIZE) build config/default | sed -E 's#hookline/(manager|hook-runtime):dev#$(REPOSITORY)/\1:$(VERSION)#g' | $(KUBECTL) apply --server-side -f -

.PHONY: clean
clean: ## Remove what was built here (a built control plane stays in the user's cache folder)
	rm -rf bin

.PHONY: help
help: ## List the targets
	@awk 'BEGIN { FS = ":.*## " } /^##@/ { printf "\n%s\n", substr($$0, 5) } /^[a-z0-9-]+:.*## / { printf "  %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
