package expr

const (
	// maxSource is how many characters an expression may have: the bound of the CRD's schema.
	maxSource = 4096

	// costLimit is how many steps of CEL's cost model one evaluation may take: about one per operation, and
	// one per ten characters that an operation looks at. Rules that people write take 5 to 100. The limit is
	// some tens of milliseconds of one core, a hundredth of what a call has.
	costLimit = 200_000

	// memoryLimit is how much one value may have, in elements, of which ten bytes of text are one: 10 MB. That
	// is several times what a body of 1 MiB can hold, so only values that multiply it run into this.
	memoryLimit = 1 << 20

	// memorySampling is how often a value that grows in a loop is measured. Measuring at every turn would
	// cost more than the loop.
	memorySampling = 64

	// maxWork is how much a single operation may do, in characters looked at or made. It ends within some
	// milliseconds; what people sign up with takes some thousands.
	maxWork = 1 << 20

	// maxRegexProgram is how many instructions a pattern may compile to. ^[^@]+@example\.com$ has about 20.
	maxRegexProgram = 1000

	// interruptEvery is after how many turns of a loop the context is looked at.
	interruptEvery = 64

	// maxMeasuredDepth is how deeply a value may be nested to be measured, and therefore at all: deeper than
	// any request ([hook.MaxDepth]).
	maxMeasuredDepth = 96

	// maxResultBytes is about how large a result may be when it is written as JSON. Okta takes answers up to
	// 256 KB in all.
	maxResultBytes = 64 << 10

	// maxResultDepth is how deeply lists and maps of a result may be nested; nothing that Okta stores is.
	maxResultDepth = 32
)
