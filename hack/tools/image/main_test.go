package main

import (
	"archive/tar"
	"bytes"
	"crypto/x509"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"testing"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
)

// pack runs the program as make does and reads the archive back as a container engine would.
func pack(t *testing.T) (archive []byte, img v1.Image) {
	t.Helper()
	dir := t.TempDir()
	binary, out := filepath.Join(dir, "manager"), filepath.Join(dir, "manager.tar")
	if err := os.WriteFile(binary, []byte("a program"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := run(binary, "hookline/manager:dev", "arm64", out); err != nil {
		t.Fatal(err)
	}
	archive, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	if img, err = tarball.ImageFromPath(out, nil); err != nil {
		t.Fatal(err)
	}
	return archive, img
}

func TestTheSameBinaryMakesTheSameArchive(t *testing.T) {
	t.Parallel()
	first, _ := pack(t)
	second, _ := pack(t)
	if !bytes.Equal(first, second) {
		t.Error("two archives of one binary differ")
	}
}

func TestTheImageRunsTheBinaryAsNonRoot(t *testing.T) {
	t.Parallel()
	_, img := pack(t)
	config, err := img.ConfigFile()
	if err != nil {
		t.Fatal(err)
	}
	if config.OS != "linux" || config.Architecture != "arm64" {
		t.Errorf("platform is %s/%s, want linux/arm64", config.OS, config.Architecture)
	}
	if config.Config.User != "65532:65532" || !slices.Equal(config.Config.Entrypoint, []string{"/manager"}) {
		t.Errorf("user %q, entry point %q; want 65532:65532, /manager", config.Config.User, config.Config.Entrypoint)
	}
}

func TestTheImageHoldsTheBinaryAndItsSurroundings(t *testing.T) {
	t.Parallel()
	_, img := pack(t)
	modes, contents := readLayer(t, img)
	want := map[string]int64{
		"etc/": 0o755, "etc/group": 0o644, "etc/passwd": 0o644, "etc/ssl/": 0o755, "etc/ssl/certs/": 0o755,
		"etc/ssl/certs/ca-certificates.crt": 0o644, "manager": 0o755, "tmp/": 0o1777,
	}
	for name, mode := range want {
		if modes[name] != mode {
			t.Errorf("%s has mode %o, want %o", name, modes[name], mode)
		}
	}
	if len(modes) != len(want) {
		t.Errorf("the image holds %v, want the %d files above", modes, len(want))
	}
	if contents["manager"] != "a program" {
		t.Errorf("the binary's content is %q", contents["manager"])
	}
	if !x509.NewCertPool().AppendCertsFromPEM([]byte(contents["etc/ssl/certs/ca-certificates.crt"])) {
		t.Error("the certificate file holds no certificate")
	}
}

// readLayer returns the mode and the content of every file of an image's only layer.
func readLayer(t *testing.T, img v1.Image) (modes map[string]int64, contents map[string]string) {
	t.Helper()
	layers, err := img.Layers()
	if err != nil || len(layers) != 1 {
		t.Fatalf("image has %d layers (%v), want 1", len(layers), err)
	}
	content, err := layers[0].Uncompressed()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = content.Close() }()
	modes, contents = map[string]int64{}, map[string]string{}
	for r := tar.NewReader(content); ; {
		header, err := r.Next()
		if errors.Is(err, io.EOF) {
			return modes, contents
		}
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		modes[header.Name], contents[header.Name] = header.Mode, string(body)
	}
}

func TestWrongArgumentsAreRefused(t *testing.T) {
	t.Parallel()
	for name, args := range map[string][3]string{
		"a name that is no image reference": {"main.go", "Not A Name", "out.tar"},
		"a binary that is not there":        {"absent", "hookline/manager:dev", "out.tar"},
		"a folder that is not there":        {"main.go", "hookline/manager:dev", filepath.Join("absent", "out.tar")},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if err := run(args[0], args[1], "amd64", args[2]); err == nil {
				t.Error("no error")
			}
		})
	}
}
