package datum

import (
	"net/netip"
	"strings"
)

// appendBinaryInet is inet_send and cidr_send of PostgreSQL's own text: family (2 or 3), bits, whether it is a cidr, the
// address's length and the address.
func appendBinaryInet(dst []byte, text string, cidr bool) []byte {
	if !strings.Contains(text, "/") {
		text += "/" + hostBits(text)
	}
	p, err := netip.ParsePrefix(text)
	if err != nil {
		return dst // no text of an inet
	}
	address, family, kind := p.Addr().AsSlice(), byte(2), byte(0)
	if len(address) == 16 {
		family = 3
	}
	if cidr {
		kind = 1
	}
	return append(append(dst, family, byte(p.Bits()), kind, byte(len(address))), address...)
}

// hostBits is the mask's length of an address that is written without one.
func hostBits(address string) string {
	if strings.Contains(address, ":") {
		return "128"
	}
	return "32"
}
