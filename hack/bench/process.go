package main

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// secret is what calls carry.
const secret = "Bearer a-secret-of-the-benchmark"

// runtimeConfig is a hook that does little: what is measured is the runtime, not a store.
const runtimeConfig = `type: Registration
path: /hook
authentication:
  header: {secretKeyRef: {name: bench, key: secret}}
handler:
  registration:
    allowedEmailDomains: [example.com]
`

var binaries = []string{"manager", "hook-runtime", "oktasim"}

// measureBinaries builds the programs as images have them, and tells their sizes.
func measureBinaries(ctx context.Context, dir string, _ time.Duration) ([]figure, error) {
	var rows []figure
	for _, name := range binaries {
		out := filepath.Join(dir, name)
		build := exec.CommandContext(ctx, "go", "build", "-trimpath", "-ldflags", "-s -w", "-o", out, "./cmd/"+name)
		build.Env = append(os.Environ(), "CGO_ENABLED=0")
		if said, err := build.CombinedOutput(); err != nil {
			return nil, fmt.Errorf("build %s: %w\n%s", name, err, said)
		}
		info, err := os.Stat(out)
		if err != nil {
			return nil, err
		}
		rows = append(rows, figure{"size of " + name, fmt.Sprintf("%.1f MB", float64(info.Size())/1e6), ""})
	}
	return rows, writeRuntimeFiles(dir)
}

func writeRuntimeFiles(dir string) error {
	if err := os.MkdirAll(filepath.Join(dir, "secrets", "bench"), 0o700); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(dir, "secrets", "bench", "secret"), []byte(secret), 0o600); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, "hook.yaml"), []byte(runtimeConfig), 0o600)
}

// server is a process that answers calls.
type server struct {
	process       *exec.Cmd
	address       string
	body          string // what it is called with
	readyAfter    time.Duration
	residentBytes func() (int64, error)
}

// startServer starts a process with one processor and waits until it answers on ready.
func startServer(ctx context.Context, address, ready string, command string, args []string, env ...string) (*server, error) {
	process := exec.CommandContext(ctx, command, args...)
	process.Env = append(os.Environ(), append(env, "GOMAXPROCS=1")...)
	process.Stderr = os.Stderr
	begin := time.Now()
	if err := process.Start(); err != nil {
		return nil, err
	}
	s := &server{process: process, address: address, body: callBody}
	s.residentBytes = func() (int64, error) { return resident(process.Process.Pid) }
	for time.Since(begin) < 10*time.Second {
		response, err := http.Get("http://" + ready)
		if err == nil {
			_ = response.Body.Close()
			if response.StatusCode == http.StatusOK {
				s.readyAfter = time.Since(begin)
				return s, nil
			}
		}
		time.Sleep(time.Millisecond)
	}
	s.stop()
	return nil, fmt.Errorf("%s is not ready after 10 s", command)
}

func (s *server) stop() {
	_ = s.process.Process.Kill()
	_ = s.process.Wait()
}

func startRuntime(ctx context.Context, dir string) (*server, error) {
	public, admin, err := freeAddresses()
	if err != nil {
		return nil, err
	}
	return startServer(ctx, public, admin+"/readyz", filepath.Join(dir, "hook-runtime"), []string{
		"--config", filepath.Join(dir, "hook.yaml"), "--secrets", filepath.Join(dir, "secrets"),
		"--listen", public, "--admin-listen", admin, "--log-level", "error"})
}

func startBare(ctx context.Context) (*server, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	address, _, err := freeAddresses()
	if err != nil {
		return nil, err
	}
	return startServer(ctx, address, address+"/ready", self, nil, bareVariable+"="+address)
}

func freeAddresses() (one, other string, err error) {
	a, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", "", err
	}
	b, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", "", err
	}
	_, _ = a.Close(), b.Close()
	return a.Addr().String(), b.Addr().String(), nil
}

// resident is the memory of a process, from the kernel.
func resident(pid int) (int64, error) {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(status)) {
		if rest, ok := strings.CutPrefix(line, "VmRSS:"); ok {
			kilobytes, err := strconv.ParseInt(strings.Fields(rest)[0], 10, 64)
			return kilobytes << 10, err
		}
	}
	return 0, fmt.Errorf("no VmRSS for process %d", pid)
}

// measureStart starts the runtime some times: how long until it is ready, and how much memory it has then.
func measureStart(ctx context.Context, dir string, _ time.Duration) ([]figure, error) {
	var starts []time.Duration
	var memory []int64
	for range 9 {
		s, err := startRuntime(ctx, dir)
		if err != nil {
			return nil, err
		}
		bytes, err := s.residentBytes()
		s.stop()
		if err != nil {
			return nil, err
		}
		starts, memory = append(starts, s.readyAfter), append(memory, bytes)
	}
	return []figure{
		{"runtime, start to ready", fmt.Sprintf("%d ms", median(starts).Milliseconds()), "< 100 ms"},
		{"runtime, idle memory (resident)", fmt.Sprintf("%.1f MiB", float64(median(memory))/(1<<20)), "< 20 MiB"},
	}, nil
}

func median[T ~int64](values []T) T {
	sorted := slices.Sorted(slices.Values(values))
	return sorted[len(sorted)/2]
}
