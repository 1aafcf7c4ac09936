// Package expr compiles and evaluates the CEL expressions that users write into a handler.
//
// There is one environment per hook type, [NewEnv]: the variables that an expression of that type can
// name. Where more is known than the call, such as the answer of a telephony provider, there is one per
// [Scope] too, and [Program.With] brings the values. [Env.Compile] checks the text when the configuration is
// read (by the manager before it deploys, and by the runtime when it starts), so that a mistake is told to the
// person who wrote it and not to somebody who signs up. The [Program] that comes out of it is used for every
// call, concurrently. [CheckHandler] does all of that for a handler whose expressions stand in many places.
//
// # Types
//
// Objects that Okta defines have types (payload.go): a member that is misspelt would be absent from every call,
// and a rule that reads it never match. What orgs define, such as profiles and claims, is open. So is everything
// in the hands of dyn(): with it people reach what Okta adds after this table was written. The types are known to
// the compiler alone. The values stay the maps of [hook.Request.Body], and whatever Okta sends instead of what it
// describes is an error of the evaluation and no panic.
//
// # Results
//
// An expression ends in one of three ways, and handlers must keep them apart:
//
//   - a value of the kind that was asked for;
//   - [ErrAbsent]: it read a member that the request does not have. What that means is up to the handler:
//     a rule that allows does not match then, one that denies does;
//   - any other error: the expression could not be evaluated (a text where a number is needed, a limit, the
//     end of the context). The call can't be decided.
//
// A member that is null is null to those who compare it and absent to everybody else: `user.manager == null`
// is true, and `user.manager.startsWith("0")` is [ErrAbsent], as is null where a boolean or a text is wanted. To .? it
// is not there. Only an operation that itself got null counts as reading an absent member (null.go): one that got a
// text instead of a number is an error, whatever else is null.
//
// # Bounds
//
// People who sign up choose part of what expressions work on, so no expression may cost more than the
// call can afford, whatever the request. The body has at most 1 MiB and expressions loop only over what
// is there. On top of that each evaluation has a budget of steps ([costLimit]) and of memory
// ([memoryLimit]), ends when its context does, and yields at most [maxResultBytes]. Those are
// looked at between operations, so the few operations that alone can do more work than their
// operands are long are judged beforehand: see guard.go.
//
// # Errors
//
// Errors of evaluation go to the log. They say where in the expression it happened, by column, and in
// words of this package what: CEL's own texts quote the values that they stumble over.
package expr
