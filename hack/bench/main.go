// Command bench measures the figures that the design promises and prints them as a table.
//
//	make bench
//
// The runtime is measured as the program that pods run, against a bare net/http server in the same run,
// so that the ratios hold on any machine; absolute times are this machine's. Servers and the caller have
// one processor each. What concerns the manager is measured on a real API server, with a stand-in for
// the kubelet that has pods ready at once.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"text/tabwriter"
	"time"
)

// figure is one row of the table.
type figure struct {
	what, measured, goal string
}

func main() {
	for variable, serve := range map[string]func() error{bareVariable: serveBare, typeVariable: serveType} {
		if os.Getenv(variable) != "" {
			fail(serve())
			return
		}
	}
	seconds := flag.Int("seconds", 3, "how long each measurement of throughput or latency takes")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	fail(run(ctx, time.Duration(*seconds)*time.Second))
}

func fail(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, each time.Duration) error {
	dir, err := os.MkdirTemp("", "hookline-bench-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	var table []figure
	for _, measure := range []func(context.Context, string, time.Duration) ([]figure, error){
		measureBinaries, measureStart, measureLoad, measureTypes, measureManager,
	} {
		rows, err := measure(ctx, dir, each)
		if err != nil {
			return err
		}
		table = append(table, rows...)
	}
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 3, ' ', 0)
	_, _ = fmt.Fprintln(w, "\nfigure\tmeasured\tgoal")
	for _, row := range table {
		_, _ = fmt.Fprintf(w, "%s\t%s\t%s\n", row.what, row.measured, row.goal)
	}
	return w.Flush()
}
