package access

import (
	"bytes"
	"context"
	"strings"
	"testing"
)

func (k *keys) AddDevice(_ context.Context, d Device) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.devices[d.ID] = d
	return nil
}

// newDesk enrols desktops of alice, diane (admin) and robot (intervenant).
func newDesk(t *testing.T) (*house, Enrolment) {
	t.Helper()
	h := newHouse(t)
	b, hasher := office(t, "alice", "diane", "robot")
	return h, Enrolment{
		Login: NewLogin(b, hasher, h.clock.now), Devices: h.keys, Agents: h.keys,
		Random: bytes.NewReader(bytes.Repeat([]byte{0x5a, 0x17, 0xc3}, 200)),
		NewID:  func() string { return "019aa7d0-7c00-7000-8000-00000000000f" }, Now: h.clock.now,
	}
}

func TestEnrol(t *testing.T) {
	const fresh = "019aa7d0-7c00-7000-8000-00000000000f"
	tests := []struct {
		name       string
		who        string
		password   string
		device     string // told by the desktop
		before     func(*house)
		want       string // id of the device
		wantAnswer Code
	}{
		{"a new desktop", "alice", goodPassword, "", nil, fresh, ""},
		{"the same desktop again", "alice", goodPassword, deskID, nil, deskID, ""},
		{"a desktop whose token was copied", "alice", goodPassword, deskID, func(h *house) {
			d := h.devices[deskID]
			d.Tokens = d.Tokens.Revoke(hour(0))
			d.Tokens.Betrayed = true
			h.devices[deskID] = d
		}, deskID, ""},
		{"a desktop that somebody revoked", "alice", goodPassword, deskID, func(h *house) {
			h.revoke(false)
		}, fresh, ""},
		{"a colleague's desktop", "diane", goodPassword, deskID, nil, fresh, ""},
		{"a desktop nobody knows", "alice", goodPassword, "019aa7d0-7c00-7000-8000-0000000000ee", nil, fresh, ""},
		{"a desktop that is no id", "alice", goodPassword, "../../etc", nil, fresh, ""},
		{"wrong password", "alice", "un autre mot de passe", "", nil, "", CodeCredentials},
		{"an intervenant", "robot", goodPassword, "", nil, "", CodeCredentials},
		{"an agent without roles", "alice", goodPassword, "", func(h *house) { h.roles["alice"] = nil }, "", CodeCredentials},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			h, e := newDesk(t)
			if tt.before != nil {
				tt.before(h)
			}
			count := len(h.devices)
			device, token, err := e.Enrol(t.Context(), EnrolRequest{Email: tt.who + "@example.org", Password: tt.password, Name: "Accueil", Device: tt.device}, desk(1))
			if codeOf(err) != tt.wantAnswer || device.ID != tt.want {
				t.Fatalf("Enrol = %q, %v, want %q", device.ID, err, tt.want)
			}
			if err != nil {
				if len(h.devices) != count {
					t.Error("a device was kept all the same")
				}
				return
			}
			w := h.ask("GET /sync/v1/who", header("Authorization", "Bearer "+Credential(device.ID, token)))
			if w.Code != 200 || !strings.Contains(w.Body.String(), "agent "+tt.who) {
				t.Errorf("the token opens nothing: %d %s", w.Code, w.Body)
			}
		})
	}
}

func TestDeviceName(t *testing.T) {
	tests := []struct{ name, in, want string }{
		{"as typed", " Accueil, bureau 2 ", "Accueil, bureau 2"},
		{"nothing", "  ", "Poste"},
		{"control characters", "a\r\nSet-Cookie: b\x00", "aSet-Cookie: b"},
		{"endless", strings.Repeat("é", 1000), strings.Repeat("é", deviceNameMax)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := DeviceName(tt.in); got != tt.want {
				t.Errorf("DeviceName = %q, want %q", got, tt.want)
			}
		})
	}
}

// A race between two requests of one device is run again, and no token is lost.
func TestTokensSurviveRaces(t *testing.T) {
	h := newHouse(t)
	next := drawn(t, KindDevice, 6)
	d := h.devices[deskID]
	d.Tokens = d.Tokens.Offer(next.Hash(), hour(25))
	h.devices[deskID] = d
	done := make(chan int, 8)
	for range cap(done) {
		go func() { done <- h.ask("GET /sync/v1/who", bearer(next)).Code }()
	}
	for range cap(done) {
		if code := <-done; code != 200 {
			t.Errorf("%d", code)
		}
	}
	if got := h.devices[deskID].Tokens; got.Current != next.Hash() || len(got.Retired) != 1 {
		t.Errorf("%d retired", len(got.Retired))
	}
}

var _ NewDevices = (*keys)(nil)
