package msticpyconfig_test

import (
	"fmt"

	"github.com/tuxtrail/tuxtrail/internal/msticpyconfig"
)

func Example() {
	f, err := msticpyconfig.Parse("msticpyconfig.yaml", []byte(`
TIProviders:
  OTX:
    Args:
      AuthKey: {EnvironmentVar: OTX_AUTH}
    Primary: True
`))
	if err != nil {
		fmt.Println(err)
		return
	}
	providers, _ := f.Providers("TIProviders")
	for _, p := range providers {
		fmt.Println(p.Kind, p.Primary, p.Args)
	}
	// Output: OTX true [AuthKey ($OTX_AUTH)]
}
