package floors

// module is ours; the paths below are relative to it.
const module = "github.com/tuxtrail/tuxtrail"

// floors says on which floor each package stands. A package imports from lower
// floors only, and from the folder that it lies in.
var floors = map[string]int{
	"evidence":  1,
	"querytime": 1,
	"entities":  1,

	"internal/secret":           0, // below all others
	"internal/punycode":         0,
	"internal/visible":          0,
	"internal/jsonstream":       0,
	"internal/msticpyconfig":    1,
	"cmdline/internal/yamlnode": 1, // what the two loaders of rules share

	"entities/graph": 2,

	"syslog":  2,
	"auditd":  2,
	"ptree":   2,
	"ioc":     2,
	"cmdline": 2,

	"cmdline/sigma": 2,
	"geo":           2,
	"geo/country":   2,
	"geo/geolite2":  2,
	"geo/ipstack":   2,
	"geo/mmdb":      2,
	"geo/owner":     2,
	"geo/worldmap":  2,
	"utmp":          2,
	"unpack":        2,

	"logdir":   3,
	"sentinel": 3,
	"ti":       3,

	"sentinel/sentineltest": 3,

	"ti/online": 3,
	"ti/feeds":  3,

	"hunt":   4,
	"report": 5,
	"export": 5,
	"verify": 5,
}

// beside names neighbours in one folder that a package may import.
var beside = map[string][]string{
	"ti/online": {"ti/feeds"}, // a TAXII collection is read as a feed
}

// Packages below these folders are programs, on the highest floor, and those
// below internal that have no floor above are helpers of tests, on none.
const (
	programFloor = 6
	programs     = "examples/"
	helpers      = "internal/"
)

// sample is the embedded capture: it imports nothing of ours, and only
// programs and tests import it.
const sample = "sample"

// modules says which modules outside the standard library a package may bring
// in itself. Its dependencies bring theirs.
var modules = map[string][]string{
	"ioc":     {"golang.org/x/net"},
	"cmdline": {"mvdan.cc/sh/v3", "github.com/goccy/go-yaml"},

	"cmdline/internal/yamlnode": {"github.com/goccy/go-yaml"},

	"cmdline/sigma": {"github.com/goccy/go-yaml"},
	"geo/mmdb":      {"github.com/oschwald/geoip2-golang/v2", "github.com/oschwald/maxminddb-golang/v2", "golang.org/x/sys"},
	"geo/owner":     {"golang.org/x/time"},
	"unpack":        {"github.com/ulikunitz/xz"},
	"logdir":        {"github.com/klauspost/compress", "github.com/ulikunitz/xz"},
	"ti":            {"go.etcd.io/bbolt", "golang.org/x/sys", "golang.org/x/net"},
	"ti/feeds":      {"github.com/gaissmai/bart"},

	"internal/msticpyconfig": {"github.com/goccy/go-yaml"},
}

// anyModule are the packages whose modules are not counted: the Azure client
// brings what it wants, and programs may.
var anyModule = map[string]bool{"sentinel": true, "sentinel/sentineltest": true}

// azure begins the paths of all modules that only sentinel may link.
const azure = "github.com/Azure/"

// only names standard packages that are for some of ours alone. Test helpers
// and programs are free.
var only = map[string][]string{
	"html/template": {"report"},
	"net/http":      {"ti/online", "ti/feeds", "sentinel", "sentinel/sentineltest", "geo/geolite2", "geo/ipstack", "geo/owner"},
	"os/exec":       {},
	"log":           {},
	"log/slog":      {"sentinel"},
	"testing":       {},
	"unsafe":        {"syslog", "auditd"}, // strings that share the reader's buffer in the hot form
}
