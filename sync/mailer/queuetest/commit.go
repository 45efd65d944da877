package queuetest

import (
	"context"
	"fmt"
	"slices"
	"time"

	"permanence/app/agenda"
	"permanence/sync/mailer"
)

// Commit implements mailer.Store.
func (m *Memory) Commit(_ context.Context, d mailer.Due, s mailer.Settlement) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, id := range s.Withdraw {
		if q := m.find(id); q == nil || q.state != agenda.RecuWaiting || !q.lease.IsZero() || q.doubtful {
			return mailer.ErrTaken
		}
	}
	m.settleDue(d, s.Again)
	for _, id := range s.Withdraw {
		q := m.find(id)
		q.state, q.Parcel = agenda.RecuDropped, mailer.Parcel{}
		m.receipt(id, func(r *agenda.Recu) { r.State, r.Reason = agenda.RecuDropped, "superseded" })
	}
	for usager, told := range s.Told {
		m.tell(d.Rdv, usager, told)
	}
	for _, message := range s.Messages {
		m.messages = append(m.messages, &queued{Message: message, state: agenda.RecuWaiting})
	}
	for _, r := range s.Recus {
		if _, known := m.recus[r.ID]; !known {
			m.order = append(m.order, r.ID)
		}
		m.recus[r.ID] = r
	}
	return nil
}

// settleDue removes or puts back the line, unless a newer change replaced it.
func (m *Memory) settleDue(d mailer.Due, again time.Time) {
	line := m.due[d.Rdv]
	if line == nil || line.Number != d.Number {
		return
	}
	if again.IsZero() {
		delete(m.due, d.Rdv)
		return
	}
	line.At, line.lease = again, time.Time{}
}

func (m *Memory) tell(rdv agenda.RdvID, usager agenda.UsagerID, told *mailer.Told) {
	if told == nil {
		delete(m.told[rdv], usager)
		return
	}
	if m.told[rdv] == nil {
		m.told[rdv] = map[agenda.UsagerID]mailer.Told{}
	}
	m.told[rdv][usager] = *told
}

func (m *Memory) find(id agenda.RecuID) *queued {
	i := slices.IndexFunc(m.messages, func(q *queued) bool { return q.ID == id })
	if i < 0 {
		return nil
	}
	return m.messages[i]
}

func (m *Memory) receipt(id agenda.RecuID, change func(*agenda.Recu)) {
	r := m.recus[id]
	change(&r)
	m.recus[id] = r
}

// TakeMessage implements mailer.Store.
func (m *Memory) TakeMessage(_ context.Context, now, lease time.Time) (mailer.Message, bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	type lane struct {
		rdv     agenda.RdvID
		address string
	}
	held := map[lane]bool{}
	for _, q := range m.messages {
		if q.state != agenda.RecuWaiting {
			continue
		}
		l := lane{q.Rdv, q.Parcel.To}
		if !held[l] && !q.next.After(now) && !q.lease.After(now) {
			q.doubtful, q.lease = q.doubtful || !q.lease.IsZero(), lease
			return q.Message, true, nil
		}
		held[l] = true
	}
	return mailer.Message{}, false, nil
}

// Result implements mailer.Store.
func (m *Memory) Result(_ context.Context, id agenda.RecuID, r mailer.Result) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	q := m.find(id)
	if q == nil {
		return fmt.Errorf("no message %s", id)
	}
	q.state, q.Attempt, q.next, q.lease = r.State, r.Attempt, r.Next, time.Time{}
	q.doubtful = q.doubtful || r.Doubtful
	m.receipt(id, func(rec *agenda.Recu) {
		rec.State, rec.Reason, rec.Attempt, rec.At = r.State, r.Reason, r.Attempt, r.At
	})
	if r.State == agenda.RecuWaiting {
		return nil
	}
	q.Parcel = mailer.Parcel{}
	never := !q.doubtful && (r.State == agenda.RecuFailed || r.State == agenda.RecuDropped)
	if never && m.told[q.Rdv][q.Usager] == q.After {
		m.tell(q.Rdv, q.Usager, q.Before)
	}
	return nil
}
