// Command image packs a static Linux binary as a container image archive, without a container daemon and
// without a base image to pull:
//
//	image -binary bin/manager -name hookline/manager:dev -arch amd64 -out bin/images/manager.tar
//
// The archive is what `docker save` writes, so `docker load`, `ctr images import`, `podman load` and
// `kind load image-archive` all take it. It is the same byte for byte wherever and whenever it is made of the same
// binary: no file of the building machine goes in, and every time in it is the Unix epoch.
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
)

// nonroot is the user that the image runs as, by number: a kubelet that enforces runAsNonRoot can't tell from a name.
const nonroot = "65532:65532"

func main() {
	binary := flag.String("binary", "", "the static Linux binary to pack; it becomes /BASENAME and the entry point")
	ref := flag.String("name", "", "the image's name and tag")
	arch := flag.String("arch", "amd64", "the binary's architecture, as Go calls it")
	out := flag.String("out", "", "the archive to write")
	flag.Parse()
	if err := run(*binary, *ref, *arch, *out); err != nil {
		fmt.Fprintln(os.Stderr, "image:", err)
		os.Exit(1)
	}
}

func run(binary, ref, arch, out string) error {
	tag, err := name.NewTag(ref)
	if err != nil {
		return fmt.Errorf("read -name: %w", err)
	}
	content, err := os.ReadFile(binary)
	if err != nil {
		return fmt.Errorf("read -binary: %w", err)
	}
	img, err := build(filepath.Base(binary), content, arch)
	if err != nil {
		return fmt.Errorf("build image %q: %w", ref, err)
	}
	if err := tarball.WriteToFile(out, tag, img); err != nil {
		return fmt.Errorf("write %q: %w", out, err)
	}
	return nil
}

// build makes the image: one layer with the binary and what a static network program needs around it.
func build(program string, content []byte, arch string) (v1.Image, error) {
	files, err := rootFiles(program, content)
	if err != nil {
		return nil, err
	}
	layer, err := newLayer(files)
	if err != nil {
		return nil, err
	}
	epoch := v1.Time{Time: time.Unix(0, 0).UTC()}
	img, err := mutate.Append(empty.Image, mutate.Addendum{
		Layer:   layer,
		History: v1.History{Created: epoch, CreatedBy: "hack/tools/image", Comment: program},
	})
	if err != nil {
		return nil, err
	}
	config, err := img.ConfigFile()
	if err != nil {
		return nil, err
	}
	config = config.DeepCopy()
	config.OS, config.Architecture, config.Created = "linux", arch, epoch
	config.Config = v1.Config{
		Entrypoint: []string{"/" + program},
		User:       nonroot,
		Env:        []string{"PATH=/"},
		WorkingDir: "/",
	}
	return mutate.ConfigFile(img, config)
}
