package access

import (
	"context"
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
	Name   string // given by the agent
	Tokens DeviceTokens
}

// Devices is where devices are kept.
type Devices interface {
	// DeviceByID finds a device, or ErrUnknown.
	DeviceByID(ctx context.Context, id string) (Device, error)
	// KeepTokens replaces the tokens of a device if they are still was, and
	// reports whether they were.
	KeepTokens(ctx context.Context, id string, was, is DeviceTokens) (bool, error)
}

// Credential is what a desktop sends as Authorization: Bearer: its id, which is
// no secret, a point, and its token.
func Credential(id string, token Secret) string { return id + "." + token.Reveal() }

// DeviceWay lets desktops in by their Credential. A retired token that comes
// back closes the device.
type DeviceWay struct {
	Devices  Devices
	Agents   Agents
	Failures *Gate
	Now      func() time.Time
}

func (d DeviceWay) Enter(r *http.Request, ip netip.Addr) (Session, error) {
	text, bearer := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	id, token, _ := strings.Cut(text, ".")
	secret, ok := ParseSecret(KindDevice, token)
	if !bearer || !ok || !agenda.ValidID(id) {
		return Session{}, failed(d.Failures, ip, refuseCredentials())
	}
	device, verdict, err := d.present(r.Context(), id, secret.Hash())
	if err != nil {
		return Session{}, err
	}
	switch verdict {
	case Denied:
		return Session{}, failed(d.Failures, ip, refuseDevice())
	case Unknown:
		return Session{}, failed(d.Failures, ip, refuseCredentials())
	}
	return welcome(r.Context(), d.Agents, Session{Policy: PolicyDevice, Agent: device.Agent, Device: device.ID})
}

func refuseDevice() *Refusal {
	return refuse(CodeRevoked, http.StatusUnauthorized, "Cet ordinateur n’est plus autorisé. Connectez-vous de nouveau.")
}

// tries is how often a race between two requests of one device is run again.
const tries = 4

// present judges a token of a device and keeps what that changed.
func (d DeviceWay) present(ctx context.Context, id string, h Hash) (Device, Verdict, error) {
	verdict := Unknown
	device, err := d.change(ctx, id, func(t DeviceTokens) DeviceTokens {
		t, verdict = t.Present(h, d.Now())
		return t
	})
	return device, verdict, err
}

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

// Revoke closes a device: its next request is refused. One that is unknown is
// no error.
func (d DeviceWay) Revoke(ctx context.Context, id string) error {
	_, err := d.change(ctx, id, func(t DeviceTokens) DeviceTokens { return t.Revoke(d.Now()) })
	return err
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
	kept, err := d.Devices.KeepTokens(ctx, id, device.Tokens, device.Tokens.Offer(secret.Hash(), d.Now()))
	if err != nil {
		return Secret{}, false, fmt.Errorf("offer a token to device %s: %w", id, err)
	}
	return secret, kept, nil // a race lost: the other request carries the offer
}
