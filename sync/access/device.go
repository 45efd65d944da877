package access

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"permanence/app/agenda"
)

// Device is one desktop of one agent.
type Device struct {
	ID     string // UUIDv7
	Agent  agenda.AgentID
	Name   string            // given by the agent
	Key    ed25519.PublicKey // nil: enrolled before keys, and not heard of since
	Tokens DeviceTokens
	Wipe   bool // revoked by a person, who also asked that its copy be erased
	Told   bool // of the above, at least once
}

// closed reports whether a person turned the device away.
func (d Device) closed() bool { return !d.Tokens.Revoked.IsZero() && !d.Tokens.Betrayed }

// Devices is where devices are kept.
type Devices interface {
	// DeviceByID finds a device, or ErrUnknown.
	DeviceByID(ctx context.Context, id string) (Device, error)
	// KeepTokens replaces the tokens of a device if they are still was, and
	// reports whether they were.
	KeepTokens(ctx context.Context, id string, was, is DeviceTokens) (bool, error)
	// KeepKey registers the key of a device that has none, and reports whether
	// the device has this key now.
	KeepKey(ctx context.Context, id string, key ed25519.PublicKey) (bool, error)
	// ToldDevice notes that a device was told that it is closed.
	ToldDevice(ctx context.Context, id string, at time.Time) error
	// Epoch names the history of the data; another one after a restore.
	Epoch(ctx context.Context) (string, error)
}

// Credential is what a desktop sends as Authorization: Bearer: its id, which is
// no secret, a point, and its token.
func Credential(id string, token Secret) string { return id + "." + token.Reveal() }

// DeviceWay lets desktops in by their Credential and, for each request, a proof
// of their key: a token that was copied opens nothing by itself. A retired
// token that comes back closes the device.
type DeviceWay struct {
	Devices  Devices
	Agents   Agents
	Failures *Gate
	Proofs   *Proofs
	Now      func() time.Time
}

func (d DeviceWay) Enter(r *http.Request, ip netip.Addr) (Session, error) {
	text, bearer := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	id, token, _ := strings.Cut(text, ".")
	secret, ok := ParseSecret(KindDevice, token)
	if !bearer || !ok || !agenda.ValidID(id) {
		return Session{}, failed(d.Failures, ip, refuseCredentials())
	}
	device, err := d.Devices.DeviceByID(r.Context(), id)
	if errors.Is(err, ErrUnknown) {
		return Session{}, failed(d.Failures, ip, refuseCredentials())
	}
	if err != nil {
		return Session{}, fmt.Errorf("look for device %s: %w", id, err)
	}
	resumes, err := d.resumes(r.Context(), device, secret.Hash())
	if err != nil {
		return Session{}, err
	}
	if !resumes {
		if err := d.judge(r, ip, device, secret.Hash()); err != nil {
			return Session{}, err
		}
	}
	nonce, err := d.prove(r, ip, device)
	if err != nil {
		return Session{}, err
	}
	if err := d.take(r.Context(), ip, device, secret.Hash(), resumes); err != nil {
		return Session{}, err
	}
	// Who has no role left still enters, with a device that proves itself: that
	// is how it hears that nothing may stay on its disk.
	return withRoles(r.Context(), d.Agents, Session{Policy: PolicyDevice, Agent: device.Agent, Device: device.ID, Nonce: nonce})
}

// resumes reports whether the server's data were restored since this device
// got a token, which may be forgotten now: its key is then enough.
func (d DeviceWay) resumes(ctx context.Context, device Device, h Hash) (bool, error) {
	_, verdict := device.Tokens.Present(h, d.Now())
	if verdict == Accepted || device.Key == nil || device.Tokens.Epoch == "" || !device.Tokens.Revoked.IsZero() {
		return false, nil
	}
	epoch, err := d.Devices.Epoch(ctx)
	return err == nil && epoch != device.Tokens.Epoch, err
}

// judge refuses a token that does not open the device now, before anything is
// asked of its sender. A retired one closes the device, whoever shows it.
func (d DeviceWay) judge(r *http.Request, ip netip.Addr, device Device, h Hash) error {
	is, verdict := device.Tokens.Present(h, d.Now())
	switch {
	case verdict == Unknown:
		return failed(d.Failures, ip, refuseCredentials())
	case verdict == Accepted:
		return nil
	case !is.Same(device.Tokens):
		return d.take(r.Context(), ip, device, h, false)
	}
	if device.closed() && !device.Told {
		if err := d.tell(r, ip, device); err != nil {
			return err
		}
	}
	return failed(d.Failures, ip, refuseClosed(device))
}

// tell notes that a closed device has come back and is told; who cannot prove
// its key is told too, and that is not noted.
func (d DeviceWay) tell(r *http.Request, ip netip.Addr, device Device) error {
	_, err := d.prove(r, ip, device)
	if refusal, ok := errors.AsType[*Refusal](err); ok {
		if refusal.Nonce != "" {
			return refusal
		}
		return nil
	}
	if err != nil {
		return err
	}
	return d.Devices.ToldDevice(r.Context(), device.ID, d.Now())
}

// take keeps what showing a token changed: an offered one becomes the current
// one. Another request may have been faster.
func (d DeviceWay) take(ctx context.Context, ip netip.Addr, device Device, h Hash, resumes bool) error {
	if is, verdict := device.Tokens.Present(h, d.Now()); verdict == Accepted && is.Same(device.Tokens) {
		return nil
	}
	epoch, err := d.Devices.Epoch(ctx)
	if err != nil {
		return err
	}
	verdict := Unknown
	after, err := d.change(ctx, device.ID, func(was DeviceTokens) DeviceTokens {
		var is DeviceTokens
		is, verdict = was.Present(h, d.Now())
		if verdict != Accepted && resumes && was.Revoked.IsZero() {
			is, verdict = was.Resume(h, epoch, d.Now()), Accepted
		}
		if !is.Same(was) {
			is.Epoch = epoch
		}
		return is
	})
	switch {
	case err != nil:
		return err
	case verdict == Accepted:
		return nil
	case verdict == Denied:
		return failed(d.Failures, ip, refuseClosed(after))
	}
	return failed(d.Failures, ip, refuseCredentials())
}

// prove checks that the sender of r holds the key of the device, and gives the
// nonce for its next request when the one it signed gets old. A device without
// a key, enrolled before there were any, registers the one it shows.
func (d DeviceWay) prove(r *http.Request, ip netip.Addr, device Device) (nonce string, err error) {
	p, shown := parseProof(r)
	if device.Key == nil && r.Header.Get(ProofHeader) == "" {
		return "", nil // a program of before keys
	}
	age, ours := d.Proofs.age(p.nonce)
	if !shown || !ours {
		return "", d.challenge(CodeProof)
	}
	body, err := wholeBody(r)
	if err != nil {
		return "", err
	}
	key, err := d.keyOf(device, r, body)
	if err != nil {
		return "", err
	}
	if !p.by(key, r, body) {
		return "", failed(d.Failures, ip, d.challenge(CodeProof))
	}
	if !d.Proofs.first(p.signature) {
		return "", failed(d.Failures, ip, refuseCredentials())
	}
	if age >= nonceLife/2 {
		nonce = d.Proofs.Nonce()
	}
	return nonce, d.register(r.Context(), ip, device, key)
}

// keyOf gives the key of the device, or the one it asks to register.
func (d DeviceWay) keyOf(device Device, r *http.Request, body []byte) (ed25519.PublicKey, error) {
	if device.Key != nil {
		return device.Key, nil
	}
	key, err := ShownKey(r, body)
	if err == nil && key == nil {
		return nil, d.challenge(CodeKey)
	}
	return key, err
}

// register keeps the first key of a device.
func (d DeviceWay) register(ctx context.Context, ip netip.Addr, device Device, key ed25519.PublicKey) error {
	if bytes.Equal(device.Key, key) {
		return nil
	}
	kept, err := d.Devices.KeepKey(ctx, device.ID, key)
	if err != nil {
		return fmt.Errorf("keep the key of device %s: %w", device.ID, err)
	}
	if !kept {
		return failed(d.Failures, ip, refuseCredentials())
	}
	return nil
}

// challenge asks for a proof over a fresh nonce.
func (d DeviceWay) challenge(code Code) *Refusal {
	r := refuse(code, http.StatusUnauthorized, "Ce poste doit prouver sa clé.")
	r.Nonce = d.Proofs.Nonce()
	return r
}

// refuseClosed tells a device why it is turned away.
func refuseClosed(d Device) *Refusal {
	switch {
	case d.Tokens.Betrayed:
		return refuse(CodeCopied, http.StatusUnauthorized, "La session de ce poste a été copiée ailleurs : elle est fermée. Connectez-vous de nouveau.")
	case d.Wipe:
		return refuse(CodeWiped, http.StatusUnauthorized, "L’effacement de ce poste a été demandé : l’agenda qu’il gardait en est retiré.")
	}
	return refuse(CodeRevoked, http.StatusUnauthorized, "Ce poste a été révoqué. Connectez-vous de nouveau pour l’autoriser.")
}

// tries is how often a race between two requests of one device is run again.
const tries = 4

// change replaces the tokens of a device by what f makes of them, again if
// somebody else was faster. f is not asked about an unknown device, which
// comes back empty.
func (d DeviceWay) change(ctx context.Context, id string, f func(DeviceTokens) DeviceTokens) (Device, error) {
	for range tries {
		device, err := d.Devices.DeviceByID(ctx, id)
		if errors.Is(err, ErrUnknown) {
			return Device{}, nil
		}
		if err != nil {
			return Device{}, fmt.Errorf("look for device %s: %w", id, err)
		}
		was := device.Tokens
		device.Tokens = f(was)
		if device.Tokens.Same(was) {
			return device, nil
		}
		kept, err := d.Devices.KeepTokens(ctx, id, was, device.Tokens)
		if err != nil {
			return Device{}, fmt.Errorf("keep the tokens of device %s: %w", id, err)
		}
		if kept {
			return device, nil
		}
	}
	return Device{}, fmt.Errorf("keep the tokens of device %s: %d races lost", id, tries)
}

// Next offers a device its next token when one is due, to be sent with the
// answer of the request; false when the present one still serves. random is
// crypto/rand.Reader.
func (d DeviceWay) Next(ctx context.Context, random io.Reader, id string) (Secret, bool, error) {
	device, err := d.Devices.DeviceByID(ctx, id)
	if err != nil {
		return Secret{}, false, fmt.Errorf("look for device %s: %w", id, err)
	}
	if !device.Tokens.Due(d.Now()) {
		return Secret{}, false, nil
	}
	secret, err := NewSecret(random, KindDevice)
	if err != nil {
		return Secret{}, false, err
	}
	is := device.Tokens.Offer(secret.Hash(), d.Now())
	if is.Epoch, err = d.Devices.Epoch(ctx); err != nil {
		return Secret{}, false, err
	}
	kept, err := d.Devices.KeepTokens(ctx, id, device.Tokens, is)
	if err != nil {
		return Secret{}, false, fmt.Errorf("offer a token to device %s: %w", id, err)
	}
	return secret, kept, nil // a race lost: the other request carries the offer
}
