package ioc_test

import (
	"testing"

	"github.com/tuxtrail/tuxtrail/ioc"
)

func TestOID(t *testing.T) {
	testScan(t, allTypes(t), []scanCase{
		{"subject=CN = web01,2.5.4.5=#0c0431323334,2.5.4.17=1010", nil},
		{"/C=AT/2.5.4.8=Wien/2.5.4.97=VATAT-U1", nil},
		{"attribute OID 2.5.4.8, oid: 1.3.6.1; \"oid\":\"1.3.14.3\" OID.2.5.4.8", nil},
		{"X509v3 extension 2.5.29.15 (keyUsage) and extendedKeyUsage (2.5.29.37)", nil},
		{"attributetype ( 2.5.4.8 NAME ( 'st' 'stateOrProvinceName' ) )", nil},
		{"{id-at-stateOrProvinceName 2.5.4.8} attributeOID=2.5.4.8", nil},
		// addresses, also in the same network
		{"from 2.5.4.8 port 22", []string{"ipv4 2.5.4.8"}},
		{"SRC=2.5.4.8 DST=1.3.6.1", []string{"ipv4 2.5.4.8", "ipv4 1.3.6.1"}},
		{"clientAddr=1.1.1.1 serverName 1.0.0.1", []string{"ipv4 1.1.1.1", "ipv4 1.0.0.1"}},
		{"2.5.4.8: icmp_seq=1 2.5.4.9 NAMED (2.5.4.10)", []string{"ipv4 2.5.4.8", "ipv4 2.5.4.9", "ipv4 2.5.4.10"}},
		{"asteroid 1.2.3.4 avoid 2.5.4.8 1.1.1.1=resolver", []string{"ipv4 1.2.3.4", "ipv4 2.5.4.8", "ipv4 1.1.1.1"}},
		{"oid 2[.]5[.]4[.]8", []string{"ipv4 2.5.4.8"}},
	}, ioc.LinuxPath, ioc.DNS, ioc.URL)
}
