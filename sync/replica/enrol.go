package replica

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"net/url"
	"strings"

	"permanence/app/agenda"
	"permanence/app/store"
	"permanence/sync/access"
	"permanence/sync/wire"
)

// The settings in which a profile keeps its line to the server.
const (
	serverKey     = "sync.server"
	credentialKey = "sync.credential"
	agentKey      = "sync.agent"
	seedKey       = "sync.key"    // seed of the device's Ed25519 key
	forkedKey     = "sync.forked" // the device of this profile is another's
)

// Enrolled is what a server answered to a login.
type Enrolled struct {
	Credential string `json:"credential"`
	Device     string `json:"device"`
	LastN      int64  `json:"last_n"`
	Agent      struct {
		ID        agenda.AgentID `json:"id"`
		FirstName string         `json:"first_name"`
		LastName  string         `json:"last_name"`
	} `json:"agent"`
	Organisations []struct {
		ID   agenda.OrganisationID `json:"id"`
		Name string                `json:"name"`
		Role agenda.Level          `json:"role"`
		Zone string                `json:"zone"`
	} `json:"organisations"`
}

// Denied is a server's refusal of a login: its code and its French message.
type Denied struct{ Code, Message string }

func (d *Denied) Error() string { return "login denied: " + d.Code }

// ErrUnreachable says that no server of ours answered.
var ErrUnreachable = errors.New("server unreachable")

// Login asks the server at base for a device. device is the id this profile had
// there before, "" for none; key is what Key gives, and is registered. It
// answers *Denied, or ErrUnreachable.
func Login(ctx context.Context, client *http.Client, key ed25519.PrivateKey, base, email, password, name, device string) (Enrolled, error) {
	base, err := CheckServer(base)
	if err != nil {
		return Enrolled{}, err
	}
	body, err := json.Marshal(map[string]string{"email": email, "password": password, "name": name, "device": device})
	if err != nil {
		return Enrolled{}, err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, base+"/sync/v1/login", bytes.NewReader(body))
	if err != nil {
		return Enrolled{}, err
	}
	r.Header.Set("Content-Type", "application/json")
	access.ShowKey(r, key)
	if err := access.Prove(r, body, key, "", rand.Reader); err != nil {
		return Enrolled{}, err
	}
	resp, err := pinned(client).Do(r)
	if err != nil {
		return Enrolled{}, fmt.Errorf("%w: %w", ErrUnreachable, err)
	}
	defer resp.Body.Close()
	return readLogin(resp)
}

// readLogin reads the answer; what is not our server's is no answer.
func readLogin(resp *http.Response) (Enrolled, error) {
	body, err := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	if err != nil {
		return Enrolled{}, fmt.Errorf("%w: %w", ErrUnreachable, err)
	}
	if resp.StatusCode != http.StatusOK {
		var e wire.ErrorBody
		if err := json.Unmarshal(body, &e); err != nil || e.Error.Code == "" {
			return Enrolled{}, fmt.Errorf("%w: status %d", ErrUnreachable, resp.StatusCode)
		}
		return Enrolled{}, &Denied{e.Error.Code, e.Error.Message}
	}
	var out Enrolled
	if err := json.Unmarshal(body, &out); err != nil || out.Credential == "" || !agenda.ValidID(out.Device) {
		return Enrolled{}, fmt.Errorf("%w: not an answer of this program", ErrUnreachable)
	}
	return out, nil
}

// CheckServer gives the address of a server in its one form. Plain http is for
// this machine only: off it, agendas would travel in clear.
func CheckServer(base string) (string, error) {
	u, err := url.Parse(strings.TrimRight(strings.TrimSpace(base), "/"))
	if err != nil || u.Host == "" || u.Path != "" || u.RawQuery != "" || u.User != nil {
		return "", &Denied{"invalid", "L’adresse du serveur n’est pas valable : elle commence par https://."}
	}
	if u.Scheme != "https" && !(u.Scheme == "http" && thisMachine(u.Hostname())) {
		return "", &Denied{"invalid", "L’adresse du serveur doit commencer par https://."}
	}
	return u.String(), nil
}

// thisMachine reports whether a name can only be this machine's.
func thisMachine(host string) bool {
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && ip.IsLoopback()
}

// Keep writes into the profile what its line needs, in one transaction. A
// profile belongs to one agent on one server: another is refused (*Denied,
// other_agent).
func Keep(ctx context.Context, s Store, server string, e Enrolled) error {
	return s.WriteDesk(ctx, func(tx *store.DeskTx) error {
		was, err := Line(&tx.View)
		if err != nil {
			return err
		}
		if was.Agent != "" && was.Agent != e.Agent.ID {
			return &Denied{"other_agent", "Ce profil appartient à un autre agent : ouvrez ou créez le vôtre."}
		}
		if err := adopt(tx, e); err != nil {
			return err
		}
		for key, value := range map[string]string{serverKey: server, credentialKey: e.Credential, agentKey: string(e.Agent.ID)} {
			if err := tx.SetSetting(key, []byte(value)); err != nil {
				return err
			}
		}
		return nil
	})
}

// Key gives the key of this profile's device, made the first time and kept in
// its database; a new one when another profile has the former too.
func Key(ctx context.Context, s Store) (ed25519.PrivateKey, error) {
	var seed []byte
	err := s.WriteDesk(ctx, func(tx *store.DeskTx) error {
		forked, err := tx.Setting(forkedKey)
		if err != nil {
			return err
		}
		if seed, err = tx.Setting(seedKey); err != nil || forked == nil && len(seed) == ed25519.SeedSize {
			return err
		}
		seed = make([]byte, ed25519.SeedSize)
		if _, err := io.ReadFull(rand.Reader, seed); err != nil {
			return fmt.Errorf("make the key of a device: %w", err)
		}
		return tx.SetSetting(seedKey, seed)
	})
	if err != nil {
		return nil, err
	}
	return ed25519.NewKeyFromSeed(seed), nil
}

// Former gives the device that a login should ask for again: the profile's, ""
// for none or when another profile has it too.
func Former(v *store.View) (string, error) {
	forked, err := v.Setting(forkedKey)
	if err != nil || forked != nil {
		return "", err
	}
	return v.DeviceID()
}

// noteForked remembers that the device of this profile is another's too.
func noteForked(ctx context.Context, s Store) error {
	return s.WriteDesk(ctx, func(tx *store.DeskTx) error { return tx.SetSetting(forkedKey, []byte("1")) })
}

// adopt gives the profile its device, unless it is the one it has already.
func adopt(tx *store.DeskTx, e Enrolled) error {
	id, err := tx.DeviceID()
	if err != nil || id == e.Device {
		return err
	}
	if err := tx.DropSetting(forkedKey); err != nil {
		return err
	}
	last, err := tx.LastN()
	if err != nil {
		return err
	}
	if id == "" || last == 0 {
		return tx.Enrol(e.Device, e.LastN)
	}
	return tx.Requeue(e.Device, e.LastN)
}

// Known is the line a profile has.
type Known struct {
	Server     string
	Credential string
	Agent      agenda.AgentID
}

// Line reads what Keep wrote; empty for a profile that never enrolled.
func Line(v *store.View) (Known, error) {
	var values [3]string
	for i, key := range []string{serverKey, credentialKey, agentKey} {
		b, err := v.Setting(key)
		if err != nil {
			return Known{}, err
		}
		values[i] = string(b)
	}
	return Known{values[0], values[1], agenda.AgentID(values[2])}, nil
}

// KeepCredential writes a rotated credential.
func KeepCredential(ctx context.Context, s Store, credential string) error {
	return s.WriteDesk(ctx, func(tx *store.DeskTx) error {
		return tx.SetSetting(credentialKey, []byte(credential))
	})
}
