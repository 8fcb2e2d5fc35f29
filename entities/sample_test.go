package entities_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tuxtrail/tuxtrail/entities"
	"github.com/tuxtrail/tuxtrail/internal/sharedtest"
)

// describe gives each entity and what it refers to, one line each.
func describe(list []entities.Entity) []string {
	number := map[entities.Entity]int{}
	all := []entities.Entity{}
	for e := range entities.All(list) {
		number[e] = len(all)
		all = append(all, e)
	}
	var out []string
	for i, e := range all {
		line := fmt.Sprintf("%d %s %s", i, e.Type(), e)
		for name, r := range entities.Related(e) {
			line += fmt.Sprintf(" %s=%d", name, number[r])
		}
		out = append(out, line)
	}
	return out
}

func TestMsticpySample(t *testing.T) {
	b, err := os.ReadFile(filepath.Join(sharedtest.Dir(t, "corpus/msticpy"), "entities.json"))
	require.NoError(t, err)
	list, err := entities.Parse(b, entities.ParseOptions{})
	require.NoError(t, err)
	want := []string{
		`0 host MSTICALERTSWIN1`,
		`1 file c:\windows\system32\cmd.exe`,
		`2 process c:\windows\system32\cmd.exe [5464] ImageFile=1 Host=0`,
		`3 account MSTICAlertsWin1$@WORKGROUP Host=0`,
		`4 file c:\windows\servic~2\networ~1\appdata\local\temp\mimikatz.exe`,
		`5 process .\mimikatz.exe [1720] ImageFile=4 Account=3 Host=0 ParentProcess=2`,
		`6 host-logon-session MSTICAlertsWin1$@WORKGROUP at 2018-11-15T23:54:29Z Account=3 Host=0`,
	}
	assert.Equal(t, want, describe(list), "an inlined copy of an entity is that entity")
	assert.Len(t, list, 7)
	again, err := entities.Marshal(list)
	require.NoError(t, err)
	back, err := entities.Parse(again, entities.ParseOptions{})
	require.NoError(t, err)
	assert.Equal(t, want, describe(back))
	assert.Equal(t, map[string]any{"LogonId": "0x3e4"}, back[3].(*entities.Account).Extra)
}
