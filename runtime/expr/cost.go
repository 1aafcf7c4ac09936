package expr

import (
	"slices"

	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/common/types/traits"
)

// charactersPerStep is how many characters CEL's own cost model takes for one step.
const charactersPerStep = 10

// cost prices what CEL's own model lets pass too cheaply. It implements cost.ActualCostEstimator.
//
// CEL prices a call by its overload, which is not known before the evaluation if an operand is a member of
// the request: `x in user.groups` would cost one step, however long the list. And it prices a comparison
// of lists by their length, not by what is in them.
type cost struct{ sizes *types.SizeCalculator }

// newSizes measures values. It must see whatever a request can hold: what it gives up on counts as too large.
func newSizes() *types.SizeCalculator {
	return types.NewSizeCalculator(types.SizeCalculatorMaxDepth(maxMeasuredDepth),
		types.SizeCalculatorMaxTraversal(memoryLimit), types.SizeCalculatorStringUnitLength(charactersPerStep))
}

// CallCost is the price of a call that was made, or nil if CEL's own model has the right one.
func (c cost) CallCost(function, overloadID string, args []ref.Val, result ref.Val) *uint64 {
	switch {
	case function == operators.In:
		return c.price(args[1])
	case function == operators.Equals || function == operators.NotEquals:
		if isAggregate(args[0]) && isAggregate(args[1]) {
			return c.price(args[0])
		}
	case function == "format" || overloadID == "":
		return c.price(slices.Concat(args, []ref.Val{result})...) // args may be somebody's buffer
	}
	return nil
}

// price is one step and what it takes to go through values.
func (c cost) price(values ...ref.Val) *uint64 {
	total := uint64(1)
	for _, value := range values {
		if text, isText := value.(types.String); isText {
			total += uint64(len(text)) / charactersPerStep
		} else if isAggregate(value) {
			total += uint64(c.sizes.AggregateSize(value))
		}
	}
	return &total
}

func isAggregate(value ref.Val) bool {
	switch value.(type) {
	case traits.Lister, traits.Mapper:
		return true
	}
	return false
}
