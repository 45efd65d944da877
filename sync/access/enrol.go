package access

import (
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"strings"
	"time"
	"unicode"

	"permanence/app/agenda"
)

// NewDevices is where devices are enrolled.
type NewDevices interface {
	Devices
	// AddDevice keeps a new device; its id is not taken.
	AddDevice(ctx context.Context, d Device) error
}

// Enrolment gives desktops their first token, against an agent's address and
// password.
type Enrolment struct {
	Login   *Login
	Devices NewDevices
	Agents  Agents
	Random  io.Reader     // crypto/rand.Reader
	NewID   func() string // a UUIDv7
	Now     func() time.Time
}

// EnrolRequest is what a desktop asks with.
type EnrolRequest struct {
	Email, Password string
	// Name is what the agent calls this computer; may be empty.
	Name string
	// Device is the id that this profile got before, if any. It is kept when it
	// is the agent's and nobody revoked it, so that the numbers of its commands
	// go on.
	Device string
	// Key is the public key that the sender proved; nil for a program of before
	// keys.
	Key ed25519.PublicKey
}

// Enrol gives a device of the agent and its token. It refuses as Login.Check
// does, and in the same words an agent who has no role left.
func (e Enrolment) Enrol(ctx context.Context, r EnrolRequest, ip netip.Addr) (Device, Secret, error) {
	account, err := e.Login.Check(ctx, r.Email, r.Password, ip)
	if err != nil {
		return Device{}, Secret{}, err
	}
	if _, err := welcome(ctx, e.Agents, Session{Agent: account.Agent}); err != nil {
		return Device{}, Secret{}, err
	}
	token, err := NewSecret(e.Random, KindDevice)
	if err != nil {
		return Device{}, Secret{}, err
	}
	tokens := Enrol(token.Hash(), e.Now())
	if tokens.Epoch, err = e.Devices.Epoch(ctx); err != nil {
		return Device{}, Secret{}, err
	}
	device, err := e.again(ctx, r, account.Agent, tokens)
	if err != nil || device.ID != "" {
		return device, token, err
	}
	device = Device{ID: e.NewID(), Agent: account.Agent, Name: DeviceName(r.Name), Key: r.Key, Tokens: tokens}
	if err := e.Devices.AddDevice(ctx, device); err != nil {
		return Device{}, Secret{}, fmt.Errorf("enrol a device of agent %s: %w", account.Agent, err)
	}
	return device, token, nil
}

// again gives a device known before a new family of tokens. It comes back empty
// when the device is unknown, somebody else's, was revoked by a person, or has
// another key.
func (e Enrolment) again(ctx context.Context, r EnrolRequest, agent agenda.AgentID, tokens DeviceTokens) (Device, error) {
	if !agenda.ValidID(r.Device) {
		return Device{}, nil
	}
	device, err := e.Devices.DeviceByID(ctx, r.Device)
	if errors.Is(err, ErrUnknown) {
		return Device{}, nil
	}
	if err != nil {
		return Device{}, fmt.Errorf("look for device %s: %w", r.Device, err)
	}
	if device.Agent != agent || device.closed() || device.Key != nil && !device.Key.Equal(r.Key) {
		return Device{}, nil
	}
	if device.Key == nil && r.Key != nil {
		if kept, err := e.Devices.KeepKey(ctx, device.ID, r.Key); err != nil || !kept {
			return Device{}, err
		}
	}
	was := device.Tokens
	device.Tokens = tokens
	kept, err := e.Devices.KeepTokens(ctx, device.ID, was, device.Tokens)
	if err != nil {
		return Device{}, fmt.Errorf("enrol device %s again: %w", device.ID, err)
	}
	if !kept {
		return Device{}, fmt.Errorf("enrol device %s again: changed meanwhile", device.ID)
	}
	return device, nil
}

// deviceNameMax is the longest name of a device, in characters.
const deviceNameMax = 80

// DeviceName cleans the name that an agent gave to a computer: 80 characters at
// most, none of control; « Poste » when nothing is left.
func DeviceName(name string) string {
	name = strings.TrimSpace(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == unicode.ReplacementChar {
			return -1
		}
		return r
	}, name))
	if name == "" {
		return "Poste"
	}
	runes := []rune(name)
	return string(runes[:min(len(runes), deviceNameMax)])
}
