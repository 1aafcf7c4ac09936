package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/hookline/hookline/hack/stage"
)

const (
	logsFolder = "logs"

	// What the samples say; the demo takes them at their word.
	namespace  = "identity"
	hookHost   = "hooks.acme.example"
	hookClass  = "nginx"
	hookTLS    = "hooks-tls"
	runtimeTag = "hookline/hook-runtime:dev"

	startTimeout = 30 * time.Second
	stopTimeout  = 10 * time.Second
)

// world is all that runs, in the order in which it is started.
type world struct {
	source string // the checkout
	dir    string // the demo's own folder
	assets string // the control plane's programs

	trusted *certificate
	control *controlPlane
	cluster *cluster
	okta    *oktaOrg
	vendors *vendors

	oktaProcess, vendorsProcess, manager *process
}

// newWorld finds the checkout and makes the folders.
func newWorld(ctx context.Context, dir, assets string) (*world, error) {
	module, err := exec.CommandContext(ctx, "go", "env", "GOMOD").Output()
	if err != nil {
		return nil, fmt.Errorf("find the checkout: %w", err)
	}
	w := &world{source: filepath.Dir(strings.TrimSpace(string(module))), dir: dir, assets: assets}
	for _, folder := range []string{logsFolder, "bin", "pods", "okta", "vendors"} {
		if err := os.Mkdir(w.path(folder), 0o700); err != nil {
			return nil, fmt.Errorf("make a folder: %w", err)
		}
	}
	return w, nil
}

func (w *world) path(parts ...string) string {
	return filepath.Join(append([]string{w.dir}, parts...)...)
}
func (w *world) program(name string) string { return w.path("bin", name) }
func (w *world) log(name string) string     { return w.path(logsFolder, name+".log") }
func (w *world) sample(name string) string {
	return filepath.Join(w.source, "config", "samples", name)
}

// start starts everything, and says what.
func (w *world) start(ctx context.Context, p *printer) error {
	p.begin("A Kubernetes control plane, an Okta org and the operator start as processes of this machine.")
	begin := time.Now()
	var err error
	if w.trusted, err = newCertificate(hookHost); err != nil {
		return err
	}
	for _, part := range []struct {
		start func(context.Context) error
		said  func() string
	}{
		{w.buildAndStartControlPlane, func() string {
			return "Kubernetes    " + strings.TrimSuffix(w.control.rest.Host, "/") + " (kube-apiserver and etcd)"
		}},
		{w.startCluster, func() string {
			return "Ingress       https://" + hookHost + ", which is " + w.cluster.ingressAddress() + " here"
		}},
		{w.startOkta, func() string {
			return "Okta          " + w.okta.URL + " (oktasim: calls hooks over HTTPS as Okta does)"
		}},
		{w.startVendors, func() string {
			return "SMS vendors   " + w.vendors.URL + " (provider-sim: Twilio and Vonage, as far as their APIs go)"
		}},
		{w.startManager, func() string {
			return "the operator  manager, with the rights that config/rbac gives it and no other"
		}},
	} {
		if err := part.start(ctx); err != nil {
			return err
		}
		p.say("%s", part.said())
	}
	p.say("Ready after %s.", time.Since(begin).Round(100*time.Millisecond))
	return nil
}

// buildAndStartControlPlane does both at once: each takes some seconds.
func (w *world) buildAndStartControlPlane(ctx context.Context) error {
	group, building := errgroup.WithContext(ctx)
	group.Go(func() error {
		build := exec.CommandContext(building, "go", "build", "-o", w.path("bin")+"/", "./cmd/manager", "./cmd/hook-runtime", "./cmd/oktasim", "./hack/provider-sim")
		build.Dir = w.source
		if output, err := build.CombinedOutput(); err != nil {
			return fmt.Errorf("build the programs: %w\n%s", err, output)
		}
		return nil
	})
	group.Go(func() (err error) {
		w.control, err = startControlPlane(w.assets, filepath.Join(w.source, "config", "crd", "bases"), w.dir, w.path(logsFolder))
		return err
	})
	return group.Wait()
}

func (w *world) startCluster(ctx context.Context) (err error) {
	w.cluster, err = startCluster(ctx, clusterOptions{
		rest:   w.control.rest,
		images: map[string]string{runtimeTag: w.program("hook-runtime")},
		pods:   w.path("pods"), logs: w.path(logsFolder),
	})
	if err != nil {
		return err
	}
	return w.prepareCluster(ctx)
}

// prepareCluster gives the operator the rights of config/rbac.
func (w *world) prepareCluster(ctx context.Context) error {
	rbac := filepath.Join(w.source, "config", "rbac")
	for _, file := range []string{filepath.Join(rbac, "role.yaml"), filepath.Join(rbac, "role_binding.yaml")} {
		objects, err := stage.Manifests(file)
		if err != nil {
			return err
		}
		if err := apply(ctx, w.cluster.client, objects...); err != nil {
			return err
		}
	}
	return nil
}

func (w *world) startOkta(ctx context.Context) error {
	ca := w.path("hooks-ca.crt")
	if err := os.WriteFile(ca, w.trusted.ca, 0o600); err != nil {
		return fmt.Errorf("write CA: %w", err)
	}
	const token = "00-the-demo-token"
	var err error
	w.oktaProcess, err = startProcess("oktasim", w.log("oktasim"), w.program("oktasim"), nil,
		"--listen=127.0.0.1:0", "--api-token="+token, "--tls-dir="+w.path("okta"),
		"--trust-ca="+ca, "--resolve="+hookHost+"="+w.cluster.ingressAddress())
	if err != nil {
		return err
	}
	url, err := awaitURL(ctx, w.oktaProcess)
	if err != nil {
		return err
	}
	w.okta, err = newOktaOrg(url, token, w.path("okta", "ca.crt"))
	return err
}

func (w *world) startVendors(ctx context.Context) error {
	var err error
	w.vendorsProcess, err = startProcess("provider-sim", w.log("provider-sim"), w.program("provider-sim"), nil,
		"--listen=127.0.0.1:0", "--tls-dir="+w.path("vendors"))
	if err != nil {
		return err
	}
	url, err := awaitURL(ctx, w.vendorsProcess)
	if err != nil {
		return err
	}
	w.vendors, err = newVendors(url, w.path("vendors", "ca.crt"))
	return err
}

// awaitURL waits until a simulator says where it serves: "oktasim: https://127.0.0.1:8443 ready".
func awaitURL(ctx context.Context, p *process) (string, error) {
	select {
	case line := <-p.firstLine:
		fields := strings.Fields(line)
		if len(fields) != 3 {
			return "", fmt.Errorf("start %s: it said %q", p.name, line)
		}
		return fields[1], nil
	case <-p.ended:
		return "", endedEarly(p)
	case <-ctx.Done():
		return "", context.Cause(ctx)
	case <-time.After(startTimeout):
		return "", fmt.Errorf("start %s: it was not ready within %s", p.name, startTimeout)
	}
}

func (w *world) startManager(ctx context.Context) error {
	health, err := freeAddress()
	if err != nil {
		return err
	}
	w.manager, err = startProcess("manager", w.log("manager"), w.program("manager"), []string{"KUBECONFIG=" + w.control.managerConfig},
		"--runtime-image="+runtimeTag, "--metrics-bind-address=0", "--health-probe-bind-address="+health,
		"--probe-ca-file="+w.path("hooks-ca.crt"), "--probe-resolve="+hookHost+"="+w.cluster.ingressAddress())
	if err != nil {
		return err
	}
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for late := time.After(startTimeout); ; {
		select {
		case <-tick.C:
			if answers("http://" + health + "/readyz") {
				return nil
			}
		case <-w.manager.ended:
			return endedEarly(w.manager)
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-late:
			return fmt.Errorf("start the manager: it was not ready within %s", startTimeout)
		}
	}
}

// endedEarly says why a process that should run does not.
func endedEarly(p *process) error {
	return fmt.Errorf("%s ended (%v); it wrote last: %s", p.name, p.err, strings.TrimSpace(tail(p.log, 600)))
}

// broken is closed when something has ended that should not.
func (w *world) broken() <-chan struct{} {
	closed := make(chan struct{})
	go func() {
		select {
		case <-w.manager.ended:
		case <-w.oktaProcess.ended:
		case <-w.vendorsProcess.ended:
		case <-w.cluster.ended:
		}
		close(closed)
	}()
	return closed
}

func (w *world) whyBroken() error {
	for _, p := range []*process{w.manager, w.oktaProcess, w.vendorsProcess} {
		select {
		case <-p.ended:
			return endedEarly(p)
		default:
		}
	}
	return fmt.Errorf("the cluster's own part of the demo ended: %w", w.cluster.err)
}

// stop ends everything that was started, last first.
func (w *world) stop() error {
	var err error
	if w.manager != nil {
		w.manager.stop(stopTimeout)
	}
	if w.cluster != nil {
		err = w.cluster.stop()
	}
	for _, simulator := range []*process{w.oktaProcess, w.vendorsProcess} {
		if simulator != nil {
			simulator.stop(stopTimeout)
		}
	}
	if w.control != nil {
		err = errors.Join(err, w.control.stop())
	}
	return err
}
