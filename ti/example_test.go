package ti_test

import (
	"encoding/json"
	"fmt"

	"github.com/tuxtrail/tuxtrail/ioc"
	"github.com/tuxtrail/tuxtrail/ti"
)

func ExampleResult() {
	r := ti.Result{Type: ioc.IPv4, Value: "203.0.113.9", Provider: "List", Severity: ti.High, Status: ti.OK}
	text, _ := json.Marshal(r)
	fmt.Println(string(text))
	// Output:
	// {"type":"ipv4","value":"203.0.113.9","provider":"List","severity":"high","status":"ok","cached":false}
}
