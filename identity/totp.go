package identity

import (
	"context"
	"crypto/subtle"
	"time"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/totp"
	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/internal/secret"
	"github.com/waggle-sql/waggle/internal/store"
)

// totpPeriod is RFC 6238's step in seconds; a code of the step before or after is taken too, and each step once.
const totpPeriod = 30

// EnrolTOTP makes a key for one-time passwords and returns it as an otpauth: address for the person's device. Nothing is asked
// for until ConfirmTOTP has seen a first code.
func (d *Directory) EnrolTOTP(ctx context.Context, s *Session) (secret.Text, error) {
	key, err := totp.Generate(totp.GenerateOpts{Issuer: "Waggle " + s.OrgName, AccountName: s.Login, Period: totpPeriod})
	if err != nil {
		return secret.Text{}, pgerr.From(err)
	}
	id, sealed, err := d.sealer.Seal(ctx, s.Org, s.Person, []byte(key.Secret()))
	if err != nil {
		return secret.Text{}, err
	}
	n, err := d.db.Exec(ctx, "UPDATE person SET totp_key = ?, totp_sealed = ?, totp_step = 0 WHERE id = ? AND totp_confirmed = 0",
		id, sealed, string(s.Person))
	if err != nil {
		return secret.Text{}, err
	}
	if n == 0 {
		return secret.Text{}, pgerr.New(pgerr.ObjectNotInPrerequisite, "one-time passwords are already on").
			WithHint("ask an administrator of your organisation to switch them off first")
	}
	return secret.New(key.URL()), nil
}

// ConfirmTOTP switches one-time passwords on when code is right, else it returns 28P01.
func (d *Directory) ConfirmTOTP(ctx context.Context, s *Session, code string) error {
	p, ok, err := store.One(ctx, d.db, scanPerson, selectPerson+"WHERE p.id = ?", string(s.Person))
	if err != nil || !ok {
		return err
	}
	if ok, err = d.checkCode(ctx, p, code); err != nil {
		return err
	}
	if !ok {
		return pgerr.New(pgerr.InvalidPassword, "the one-time password is wrong").WithHint("check the clock of your device and try the next code")
	}
	if err := d.journal.Record(ctx, Act{Kind: "mfa_enabled", Org: s.Org, Person: s.Person, Login: s.Login, Client: s.ClientAddress}); err != nil {
		return err
	}
	_, err = d.db.Exec(ctx, "UPDATE person SET totp_confirmed = 1 WHERE id = ?", string(s.Person))
	return err
}

// checkCode compares a code with those of the current step and its neighbours that lie after the last one used.
func (d *Directory) checkCode(ctx context.Context, p *person, code string) (bool, error) {
	if p.totpSealed == nil || len(code) != otp.DigitsSix.Length() {
		return false, nil
	}
	key, err := d.sealer.Unseal(ctx, p.org, p.totpKey, p.totpSealed)
	if err != nil {
		return false, err
	}
	now := d.now().Unix() / totpPeriod
	for step := now - 1; step <= now+1; step++ {
		want, err := totp.GenerateCodeCustom(string(key), time.Unix(step*totpPeriod, 0),
			totp.ValidateOpts{Period: totpPeriod, Digits: otp.DigitsSix, Algorithm: otp.AlgorithmSHA1})
		if err != nil {
			return false, pgerr.From(err)
		}
		if subtle.ConstantTimeCompare([]byte(want), []byte(code)) == 1 {
			n, err := d.db.Exec(ctx, "UPDATE person SET totp_step = ? WHERE id = ? AND totp_step < ?", step, string(p.id), step)
			return n == 1, err
		}
	}
	return false, nil
}
