package main

import (
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
)

// read is the files of a folder as a program sees them.
func read(t *testing.T, folder string) map[string]string {
	t.Helper()
	entries, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]string{}
	for _, entry := range entries {
		if strings.HasPrefix(entry.Name(), "..") {
			continue
		}
		content, err := os.ReadFile(filepath.Join(folder, entry.Name()))
		if err != nil {
			t.Fatal(err)
		}
		files[entry.Name()] = string(content)
	}
	return files
}

func TestProject(t *testing.T) {
	t.Parallel()
	folder := filepath.Join(t.TempDir(), "volume")
	for _, want := range []map[string]string{
		{"1": "first"},
		{"1": "first", "2": "second"},
		{"2": "changed"},
		{},
	} {
		files := map[string][]byte{}
		for name, content := range want {
			files[name] = []byte(content)
		}
		if err := project(folder, files); err != nil {
			t.Fatal(err)
		}
		if got := read(t, folder); !maps.Equal(got, want) {
			t.Errorf("files %v, want %v", got, want)
		}
	}
	if left, err := filepath.Glob(filepath.Join(folder, "..*")); err != nil || len(left) != 2 {
		t.Errorf("left in the folder: %v, want the link and what it names", left)
	}
}

func TestProjectLeavesWhatIsRightAlone(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	link := filepath.Join(folder, dataLink)
	var before string
	for i := range 2 {
		if err := project(folder, map[string][]byte{"1": []byte("same")}); err != nil {
			t.Fatal(err)
		}
		now, err := os.Readlink(link)
		if err != nil {
			t.Fatal(err)
		}
		if i == 1 && now != before {
			t.Errorf("the link was moved from %s to %s for the same content", before, now)
		}
		before = now
	}
}

func TestChosenKeys(t *testing.T) {
	t.Parallel()
	all := map[string][]byte{"a": []byte("1"), "b": []byte("2")}
	if got, err := chosen(all, nil, false); err != nil || len(got) != 2 {
		t.Errorf("without items: %v, %v; want all", got, err)
	}
	items := []corev1.KeyToPath{{Key: "a", Path: "x"}, {Key: "c", Path: "c"}}
	if got, err := chosen(all, items, true); err != nil || len(got) != 1 || string(got["x"]) != "1" {
		t.Errorf("optional: %v, %v; want a as x", got, err)
	}
	if _, err := chosen(all, items, false); err == nil {
		t.Error("a key that is missing and not optional must be an error")
	}
}

func TestPathsOfAContainerLieInThePodsFolder(t *testing.T) {
	t.Parallel()
	pod := localPod{root: "/pods/1", args: []string{"--config=/etc/hook.yaml", "--expect-credential=1", "--verbose"}}
	got := strings.Join(pod.localArgs(), " ")
	if want := "--config=/pods/1/etc/hook.yaml --expect-credential=1 --verbose"; got != want {
		t.Errorf("arguments %q, want %q", got, want)
	}
}
