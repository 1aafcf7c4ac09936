package main

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

const (
	// A pod is asked often until it is ready, then every now and then. A kubelet asks every few seconds.
	unreadyPeriod = 50 * time.Millisecond
	readyPeriod   = time.Second

	// restartDelay is how long a process that ended by itself rests.
	restartDelay = 2 * time.Second

	// drainDelay replaces the runtime's own 5 s: the Ingress controller of the demo knows at once that a pod
	// is ending.
	drainDelay = 500 * time.Millisecond
)

// localPod is a pod that runs as a process of this machine.
type localPod struct {
	name    string
	ip      string // as the cluster sees it; see kubelet.dial
	root    string // what the container sees as /
	program string
	args    []string
	grace   time.Duration
	log     string
	changed func() // called after each change of state

	stop  context.CancelFunc
	ended chan struct{}

	mu    sync.Mutex
	state podState
}

// exit is how a process ended, and what it wrote last.
type exit struct {
	code  int
	words string
}

// podState is what there is to tell of a localPod.
type podState struct {
	running, ready bool
	startedAt      time.Time
	restarts       int32
	hookAddress    string // where it answers hooks, on loopback
	exit           *exit  // of the last process that ended by itself; nil: none did
}

func (p *localPod) look() podState {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.state
}

func (p *localPod) update(change func(*podState)) {
	p.mu.Lock()
	before := p.state
	change(&p.state)
	same := p.state == before
	p.mu.Unlock()
	if !same {
		p.changed()
	}
}

// run starts the process, again when it ends by itself, until ctx ends.
func (p *localPod) run(ctx context.Context) {
	defer close(p.ended)
	for ctx.Err() == nil {
		if err := p.runOnce(ctx); err != nil {
			p.update(func(s *podState) {
				s.running, s.ready, s.exit = false, false, &exit{1, err.Error()}
			})
		}
		select {
		case <-ctx.Done():
		case <-time.After(restartDelay):
			p.update(func(s *podState) { s.restarts++ })
		}
	}
}

// runOnce is the life of one process.
func (p *localPod) runOnce(ctx context.Context) error {
	hooks, err := freeAddress()
	if err != nil {
		return err
	}
	admin, err := freeAddress()
	if err != nil {
		return err
	}
	args := append(p.localArgs(), "--listen="+hooks, "--admin-listen="+admin, "--drain-delay="+drainDelay.String())
	process, err := startProcess(p.name, p.log, p.program, nil, args...)
	if err != nil {
		return err
	}
	p.update(func(s *podState) { s.running, s.startedAt, s.hookAddress = true, time.Now(), hooks })
	tick := time.NewTicker(unreadyPeriod)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			process.stop(p.grace)
			p.update(func(s *podState) { s.running, s.ready = false, false })
			return nil
		case <-process.ended:
			ended := &exit{process.exitCode(), tail(p.log, 2048)}
			p.update(func(s *podState) { s.running, s.ready, s.exit = false, false, ended })
			return nil
		case <-tick.C:
			ready := answers("http://" + admin + "/readyz")
			if ready {
				tick.Reset(readyPeriod)
			}
			p.update(func(s *podState) { s.ready = ready })
		}
	}
}

// localArgs are the container's arguments with its paths as they are on this machine.
func (p *localPod) localArgs() []string {
	var args []string
	for _, arg := range p.args {
		if flag, value, ok := strings.Cut(arg, "="); ok && strings.HasPrefix(value, "/") {
			arg = flag + "=" + filepath.Join(p.root, value)
		}
		args = append(args, arg)
	}
	return args
}

var adminClient = &http.Client{Timeout: time.Second, Transport: &http.Transport{DisableKeepAlives: true}}

// answers tells whether a GET of the URL is answered with 200.
func answers(url string) bool {
	response, err := adminClient.Get(url)
	if err != nil {
		return false
	}
	return response.Body.Close() == nil && response.StatusCode == http.StatusOK
}

// dial connects to the pod's process.
func (p *localPod) dial(ctx context.Context, network string) (net.Conn, error) {
	s := p.look()
	if !s.running {
		return nil, &net.OpError{Op: "dial", Net: network, Err: fmt.Errorf("pod %s does not run", p.ip)}
	}
	return (&net.Dialer{}).DialContext(ctx, network, s.hookAddress)
}
