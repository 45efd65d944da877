package server

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"permanence/app/agenda"
	"permanence/app/guichet"
	"permanence/app/store"
	"permanence/sync/mailer"
)

// follower is the mailer's name among those who follow the ledger.
const follower = "mailer"

// post keeps the mailer's queue in the database. Receipts are records: they
// pass the counter like everything else.
type post struct {
	db      *store.DB
	counter *guichet.Counter
	now     func() time.Time
	newID   func() string
}

// MailQueue is the mailer's queue in a server's database, for who runs a
// mailer without a listener; newID mints UUIDv7.
func MailQueue(db *store.DB, c *guichet.Counter, now func() time.Time, newID func() string) mailer.Store {
	return post{db, c, now, newID}
}

func (p post) Changes(ctx context.Context, limit int) (mailer.Page, error) {
	var page mailer.Page
	err := p.db.Read(ctx, func(v *store.View) error {
		heads, err := v.Heads()
		if err != nil {
			return err
		}
		for _, h := range heads {
			at, err := v.Bookmark(follower, h.Territoire)
			if err != nil {
				return err
			}
			if at < h.Number {
				page, err = changesAfter(v, h, at, limit)
				return err
			}
		}
		return nil
	})
	return page, err
}

// changesAfter gives the rdvs noted after a bookmark: it passes limit numbers,
// or those of limit lines, or all there are.
func changesAfter(v *store.View, h store.Head, at int64, limit int) (mailer.Page, error) {
	page := mailer.Page{Territoire: h.Territoire, From: at, To: min(h.Number, at+int64(limit))}
	lines, err := v.JournalSince(h.Territoire, at, limit, agenda.NounRdv)
	if err != nil {
		return page, err
	}
	if len(lines) >= limit {
		page.To = min(page.To, lines[len(lines)-1].Number)
	}
	for _, l := range lines {
		if l.Number > page.To {
			break
		}
		c := mailer.Change{Rdv: agenda.RdvID(l.Ref.ID), Number: l.Number, At: l.At}
		if r, ans := agenda.Get[*agenda.Rdv](v, agenda.NounRdv, l.Ref.ID); ans == agenda.Yes {
			c.Start = r.Start
		}
		page.Changes = append(page.Changes, c)
	}
	return page, nil
}

func (p post) SetDue(ctx context.Context, page mailer.Page, due []mailer.Due) error {
	return p.db.WriteServer(ctx, func(tx *store.ServerTx) error {
		moved, err := tx.MoveBookmark(follower, page.Territoire, page.From, page.To)
		if err != nil || !moved {
			return err
		}
		after, err := mailAfter(&tx.View)
		if err != nil {
			return err
		}
		for _, d := range due {
			if d.At.Before(after) {
				d.At = after
			}
			if err := tx.SetDue(store.Due(d)); err != nil {
				return err
			}
		}
		return nil
	})
}

func (p post) TakeDue(ctx context.Context, now, lease time.Time) (mailer.Due, bool, error) {
	var due store.Due
	taken := false
	err := p.db.WriteServer(ctx, func(tx *store.ServerTx) error {
		var err error
		due, taken, err = tx.TakeDue(now, lease)
		return err
	})
	return mailer.Due(due), taken, err
}

func (p post) RdvView(ctx context.Context, id agenda.RdvID) (mailer.Reading, bool, error) {
	var out mailer.Reading
	exists := false
	err := p.db.Read(ctx, func(v *store.View) error {
		r, ans := agenda.Get[*agenda.Rdv](v, agenda.NounRdv, string(id))
		if ans != agenda.Yes {
			return v.Err()
		}
		exists = true
		told, err := toldOf(v, id)
		if err != nil {
			return err
		}
		out.View = viewOf(v, r, told)
		if out.Standings, err = standings(v, id, told); err != nil {
			return err
		}
		out.Blocked, err = blocked(v, id)
		return err
	})
	return out, exists, err
}

// toldOf reads the last thing told to each usager of an Rdv.
func toldOf(v *store.View, id agenda.RdvID) (map[agenda.UsagerID]mailer.Told, error) {
	kept, err := v.Told(id)
	if err != nil {
		return nil, err
	}
	told := make(map[agenda.UsagerID]mailer.Told, len(kept))
	for u, body := range kept {
		var t mailer.Told
		if err := json.Unmarshal(body, &t); err != nil {
			return nil, fmt.Errorf("read what was told about rdv %s: %w", id, err)
		}
		told[u] = t
	}
	return told, nil
}

// viewOf reads what the mails of an Rdv show; a failure is kept by v.
func viewOf(v *store.View, r *agenda.Rdv, told map[agenda.UsagerID]mailer.Told) mailer.View {
	out := mailer.View{Rdv: *r, Usagers: map[agenda.UsagerID]agenda.Usager{}}
	if m, ans := agenda.Get[*agenda.Motif](v, agenda.NounMotif, string(r.Motif)); ans == agenda.Yes {
		out.Motif = *m
	}
	if o, ans := agenda.Get[*agenda.Organisation](v, agenda.NounOrganisation, string(r.Organisation)); ans == agenda.Yes {
		out.Organisation = *o
	}
	if r.Lieu != "" {
		out.Lieu, _ = agenda.Get[*agenda.Lieu](v, agenda.NounLieu, string(r.Lieu))
	}
	for _, a := range r.Agents {
		if agent, ans := agenda.Get[*agenda.Agent](v, agenda.NounAgent, string(a)); ans == agenda.Yes {
			out.Agents = append(out.Agents, *agent)
		}
	}
	for _, u := range r.Usagers() {
		addPerson(v, out.Usagers, u)
	}
	for u := range told {
		addPerson(v, out.Usagers, u)
	}
	return out
}

// addPerson adds an usager and whoever is written to for them.
func addPerson(v *store.View, people map[agenda.UsagerID]agenda.Usager, id agenda.UsagerID) {
	if _, known := people[id]; known {
		return
	}
	u, ans := agenda.Get[*agenda.Usager](v, agenda.NounUsager, string(id))
	if ans != agenda.Yes {
		return
	}
	people[id] = *u
	if u.Proche() {
		addPerson(v, people, u.Responsable)
	}
}

// standings tells, for each usager told, which messages have not left yet.
func standings(v *store.View, id agenda.RdvID, told map[agenda.UsagerID]mailer.Told) ([]mailer.Standing, error) {
	mails, err := v.MailsOf(id)
	if err != nil {
		return nil, err
	}
	var all []mailer.Standing
	for u, t := range told {
		s := mailer.Standing{Told: t}
		for _, m := range mails {
			if m.Usager != u {
				continue
			}
			if m.State != agenda.RecuWaiting || !m.Lease.IsZero() || m.Doubtful {
				s.Unsent, s.Before = nil, nil // what came before it can no longer be taken back
				continue
			}
			if len(s.Unsent) == 0 {
				if s.Before, err = readTold(m.Before); err != nil {
					return nil, err
				}
			}
			s.Unsent = append(s.Unsent, m.ID)
		}
		all = append(all, s)
	}
	return all, nil
}

func readTold(body []byte) (*mailer.Told, error) {
	if body == nil {
		return nil, nil
	}
	var t mailer.Told
	if err := json.Unmarshal(body, &t); err != nil {
		return nil, fmt.Errorf("read what had been told: %w", err)
	}
	return &t, nil
}

// blocked gives the receipts that wait without a message.
func blocked(v *store.View, id agenda.RdvID) ([]agenda.Recu, error) {
	recus, err := v.Recus(id)
	if err != nil {
		return nil, err
	}
	var waiting []agenda.Recu
	for _, r := range recus {
		if r.State != agenda.RecuWaiting {
			continue
		}
		if _, err := v.Mail(r.ID); errors.Is(err, store.ErrUnknown) {
			waiting = append(waiting, *r)
		} else if err != nil {
			return nil, err
		}
	}
	return waiting, nil
}

func (p post) Commit(ctx context.Context, d mailer.Due, s mailer.Settlement) error {
	return p.db.WriteServer(ctx, func(tx *store.ServerTx) error {
		if err := p.withdraw(tx, s.Withdraw); err != nil {
			return err
		}
		if err := settleDue(tx, d, s.Again); err != nil {
			return err
		}
		for u, t := range s.Told {
			if err := keepTold(tx, d.Rdv, u, t); err != nil {
				return err
			}
		}
		for _, m := range s.Messages {
			if err := addMessage(tx, m); err != nil {
				return err
			}
		}
		for _, r := range s.Recus {
			if err := p.note(tx, r); err != nil {
				return err
			}
		}
		return nil
	})
}

func settleDue(tx *store.ServerTx, d mailer.Due, again time.Time) error {
	if again.IsZero() {
		return tx.DropDue(store.Due(d))
	}
	return tx.DelayDue(store.Due(d), again)
}

func keepTold(tx *store.ServerTx, r agenda.RdvID, u agenda.UsagerID, t *mailer.Told) error {
	if t == nil {
		return tx.SetTold(r, u, nil)
	}
	body, err := json.Marshal(t)
	if err != nil {
		return err
	}
	return tx.SetTold(r, u, body)
}

func (p post) withdraw(tx *store.ServerTx, ids []agenda.RecuID) error {
	for _, id := range ids {
		done, err := tx.WithdrawMail(id, p.now().UTC())
		if err != nil {
			return err
		}
		if !done {
			return mailer.ErrTaken
		}
		if err := p.amend(tx, id, func(r *agenda.Recu) { r.State, r.Reason = agenda.RecuDropped, "superseded" }); err != nil {
			return err
		}
	}
	return nil
}

func addMessage(tx *store.ServerTx, m mailer.Message) error {
	after, err := json.Marshal(m.After)
	if err != nil {
		return err
	}
	out := store.Mail{ID: m.ID, Rdv: m.Rdv, Usager: m.Usager, Kind: string(m.Kind), From: m.Parcel.From, To: m.Parcel.To,
		Raw: m.Parcel.Raw, Start: m.Start, State: agenda.RecuWaiting, Attempt: m.Attempt, After: after}
	if m.Before != nil {
		if out.Before, err = json.Marshal(m.Before); err != nil {
			return err
		}
	}
	return tx.AddMail(out)
}

// note passes a receipt through the counter. One about an Rdv or a person that
// is gone is kept by nobody.
func (p post) note(tx *store.ServerTx, r agenda.Recu) error {
	cmd := agenda.NewCommand(p.newID(), p.now().UTC(), &agenda.NoteRecu{Recu: r})
	err := tx.Savepoint(func() error {
		_, err := p.counter.DoIn(tx, cmd, agenda.Author{Kind: agenda.AuthorSystem})
		return err
	})
	if agenda.RefusalOf(err) != nil {
		return nil
	}
	return err
}

// amend changes a receipt that exists.
func (p post) amend(tx *store.ServerTx, id agenda.RecuID, f func(*agenda.Recu)) error {
	r, ans := agenda.Get[*agenda.Recu](tx, agenda.NounRecu, string(id))
	if ans != agenda.Yes {
		return tx.Err()
	}
	next := agenda.Clone(r)
	f(next)
	return p.note(tx, *next)
}

func (p post) TakeMessage(ctx context.Context, now, lease time.Time) (mailer.Message, bool, error) {
	var m store.Mail
	taken := false
	err := p.db.WriteServer(ctx, func(tx *store.ServerTx) error {
		var err error
		m, taken, err = tx.TakeMail(now, lease)
		return err
	})
	if err != nil || !taken {
		return mailer.Message{}, false, err
	}
	out := mailer.Message{ID: m.ID, Rdv: m.Rdv, Usager: m.Usager, Kind: mailer.Kind(m.Kind), Start: m.Start, Attempt: m.Attempt,
		Parcel: mailer.Parcel{From: m.From, To: m.To, Raw: m.Raw}}
	after, err := readTold(m.After)
	if err != nil || after == nil {
		return out, false, errors.Join(err, errors.New("a message that tells nothing"))
	}
	out.After = *after
	out.Before, err = readTold(m.Before)
	return out, err == nil, err
}

func (p post) Result(ctx context.Context, id agenda.RecuID, r mailer.Result) error {
	return p.db.WriteServer(ctx, func(tx *store.ServerTx) error {
		m, err := tx.Mail(id)
		if errors.Is(err, store.ErrUnknown) {
			return nil // erased with its person while it was being sent
		}
		if err != nil {
			return err
		}
		if r.State == agenda.RecuWaiting {
			if err := tx.DelayMail(id, r.Attempt, r.Next, r.Doubtful); err != nil {
				return err
			}
		} else if err := settleMessage(tx, m, r); err != nil {
			return err
		}
		return p.amend(tx, id, func(recu *agenda.Recu) {
			recu.State, recu.Reason, recu.Attempt, recu.At = r.State, r.Reason, r.Attempt, r.At
		})
	})
}

// settleMessage ends a message; one that never arrived leaves its usager where
// they stood before it. One that a relay may have taken counts as told: were it
// not, nobody would take back what the usager may have read.
func settleMessage(tx *store.ServerTx, m store.Mail, r mailer.Result) error {
	if err := tx.SettleMail(m.ID, r.State, r.Attempt, r.At); err != nil {
		return err
	}
	if m.Doubtful || r.State != agenda.RecuFailed && r.State != agenda.RecuDropped {
		return nil
	}
	told, err := tx.Told(m.Rdv)
	if err != nil || string(told[m.Usager]) != string(m.After) {
		return err
	}
	return tx.SetTold(m.Rdv, m.Usager, m.Before)
}
