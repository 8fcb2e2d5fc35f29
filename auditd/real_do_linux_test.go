package auditd

import (
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// TestMain runs this binary as the process that is watched: only processes
// that begin after auditing was first switched on are.
func TestMain(m *testing.M) {
	if what := os.Getenv("TUXTRAIL_REAL_DO"); what != "" {
		if err := do(what, os.Getenv("TUXTRAIL_REAL_DIR")); err != nil {
			fmt.Println("failed:", err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func do(what, dir string) error {
	if what == "files" {
		return doFiles(dir)
	}
	for _, c := range [][2]string{
		{"tcp4", "127.0.0.1:0"}, {"tcp6", "[::1]:0"}, {"unix", filepath.Join(dir, "sock et")}, {"unix", "@abstract name"},
	} {
		if err := doConnect(c[0], c[1]); err != nil {
			return err
		}
	}
	return nil
}

// doConnect connects to a socket of its own, and again when nobody listens,
// and says to which.
func doConnect(network, addr string) error {
	l, err := net.Listen(network, addr)
	if errors.Is(err, syscall.EADDRNOTAVAIL) || errors.Is(err, syscall.EAFNOSUPPORT) {
		fmt.Println("not here:", network, addr, err)
		return nil
	}
	if err != nil {
		return err
	}
	at := l.Addr().String()
	fmt.Println("connect", at)
	c, err := net.Dial(network, at)
	if err != nil {
		return err
	}
	if err := errors.Join(c.Close(), l.Close()); err != nil {
		return err
	}
	if _, err = net.Dial(network, at); err == nil {
		return errors.New("connected to a closed socket")
	}
	return nil
}

func doFiles(dir string) error {
	one, two := filepath.Join(dir, oddName), filepath.Join(dir, "two")
	f, err := os.OpenFile(one, os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	err = errors.Join(f.Close(), os.Chmod(one, 0o4755), os.Rename(one, two), os.Link(two, one))
	if err != nil {
		return err
	}
	if f, err = os.OpenFile(two, os.O_APPEND|os.O_WRONLY, 0); err != nil {
		return err
	}
	err = errors.Join(f.Close(), os.Remove(two), os.Mkdir(two, 0o755))
	_, readErr := os.ReadFile(one)
	return errors.Join(err, readErr)
}

const oddName = "ö ne\n"
