package telephony

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestTheCodesOfThePageAreThoseThereAre compares the tables of docs/telephony-codes.md, by their headings, with
// those that decide.
func TestTheCodesOfThePageAreThoseThereAre(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../docs/telephony-codes.md")
	if err != nil {
		t.Fatal(err)
	}
	for heading, table := range map[string]codeTable{"Twilio": twilioCodes, "Vonage": vonageCodes, "AWS": awsCodes} {
		t.Run(heading, func(t *testing.T) {
			t.Parallel()
			var want strings.Builder
			want.WriteString("| code | class | means |\n|---|---|---|\n")
			for _, row := range table {
				fmt.Fprintf(&want, "| [`%s`](%s) | `%s` | %s |\n", row.code, row.source, row.class, row.meaning)
			}
			_, section, found := strings.Cut(string(page), "\n## "+heading+"\n")
			if !found {
				t.Fatalf("docs/telephony-codes.md has no heading ## %s", heading)
			}
			at := strings.Index(section, "| code |")
			if at < 0 {
				t.Fatalf("docs/telephony-codes.md has no codes of %s", heading)
			}
			got, _, _ := strings.Cut(section[at:], "\n\n")
			if diff := cmp.Diff(want.String(), strings.TrimSuffix(got, "\n")+"\n"); diff != "" {
				t.Errorf("codes (-code +page):\n%s\nThe table is to be\n%s", diff, want.String())
			}
		})
	}
}
