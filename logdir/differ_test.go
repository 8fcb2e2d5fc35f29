package logdir

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tuxtrail/tuxtrail/querytime"
)

func TestCopiesNameWhatIsLacking(t *testing.T) {
	var one, two strings.Builder
	for i := range 120 {
		line := fmt.Sprintf("2026-11-20T10:%02d:%02d.000000+00:00 web01 sshd[%d]: Connection closed by 192.0.2.1 port %d\n", i/60, i%60, 100+i, 1000+i)
		one.WriteString(line)
		if i != 50 {
			two.WriteString(line)
		}
	}
	d, err := OpenFS(fstest.MapFS{"auth.log": {Data: []byte(one.String())}, "secure": {Data: []byte(two.String())}}, Options{})
	require.NoError(t, err)
	n := 0
	for _, err := range d.Syslog(t.Context(), "", querytime.Window{}) {
		require.NoError(t, err)
		n++
	}
	assert.Equal(t, 120, n)
	list := d.Copies()
	require.Len(t, list, 1)
	assert.Equal(t, "secure", list[0].Log)
	assert.Equal(t, "auth.log", list[0].Of)
	require.Len(t, list[0].Lacks, 1)
	assert.EqualValues(t, 51, list[0].Lacks[0].Ref.Line)
	assert.Equal(t, "sshd", list[0].Lacks[0].Program)
}
