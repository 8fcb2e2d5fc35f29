package utmp_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"net/netip"
	"time"

	"github.com/tuxtrail/tuxtrail/utmp"
)

func ExampleReader_All() {
	// usually: file, err := os.Open("/var/log/btmp")
	file := bytes.NewReader(encode(utmp.Record{
		Type: utmp.LoginProcess, PID: 812, TTY: "ssh:notty", User: "admin",
		Host: "203.0.113.9", Addr: netip.MustParseAddr("203.0.113.9"),
		Time: time.Date(2026, 11, 23, 8, 30, 5, 0, time.UTC),
	}, utmp.Layout384, binary.LittleEndian))

	for rec, err := range utmp.NewReader(file, utmp.Options{Name: "btmp"}).All() {
		if err != nil {
			fmt.Println(err)
			continue
		}
		fmt.Println(rec.Time.Format(time.RFC3339), rec.Type, rec.User, rec.Addr, rec.Failed, rec.Ref)
	}
	// Output:
	// 2026-11-23T08:30:05Z login_process admin 203.0.113.9 true btmp@0
}
