package guichet

import "permanence/app/agenda"

// Trace is what commands went by when they ran: the records that they read,
// wrote or asked for, and the questions that another record could answer too. A
// record that it does not know changes nothing of what they did. Settings, which
// every command goes by and few pages bring, are always known to it.
type Trace struct {
	met   map[agenda.Ref]bool
	asked map[question]bool
}

// question asks for every record of a noun that has a word in a place.
type question struct {
	of   agenda.Noun
	by   string
	word string
}

// NewTrace is that of no command.
func NewTrace() *Trace { return &Trace{map[agenda.Ref]bool{}, map[question]bool{}} }

// Meet adds a record.
func (t *Trace) Meet(r agenda.Ref) { t.met[r] = true }

// Knows reports whether a record, as it is now, may change what the commands
// did. What it was before needs no look: had they gone by it, they met it.
func (t *Trace) Knows(r agenda.Record) bool {
	if listed(r.Noun()) || t.met[agenda.RefOf(r)] {
		return true
	}
	for _, q := range questionsFor(r) {
		if t.asked[q] {
			return true
		}
	}
	return false
}

// questionsFor lists the questions that a record answers.
func questionsFor(r agenda.Record) []question {
	var qs []question
	add := func(by string, word string) { qs = append(qs, question{r.Noun(), by, word}) }
	switch r := r.(type) {
	case *agenda.Usager:
		add("email", r.Email)
		add("phone", r.Phone)
		add("responsable", string(r.Responsable))
		add("identity", agenda.IdentityKey(r.FirstName, r.LastName))
		for _, m := range r.Merged {
			add("merged", string(m))
		}
	case *agenda.Profil:
		add("usager", string(r.Usager))
	case *agenda.Rdv:
		add("", "")
		add("motif", string(r.Motif))
		add("lieu", string(r.Lieu))
		for _, a := range r.Agents {
			add("agent", string(a))
		}
		for _, u := range r.Usagers() {
			add("usager", string(u))
		}
	case *agenda.Occupation:
		add("agent", string(r.Agent))
	case *agenda.Conflit:
		for _, side := range r.Sides {
			add(string(side.Noun), side.ID)
		}
		for _, busy := range r.Busy {
			add(string(agenda.NounOccupation), string(busy))
		}
	case *agenda.Importe:
		add("owner", string(r.Agent))
	case *agenda.Recu:
		add("owner", string(r.Rdv))
	}
	return qs
}

func (t *Trace) ask(of agenda.Noun, by, word string) { t.asked[question{of, by, word}] = true }

// askRdvs keeps one part of a question, which every answer to it has.
func (t *Trace) askRdvs(q agenda.RdvQuery) {
	switch {
	case q.Agent != "":
		t.ask(agenda.NounRdv, "agent", string(q.Agent))
	case q.Usager != "":
		t.ask(agenda.NounRdv, "usager", string(q.Usager))
	case q.Motif != "":
		t.ask(agenda.NounRdv, "motif", string(q.Motif))
	case q.Lieu != "":
		t.ask(agenda.NounRdv, "lieu", string(q.Lieu))
	default:
		t.ask(agenda.NounRdv, "", "")
	}
}

// askUsagers keeps every part of a question: one of them was asked.
func (t *Trace) askUsagers(q agenda.UsagerQuery) {
	for by, word := range map[string]string{"merged": string(q.Merged), "responsable": string(q.Responsable), "email": q.Email, "phone": q.Phone, "identity": q.Identity} {
		if word != "" {
			t.ask(agenda.NounUsager, by, word)
		}
	}
}

// Follow gives a transaction that notes in the trace what is done through it.
func (t *Trace) Follow(tx DeskTx) DeskTx { return &followed{tx, t} }

// followed names each method of a transaction: one that is new has to say here
// what it reads.
type followed struct {
	tx DeskTx
	t  *Trace
}

// meet notes what was read.
func meet[R agenda.Record](t *Trace, all []R) []R {
	for _, r := range all {
		t.Meet(agenda.RefOf(r))
	}
	return all
}

func (f *followed) Record(n agenda.Noun, id string) (agenda.Record, agenda.Answer) {
	f.t.Meet(agenda.Ref{Noun: n, ID: id})
	return f.tx.Record(n, id)
}

func (f *followed) Rdvs(q agenda.RdvQuery) []*agenda.Rdv {
	f.t.askRdvs(q)
	return meet(f.t, f.tx.Rdvs(q))
}

func (f *followed) Usagers(q agenda.UsagerQuery) []*agenda.Usager {
	f.t.askUsagers(q)
	return meet(f.t, f.tx.Usagers(q))
}

func (f *followed) Occupations(a agenda.AgentID, s agenda.Span) []*agenda.Occupation {
	f.t.ask(agenda.NounOccupation, "agent", string(a))
	return meet(f.t, f.tx.Occupations(a, s))
}

func (f *followed) Profils(u agenda.UsagerID) []*agenda.Profil {
	f.t.ask(agenda.NounProfil, "usager", string(u))
	return meet(f.t, f.tx.Profils(u))
}

func (f *followed) Conflits(r agenda.Ref) []*agenda.Conflit {
	f.t.ask(agenda.NounConflit, string(r.Noun), r.ID)
	return meet(f.t, f.tx.Conflits(r))
}

func (f *followed) Settled(r agenda.Ref) []*agenda.Conflit {
	f.t.ask(agenda.NounConflit, string(r.Noun), r.ID)
	return meet(f.t, f.tx.Settled(r))
}

func (f *followed) Records(n agenda.Noun, owner string) []agenda.Record {
	f.t.ask(n, "owner", owner)
	return meet(f.t, f.tx.Records(n, owner))
}

// Settings are known to every trace.
func (f *followed) Plages(a agenda.AgentID) []*agenda.PlageOuverture { return f.tx.Plages(a) }
func (f *followed) Absences(a agenda.AgentID) []*agenda.Absence      { return f.tx.Absences(a) }
func (f *followed) Roles(q agenda.RoleQuery) []*agenda.Role          { return f.tx.Roles(q) }
func (f *followed) Logins(email string) []*agenda.Agent              { return f.tx.Logins(email) }

// A desktop answers these the same whatever it holds.
func (f *followed) Whole() bool                                       { return f.tx.Whole() }
func (f *followed) Former(n agenda.Noun, id string) agenda.Record     { return f.tx.Former(n, id) }
func (f *followed) Derive(parts ...string) string                     { return f.tx.Derive(parts...) }
func (f *followed) Signature(r agenda.Ref, n int64) *agenda.Signature { return f.tx.Signature(r, n) }

func (f *followed) Put(r agenda.Record) error {
	f.t.Meet(agenda.RefOf(r))
	return f.tx.Put(r)
}

func (f *followed) Remove(r agenda.Ref) error {
	f.t.Meet(r)
	return f.tx.Remove(r)
}

func (f *followed) Keep(n int64, r agenda.Ref) error {
	f.t.Meet(r)
	return f.tx.Keep(n, r)
}

func (f *followed) Received(r agenda.Ref) int64 {
	f.t.Meet(r)
	return f.tx.Received(r)
}

func (f *followed) Err() error                     { return f.tx.Err() }
func (f *followed) Savepoint(g func() error) error { return f.tx.Savepoint(g) }
func (f *followed) NextN() (int64, error)          { return f.tx.NextN() }
func (f *followed) Queue(p Pending) error          { return f.tx.Queue(p) }
func (f *followed) Device() string                 { return f.tx.Device() }
