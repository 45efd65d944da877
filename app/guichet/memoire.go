package guichet

import (
	"encoding/json"
	"reflect"
	"slices"
	"time"

	"permanence/app/agenda"
)

// memory is what one transaction has read of records and of the settings that
// every command looks at: many commands in a row ask for the same. A write
// is remembered too, and forgets what else it may have changed. What it gives
// are copies: their fields may be changed, what hangs from them not.
type memory struct {
	RecordTx
	writes   int
	records  map[agenda.Ref]remembered
	lists    map[list][]agenda.Record
	roles    map[agenda.RoleQuery][]*agenda.Role
	plages   map[agenda.AgentID][]*agenda.PlageOuverture
	absences map[agenda.AgentID][]*agenda.Absence
	profils  map[agenda.UsagerID][]*agenda.Profil
	conflits map[agenda.Ref][]*agenda.Conflit
	former   map[agenda.Ref]agenda.Record
	rdvs     calendar[*agenda.Rdv]
	busy     calendar[*agenda.Occupation]
}

type remembered struct {
	record agenda.Record
	answer agenda.Answer
}

type list struct {
	noun  agenda.Noun
	owner string
}

func newMemory(tx RecordTx) *memory {
	m := &memory{RecordTx: tx}
	m.forget()
	return m
}

func (m *memory) forget() {
	m.records, m.lists, m.roles = map[agenda.Ref]remembered{}, map[list][]agenda.Record{}, map[agenda.RoleQuery][]*agenda.Role{}
	m.plages, m.absences = map[agenda.AgentID][]*agenda.PlageOuverture{}, map[agenda.AgentID][]*agenda.Absence{}
	m.profils, m.conflits = map[agenda.UsagerID][]*agenda.Profil{}, map[agenda.Ref][]*agenda.Conflit{}
	m.former = map[agenda.Ref]agenda.Record{}
	m.rdvs = newCalendar(func(r *agenda.Rdv) []string {
		var ids []string
		for _, a := range r.Agents {
			ids = append(ids, string(a))
		}
		for _, p := range r.Participations {
			ids = append(ids, string(p.Usager))
		}
		return ids
	})
	m.busy = newCalendar(func(o *agenda.Occupation) []string { return []string{string(o.Agent)} })
}

// wrote notes how a record stands from now on, nil once it is removed, and
// forgets what else that may have changed.
func (m *memory) wrote(ref agenda.Ref, now agenda.Record) {
	m.writes++
	switch {
	case listed(ref.Noun):
		m.forget()
	case ref.Noun == agenda.NounProfil:
		clear(m.profils)
	case ref.Noun == agenda.NounConflit:
		clear(m.conflits)
	}
	delete(m.former, ref)
	delete(m.records, ref)
	switch now := copied(now).(type) {
	case *agenda.Rdv:
		m.rdvs.wrote(now)
	case *agenda.Occupation:
		m.busy.wrote(now)
	case nil:
		m.rdvs.removed(ref.ID)
		m.busy.removed(ref.ID)
		return
	}
	m.records[ref] = remembered{now, agenda.Yes}
}

// listed tells the nouns whose lists are remembered: all but those of which
// there is no end.
func listed(n agenda.Noun) bool {
	switch n {
	case agenda.NounUsager, agenda.NounProfil, agenda.NounRdv, agenda.NounConflit, agenda.NounOccupation, agenda.NounImporte, agenda.NounRecu:
		return false
	}
	return true
}

func (m *memory) Record(n agenda.Noun, id string) (agenda.Record, agenda.Answer) {
	ref := agenda.Ref{Noun: n, ID: id}
	known, ok := m.records[ref]
	if !ok {
		known.record, known.answer = m.RecordTx.Record(n, id)
		m.records[ref] = known
	}
	return copied(known.record), known.answer
}

func (m *memory) Records(n agenda.Noun, owner string) []agenda.Record {
	if !listed(n) {
		return m.RecordTx.Records(n, owner)
	}
	return recalled(m.lists, list{n, owner}, func() []agenda.Record { return m.RecordTx.Records(n, owner) })
}

func (m *memory) Roles(q agenda.RoleQuery) []*agenda.Role {
	if all, known := m.roles[agenda.RoleQuery{Agent: q.Agent}]; known && q.Agent != "" && q.Organisation != "" {
		return slices.DeleteFunc(clones(all), func(r *agenda.Role) bool { return r.Organisation != q.Organisation })
	}
	return recalled(m.roles, q, func() []*agenda.Role { return m.RecordTx.Roles(q) })
}

func (m *memory) Plages(a agenda.AgentID) []*agenda.PlageOuverture {
	return recalled(m.plages, a, func() []*agenda.PlageOuverture { return m.RecordTx.Plages(a) })
}

func (m *memory) Absences(a agenda.AgentID) []*agenda.Absence {
	return recalled(m.absences, a, func() []*agenda.Absence { return m.RecordTx.Absences(a) })
}

func (m *memory) Occupations(a agenda.AgentID, s agenda.Span) []*agenda.Occupation {
	return m.busy.within(string(a), s, func(s agenda.Span) []*agenda.Occupation { return m.RecordTx.Occupations(a, s) })
}

// Rdvs remembers the calendars of people.
func (m *memory) Rdvs(q agenda.RdvQuery) []*agenda.Rdv {
	id := string(q.Agent) + string(q.Usager)
	if q.Within == (agenda.Span{}) || (q.Agent == "") == (q.Usager == "") {
		return m.RecordTx.Rdvs(q)
	}
	all := m.rdvs.within(id, q.Within, func(s agenda.Span) []*agenda.Rdv {
		return m.RecordTx.Rdvs(agenda.RdvQuery{Agent: q.Agent, Usager: q.Usager, Within: s})
	})
	return slices.DeleteFunc(all, func(r *agenda.Rdv) bool {
		return q.Motif != "" && r.Motif != q.Motif || q.Lieu != "" && r.Lieu != q.Lieu
	})
}

func (m *memory) Former(n agenda.Noun, id string) agenda.Record {
	ref := agenda.Ref{Noun: n, ID: id}
	known, ok := m.former[ref]
	if !ok {
		known = m.RecordTx.Former(n, id)
		m.former[ref] = known
	}
	return copied(known)
}

func (m *memory) Profils(u agenda.UsagerID) []*agenda.Profil {
	return recalled(m.profils, u, func() []*agenda.Profil { return m.RecordTx.Profils(u) })
}

func (m *memory) Conflits(r agenda.Ref) []*agenda.Conflit {
	return recalled(m.conflits, r, func() []*agenda.Conflit { return m.RecordTx.Conflits(r) })
}

// recalled answers from what was met, or asks.
func recalled[K comparable, R agenda.Record](met map[K][]R, key K, ask func() []R) []R {
	found, ok := met[key]
	if !ok {
		found = ask()
		met[key] = found
	}
	return clones(found)
}

func clones[R agenda.Record](all []R) []R {
	given := slices.Clone(all)
	for i, r := range given {
		given[i] = copied(r)
	}
	return given
}

// copied gives a record of its own to whoever asked.
func copied[R agenda.Record](r R) R {
	v := reflect.ValueOf(r)
	if !v.IsValid() || v.IsNil() {
		return r
	}
	own := reflect.New(v.Type().Elem())
	own.Elem().Set(v.Elem())
	return own.Interface().(R)
}

func (m *memory) Put(r agenda.Record) error {
	m.wrote(agenda.RefOf(r), r)
	return m.RecordTx.Put(r)
}

func (m *memory) Remove(r agenda.Ref) error {
	m.wrote(r, nil)
	return m.RecordTx.Remove(r)
}

func (m *memory) Savepoint(f func() error) error {
	before := m.writes
	err := m.RecordTx.Savepoint(f)
	if err != nil && m.writes != before {
		m.forget()
	}
	return err
}

// Remember gives a ledger's transaction that reads each thing once. Records
// must be written through it as long as it is used.
func Remember(tx LedgerTx) LedgerTx { return ledgerMemory{newMemory(tx), tx, map[agenda.Args]bool{}} }

// RememberDesk is Remember for a desktop's transaction.
func RememberDesk(tx DeskTx) DeskTx { return deskMemory{newMemory(tx), tx} }

type ledgerMemory struct {
	*memory
	tx   LedgerTx
	held map[agenda.Args]bool
}

// Hold also reads what the commands are about, once for all of them.
func (m ledgerMemory) Hold(cmds ...agenda.Command) error {
	cmds = slices.DeleteFunc(slices.Clone(cmds), func(c agenda.Command) bool { return m.held[c.Args] })
	if len(cmds) == 0 {
		return nil
	}
	if err := m.tx.Hold(cmds...); err != nil {
		return err
	}
	for _, c := range cmds {
		m.held[c.Args] = true
	}
	found, err := m.tx.Ahead(cmds...)
	if err == nil {
		m.know(found)
	}
	return err
}

func (m ledgerMemory) Ahead(cmds ...agenda.Command) (Ahead, error) { return m.tx.Ahead(cmds...) }

func (m ledgerMemory) Noting(refs ...agenda.Ref) error           { return m.tx.Noting(refs...) }
func (m ledgerMemory) Draw(t agenda.TerritoireID) (int64, error) { return m.tx.Draw(t) }
func (m ledgerMemory) Feed(l FeedLine) error                     { return m.tx.Feed(l) }
func (m ledgerMemory) Journal(l JournalLine) error               { return m.tx.Journal(l) }

func (m ledgerMemory) Overwrite(l JournalLine, was map[string]json.RawMessage) error {
	delete(m.former, l.Ref)
	return m.tx.Overwrite(l, was)
}

func (m ledgerMemory) Aside(device, record string) (string, error) {
	return m.tx.Aside(device, record)
}

func (m ledgerMemory) FormerRoles(a agenda.AgentID, since time.Time) ([]*agenda.Role, error) {
	return m.tx.FormerRoles(a, since)
}

func (m ledgerMemory) Erase(r agenda.Ref) error {
	m.writes++
	m.forget()
	return m.tx.Erase(r)
}

type deskMemory struct {
	*memory
	tx DeskTx
}

func (m deskMemory) Keep(n int64, r agenda.Ref) error { return m.tx.Keep(n, r) }
func (m deskMemory) NextN() (int64, error)            { return m.tx.NextN() }
func (m deskMemory) Queue(p Pending) error            { return m.tx.Queue(p) }
func (m deskMemory) Received(r agenda.Ref) int64      { return m.tx.Received(r) }
func (m deskMemory) Device() string                   { return m.tx.Device() }
