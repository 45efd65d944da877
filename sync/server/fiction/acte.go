package fiction

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"permanence/app/agenda"
	"permanence/app/guichet"
	"permanence/app/store"
	"permanence/sync/mailer"
)

// act is what somebody did, and when.
type act struct {
	at   time.Time
	by   agenda.AgentID // "": the command line of the server
	args agenda.Args
}

// author is who the counter is told.
func (a act) author() agenda.Author {
	if a.by == "" {
		return agenda.Author{Kind: agenda.AuthorSystem}
	}
	return agenda.Author{Kind: agenda.AuthorAgent, Agent: a.by}
}

// teller plays acts in the order of their instants, each with the clock of its
// own time, and notes the mails they gave rise to as already received.
type teller struct {
	tx      *store.ServerTx
	counter *guichet.Counter
	clock   time.Time
	chance  chance
	told    map[agenda.RdvID][]mailer.Told
}

func newTeller(tx *store.ServerTx, db *store.DB, c chance) *teller {
	t := &teller{tx: tx, chance: c, told: map[agenda.RdvID][]mailer.Told{}}
	t.counter = guichet.NewCounter(db.Ledger(), func() time.Time { return t.clock })
	return t
}

// play runs every act; those of one instant keep their order.
func (t *teller) play(acts []act) error {
	slices.SortStableFunc(acts, func(a, b act) int { return cmp.Compare(a.at.UnixMicro(), b.at.UnixMicro()) })
	for _, a := range acts {
		if err := t.run(a); err != nil {
			return fmt.Errorf("%s on %s: %w", a.args.CommandName(), a.at.Format(time.DateOnly), err)
		}
		if err := t.mail(a); err != nil {
			return err
		}
	}
	return nil
}

func (t *teller) run(a act) error {
	t.clock = a.at
	_, err := t.counter.DoIn(t.tx, agenda.NewCommand(t.chance.id(a.at), a.at, a.args), a.author())
	return err
}

// mailWait is how long a mail waited before it left.
const mailWait = time.Minute

// mail notes what was told to usagers after an act, as the mailer decides it:
// a later move or cancellation then tells them what changed.
func (t *teller) mail(a act) error {
	var id agenda.RdvID
	switch args := a.args.(type) {
	case *agenda.BookRdv:
		id = args.Rdv
	case *agenda.CancelRdv:
		id = args.Rdv
	default:
		return nil
	}
	r, ans := agenda.Get[*agenda.Rdv](t.tx, agenda.NounRdv, string(id))
	if ans != agenda.Yes {
		return t.tx.Err()
	}
	at := a.at.Add(mailWait)
	for _, l := range mailer.Letters(viewOf(t.tx, r), t.told[id], at) {
		if err := t.deliver(id, l, at); err != nil {
			return err
		}
	}
	return nil
}

// deliver keeps one letter as told, with its receipt.
func (t *teller) deliver(id agenda.RdvID, l mailer.Letter, at time.Time) error {
	told := slices.DeleteFunc(t.told[id], func(o mailer.Told) bool { return o.Usager == l.After.Usager })
	t.told[id] = append(told, l.After)
	body, err := json.Marshal(l.After)
	if err != nil {
		return err
	}
	if err := t.tx.SetTold(id, l.After.Usager, body); err != nil {
		return err
	}
	kind := "request"
	if l.After.Method == mailer.Cancel {
		kind = "cancel"
	}
	return t.run(act{at: at, args: &agenda.NoteRecu{Recu: agenda.Recu{
		ID: agenda.RecuID(t.chance.id(at)), Rdv: id, Usager: l.After.Usager, Channel: "mail", Kind: kind,
		State: agenda.RecuSent, Attempt: 1, At: at.UTC(),
	}}})
}

// viewOf reads what the mails of an rdv show.
func viewOf(f agenda.Facts, r *agenda.Rdv) mailer.View {
	v := mailer.View{Rdv: *r, Usagers: map[agenda.UsagerID]agenda.Usager{}}
	if m, ans := agenda.Get[*agenda.Motif](f, agenda.NounMotif, string(r.Motif)); ans == agenda.Yes {
		v.Motif = *m
	}
	if o, ans := agenda.Get[*agenda.Organisation](f, agenda.NounOrganisation, string(r.Organisation)); ans == agenda.Yes {
		v.Organisation = *o
	}
	if r.Lieu != "" {
		v.Lieu, _ = agenda.Get[*agenda.Lieu](f, agenda.NounLieu, string(r.Lieu))
	}
	for _, id := range r.Usagers() {
		for id != "" {
			u, ans := agenda.Get[*agenda.Usager](f, agenda.NounUsager, string(id))
			if ans != agenda.Yes {
				break
			}
			v.Usagers[u.ID], id = *u, u.Responsable
		}
	}
	return v
}
