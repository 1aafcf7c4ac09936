package expr

import (
	"errors"
	"fmt"
	"math"

	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/common/types/traits"
)

// errResultTooLarge is the error of a result above maxResultBytes.
var errResultTooLarge = fmt.Errorf("evaluate expression: yields more than %d bytes", maxResultBytes)

// toJSON turns a value of CEL into one of encoding/json.
func toJSON(value ref.Val) (any, error) {
	c := &converter{left: maxResultBytes}
	converted, err := c.convert(value, maxResultDepth)
	if err != nil && !errors.Is(err, errResultTooLarge) {
		return nil, fmt.Errorf("evaluate expression: %w", err)
	}
	return converted, err
}

// converter counts what is converted: a value that shares its parts is much larger written out than it is
// in memory.
type converter struct{ left int }

func (c *converter) take(bytes int) error {
	if c.left -= bytes; c.left < 0 {
		return errResultTooLarge
	}
	return nil
}

func (c *converter) convert(value ref.Val, depth int) (any, error) {
	if depth < 0 {
		return nil, fmt.Errorf("yields a value that is nested deeper than %d", maxResultDepth)
	}
	if err := c.take(2); err != nil {
		return nil, err
	}
	switch v := value.(type) {
	case types.Null:
		return nil, nil
	case types.Bool:
		return bool(v), nil
	case types.Int:
		return int64(v), nil
	case types.Uint:
		if v > math.MaxInt64 {
			return nil, errors.New("yields an unsigned number that is too large")
		}
		return int64(v), nil
	case types.Double:
		if math.IsNaN(float64(v)) || math.IsInf(float64(v), 0) {
			return nil, errors.New("yields a number that is infinite or none, which is no JSON")
		}
		return float64(v), nil
	case types.String:
		if err := c.take(len(v)); err != nil {
			return nil, err
		}
		return string(v), nil
	case traits.Mapper:
		return c.convertMap(v, depth-1)
	case traits.Lister:
		return c.convertList(v, depth-1)
	default:
		return nil, fmt.Errorf("yields %s, which is no JSON", typeName(value.Type().(*types.Type)))
	}
}

func (c *converter) convertList(list traits.Lister, depth int) (any, error) {
	converted := []any{}
	for it := list.Iterator(); it.HasNext() == types.True; {
		element, err := c.convert(it.Next(), depth)
		if err != nil {
			return nil, err
		}
		converted = append(converted, element)
	}
	return converted, nil
}

func (c *converter) convertMap(m traits.Mapper, depth int) (any, error) {
	converted := map[string]any{}
	for it := m.Iterator(); it.HasNext() == types.True; {
		key := it.Next()
		name, isText := key.(types.String)
		if !isText {
			return nil, fmt.Errorf("yields a map with %s as key; JSON has only strings there", key.Type().TypeName())
		}
		if err := c.take(len(name) + 4); err != nil {
			return nil, err
		}
		member, err := c.convert(m.Get(name), depth)
		if err != nil {
			return nil, err
		}
		converted[string(name)] = member
	}
	return converted, nil
}
