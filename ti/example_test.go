package ti_test

import (
	"context"
	"fmt"

	"github.com/tuxtrail/tuxtrail/ioc"
	"github.com/tuxtrail/tuxtrail/ti"
)

// list is a provider that answers from memory.
type list map[string]ti.Severity

func (l list) Info() ti.Info {
	return ti.Info{Name: "List", Types: []ioc.Type{ioc.IPv4, ioc.DNS}, Destination: "list.test"}
}

func (l list) Lookup(_ context.Context, i ti.Indicator) (ti.Result, error) {
	if s, ok := l[i.Value]; ok {
		return ti.Result{Severity: s}, nil
	}
	return ti.Result{Status: ti.NoData}, nil
}

func Example() {
	c := ti.New(list{"8.8.4.9": ti.High})
	results, err := c.Lookup(context.Background(), ti.Indicators("8.8.4.9 and 8.8.4.10 spoke to 10.0.0.1 and db.internal"))
	if err != nil {
		fmt.Println(err)
	}
	for _, r := range results {
		fmt.Printf("%s: %s, %s\n", r.Value, r.Severity, r.Status)
	}
	// Output:
	// 8.8.4.9: high, ok
	// 8.8.4.10: unknown, no_data
	// 10.0.0.1: unknown, not_sent
}

func ExampleClient_Plan() {
	c := ti.New(list{})
	plan := c.Plan(ti.Indicators("8.8.4.9 spoke to 10.0.0.1"))
	for s := range plan.Steps() {
		fmt.Printf("%s: %s (%s)\n", s.Indicator.Value, s.Action, s.Held.Kind)
	}
	// Output:
	// 8.8.4.9: send ()
	// 10.0.0.1: hold (address)
}
