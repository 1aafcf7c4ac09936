package expr

import (
	"errors"

	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/overloads"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/common/types/traits"
)

const (
	// charactersPerStep is how many characters CEL's own cost model takes for one step.
	charactersPerStep = 10

	// statesPerStep is how many characters times instructions of a pattern are one step.
	statesPerStep = 32
)

// cost prices calls. It implements cost.ActualCostEstimator.
//
// CEL's own model is no use for values that strangers choose. It prices a call by its overload, which is not
// known before the evaluation if an operand is a member of a profile: `x in user.groups` would cost one step,
// however long the list. It prices a comparison of lists by their length and not by what is in them, size() and
// conversions not at all, and a pattern by how long it is written. And it counts the characters of a text to do
// so, each time, which takes longer than the operation. So a call costs what it takes to go through its operands
// and its result, whatever types they were declared with. (Most functions of the strings extension bring models of
// their own, which go first and are fair.)
type cost struct {
	sizes    *types.SizeCalculator
	patterns patterns
}

// newSizes measures values. It must see whatever a request can hold: what it gives up on counts as too large.
func newSizes() *types.SizeCalculator {
	return types.NewSizeCalculator(types.SizeCalculatorMaxDepth(maxMeasuredDepth),
		types.SizeCalculatorMaxTraversal(memoryLimit), types.SizeCalculatorStringUnitLength(charactersPerStep))
}

// oneStep is the price of most calls. Nobody writes to it.
var oneStep = uint64(1)

// CallCost is the price of a call that was made.
func (c cost) CallCost(function, overloadID string, args []ref.Val, result ref.Val) *uint64 {
	if more := c.beyondOne(function, overloadID, args, result); more > 0 {
		total := 1 + more
		return &total
	}
	return &oneStep
}

// beyondOne is what a call costs besides the one step that each call costs.
func (c cost) beyondOne(function, overloadID string, args []ref.Val, result ref.Val) uint64 {
	switch {
	case overloadID == overloads.AddList, function == overloads.TypeConvertDyn, isRefused(result):
		// Takes the same however long the values are. Loops build their lists with the first of them.
		return 0
	case function == operators.In:
		return c.size(args[1])
	case function == operators.Equals || function == operators.NotEquals:
		return c.compared(args[0], args[1])
	case function == overloads.Matches:
		return c.matched(args)
	}
	total := c.size(result)
	for _, arg := range args {
		total += c.size(arg)
	}
	return total
}

// compared is what it takes to find out whether two values are equal.
func (c cost) compared(left, right ref.Val) uint64 {
	leftText, isText := left.(types.String)
	rightText, areTexts := right.(types.String)
	switch {
	case isText && areTexts:
		return uint64(min(len(leftText), len(rightText))) / charactersPerStep
	case isAggregate(left) && isAggregate(right):
		return c.size(left)
	default:
		return 0
	}
}

// matched is what it takes to look for a pattern.
func (c cost) matched(args []ref.Val) uint64 {
	pattern, _ := args[1].(types.String)
	return uint64(textLen(args[0])*c.patterns[string(pattern)]) / statesPerStep
}

// size is what it takes to go through a value.
func (c cost) size(value ref.Val) uint64 {
	if text, isText := value.(types.String); isText {
		return uint64(len(text)) / charactersPerStep
	}
	if isAggregate(value) {
		return uint64(c.sizes.AggregateSize(value))
	}
	return 0
}

// isRefused reports whether a call was not made, because it would have been too much work.
func isRefused(result ref.Val) bool {
	failure, failed := result.(*types.Err)
	return failed && errors.Is(failure, errTooMuchWork)
}

func isAggregate(value ref.Val) bool {
	switch value.(type) {
	case traits.Lister, traits.Mapper:
		return true
	}
	return false
}
