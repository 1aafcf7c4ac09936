package hookconfig

import (
	"context"
	"crypto/sha256"
	"fmt"
	"hash"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/fsnotify/fsnotify"
)

const (
	// settleTime is how long files have to be left alone before they count as changed: editors and
	// copies write in several steps.
	settleTime = 100 * time.Millisecond
	// lookAgain is how often the files are compared although nothing was heard of them: file systems that
	// notify nobody, queues that ran over, nodes that have no inotify instance left.
	lookAgain = 10 * time.Second
	// maxWatchDepth is how deep below a folder files are looked at: <name>/<key> of a SecretsDir.
	maxWatchDepth = 2
)

// Watch tells when files change. What counts is their content: touching a file, or swapping the symbolic
// link of a Kubernetes mount for one to equal content, is no change.
type Watch struct {
	paths []string
	last  [sha256.Size]byte
}

// NewWatch starts from what the files and folders at paths have in them now, so a change between this call
// and Run is not missed. Folders are looked into, two levels deep; empty paths are passed over.
func NewWatch(paths ...string) *Watch {
	w := &Watch{}
	for _, path := range paths {
		if path != "" {
			w.paths = append(w.paths, path)
		}
	}
	w.last = fingerprint(w.paths)
	return w
}

// Run calls onChange after each change, from one goroutine, until ctx ends. Files count as changed when they
// differ from before and have not differed from themselves for a moment, so one that is being written is
// waited for, and a busy folder around them does not put it off.
func (w *Watch) Run(ctx context.Context, onChange func()) {
	notifier, err := fsnotify.NewWatcher()
	if err != nil {
		// No inotify instance left on this node. Looking every now and then has to do.
		w.follow(ctx, &fsnotify.Watcher{}, onChange)
		return
	}
	defer func() { _ = notifier.Close() }() // fails only if closed before
	w.follow(ctx, notifier, onChange)
}

// follow looks when the notifier says so, and every now and then. A notifier without channels never does.
func (w *Watch) follow(ctx context.Context, notifier *fsnotify.Watcher, onChange func()) {
	again := time.NewTicker(lookAgain)
	defer again.Stop()
	look := time.NewTimer(0) // at once: for what changed since NewWatch
	defer look.Stop()
	pending, seen := true, w.last
	soon := func() {
		if !pending {
			pending = true
			look.Reset(settleTime)
		}
	}
	for {
		select {
		case <-ctx.Done():
			return
		case <-notifier.Events:
			soon()
		case _, more := <-notifier.Errors: // a queue that ran over: whatever was in it, a look will tell
			if more {
				soon()
			}
		case <-again.C:
			soon()
		case <-look.C:
			pending = false
			w.subscribe(notifier)
			now := fingerprint(w.paths)
			settled := now == seen
			seen = now
			switch {
			case now == w.last:
			case !settled:
				soon()
			default:
				w.last = now
				onChange()
			}
		}
	}
}

// subscribe asks for events of the folders that the files are in. A file itself won't do: it is replaced,
// not written to. Asking again for what is watched already changes nothing, so this also picks up folders
// that came later; what can't be watched is looked at again anyway.
func (w *Watch) subscribe(notifier *fsnotify.Watcher) {
	if notifier.Events == nil {
		return
	}
	for _, path := range w.paths {
		_ = notifier.Add(filepath.Dir(path))
		entries, err := os.ReadDir(path)
		if err != nil {
			continue // a file, or gone for now
		}
		_ = notifier.Add(path)
		for _, entry := range entries {
			if below := filepath.Join(path, entry.Name()); !hidden(entry.Name()) && isDir(below) {
				_ = notifier.Add(below)
			}
		}
	}
}

// hidden is what a Kubernetes mount keeps beside its files: ..data and the folders that it points to.
func hidden(name string) bool { return strings.HasPrefix(name, "..") }

func isDir(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

// fingerprint is a digest over names and contents. What can't be read counts as what the error says, so
// coming and going are changes too.
func fingerprint(paths []string) [sha256.Size]byte {
	sum := sha256.New()
	for _, path := range paths {
		addToFingerprint(sum, path, 0)
	}
	return [sha256.Size]byte(sum.Sum(nil))
}

func addToFingerprint(sum hash.Hash, path string, depth int) {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		writeEntry(sum, path, err.Error())
	case info.IsDir() && depth < maxWatchDepth:
		entries, err := os.ReadDir(path)
		if err != nil {
			writeEntry(sum, path, err.Error())
			return
		}
		for _, entry := range entries {
			if !hidden(entry.Name()) {
				addToFingerprint(sum, filepath.Join(path, entry.Name()), depth+1)
			}
		}
	case info.Mode().IsRegular():
		writeEntry(sum, path, digestFile(path))
	}
}

func digestFile(path string) string {
	file, err := os.Open(path)
	if err != nil {
		return err.Error()
	}
	defer func() { _ = file.Close() }() // only read
	content := sha256.New()
	if _, err := io.Copy(content, io.LimitReader(file, maxSecretBytes)); err != nil {
		return err.Error()
	}
	return string(content.Sum(nil))
}

// writeEntry keeps names and contents apart by their lengths. Writing to a hash never fails.
func writeEntry(sum hash.Hash, path, content string) {
	_, _ = fmt.Fprintf(sum, "%d:%s%d:%s", len(path), path, len(content), content)
}
