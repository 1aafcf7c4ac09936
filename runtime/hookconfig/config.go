package hookconfig

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"

	yamlv2 "go.yaml.in/yaml/v2"
	"k8s.io/apimachinery/pkg/util/validation/field"
	"sigs.k8s.io/yaml"

	"github.com/hookline/hookline/api/v1alpha1"
)

// Config is what the runtime serves.
type Config struct {
	// Type of the hook.
	Type v1alpha1.HookType `json:"type"`
	// Path that Okta calls. Required here, unlike in the resource: its default there comes from the
	// resource's name.
	Path string `json:"path"`
	// Authentication is how Okta proves itself.
	Authentication *v1alpha1.Authentication `json:"authentication,omitempty"`
	// Handler answers the calls. An external one has nothing to run and is refused.
	Handler v1alpha1.Handler `json:"handler"`
}

// MaxBytes is the largest configuration file that is read: as much as a ConfigMap can hold.
const MaxBytes = 1 << 20

// Encode writes cfg as YAML. Equal configurations give equal bytes.
func Encode(cfg *Config) ([]byte, error) {
	data, err := yaml.Marshal(cfg)
	if err != nil {
		return nil, fmt.Errorf("encode configuration: %w", err)
	}
	return data, nil
}

// Decode reads a configuration from YAML or JSON and checks it as the API server would. Whatever is wrong
// with its fields comes as one *[InvalidError], with all of them.
func Decode(data []byte) (*Config, error) {
	document, err := parse(data)
	if err != nil {
		return nil, fmt.Errorf("decode configuration: %w", err)
	}
	if errs := check(nil, document, reflect.TypeFor[Config]()); len(errs) > 0 {
		return nil, &InvalidError{Fields: errs}
	}
	cfg := new(Config)
	if err := yaml.Unmarshal(data, cfg); err != nil {
		return nil, fmt.Errorf("decode configuration: %w", err)
	}
	if errs := validate(cfg); len(errs) > 0 {
		return nil, &InvalidError{Fields: errs}
	}
	return cfg, nil
}

// Version names the bytes of a configuration file. It is short enough for an annotation, a label of a
// metric and a human eye.
func Version(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:8])
}

var errNoMapping = errors.New("the file must be a mapping with the fields type, path, authentication and handler")

// parse reads the one document of data, keeping keys that stand twice.
func parse(data []byte) (any, error) {
	if len(data) > MaxBytes {
		return nil, fmt.Errorf("the file is larger than %d bytes", MaxBytes)
	}
	decoder := yamlv2.NewDecoder(bytes.NewReader(data))
	var document yamlv2.MapSlice
	switch err := decoder.Decode(&document); {
	case errors.Is(err, io.EOF), err == nil && len(document) == 0:
		return nil, errors.New("the file is empty; write type, path, authentication and handler")
	case err != nil:
		return nil, syntaxError(err)
	case document[0].Key == nil: // a list: the parser takes its items for pairs without key and value
		return nil, errNoMapping
	}
	var second any
	if err := decoder.Decode(&second); !errors.Is(err, io.EOF) {
		return nil, errors.New("the file goes on after its first document; keep one hook per file")
	}
	return document, nil
}

// syntaxError passes on what the parser says, except for the value that a type error quotes.
func syntaxError(err error) error {
	var wrongType *yamlv2.TypeError
	if errors.As(err, &wrongType) {
		return errNoMapping
	}
	return err
}

// validate adds to the rules of the resource those that hold for a runtime alone.
func validate(cfg *Config) field.ErrorList {
	errs := v1alpha1.ValidateHook(cfg.Type, cfg.Path, cfg.Authentication, &cfg.Handler)
	if cfg.Path == "" {
		errs = append(errs, field.Required(field.NewPath("path"),
			"say at which path Okta calls the hook, such as /identity/legacy-passwords"))
	}
	if cfg.Handler.External != nil {
		errs = append(errs, field.Forbidden(field.NewPath("handler", "external"),
			"is a service that runs elsewhere, so there is nothing to run here; write another handler"))
	}
	return errs
}

// InvalidError lists the fields of a configuration that are wrong.
type InvalidError struct {
	// Fields that are wrong, each with its path; at least one.
	Fields field.ErrorList
}

// Error has all fields on one line.
func (e *InvalidError) Error() string {
	texts := make([]string, len(e.Fields))
	for i, fieldErr := range e.Fields {
		texts[i] = fieldErr.Error()
	}
	return "decode configuration: " + strings.Join(texts, "; ")
}
