package expr

import (
	"strings"
	"testing"

	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/overloads"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
)

func TestPrices(t *testing.T) {
	t.Parallel()
	text := func(length int) ref.Val { return types.String(strings.Repeat("a", length)) }
	list := types.DefaultTypeAdapter.NativeToValue([]any{"a", "b", "c"})
	for _, tc := range []struct {
		name, function, overload string
		args                     []ref.Val
		result                   ref.Val
		want                     uint64
	}{
		{"numbers", operators.Add, overloads.AddInt64, []ref.Val{types.Int(1), types.Int(2)}, types.Int(3), 1},
		{"texts that become one", operators.Add, overloads.AddString, []ref.Val{text(100), text(200)}, text(300), 61},
		{"lists that are tied together", operators.Add, overloads.AddList, []ref.Val{list, list}, list, 1},
		{"a small text that a format makes long", "format", overloads.ExtFormatString, []ref.Val{text(6), types.Int(1)}, text(1000), 101},
		{"the length of a text", overloads.Size, overloads.SizeString, []ref.Val{text(1000)}, types.Int(1000), 101},
		{"texts that are compared", operators.Equals, overloads.Equals, []ref.Val{text(1000), text(50)}, types.False, 6},
		{"a text beside a number", operators.Equals, overloads.Equals, []ref.Val{text(1000), types.Int(1)}, types.False, 1},
		{"a text that is declared to be anything", overloads.TypeConvertDyn, overloads.ToDyn, []ref.Val{text(1000)}, text(1000), 1},
		{"a pattern", overloads.Matches, overloads.MatchesString, []ref.Val{text(1000), types.String("p")}, types.True, 1 + 1000*64/32},
		{"a pattern on what is no text", overloads.Matches, overloads.MatchesString, []ref.Val{types.Int(1), types.String("p")}, types.True, 1},
		{"what was not done", "replace", "", []ref.Val{text(1000), text(1000), text(1000)}, types.WrapErr(errTooMuchWork), 1},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			prices := cost{sizes: newSizes(), patterns: patterns{"p": 64}}
			if got := *prices.CallCost(tc.function, tc.overload, tc.args, tc.result); got != tc.want {
				t.Errorf("got %d, want %d", got, tc.want)
			}
		})
	}
}
