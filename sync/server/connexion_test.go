package server

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"permanence/app/agenda"
	"permanence/app/store"
	"permanence/sync/replica"
)

// refusalOf reads {"error":{"code","message"}}.
func refusalOf(t testing.TB, a answer) (code, message string) {
	t.Helper()
	var body struct {
		Error struct{ Code, Message string }
	}
	if err := json.Unmarshal([]byte(a.body), &body); err != nil || body.Error.Code == "" || body.Error.Message == "" {
		t.Fatalf("status %d, not a refusal: %.200q", a.status, a.body)
	}
	return body.Error.Code, body.Error.Message
}

func credentials(email, password string) string {
	body, err := json.Marshal(map[string]string{"email": email, "password": password, "name": "Guichet 2", "device": ""})
	if err != nil {
		panic(err) // two texts always encode
	}
	return string(body)
}

func (m *monde) login(email, password string) answer {
	return m.do("POST", "/sync/v1/login", credentials(email, password), "Content-Type: application/json")
}

func TestLogin(t *testing.T) {
	m := newMonde(t)
	m.password(m.alice)
	a := m.login(" Fournier@Montrelay.example.org ", phrase)
	var in replica.Enrolled
	if err := json.Unmarshal([]byte(a.body), &in); err != nil || a.status != http.StatusOK {
		t.Fatalf("status %d: %s", a.status, a.body)
	}
	if in.Agent.ID != m.alice || in.Agent.FirstName != "Alice" || !agenda.ValidID(in.Device) || in.LastN != 0 {
		t.Errorf("enrolled %+v", in)
	}
	if len(in.Organisations) != 1 || in.Organisations[0].Name != "CCAS de Montrelay" || in.Organisations[0].Role != agenda.LevelAdmin {
		t.Errorf("organisations %+v", in.Organisations)
	}
	m.read(func(v *store.View) error {
		kept, err := v.Device(in.Device)
		if err == nil && (kept.Agent != m.alice || kept.Name != "Guichet 2" || strings.Contains(string(kept.Tokens), in.Credential[37:])) {
			t.Errorf("device %+v", kept)
		}
		return err
	})
	if strings.Contains(m.log.String(), phrase) || strings.Contains(m.log.String(), "example.org") {
		t.Error("the log holds a password or an address")
	}
}

// Wrong, unknown and closed are told apart by nobody.
func TestLoginRefused(t *testing.T) {
	m := newMonde(t)
	m.password(m.alice)
	m.password(m.bruno)
	m.write(func(tx *store.ServerTx) error { return tx.DisableAccount(m.bruno, true) })
	tests := []struct{ name, email, password string }{
		{"wrong password", "fournier@montrelay.example.org", phrase + "."},
		{"unknown account", "personne@example.org", phrase},
		{"account closed", "lemaire@montrelay.example.org", phrase},
		{"invitation not answered", "vidal@montrelay.example.org", ""},
		{"no address", "", phrase},
		{"72 bytes then another end", "fournier@montrelay.example.org", phrase + strings.Repeat("a", 72)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			a := m.login(tt.email, tt.password)
			code, message := refusalOf(t, a)
			if a.status != http.StatusUnauthorized || code != "bad_credentials" || message != "Adresse ou mot de passe incorrect." {
				t.Errorf("%d %s %q", a.status, code, message)
			}
		})
	}
}

func TestLoginTenTimesWrong(t *testing.T) {
	m := newMonde(t)
	m.password(m.alice)
	throttled := answer{}
	for n := 1; n <= 11; n++ {
		if a := m.login("fournier@montrelay.example.org", "faux mot de passe "+strconv.Itoa(n)); a.status == http.StatusTooManyRequests {
			throttled = a
			break
		}
	}
	code, message := refusalOf(t, throttled)
	wait, err := strconv.Atoi(throttled.header.Get("Retry-After"))
	if code != "throttled" || err != nil || wait < 1 || !strings.Contains(message, "seconde") {
		t.Errorf("%s %q Retry-After %q", code, message, throttled.header.Get("Retry-After"))
	}
	if a := m.login("fournier@montrelay.example.org", phrase); a.status != http.StatusTooManyRequests {
		t.Errorf("the right password jumped the queue: %d", a.status)
	}
}

func TestLoginMalformed(t *testing.T) {
	m := newMonde(t)
	tests := []struct {
		name, body string
		status     int
	}{
		{"empty", "", http.StatusBadRequest},
		{"not JSON", "email=a", http.StatusBadRequest},
		{"a list", "[]", http.StatusBadRequest},
		{"an unknown key", `{"email":"a@example.org","password":"x","admin":true}`, http.StatusBadRequest},
		{"a number for a text", `{"email":1,"password":"x"}`, http.StatusBadRequest},
		{"something after", `{"email":"a@example.org","password":"x"}{}`, http.StatusBadRequest},
		{"a key twice", `{"email":"a@example.org","email":"b@example.org","password":"x"}`, http.StatusBadRequest},
		{"not a number", `{"email":NaN}`, http.StatusBadRequest},
		{"nested", strings.Repeat("[", 9000), http.StatusBadRequest},
		{"too large", `{"email":"` + strings.Repeat("a", 20<<10) + `"}`, http.StatusRequestEntityTooLarge},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			a := m.do("POST", "/sync/v1/login", tt.body, "Content-Type: application/json")
			if _, _ = refusalOf(t, a); a.status != tt.status {
				t.Errorf("status %d, want %d: %.200s", a.status, tt.status, a.body)
			}
		})
	}
}
