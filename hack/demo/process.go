package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"
)

// process is a child of the demo that writes to a log file.
type process struct {
	name, log string
	cmd       *exec.Cmd
	// firstLine is the first line that it writes to standard output.
	firstLine chan string
	// ended is closed when it has ended; err says how then.
	ended chan struct{}
	err   error
}

// startProcess starts a program; what it writes is added to the file log.
func startProcess(name, log, program string, env []string, args ...string) (*process, error) {
	file, err := os.OpenFile(log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, fmt.Errorf("start %s: %w", name, err)
	}
	p := &process{
		name: name, log: log, cmd: exec.Command(program, args...),
		firstLine: make(chan string, 1), ended: make(chan struct{}),
	}
	p.cmd.Env = append(os.Environ(), env...)
	p.cmd.Stderr = file
	// A group of its own: Ctrl-C is for the demo, which ends its children in order.
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	out, err := p.cmd.StdoutPipe()
	if err == nil {
		err = p.cmd.Start()
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("start %s: %w", name, err), file.Close())
	}
	go func() {
		p.copyOutput(out, file)
		p.err = errors.Join(p.cmd.Wait(), file.Close())
		close(p.ended)
	}()
	return p, nil
}

func (p *process) copyOutput(out io.Reader, file io.Writer) {
	lines := bufio.NewScanner(out)
	for first := true; lines.Scan(); first = false {
		if first {
			p.firstLine <- lines.Text()
		}
		_, _ = fmt.Fprintln(file, lines.Text()) // a full disk is noticed elsewhere
	}
	_, _ = io.Copy(file, out) // after a line that is too long
}

// stop asks the process to end and waits for it. What does not end within grace is killed.
func (p *process) stop(grace time.Duration) {
	_ = p.cmd.Process.Signal(syscall.SIGTERM) // an error: it has ended already
	select {
	case <-p.ended:
	case <-time.After(grace):
		_ = p.cmd.Process.Kill()
		<-p.ended
	}
}

// exitCode of a process that has ended; -1 when a signal ended it.
func (p *process) exitCode() int { return p.cmd.ProcessState.ExitCode() }

// tail is the last whole lines of a log file, at most so many bytes.
func tail(log string, bytes int64) string {
	file, err := os.Open(log)
	if err != nil {
		return ""
	}
	defer func() { _ = file.Close() }()
	end, err := file.Seek(0, io.SeekEnd)
	if err != nil {
		return ""
	}
	_, _ = file.Seek(max(0, end-bytes), io.SeekStart)
	content, _ := io.ReadAll(file) // as much as there is
	if end > bytes {
		_, whole, _ := strings.Cut(string(content), "\n")
		return whole
	}
	return string(content)
}

// freeAddress is a loopback address that nobody listens at.
func freeAddress() (string, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", fmt.Errorf("find a free port: %w", err)
	}
	return listener.Addr().String(), listener.Close()
}
