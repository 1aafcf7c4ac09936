package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	goruntime "runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// callers is how many connections the caller has, as a proxy would.
const callers = 8

// callBody is a call of a size that Okta's have. The id is filled in: a call that comes twice is
// answered from memory.
const callBody = `{"eventId":"############","eventTime":"2026-04-25T17:35:27.000Z","eventType":"com.okta.user.pre-registration",` +
	`"eventTypeVersion":"1.0","contentType":"application/json","cloudEventVersion":"0.1","source":"reg0000000000000001",` +
	`"requestType":"self.service.registration","data":{"context":{"request":{"method":"POST","ipAddress":"192.0.2.1",` +
	`"id":"reqAAAAAAAAAAAAAAAAAAAAAAAA","url":{"value":"/idp/idx/enroll/new"}}},"userProfile":{"firstName":"Ann","lastName":"Example",` +
	`"login":"ann.example@example.com","email":"ann.example@example.com"},"action":"ALLOW"}}`

const callHead = "POST /hook HTTP/1.1\r\nHost: hooks.example.com\r\nAuthorization: " + secret +
	"\r\nContent-Type: application/json\r\nAccept: application/json\r\nContent-Length: "

// caller is one connection that calls one after the other, with as little effort as possible.
type caller struct {
	conn    net.Conn
	answers *bufio.Reader
	request []byte
	id      []byte // within request
}

func dial(address, body string, number int) (*caller, error) {
	conn, err := net.Dial("tcp", address)
	if err != nil {
		return nil, err
	}
	request := []byte(callHead + strconv.Itoa(len(body)) + "\r\n\r\n" + body)
	at := strings.Index(string(request), "############")
	c := &caller{conn: conn, answers: bufio.NewReader(conn), request: request, id: request[at : at+12]}
	copy(c.id, fmt.Sprintf("%04d00000000", number%10000))
	return c, nil
}

func (c *caller) call() error {
	for i := len(c.id) - 1; ; i-- { // the next id
		if c.id[i]++; c.id[i] <= '9' {
			break
		}
		c.id[i] = '0'
	}
	if _, err := c.conn.Write(c.request); err != nil {
		return err
	}
	length := -1
	for first := true; ; first = false {
		line, err := c.answers.ReadSlice('\n')
		if err != nil {
			return err
		}
		if first && !strings.HasPrefix(string(line), "HTTP/1.1 200") {
			return fmt.Errorf("answered with %q", line)
		}
		if text, ok := strings.CutPrefix(string(line), "Content-Length: "); ok {
			if length, err = strconv.Atoi(strings.TrimSpace(text)); err != nil {
				return err
			}
		}
		if len(line) == 2 {
			_, err := c.answers.Discard(length)
			return err
		}
	}
}

// callAll has all callers work until the time is over. work is what one does, given its connection.
func callAll(ctx context.Context, s *server, round int, work func(ctx context.Context, c *caller, number int) error) error {
	var done sync.WaitGroup
	failures := make([]error, callers)
	for number := range callers {
		c, err := dial(s.address, s.body, round*callers+number)
		if err != nil {
			return err
		}
		done.Go(func() {
			defer func() { _ = c.conn.Close() }()
			failures[number] = work(ctx, c, number)
		})
	}
	done.Wait()
	return errors.Join(failures...)
}

// peak is how many calls a second a server answers when each caller calls as fast as it can.
func peak(ctx context.Context, s *server, round int, each time.Duration) (float64, error) {
	ctx, cancel := context.WithTimeout(ctx, each)
	defer cancel()
	counts := make([]int, callers)
	begin := time.Now()
	err := callAll(ctx, s, round, func(ctx context.Context, c *caller, number int) error {
		for ctx.Err() == nil {
			if err := c.call(); err != nil {
				return err
			}
			counts[number]++
		}
		return nil
	})
	total := 0
	for _, n := range counts {
		total += n
	}
	return float64(total) / time.Since(begin).Seconds(), err
}

// latency99 is the 99th percentile of the time from sending a call to its answer, at a steady rate. The time
// that a call was late because the caller was is left out: at such rates it is the caller that is short of
// processors, and not what is measured.
func latency99(ctx context.Context, s *server, round int, perSecond float64, each time.Duration) (time.Duration, error) {
	ctx, cancel := context.WithTimeout(ctx, each)
	defer cancel()
	pause := time.Duration(float64(time.Second) / perSecond * callers)
	all := make([][]time.Duration, callers)
	begin := time.Now()
	err := callAll(ctx, s, round, func(ctx context.Context, c *caller, number int) error {
		due := begin.Add(pause * time.Duration(number) / callers)
		for ctx.Err() == nil {
			time.Sleep(time.Until(due))
			sent := time.Now()
			if err := c.call(); err != nil {
				return err
			}
			all[number] = append(all[number], time.Since(sent))
			due = due.Add(pause)
		}
		return nil
	})
	taken := slices.Sorted(slices.Values(slices.Concat(all...)))
	if len(taken) == 0 {
		return 0, errors.Join(err, errors.New("no call was made"))
	}
	return taken[len(taken)*99/100], err
}

// rounds of each pair of measurements: the runtime and the bare server in turn.
const rounds = 5

// measureLoad compares the runtime with the bare server, pair by pair.
func measureLoad(ctx context.Context, dir string, each time.Duration) ([]figure, error) {
	defer goruntime.GOMAXPROCS(goruntime.GOMAXPROCS(1)) // the caller's one processor
	runtime, err := startRuntime(ctx, dir)
	if err != nil {
		return nil, err
	}
	defer runtime.stop()
	bare, err := startBare(ctx)
	if err != nil {
		return nil, err
	}
	defer bare.stop()
	var ratios, peaks []float64
	for round := range rounds {
		ours, err := peak(ctx, runtime, round, each)
		if err != nil {
			return nil, fmt.Errorf("call the runtime: %w", err)
		}
		theirs, err := peak(ctx, bare, round, each)
		if err != nil {
			return nil, fmt.Errorf("call the bare server: %w", err)
		}
		ratios, peaks = append(ratios, ours/theirs), append(peaks, ours)
	}
	slices.Sort(ratios)
	slices.Sort(peaks)
	ours, theirs, err := latencies(ctx, runtime, bare, 0.8*peaks[rounds/2])
	return []figure{
		{"runtime, calls a second on one core", fmt.Sprintf("%.0f", peaks[rounds/2]), ""},
		{"… against a bare net/http server", fmt.Sprintf("%.2f (%.2f to %.2f)", ratios[rounds/2], ratios[0], ratios[rounds-1]), ">= 0.8"},
		{"runtime, p99 added at 80 % of its peak", fmt.Sprintf("%.2f ms (%.2f against %.2f)",
			milliseconds(ours-theirs), milliseconds(ours), milliseconds(theirs)), "< 1 ms"},
	}, err
}

// windows of latency: many short ones in turn, so that a stall of the machine, which delays all calls
// that were due meanwhile, spoils one of them and not the median.
const (
	windows = 40
	window  = 250 * time.Millisecond
)

// latencies are the medians, over the windows, of the 99th percentiles of both servers.
func latencies(ctx context.Context, runtime, bare *server, rate float64) (ours, theirs time.Duration, err error) {
	goruntime.GOMAXPROCS(2)
	var of [2][]time.Duration
	for round := rounds; round < rounds+windows; round++ {
		for i, s := range []*server{runtime, bare} {
			taken, err := latency99(ctx, s, round, rate, window)
			if err != nil {
				return 0, 0, fmt.Errorf("call %s: %w", s.process.Path, err)
			}
			of[i] = append(of[i], taken)
		}
	}
	return median(of[0]), median(of[1]), nil
}

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
