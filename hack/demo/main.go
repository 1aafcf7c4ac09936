package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"github.com/spf13/cobra"
)

// options are what the flags say.
type options struct {
	once, keep, full bool
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	err := newCommand().ExecuteContext(ctx)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "demo:", err)
		os.Exit(1)
	}
}

func newCommand() *cobra.Command {
	var o options
	cmd := &cobra.Command{
		Use:           "demo",
		Short:         "Show Hookline at work on this machine, without a cluster",
		Args:          cobra.NoArgs,
		SilenceUsage:  true,
		SilenceErrors: true,
		RunE:          func(cmd *cobra.Command, _ []string) error { return run(cmd.Context(), cmd.OutOrStdout(), o) },
	}
	flags := cmd.Flags()
	flags.BoolVar(&o.once, "once", false, "end after the story instead of waiting for Ctrl-C; the exit status says whether all was as told")
	flags.BoolVar(&o.keep, "keep", false, "keep the folder with logs, kubeconfig and binaries")
	flags.BoolVar(&o.full, "full", false, "show all of what Okta sends, not only what the story is about")
	return cmd
}

// run tells the story in a folder of its own and cleans up behind it. After a failure the logs stay.
func run(ctx context.Context, out io.Writer, o options) (err error) {
	assets := os.Getenv("KUBEBUILDER_ASSETS")
	if assets == "" {
		return errors.New("KUBEBUILDER_ASSETS is not set; run make demo, or set it to what hack/control-plane prints")
	}
	dir, err := os.MkdirTemp("", "hookline-demo-")
	if err != nil {
		return fmt.Errorf("make a folder: %w", err)
	}
	defer func() { err = errors.Join(err, cleanUp(dir, o.keep, err != nil && ctx.Err() == nil)) }()
	w, err := newWorld(ctx, dir, assets)
	if err != nil {
		return err
	}
	p := newPrinter(out, o.full)
	// The story ends before the world does: what runs in the world must survive Ctrl-C until it is its turn.
	err = errors.Join(tell(ctx, p, w, o), w.stop())
	if ctx.Err() != nil && o.once {
		return errors.New("interrupted")
	}
	return err
}

// tell starts the world and tells the story.
func tell(ctx context.Context, p *printer, w *world, o options) error {
	begin := time.Now()
	p.title("Hookline: from one manifest to an Okta inline hook that answers. All of it on this machine.")
	if err := w.start(ctx, p); err != nil {
		return ignoreInterrupt(ctx, o, err)
	}
	if err := newStory(p, w).tell(ctx); err != nil {
		return ignoreInterrupt(ctx, o, err)
	}
	p.title(fmt.Sprintf("That was all of it, and all of it was so, in %s.", time.Since(begin).Round(100*time.Millisecond)))
	if o.once {
		return nil
	}
	p.farewell(w)
	select {
	case <-ctx.Done():
		p.say("Cleaning up.")
		return nil
	case <-w.broken():
		return w.whyBroken()
	}
}

// ignoreInterrupt: whoever presses Ctrl-C knows why it ended.
func ignoreInterrupt(ctx context.Context, o options, err error) error {
	if ctx.Err() != nil && !o.once {
		return nil
	}
	return err
}

// cleanUp removes the folder, but for the logs after a failure.
func cleanUp(dir string, keep, failed bool) error {
	logs := filepath.Join(dir, logsFolder)
	switch {
	case keep:
		fmt.Fprintln(os.Stderr, "demo: everything is kept in", dir)
		return nil
	case failed:
		fmt.Fprintln(os.Stderr, "demo: the logs of all processes are in", logs)
		return removeBut(dir, logsFolder)
	default:
		return os.RemoveAll(dir)
	}
}

func removeBut(dir, kept string) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, entry := range entries {
		if entry.Name() != kept {
			err = errors.Join(err, os.RemoveAll(filepath.Join(dir, entry.Name())))
		}
	}
	return err
}
