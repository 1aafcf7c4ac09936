package rules

import "fmt"

// Bounds of what goes into Okta's System Log with each call.
const (
	maxSkipped       = 16
	maxSkippedLength = 128
)

// debug is what Okta's System Log gets to see of an answer: the rules that it comes from, and the
// operations that were left out. Only what stands in the configuration, nothing of the call.
func debug(rules, skipped []string) map[string]any {
	if len(rules) == 0 {
		return nil
	}
	members := map[string]any{"rules": rules}
	if len(skipped) > 0 {
		members["skipped"] = shorten(skipped)
	}
	return map[string]any{"hookline": members}
}

// shorten leaves out what is too much for a log, and says so.
func shorten(lines []string) []string {
	shown := make([]string, 0, maxSkipped+1)
	for _, line := range lines[:min(len(lines), maxSkipped)] {
		if runes := []rune(line); len(runes) > maxSkippedLength {
			line = string(runes[:maxSkippedLength]) + "…"
		}
		shown = append(shown, line)
	}
	if more := len(lines) - len(shown); more > 0 {
		shown = append(shown, fmt.Sprintf("and %d more", more))
	}
	return shown
}
