package v1alpha1_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
)

// ruleCases are the cases of one CEL rule of a schema.
type ruleCases struct {
	// at is the field with the rule, as the API server names it.
	at string
	// says is the whole message that a user gets; schemaSays is what stands in the schema, where the message
	// is worked out from the value.
	says, schemaSays string
	// base is the manifest that the cases change; for a rule of changes, what is there before.
	base string
	// update: the rule is about changes of an object that is there.
	update bool
	// takes and refuses are the cases, by sentences.
	takes, refuses map[string][]change
}

// TestEveryRuleTakesWhatIsRightAndSaysWhatIsWrong holds every CEL rule of both kinds to its cases, and fails
// on a rule that has none.
func TestEveryRuleTakesWhatIsRightAndSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	for kind, table := range map[string][]ruleCases{
		"OktaOrg":        orgRules,
		"OktaInlineHook": slices.Concat(hookRules, placeRules, handlerRules, telephonyRules, providerRules, patchRules, userImportRules),
	} {
		for i, rule := range table {
			t.Run(kind+" "+rule.at+": "+rule.says, func(t *testing.T) {
				t.Parallel()
				rule.judge(t, fmt.Sprintf("rule-%d", i))
			})
		}
		t.Run(kind+" has no rule without cases", func(t *testing.T) {
			t.Parallel()
			everyRuleHasCases(t, kind, table)
		})
	}
}

// judge runs the cases of a rule. name is that of the objects which are changed.
func (r ruleCases) judge(t *testing.T, name string) {
	verdict := func(t *testing.T, changes []change) string { return dryRun(t, changed(t, r.base, changes...).yaml(t)) }
	if r.update {
		kept := create(t, changed(t, r.base, set("metadata.name", name)))
		verdict = func(t *testing.T, changes []change) string { return updateDryRun(t, kept, changes) }
	}
	for sentence, changes := range r.takes {
		t.Run("it takes "+sentence, func(t *testing.T) {
			t.Parallel()
			if says := verdict(t, changes); says != "" {
				t.Errorf("refused: %s", says)
			}
		})
	}
	for sentence, changes := range r.refuses {
		t.Run("it refuses "+sentence, func(t *testing.T) {
			t.Parallel()
			says := verdict(t, changes)
			if !strings.Contains(says, r.at+": Invalid value") || !strings.Contains(says, r.says) {
				t.Errorf("want the refusal of %s: %s\ngot: %s", r.at, r.says, says)
			}
		})
	}
}

func everyRuleHasCases(t *testing.T, kind string, table []ruleCases) {
	covered := map[string]bool{}
	for _, rule := range table {
		if len(rule.takes) == 0 || len(rule.refuses) == 0 {
			t.Errorf("the rule of %s has %d cases that it takes and %d that it refuses: %s", rule.at, len(rule.takes), len(rule.refuses), rule.says)
		}
		at, says := strings.NewReplacer("[0]", "[]", "[1]", "[]").Replace(rule.at), rule.says
		if rule.schemaSays != "" {
			says = rule.schemaSays
		}
		covered[at+": "+says] = true
	}
	schema := schemaOf(t, kind)
	check := func(at string, n *node) {
		for _, rule := range n.Rules {
			if id := at + ": " + rule.Message; !covered[id] {
				t.Errorf("no cases for the rule of %s", id)
			}
			delete(covered, at+": "+rule.Message)
		}
	}
	check("<nil>", schema)
	schema.walk("", check)
	for _, id := range slices.Sorted(maps.Keys(covered)) {
		t.Errorf("cases for a rule that there is not: %s", id)
	}
}

// create keeps an object for as long as the test runs, and returns it as the API server has it.
func create(t *testing.T, o object) object {
	t.Helper()
	kind, namespace := o["kind"].(string), "default"
	answer, refusal := call(t, http.MethodPost, resource(kind, namespace)+"?fieldValidation=Strict", "application/yaml", o.yaml(t))
	if refusal != "" {
		t.Fatalf("create: %s", refusal)
	}
	kept := object{}
	if err := json.Unmarshal(answer, &kept); err != nil {
		t.Fatal(err)
	}
	return kept
}

// path is where an object lives.
func (o object) path() string {
	metadata := o["metadata"].(map[string]any)
	return resource(o["kind"].(string), metadata["namespace"].(string)) + "/" + metadata["name"].(string)
}

// updateDryRun is what a user gets to read who changes an object: empty if the API server takes it.
func updateDryRun(t *testing.T, kept object, changes []change) string {
	t.Helper()
	_, refusal := call(t, http.MethodPut, kept.path()+"?dryRun=All&fieldValidation=Strict", "application/yaml",
		changed(t, kept.yaml(t), changes...).yaml(t))
	return refusal
}
