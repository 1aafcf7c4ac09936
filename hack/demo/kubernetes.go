package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/yaml"

	"github.com/hookline/hookline/api/v1alpha1"
)

const (
	// readyTimeout is far more than hooks need here.
	readyTimeout = time.Minute
	lookPeriod   = 50 * time.Millisecond
)

// awaitReady waits until hooks are ready at their newest generation. It shows the way there of the first one
// that is named, and then, of the others, which go the same way, its end.
func (s *story) awaitReady(ctx context.Context, names ...string) error {
	begin := time.Now()
	broken := s.world.broken()
	late := time.After(readyTimeout)
	tick := time.NewTicker(lookPeriod)
	defer tick.Stop()
	shown := map[string]string{}
	width := len(slices.MaxFunc(names, func(a, b string) int { return len(a) - len(b) }))
	for {
		ready, waiting, firstIsReady := 0, "", false
		for i, name := range names {
			hook := &v1alpha1.OktaInlineHook{}
			if err := s.world.cluster.client.Get(ctx, types.NamespacedName{Namespace: namespace, Name: name}, hook); err != nil {
				return fmt.Errorf("read OktaInlineHook %s: %w", name, err)
			}
			if i == 0 || firstIsReady {
				s.showConditions(hook, i == 0, width, shown)
			}
			if isReadyNow(hook) {
				ready++
				firstIsReady = firstIsReady || i == 0
			} else {
				waiting = name + ": " + readyMessage(hook)
			}
		}
		if ready == len(names) {
			s.say("Ready after %s.", time.Since(begin).Round(100*time.Millisecond))
			return nil
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-broken:
			return s.world.whyBroken()
		case <-late:
			return fmt.Errorf("not ready within %s: %s", readyTimeout, waiting)
		}
	}
}

// isReadyNow tells whether a hook is ready as its spec is now.
func isReadyNow(hook *v1alpha1.OktaInlineHook) bool {
	ready := meta.FindStatusCondition(hook.Status.Conditions, v1alpha1.ConditionReady)
	return ready != nil && ready.Status == metav1.ConditionTrue && ready.ObservedGeneration == hook.Generation
}

func readyMessage(hook *v1alpha1.OktaInlineHook) string {
	if ready := meta.FindStatusCondition(hook.Status.Conditions, v1alpha1.ConditionReady); ready != nil {
		return ready.Reason + ": " + ready.Message
	}
	return "the operator has not looked at it"
}

// showConditions shows the conditions that are others than those shown last.
func (s *story) showConditions(hook *v1alpha1.OktaInlineHook, theWay bool, width int, shown map[string]string) {
	kinds := []string{v1alpha1.ConditionReady}
	if theWay {
		kinds = append([]string{v1alpha1.ConditionDeployed, v1alpha1.ConditionReachable, v1alpha1.ConditionRegistered}, kinds...)
	}
	for _, kind := range kinds {
		condition := meta.FindStatusCondition(hook.Status.Conditions, kind)
		if condition == nil || condition.ObservedGeneration != hook.Generation {
			continue
		}
		if kind == v1alpha1.ConditionReady && condition.Status != metav1.ConditionTrue {
			continue // says what another one has said
		}
		text := condition.Reason + ": " + condition.Message
		if shown[hook.Name+kind] == text {
			continue
		}
		shown[hook.Name+kind] = text
		s.say("  %-*s  %-10s  %-7s  %s", width, hook.Name, kind, condition.Status, text)
	}
}

// describe shows the hooks as kubectl does.
func (s *story) describe(ctx context.Context) error {
	kubectl := filepath.Join(s.world.assets, "kubectl")
	if _, err := os.Stat(kubectl); err != nil {
		return s.describeAlone(ctx)
	}
	for _, args := range [][]string{
		{"get", "oktaorgs,oktainlinehooks", "--namespace", namespace},
		{"get", "deployments,pods,ingresses", "--namespace", namespace},
		{"describe", "oktainlinehook", signUpHook, "--namespace", namespace},
	} {
		s.say("$ kubectl %s", strings.Join(args, " "))
		command := exec.CommandContext(ctx, kubectl, args...)
		command.Env = append(os.Environ(), "KUBECONFIG="+s.world.control.adminConfig)
		output, err := command.CombinedOutput()
		s.output(string(output))
		if err != nil {
			return fmt.Errorf("run kubectl: %w", err)
		}
	}
	return nil
}

// describeAlone is for a control plane that came without kubectl.
func (s *story) describeAlone(ctx context.Context) error {
	var hooks v1alpha1.OktaInlineHookList
	if err := s.world.cluster.client.List(ctx, &hooks, client.InNamespace(namespace)); err != nil {
		return fmt.Errorf("list OktaInlineHooks: %w", err)
	}
	for _, hook := range hooks.Items {
		status, err := yaml.Marshal(map[string]any{"status": hook.Status})
		if err != nil {
			return fmt.Errorf("encode the status of %s: %w", hook.Name, err)
		}
		s.say("OktaInlineHook %s", hook.Name)
		s.output(string(status))
	}
	return nil
}

// farewell says how to play on.
func (p *printer) farewell(w *world) {
	kubectl := "kubectl"
	if _, err := exec.LookPath(kubectl); errors.Is(err, exec.ErrNotFound) {
		kubectl = filepath.Join(w.assets, "kubectl")
	}
	p.title("Everything is still running. Play with it; Ctrl-C ends it and removes all of it.")
	p.say("export KUBECONFIG=%s", w.control.adminConfig)
	p.say("%s get oih -n %s -o wide", kubectl, namespace)
	p.say("%s edit oih %s -n %s", kubectl, signUpHook, namespace)
	p.say("curl --cacert %s %s/api/v1/authn \\", w.okta.caFile, w.okta.URL)
	p.say("  -H 'Content-Type: application/json' -d '%s'", `{"username": "ada@example.com", "password": "analytical engine"}`)
	p.say("curl --cacert %s %s/-/deliveries    # what the SMS vendors sent", w.vendors.caFile, w.vendors.URL)
	p.say("Logs of all processes: %s", w.path(logsFolder))
}
