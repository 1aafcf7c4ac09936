package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// dataLink is what a kubelet calls the link to the files of the moment.
const dataLink = "..data"

// project makes folder have these files, the way a kubelet does: the files lie in a folder of their own,
// the link ..data names it, and a change puts a new folder in its place by one rename, so that a reader
// sees all of a change or none of it. Each file in folder itself is a link through ..data.
func project(folder string, files map[string][]byte) error {
	if projected(folder, files) {
		return nil
	}
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return fmt.Errorf("project volume: %w", err)
	}
	data, err := os.MkdirTemp(folder, "..")
	if err != nil {
		return fmt.Errorf("project volume: %w", err)
	}
	for name, content := range files {
		if err := os.WriteFile(filepath.Join(data, name), content, 0o600); err != nil {
			return fmt.Errorf("project volume: %w", err)
		}
	}
	before, err := os.Readlink(filepath.Join(folder, dataLink))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("project volume: %w", err)
	}
	if err := replaceLink(folder, dataLink, filepath.Base(data)); err != nil {
		return err
	}
	if err := linkFiles(folder, files); err != nil {
		return err
	}
	if before == "" {
		return nil
	}
	return os.RemoveAll(filepath.Join(folder, before))
}

// projected tells whether folder has exactly these files.
func projected(folder string, files map[string][]byte) bool {
	entries, err := os.ReadDir(filepath.Join(folder, dataLink))
	if err != nil || len(entries) != len(files) {
		return false
	}
	for name, content := range files {
		found, err := os.ReadFile(filepath.Join(folder, name))
		if err != nil || !bytes.Equal(found, content) {
			return false
		}
	}
	return true
}

func replaceLink(folder, name, target string) error {
	temporary := filepath.Join(folder, "..tmp")
	_ = os.Remove(temporary) // of an attempt that was cut short
	if err := os.Symlink(target, temporary); err != nil {
		return fmt.Errorf("project volume: %w", err)
	}
	if err := os.Rename(temporary, filepath.Join(folder, name)); err != nil {
		return fmt.Errorf("project volume: %w", err)
	}
	return nil
}

// linkFiles makes a link for each file and removes those of files that are gone.
func linkFiles(folder string, files map[string][]byte) error {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return fmt.Errorf("project volume: %w", err)
	}
	linked := map[string]bool{}
	for _, entry := range entries {
		name := entry.Name()
		if strings.HasPrefix(name, "..") {
			continue
		}
		if _, wanted := files[name]; wanted {
			linked[name] = true
			continue
		}
		if err := os.Remove(filepath.Join(folder, name)); err != nil {
			return fmt.Errorf("project volume: %w", err)
		}
	}
	for name := range files {
		if linked[name] {
			continue
		}
		if err := os.Symlink(filepath.Join(dataLink, name), filepath.Join(folder, name)); err != nil {
			return fmt.Errorf("project volume: %w", err)
		}
	}
	return nil
}
