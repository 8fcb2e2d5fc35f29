//go:build linux

package contract

import (
	"bufio"
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// outputs are calls that print more than a pipe holds.
var outputs = map[string][]string{
	"syslog":    {"-all", "auth.log"},
	"auditd":    {"audit.log"},
	"ptree":     {"audit.log"},
	"ioc":       {"-all", "audit.log"},
	"linuxhost": {"-json", "-"},
	"sentinel":  {"-print"},
}

func TestOutputThatFails(t *testing.T) {
	t.Parallel()
	dir := files(t)
	for program, args := range outputs {
		full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
		require.NoError(t, err)
		cmd := exec.CommandContext(t.Context(), filepath.Join(bin, program), args...)
		cmd.Dir, cmd.Stdout = dir, full
		var errs bytes.Buffer
		cmd.Stderr = &errs
		assert.Error(t, cmd.Run(), program)
		require.NoError(t, full.Close())
		assert.Equal(t, 1, cmd.ProcessState.ExitCode(), program)
		assert.Contains(t, errs.String(), "no space left", program)

		cmd = exec.CommandContext(t.Context(), filepath.Join(bin, program), args...)
		cmd.Dir = dir
		errs.Reset()
		cmd.Stderr = &errs
		out, err := cmd.StdoutPipe()
		require.NoError(t, err)
		require.NoError(t, cmd.Start())
		_, err = bufio.NewReader(out).ReadByte()
		require.NoError(t, err, program)
		require.NoError(t, out.Close())
		_ = cmd.Wait()
		assert.NotContains(t, errs.String(), "pipe", "%s ends quietly where nobody reads on", program)
	}
}

func TestInterrupt(t *testing.T) {
	t.Parallel()
	for program, p := range readers {
		t.Run(program, func(t *testing.T) {
			t.Parallel()
			cmd := exec.CommandContext(t.Context(), filepath.Join(bin, program), append(append([]string{}, p.flags...), "-")...)
			in, err := cmd.StdinPipe()
			require.NoError(t, err)
			require.NoError(t, cmd.Start())
			_, err = in.Write(bytes.Repeat([]byte("192.0.2.1\n"), 20_000)) // more than a pipe holds: it reads
			require.NoError(t, err)
			start := time.Now()
			require.NoError(t, cmd.Process.Signal(os.Interrupt))
			require.Error(t, cmd.Wait())
			assert.Less(t, time.Since(start), 8*time.Second)
		})
	}
}
