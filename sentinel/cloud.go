package sentinel

import (
	"fmt"
	"maps"
	"strings"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/cloud"
)

// Cloud is one of Azure's clouds. The zero value is the public one.
type Cloud string

// The clouds.
const (
	PublicCloud     Cloud = ""
	GovernmentCloud Cloud = "government" // of the US
	ChinaCloud      Cloud = "china"
)

// Clouds names the clouds as [ParseCloud] reads them, for messages.
const Clouds = "public, government, china"

// ParseCloud reads the name of a cloud, in any case: public, global,
// government, usgov, china and msticpy's names of them.
func ParseCloud(s string) (Cloud, error) {
	switch strings.ToLower(strings.TrimSpace(s)) {
	case "", "public", "global", "azurecloud", "azurepublic", "commercial":
		return PublicCloud, nil
	case "government", "gov", "usgov", "usgovernment", "azureusgovernment", "azuregovernment":
		return GovernmentCloud, nil
	case "china", "cn", "azurechina", "azurechinacloud":
		return ChinaCloud, nil
	}
	return "", fmt.Errorf("cloud %q is not known: use one of %s", s, Clouds)
}

// String returns the name that [ParseCloud] reads.
func (c Cloud) String() string {
	if c == PublicCloud {
		return "public"
	}
	return string(c)
}

// configuration returns a copy of the library's configuration of the cloud.
func (c Cloud) configuration() (cloud.Configuration, error) {
	var from cloud.Configuration
	switch c {
	case PublicCloud:
		from = cloud.AzurePublic
	case GovernmentCloud:
		from = cloud.AzureGovernment
	case ChinaCloud:
		from = cloud.AzureChina
	default:
		return from, fmt.Errorf("cloud %q is not known: use one of %s", string(c), Clouds)
	}
	from.Services = maps.Clone(from.Services)
	return from, nil
}
