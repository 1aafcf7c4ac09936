package hookconfig

import (
	"fmt"
	"maps"
	"math"
	"reflect"
	"slices"
	"strings"
	"time"

	yamlv2 "go.yaml.in/yaml/v2"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

// check compares a parsed document with the Go type that it is for: unknown fields, keys that stand twice
// and values of the wrong type, each with its path. JSON decoders stop at the first of these and leave out
// list indexes, or the path altogether where a type decodes itself. Values are never quoted: somebody may
// have written a secret where a reference to one belongs.
func check(at *field.Path, value any, want reflect.Type) field.ErrorList {
	if value == nil {
		return nil // null is the same as absent, as it is to the API server
	}
	if want == reflect.TypeFor[metav1.Duration]() {
		return checkDuration(at, value)
	}
	switch want.Kind() {
	case reflect.Pointer:
		return check(at, value, want.Elem())
	case reflect.Struct:
		return checkMapping(at, value, structMembers(want))
	case reflect.Map:
		return checkMapping(at, value, members{any: want.Elem()})
	case reflect.Slice:
		return checkList(at, value, want.Elem())
	case reflect.String:
		text, ok := value.(string)
		if !ok {
			return wrongType(at, "must be a string; put it in quotes if it looks like a number or true or false")
		}
		if text == "" {
			// As the schema does: a condition that a template left empty must not become one that always holds.
			return field.ErrorList{field.Required(at, "is empty; write a value or leave the field out. What begins with ! needs quotes around it, or YAML takes it for a tag")}
		}
		return nil
	case reflect.Int32:
		return checkInteger(at, value)
	default:
		// A test goes through all types that can be reached from Config; nobody but it comes here.
		return wrongType(at, "has a type that is not supported: "+want.String())
	}
}

func wrongType(at *field.Path, detail string) field.ErrorList {
	return field.ErrorList{field.TypeInvalid(at, field.OmitValueType{}, detail)}
}

// checkInteger takes 5.0 for 5, as the API server does.
func checkInteger(at *field.Path, value any) field.ErrorList {
	number, ok := value.(float64)
	if whole, isInt := value.(int); isInt {
		number, ok = float64(whole), true
	}
	if !ok || number != math.Trunc(number) || math.Abs(number) > math.MaxInt32 {
		return wrongType(at, "must be a whole number, without quotes")
	}
	return nil
}

func checkDuration(at *field.Path, value any) field.ErrorList {
	text, isString := value.(string)
	if _, err := time.ParseDuration(text); !isString || err != nil {
		return wrongType(at, "must be a duration with its unit, such as 500ms, 2s or 720h")
	}
	return nil
}

func checkList(at *field.Path, value any, element reflect.Type) field.ErrorList {
	list, ok := value.([]any)
	if !ok {
		return wrongType(at, "must be a list")
	}
	var errs field.ErrorList
	for i, item := range list {
		if item == nil {
			errs = append(errs, field.Required(at.Index(i), "is empty"))
			continue
		}
		errs = append(errs, check(at.Index(i), item, element)...)
	}
	return errs
}

// members says what a mapping may have: named members, or any name with members of one type.
type members struct {
	named map[string]reflect.Type
	any   reflect.Type
}

func structMembers(t reflect.Type) members {
	named := make(map[string]reflect.Type, t.NumField())
	for i := range t.NumField() {
		name, _, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
		named[name] = t.Field(i).Type
	}
	return members{named: named}
}

func checkMapping(at *field.Path, value any, may members) field.ErrorList {
	mapping, ok := value.(yamlv2.MapSlice)
	if !ok {
		return wrongType(at, notMapping(may))
	}
	var errs field.ErrorList
	seen := make(map[string]bool, len(mapping))
	for _, item := range mapping {
		name, isString := item.Key.(string)
		if !isString {
			errs = append(errs, wrongType(child(at, fmt.Sprint(item.Key)), "has a key that is no string; put it in quotes")...)
			continue
		}
		member, want := child(at, name), may.any
		if want == nil {
			want = may.named[name]
		} else {
			member = at.Key(name)
		}
		switch {
		case want == nil:
			errs = append(errs, field.Forbidden(member, unknownField(at, name, may)))
		case seen[name]:
			errs = append(errs, field.Forbidden(member, "stands here twice; keep one"))
		default:
			errs = append(errs, check(member, item.Value, want)...)
		}
		seen[name] = true
	}
	return errs
}

// notMapping says what belongs in the place of something else. Secrets are what people most often write where
// a reference to one belongs.
func notMapping(may members) string {
	if _, isReference := may.named["secretKeyRef"]; isReference {
		return "must be a mapping such as {secretKeyRef: {name: ..., key: ...}}: a secret is never written here"
	}
	if len(may.named) > 0 {
		return "must be a mapping; known here: " + strings.Join(slices.Sorted(maps.Keys(may.named)), ", ")
	}
	return "must be a mapping"
}

func child(at *field.Path, name string) *field.Path {
	if at == nil {
		return field.NewPath(name)
	}
	return at.Child(name)
}

func unknownField(at *field.Path, name string, may members) string {
	if at == nil && slices.Contains([]string{"apiVersion", "kind", "metadata", "spec"}, name) {
		return "belongs to a whole OktaInlineHook; this file has type, authentication and handler of its spec, and " +
			"spec.endpoint.path as path"
	}
	return fmt.Sprintf("is no field; known here: %s", strings.Join(slices.Sorted(maps.Keys(may.named)), ", "))
}
