package agenda

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"slices"
)

// Noun names a kind of record, as stored and as sent.
type Noun string

const (
	NounTerritoire   Noun = "territoire"
	NounOrganisation Noun = "organisation"
	NounService      Noun = "service"
	NounAgent        Noun = "agent"
	NounRole         Noun = "role"
	NounMotif        Noun = "motif"
	NounLieu         Noun = "lieu"
	NounPlage        Noun = "plage"
	NounAbsence      Noun = "absence"
	NounUsager       Noun = "usager"
	NounProfil       Noun = "profil"
	NounRdv          Noun = "rdv"
	NounConflit      Noun = "conflit"
	NounOccupation   Noun = "occupation"
	NounImporte      Noun = "importe"
	NounRecu         Noun = "recu"
)

// Nouns lists every kind of record in an order in which each can be loaded:
// what is named comes before what names it.
func Nouns() []Noun {
	return []Noun{
		NounTerritoire, NounOrganisation, NounService, NounAgent, NounRole, NounMotif, NounLieu,
		NounPlage, NounAbsence, NounUsager, NounProfil, NounRdv, NounConflit, NounOccupation,
		NounImporte, NounRecu,
	}
}

// Record is one noun as it is stored and as it travels. Implementations are
// pointers; Key is the id, never empty.
type Record interface {
	Noun() Noun
	Key() string
	Stamped() *Stamp
	// Check refuses (Invalid, naming the field) what can never be stored,
	// whoever asks. It reads no other record.
	Check() error
}

// Ref points at a record.
type Ref struct {
	Noun Noun   `json:"noun"`
	ID   string `json:"id"`
}

// RefOf points at r.
func RefOf(r Record) Ref { return Ref{r.Noun(), r.Key()} }

// Stamp is what every record carries about its own changes. Revision is 1 for
// a new record and grows by one at each change. Groups tells, for each group
// of fields that ever changed after the birth, at which revision and from
// which device it last did; a group that is absent dates from the birth.
type Stamp struct {
	Revision int64           `json:"revision"`
	Born     string          `json:"born,omitempty"` // device of the first revision; empty on the server
	Groups   map[string]Mark `json:"groups,omitempty"`
}

// Mark is the last change of one group of fields.
type Mark struct {
	Revision int64  `json:"r"`
	Device   string `json:"d,omitempty"` // empty: the server itself (link, CalDAV, command line)
}

// Stamped gives the stamp of the record that embeds it.
func (s *Stamp) Stamped() *Stamp { return s }

// changedSince reports whether group changed above the revision seen, by
// another device: what makes two edits concurrent (see the package wire).
func (s *Stamp) changedSince(group string, seen int64, device string) bool {
	m, ok := s.Groups[group]
	if !ok {
		return false
	}
	return m.Revision > seen && m.Device != device
}

// New gives an empty record of the noun, or nil when there is no such noun.
func New(n Noun) Record {
	switch n {
	case NounTerritoire:
		return &Territoire{}
	case NounOrganisation:
		return &Organisation{}
	case NounService:
		return &Service{}
	case NounAgent:
		return &Agent{}
	case NounRole:
		return &Role{}
	case NounMotif:
		return &Motif{}
	case NounLieu:
		return &Lieu{}
	case NounPlage:
		return &PlageOuverture{}
	case NounAbsence:
		return &Absence{}
	case NounUsager:
		return &Usager{}
	case NounProfil:
		return &Profil{}
	case NounRdv:
		return &Rdv{}
	case NounConflit:
		return &Conflit{}
	case NounOccupation:
		return &Occupation{}
	case NounImporte:
		return &Importe{}
	case NounRecu:
		return &Recu{}
	}
	return nil
}

// Encode gives the canonical bytes of a record: JSON, keys in the order of the
// Go fields, the same for equal records.
func Encode(r Record) ([]byte, error) {
	b, err := json.Marshal(r)
	if err != nil {
		return nil, fmt.Errorf("encode %s %s: %w", r.Noun(), r.Key(), err)
	}
	return b, nil
}

// Decode reads what Encode wrote. Keys unknown to this version are kept out,
// not refused: the sender may be newer.
func Decode(n Noun, body []byte) (Record, error) {
	r := New(n)
	if r == nil {
		return nil, fmt.Errorf("decode: no such noun %q", n)
	}
	if err := json.Unmarshal(body, r); err != nil {
		return nil, fmt.Errorf("decode %s: %w", n, err)
	}
	return r, nil
}

// decodeStrict reads one JSON value into v and refuses unknown keys and
// anything after the value.
func decodeStrict(raw []byte, v any) error {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		return err
	}
	if _, err := d.Token(); err != io.EOF {
		return fmt.Errorf("something follows the value")
	}
	return nil
}

// groupsOf tells which JSON keys of a noun change together. A key that is not
// listed is a group of its own.
func groupsOf(n Noun) map[string][]string {
	switch n {
	case NounRdv:
		return map[string][]string{
			GroupSlot:   {"start", "end", "zone", "day", "from", "lieu", "address"},
			GroupStatus: {"status", "cancelled_at", "presence", "arrived_at"},
			GroupPeople: {"agents", "participations"},
			GroupNote:   {"context", "title", "capacity"},
		}
	case NounPlage:
		return map[string][]string{"hours": {"first_day", "from", "to", "zone", "rrule", "exdates", "overrides"}}
	case NounAbsence:
		return map[string][]string{"hours": {"first_day", "from", "last_day", "to", "zone", "rrule", "exdates"}}
	}
	return nil
}

// unmarked are the keys that no person edits and no mark follows.
func unmarked(key string) bool {
	switch key {
	case "id", "revision", "born", "groups", "sequence", "occupations", "changed_at":
		return true
	}
	return false
}

// groupName gives the group that a JSON key of the noun belongs to.
func groupName(groups map[string][]string, key string) string {
	for name, keys := range groups {
		if slices.Contains(keys, key) {
			return name
		}
	}
	return key
}

// fieldsOf splits a record into its JSON keys. A nil record has none.
func fieldsOf(r Record) (map[string]json.RawMessage, error) {
	if r == nil {
		return nil, nil
	}
	b, err := Encode(r)
	if err != nil {
		return nil, err
	}
	var m map[string]json.RawMessage
	if err := json.Unmarshal(b, &m); err != nil {
		return nil, fmt.Errorf("split %s %s: %w", r.Noun(), r.Key(), err)
	}
	return m, nil
}

// changedGroups names the groups that differ between two images of a record,
// sorted.
func changedGroups(before, after Record) ([]string, error) {
	keys, err := unlike(before, after)
	if err != nil {
		return nil, err
	}
	groups := groupsOf(after.Noun())
	var changed []string
	for _, key := range keys {
		g := groupName(groups, key)
		if !unmarked(key) && !slices.Contains(changed, g) {
			changed = append(changed, g)
		}
	}
	slices.Sort(changed)
	return changed, nil
}

// Restamp gives after the stamp that follows before's: revision + 1 and a mark
// on each group that differs. before is nil for a new record.
func Restamp(before, after Record, device string) error {
	if before == nil {
		*after.Stamped() = Stamp{Revision: 1, Born: device}
		return nil
	}
	changed, err := changedGroups(before, after)
	if err != nil {
		return err
	}
	old := before.Stamped()
	next := Stamp{Revision: old.Revision + 1, Born: old.Born, Groups: map[string]Mark{}}
	for g, m := range old.Groups {
		next.Groups[g] = m
	}
	for _, g := range changed {
		next.Groups[g] = Mark{Revision: next.Revision, Device: device}
	}
	*after.Stamped() = next
	return nil
}
