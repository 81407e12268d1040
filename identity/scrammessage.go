package identity

import (
	"crypto"
	"crypto/sha256"
	"crypto/subtle"
	"crypto/x509"
	"encoding/base64"
	"strconv"
	"strings"

	"github.com/waggle-sql/waggle/internal/pgerr"
)

// endpointHash maps a certificate's signature to the hash of its channel binding.
var endpointHash = map[x509.SignatureAlgorithm]crypto.Hash{
	x509.MD5WithRSA: crypto.SHA256, x509.SHA1WithRSA: crypto.SHA256, x509.ECDSAWithSHA1: crypto.SHA256,
	x509.SHA256WithRSA: crypto.SHA256, x509.SHA256WithRSAPSS: crypto.SHA256, x509.ECDSAWithSHA256: crypto.SHA256,
	x509.SHA384WithRSA: crypto.SHA384, x509.SHA384WithRSAPSS: crypto.SHA384, x509.ECDSAWithSHA384: crypto.SHA384,
	x509.SHA512WithRSA: crypto.SHA512, x509.SHA512WithRSAPSS: crypto.SHA512, x509.ECDSAWithSHA512: crypto.SHA512,
}

// bindingType is the one channel binding that PostgreSQL's clients know.
const bindingType = "tls-server-end-point"

// firstMessage is client-first-message = gs2-header client-first-message-bare.
type firstMessage struct {
	gs2   string // with its final comma
	bare  string
	nonce string
}

// finalMessage is client-final-message.
type finalMessage struct {
	withoutProof string
	proof        []byte
}

func malformed(detail string) error {
	return pgerr.New(pgerr.ProtocolViolation, "malformed SCRAM message").WithDetail("%s", detail)
}

// parseFirst reads gs2-cbind-flag "," [authzid] "," "n=" name "," "r=" nonce ["," extensions]. The name is ignored, as in
// PostgreSQL: the startup message has named the user.
func (s *SCRAM) parseFirst(mechanism, message string) (firstMessage, error) {
	flag, rest, ok := strings.Cut(message, ",")
	if !ok {
		return firstMessage{}, malformed("The channel-binding flag is missing.")
	}
	if err := s.checkFlag(mechanism, flag); err != nil {
		return firstMessage{}, err
	}
	authzid, bare, ok := strings.Cut(rest, ",")
	switch {
	case !ok:
		return firstMessage{}, malformed("The message has no user name.")
	case authzid != "":
		return firstMessage{}, pgerr.New(pgerr.FeatureNotSupported, "client uses authorization identity, but it is not supported")
	case strings.HasPrefix(bare, "m="):
		return firstMessage{}, pgerr.New(pgerr.FeatureNotSupported, "client requires an unsupported SCRAM extension")
	}
	name, rest, ok := strings.Cut(bare, ",")
	if !ok || !strings.HasPrefix(name, "n=") {
		return firstMessage{}, malformed("The message has no user name.")
	}
	nonce, _, _ := strings.Cut(rest, ",")
	nonce, ok = strings.CutPrefix(nonce, "r=")
	if !ok || nonce == "" {
		return firstMessage{}, malformed("The message has no nonce.")
	}
	if !printable(nonce) {
		return firstMessage{}, pgerr.New(pgerr.ProtocolViolation, "non-printable characters in SCRAM nonce")
	}
	return firstMessage{gs2: flag + "," + authzid + ",", bare: bare, nonce: nonce}, nil
}

// checkFlag compares what the client says of channel binding with what is offered and chosen. The flag "y" of a client
// that was offered the binding means that somebody in between removed the offer.
func (s *SCRAM) checkFlag(mechanism, flag string) error {
	plus := mechanism == MechanismSCRAMPlus && s.binding != nil
	kind, bound := strings.CutPrefix(flag, "p=")
	switch {
	case !plus && mechanism != MechanismSCRAM:
		return pgerr.New(pgerr.ProtocolViolation, "client selected an invalid SASL authentication mechanism")
	case bound && !plus:
		return malformed("The client selected SCRAM-SHA-256 without channel binding, but the message has channel-binding data.")
	case bound && kind != bindingType:
		return pgerr.New(pgerr.ProtocolViolation, `unsupported SCRAM channel-binding type "%s"`, kind)
	case bound:
		return nil
	case flag != "n" && flag != "y":
		return malformed("The channel-binding flag is none of n, y and p.")
	case plus:
		return malformed("The client selected SCRAM-SHA-256-PLUS, but the message has no channel-binding data.")
	case flag == "y" && s.binding != nil:
		return pgerr.New(pgerr.InvalidAuthorization, "SCRAM channel binding negotiation error").
			WithDetail("The client supports SCRAM channel binding but thinks the server does not. However, this server does support channel binding.")
	}
	return nil
}

// printable is RFC 5802's: %x21-2B / %x2D-7E, no comma.
func printable(s string) bool {
	for i := range len(s) {
		if s[i] < 0x21 || s[i] > 0x7e || s[i] == ',' {
			return false
		}
	}
	return true
}

func serverFirstMessage(nonce string, salt []byte, iterations int) string {
	return "r=" + nonce + ",s=" + base64.StdEncoding.EncodeToString(salt) + ",i=" + strconv.Itoa(iterations)
}

// parseFinal reads "c=" base64(gs2-header [binding data]) "," "r=" nonce ["," extensions] "," "p=" base64(proof).
func (c *Conversation) parseFinal(message string) (finalMessage, error) {
	i := strings.LastIndex(message, ",p=")
	if i < 0 {
		return finalMessage{}, malformed("The message has no proof.")
	}
	proof, err := base64.StdEncoding.DecodeString(message[i+len(",p="):])
	if err != nil || len(proof) != sha256.Size {
		return finalMessage{}, malformed("Malformed proof in client-final-message.")
	}
	channel, rest, _ := strings.Cut(message[:i], ",")
	if err := c.checkChannel(channel); err != nil {
		return finalMessage{}, err
	}
	nonce, _, _ := strings.Cut(rest, ",")
	if subtle.ConstantTimeCompare([]byte(nonce), []byte("r="+c.nonce)) != 1 {
		return finalMessage{}, pgerr.New(pgerr.ProtocolViolation, "invalid SCRAM response").WithDetail("Nonce does not match.")
	}
	return finalMessage{withoutProof: message[:i], proof: proof}, nil
}

// checkChannel compares the client's view of the channel with ours: another certificate means another channel.
func (c *Conversation) checkChannel(attribute string) error {
	want := c.gs2
	if strings.HasPrefix(c.gs2, "p=") {
		want += string(c.scram.binding)
	}
	want = "c=" + base64.StdEncoding.EncodeToString([]byte(want))
	if subtle.ConstantTimeCompare([]byte(attribute), []byte(want)) == 1 {
		return nil
	}
	if strings.HasPrefix(c.gs2, "p=") {
		return pgerr.New(pgerr.InvalidAuthorization, "SCRAM channel binding check failed")
	}
	return pgerr.New(pgerr.ProtocolViolation, "unexpected SCRAM channel-binding attribute in client-final-message")
}
