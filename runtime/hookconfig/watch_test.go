package hookconfig

import (
	"context"
	"os"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fsnotify/fsnotify"
)

// patience is how long a change may take to be noticed before a test fails: less than it would take without
// being notified.
const patience = lookAgain / 2

// startWatch runs a watch until the test ends; what comes out is one value per change.
func startWatch(t *testing.T, watch *Watch) <-chan struct{} {
	t.Helper()
	changes := make(chan struct{}, 100)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		watch.Run(ctx, func() { changes <- struct{}{} })
	}()
	t.Cleanup(func() { cancel(); <-ended })
	return changes
}

func expectChange(t *testing.T, changes <-chan struct{}, what string) {
	t.Helper()
	select {
	case <-changes:
	case <-time.After(patience):
		t.Fatalf("%s was not noticed", what)
	}
}

func TestWatchNotices(t *testing.T) {
	t.Parallel()
	cases := map[string]func(t *testing.T, dir string){
		"a file that is written again": func(t *testing.T, dir string) { writeFile(t, dir+"/hook.yaml", "b") },
		"a file that is replaced": func(t *testing.T, dir string) {
			writeFile(t, dir+"/hook.yaml.new", "b")
			rename(t, dir+"/hook.yaml.new", dir+"/hook.yaml")
		},
		"a file that is gone": func(t *testing.T, dir string) {
			if err := os.Remove(dir + "/hook.yaml"); err != nil {
				t.Fatal(err)
			}
		},
		"a secret that is written again": func(t *testing.T, dir string) { writeFile(t, dir+"/secrets/users/htpasswd", "b") },
		"a new key":                      func(t *testing.T, dir string) { writeFile(t, dir+"/secrets/users/other", "b") },
		"a new secret":                   func(t *testing.T, dir string) { writeFile(t, dir+"/secrets/other/key", "b") },
	}
	for name, change := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := writeFiles(t, map[string]string{"hook.yaml": "a", "secrets/users/htpasswd": "a"})
			changes := startWatch(t, NewWatch(dir+"/hook.yaml", dir+"/secrets", ""))
			writeFile(t, dir+"/hook.yaml", "first") // so that it is known to be watching
			expectChange(t, changes, "the first change")
			change(t, dir)
			expectChange(t, changes, name)
		})
	}
}

func TestWatchNoticesWhatChangedBeforeItRan(t *testing.T) {
	t.Parallel()
	dir := writeFiles(t, map[string]string{"hook.yaml": "a"})
	watch := NewWatch(dir + "/hook.yaml")
	writeFile(t, dir+"/hook.yaml", "b")
	expectChange(t, startWatch(t, watch), "a change before Run")
}

// TestWatchFollowsKubernetes swaps the symbolic link of a mounted ConfigMap, as kubelet does.
func TestWatchFollowsKubernetes(t *testing.T) {
	t.Parallel()
	dir := writeFiles(t, map[string]string{"..1/hook.yaml": "a", "..2/hook.yaml": "b"})
	symlink(t, "..1", dir+"/..data")
	symlink(t, "..data/hook.yaml", dir+"/hook.yaml")
	changes := startWatch(t, NewWatch(dir+"/hook.yaml"))

	symlink(t, "..2", dir+"/..data_tmp")
	rename(t, dir+"/..data_tmp", dir+"/..data")
	expectChange(t, changes, "a new ..data")
}

func TestWatchPassesOverEqualContent(t *testing.T) {
	t.Parallel()
	dir := writeFiles(t, map[string]string{"hook.yaml": "a", "other": "x"})
	changes := startWatch(t, NewWatch(dir+"/hook.yaml"))
	writeFile(t, dir+"/hook.yaml", "a")
	writeFile(t, dir+"/other", "y")
	writeFile(t, dir+"/hook.yaml", "b") // the only change
	expectChange(t, changes, "the change")
	select {
	case <-changes:
		t.Error("there was one change, and a second was told")
	default:
	}
}

// TestWatchLooksAgainByItself has a node that notifies nobody.
func TestWatchLooksAgainByItself(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		dir := writeFiles(t, map[string]string{"hook.yaml": "a"})
		ctx, cancel := context.WithCancel(t.Context())
		var changes atomic.Int32
		go NewWatch(dir+"/hook.yaml").follow(ctx, &fsnotify.Watcher{}, func() { changes.Add(1) })
		time.Sleep(time.Second)
		writeFile(t, dir+"/hook.yaml", "half")
		time.Sleep(lookAgain - time.Second + settleTime + settleTime/2) // seen for the first time
		writeFile(t, dir+"/hook.yaml", "whole")
		time.Sleep(settleTime)
		if changes.Load() != 0 {
			t.Error("a file that is still being written was taken for changed")
		}
		time.Sleep(settleTime)
		if changes.Load() != 1 {
			t.Errorf("%d changes were told, want 1", changes.Load())
		}
		cancel()
		synctest.Wait()
	})
}

// Not parallel: it changes the working directory.
func TestFingerprintTellsFilesApart(t *testing.T) {
	base := map[string]string{"a/b": "c"}
	for name, files := range map[string]map[string]string{
		"other content": {"a/b": "d"},
		"another name":  {"a/c": "c"},
		"one file more": {"a/b": "c", "a/d": ""},
		"moved bytes":   {"a/bc": ""},
	} {
		if relativeFingerprint(t, base) == relativeFingerprint(t, files) {
			t.Errorf("%s has the fingerprint of the base", name)
		}
	}
	if relativeFingerprint(t, base) != relativeFingerprint(t, map[string]string{"a/b": "c", "a/..data": "x", "a/x/y/z": "too deep"}) {
		t.Error("what Kubernetes keeps for itself, or what is too deep, counts")
	}
}

// relativeFingerprint is the fingerprint of folder a, whatever folder that is in.
func relativeFingerprint(t *testing.T, files map[string]string) [32]byte {
	t.Helper()
	t.Chdir(writeFiles(t, files))
	return fingerprint([]string{"a"})
}

func symlink(t *testing.T, target, path string) {
	t.Helper()
	if err := os.Symlink(target, path); err != nil {
		t.Fatal(err)
	}
}

func rename(t *testing.T, from, to string) {
	t.Helper()
	if err := os.Rename(from, to); err != nil {
		t.Fatal(err)
	}
}
