package online_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tuxtrail/tuxtrail/ti"
	"github.com/tuxtrail/tuxtrail/ti/online"
)

const settings = `TIProviders:
  OTX:
    Args:
      AuthKey: {EnvironmentVar: OTX_AUTH}
    Primary: True
    Provider: "OTX"
  VirusTotal:
    Args: {AuthKey: MARKED-in-file}
    Primary: True
    Provider: "VirusTotal"
  XForce:
    Args:
      ApiID: MARKED-id
      AuthKey: {KeyVault: xf}
    Primary: True
    Provider: "XForce"
  Second:
    Args: {AuthKey: MARKED-second}
    Primary: False
    Provider: "AbuseIPDB"
  Again:
    Args: {AuthKey: MARKED-again}
    Primary: True
    Provider: "VT"
  Missing:
    Args:
      AuthKey: {EnvironmentVar: NOT_SET}
    Primary: True
    Provider: "CrowdSec"
  Empty:
    Args: {AuthKey: ""}
    Primary: True
    Provider: "Pulsedive"
  BinaryEdge:
    Args: {AuthKey: MARKED-dead}
    Primary: True
  RiskIQ:
    Args: {AuthKey: MARKED-dead}
    Primary: True
  Nonsense:
    Primary: True
  Tor:
    Primary: True
  AzureSentinel:
    Primary: True
    Provider: NoLoad-AzSTI
  OwnMISP:
    Args: {AuthKey: MARKED-misp, URL: "http://misp.corp.test"}
    Primary: True
    Provider: MISP
`

type vault struct{}

func (vault) Secret(_ context.Context, vault, name string) (string, error) {
	return "MARKED-" + vault + name, nil
}

func TestLoad(t *testing.T) {
	path := filepath.Join(t.TempDir(), "msticpyconfig.yaml")
	require.NoError(t, os.WriteFile(path, []byte(settings), 0o600))
	env := map[string]string{"OTX_AUTH": "MARKED-otx", "TUXTRAIL_ABUSECH_KEY": "MARKED-abuse", "TUXTRAIL_TAXII_URL": "ftp://x"}
	s := online.Settings{File: path, Env: func(n string) string { return env[n] }}
	load := func() (names []string) {
		list, errs := online.Load(t.Context(), s)
		for _, p := range list {
			names = append(names, p.Info().Name+"@"+p.Info().Destination)
		}
		noKey(t, fmt.Sprint(errs)+fmt.Sprintf("%v %+v %#v", list, list, errs))
		return names
	}
	names := load()
	assert.Equal(t, []string{"OTX@otx.alienvault.com", "VirusTotal@www.virustotal.com", "MISP@misp.corp.test", "URLhaus@urlhaus-api.abuse.ch", "ThreatFox@threatfox-api.abuse.ch", "MalwareBazaar@mb-api.abuse.ch"}, names)
	_, errs := online.Load(t.Context(), s)
	var said []string
	for _, e := range errs {
		said = append(said, trim(e.Error(), path))
	}
	assert.Equal(t, []string{
		`:14: TIProviders.XForce.Args.AuthKey: keys in a Key Vault are not fetched here; put the secret "xf" into an environment variable and write "EnvironmentVar: XFORCE_AUTHKEY" in place of KeyVault`,
		`:22: TIProviders.Again: VirusTotal is configured already`,
		`:27: TIProviders.Missing.Args.AuthKey: the environment variable NOT_SET is not set`,
		`:31: TIProviders.Empty: wrong configuration: Pulsedive: no key (AuthKey)`,
		`:35: TIProviders.BinaryEdge: the service does not exist any more: BinaryEdge was switched off on 2025-03-31; use InternetDB for open ports and GreyNoise for scanners`,
		`:38: TIProviders.RiskIQ: the service does not exist any more: RiskIQ's API was switched off; what is left of it is in Microsoft Defender XDR and in Sentinel's ThreatIntelIndicators; use OTX or Pulsedive for passive DNS and reputation`,
		`:41: TIProviders.Nonsense: unknown provider "Nonsense"; there are AbuseIPDB, CrowdSec, Cyberint, GreyNoise, GreyNoiseV3, InternetDB, IntSights, IPQualityScore, MalwareBazaar, MISP, OpenCTI, OPR, OTX, Pulsedive, TAXII, ThreatFox, URLhaus, VirusTotal, XForce`,
		`:43: TIProviders.Tor: Tor's exits are a list here: fetch it with ti/feeds (Update) and load the folder`,
		"wrong configuration: TAXII: the URL of the server must begin with https:// (a key may be given as TUXTRAIL_TAXII_KEY)",
	}, said)

	s.Vault = vault{}
	s.Names = []string{"xforce", "abuseipdb", "Internet-DB", "greynoise", "pulsedive", "nobody"}
	names = load()
	assert.Equal(t, []string{"XForce@api.xforce.ibmcloud.com", "AbuseIPDB@api.abuseipdb.com", "InternetDB@internetdb.shodan.io", "GreyNoise@api.greynoise.io"}, names)

	s = online.Settings{File: filepath.Join(t.TempDir(), "none"), Env: s.Env}
	_, errs = online.Load(t.Context(), s)
	require.NotEmpty(t, errs)
	require.ErrorIs(t, errs[0], os.ErrNotExist)
	s.File = "-"
	s.Env = nil
	list, errs := online.Load(t.Context(), s)
	assert.Empty(t, list)
	assert.Empty(t, errs)
}

func trim(s, prefix string) string {
	if len(s) > len(prefix) && s[:len(prefix)] == prefix {
		return s[len(prefix):]
	}
	return s
}

func TestConfigurations(t *testing.T) {
	for name, c := range map[string]online.Config{
		"Cyberint":   {Key: ti.NewKey(marked), Instance: "evil.com/x#"},
		"VirusTotal": {},
		"XForce":     {Key: ti.NewKey(marked)},
		"MISP":       {Key: ti.NewKey(marked)},
		"OpenCTI":    {Key: ti.NewKey(marked), URL: "https://user:pw@host/"},
		"TAXII":      {URL: "file:///etc/passwd"},
	} {
		_, err := online.New(name, c)
		require.ErrorIs(t, err, online.ErrConfig, name)
		noKey(t, err.Error())
		assert.NotContains(t, err.Error(), "pw")
	}
	_, err := online.New("BinaryEdge", online.Config{})
	require.ErrorIs(t, err, online.ErrGone)
	_, err = online.New("x", online.Config{})
	require.ErrorIs(t, err, online.ErrUnknown)
	assert.True(t, online.Keyless("InternetDB"))
	assert.False(t, online.Keyless("VT"))
}
