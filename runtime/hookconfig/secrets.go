package hookconfig

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/hookline/hookline/api/v1alpha1"
)

// maxSecretBytes bounds what is read of one secret file. A Secret of Kubernetes ends at 1 MiB; a file of
// users beside a cluster may be larger.
const maxSecretBytes = 64 << 20

// SecretsDir is a folder with one folder per Secret and in that one file per key, which is how the manager
// mounts them.
type SecretsDir string

// Read gives the content of the file <name>/<key>, without the newline that editors put at its end (one,
// and nothing else). Errors name the file, never its content.
func (dir SecretsDir) Read(ref v1alpha1.SecretKeyReference) ([]byte, error) {
	value, err := dir.read(ref)
	if err != nil {
		return nil, fmt.Errorf("read key %q of secret %q: %w", ref.Key, ref.Name, err)
	}
	return value, nil
}

func (dir SecretsDir) read(ref v1alpha1.SecretKeyReference) ([]byte, error) {
	if dir == "" {
		return nil, errors.New("there is no folder of secrets; give one with --secrets DIR, with a folder per Secret " +
			"and in that a file per key")
	}
	if !isFileName(ref.Name) || !isFileName(ref.Key) {
		return nil, errors.New("name and key must be plain file names: no /, no . and no .. alone")
	}
	path := filepath.Join(string(dir), ref.Name, ref.Key)
	value, err := readBounded(path, maxSecretBytes)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("there is no file %s; write the value there", path)
	case err != nil:
		return nil, err
	case len(value) == 0:
		return nil, fmt.Errorf("the file %s is empty; write the value there", path)
	}
	return value, nil
}

func isFileName(name string) bool {
	return name != "" && name != "." && name != ".." && filepath.Base(name) == name
}

// readBounded reads a file of at most limit bytes, without its last newline.
func readBounded(path string, limit int64) (content []byte, err error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	content, err = io.ReadAll(io.LimitReader(file, limit+1))
	if err != nil {
		return nil, err
	}
	if int64(len(content)) > limit {
		return nil, fmt.Errorf("the file %s is larger than %d bytes", path, limit)
	}
	return bytes.TrimSuffix(content, []byte("\n")), nil
}
