// Package queuetest holds what the mailer's queue must do, as a contract that
// any store can be put through, and the simplest store that passes it.
//
// It is for tests: Memory forgets everything when the program ends.
package queuetest

import (
	"context"
	"slices"
	"sync"
	"time"

	"permanence/app/agenda"
	"permanence/sync/mailer"
)

// Memory is a mailer.Store in memory, with the side doors a test needs. It may
// be used by several goroutines.
type Memory struct {
	mu       sync.Mutex
	views    map[agenda.RdvID]mailer.View
	ledger   []line
	bookmark map[agenda.TerritoireID]int64
	due      map[agenda.RdvID]*dueLine
	told     map[agenda.RdvID]map[agenda.UsagerID]mailer.Told
	messages []*queued
	recus    map[agenda.RecuID]agenda.Recu
	order    []agenda.RecuID
}

type line struct {
	territoire agenda.TerritoireID
	number     int64
	rdv        agenda.RdvID // "" for another noun
	at         time.Time
}

type dueLine struct {
	mailer.Due
	lease time.Time
}

type queued struct {
	mailer.Message
	state    agenda.RecuState
	next     time.Time
	lease    time.Time
	doubtful bool
}

// NewMemory gives an empty store.
func NewMemory() *Memory {
	return &Memory{
		views: map[agenda.RdvID]mailer.View{}, bookmark: map[agenda.TerritoireID]int64{},
		due: map[agenda.RdvID]*dueLine{}, told: map[agenda.RdvID]map[agenda.UsagerID]mailer.Told{},
		recus: map[agenda.RecuID]agenda.Recu{},
	}
}

// Note writes an Rdv as it is from now on and notes it in its territoire's ledger.
func (m *Memory) Note(v mailer.View, at time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.views[v.Rdv.ID] = v
	m.add(v.Organisation.Territoire, v.Rdv.ID, at)
}

// NoteOther draws a number of the territoire for something that is no Rdv.
func (m *Memory) NoteOther(t agenda.TerritoireID, at time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.add(t, "", at)
}

// Forget removes an Rdv.
func (m *Memory) Forget(id agenda.RdvID) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.views, id)
}

// Recus gives the receipts, in the order in which they were first written.
func (m *Memory) Recus() []agenda.Recu {
	m.mu.Lock()
	defer m.mu.Unlock()
	var all []agenda.Recu
	for _, id := range m.order {
		all = append(all, m.recus[id])
	}
	return all
}

// Bodies counts the messages whose text is still kept.
func (m *Memory) Bodies() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	n := 0
	for _, q := range m.messages {
		if len(q.Parcel.Raw) > 0 || q.Parcel.To != "" {
			n++
		}
	}
	return n
}

func (m *Memory) add(t agenda.TerritoireID, rdv agenda.RdvID, at time.Time) {
	n := int64(1)
	for _, l := range m.ledger {
		if l.territoire == t {
			n = l.number + 1
		}
	}
	m.ledger = append(m.ledger, line{t, n, rdv, at})
}

// Changes implements mailer.Store.
func (m *Memory) Changes(_ context.Context, limit int) (mailer.Page, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var p mailer.Page
	for _, l := range m.ledger {
		if l.number <= m.bookmark[l.territoire] || (p.Territoire != "" && p.Territoire != l.territoire) || p.To-p.From >= int64(limit) {
			continue
		}
		if p.Territoire == "" {
			p.Territoire, p.From = l.territoire, m.bookmark[l.territoire]
		}
		p.To = l.number
		if v, ok := m.views[l.rdv]; ok {
			p.Changes = append(p.Changes, mailer.Change{Rdv: l.rdv, Number: l.number, At: l.at, Start: v.Rdv.Start})
		}
	}
	return p, nil
}

// SetDue implements mailer.Store.
func (m *Memory) SetDue(_ context.Context, p mailer.Page, due []mailer.Due) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.bookmark[p.Territoire] != p.From {
		return nil
	}
	m.bookmark[p.Territoire] = p.To
	for _, d := range due {
		m.due[d.Rdv] = &dueLine{Due: d}
	}
	return nil
}

// TakeDue implements mailer.Store.
func (m *Memory) TakeDue(_ context.Context, now, lease time.Time) (mailer.Due, bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var first *dueLine
	for _, d := range m.due {
		if !d.At.After(now) && !d.lease.After(now) && (first == nil || d.At.Before(first.At)) {
			first = d
		}
	}
	if first == nil {
		return mailer.Due{}, false, nil
	}
	first.lease = lease
	return first.Due, true, nil
}

// RdvView implements mailer.Store.
func (m *Memory) RdvView(_ context.Context, id agenda.RdvID) (mailer.Reading, bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	v, ok := m.views[id]
	if !ok {
		return mailer.Reading{}, false, nil
	}
	r := mailer.Reading{View: v}
	for usager, told := range m.told[id] {
		r.Standings = append(r.Standings, m.standing(id, usager, told))
	}
	slices.SortFunc(r.Standings, func(a, b mailer.Standing) int { return compareIDs(a.Told.Usager, b.Told.Usager) })
	for _, rid := range m.order {
		rec := m.recus[rid]
		waits := rec.Rdv == id && rec.State == agenda.RecuWaiting
		if waits && !slices.ContainsFunc(m.messages, func(q *queued) bool { return q.ID == rid }) {
			r.Blocked = append(r.Blocked, rec)
		}
	}
	return r, true, nil
}

func compareIDs(a, b agenda.UsagerID) int {
	if a < b {
		return -1
	}
	return 1
}

func (m *Memory) standing(id agenda.RdvID, usager agenda.UsagerID, told mailer.Told) mailer.Standing {
	s := mailer.Standing{Told: told}
	for _, q := range m.messages {
		if q.Rdv != id || q.Usager != usager {
			continue
		}
		switch {
		case q.state == agenda.RecuSent || (q.state == agenda.RecuWaiting && (q.doubtful || !q.lease.IsZero())):
			s.Unsent, s.Before = nil, nil
		case q.state == agenda.RecuWaiting:
			if len(s.Unsent) == 0 {
				s.Before = q.Before
			}
			s.Unsent = append(s.Unsent, q.ID)
		}
	}
	return s
}
