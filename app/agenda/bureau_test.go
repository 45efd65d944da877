package agenda

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// What a desktop with fewer facts accepts, the server accepts or flags, unless
// sync.md says that it is refused.

// gone are the refusals of what cannot be any more when the command arrives:
// erased or removed meanwhile, a right lost, a status or a name taken by someone
// else, the last admin, a setting in use, a line of responsables closed.
func gone() []Code {
	return []Code{CodeErased, CodeNotFound, CodeForbidden, CodeAlreadyCancelled, CodeTransition, CodeNameTaken,
		CodeLastAdmin, CodeUsed, CodeFrozen, CodeResponsableCycle, CodeNothingToUndo, CodeNoPhone, CodeNoContact, CodeNoAddress}
}

// bureau is one agent's desktop: what it held when the network went away.
type bureau struct {
	agent  AgentID
	device string
	facts  *faits
	queue  []queued
	last   Decision
}

type queued struct {
	args     Args
	accepted []Warning
	seen     map[string]int64
}

// offer draws a command that an agent could give on what they see.
func (m *monde) offerCommand(t *rapid.T, b *bureau, n int) Args {
	u := rapid.SampledFrom([]*Usager{m.nadia, m.sami, m.elodie, m.jean}).Draw(t, "usager")
	a := rapid.SampledFrom([]AgentID{m.thomas, m.aissatou, m.claire}).Draw(t, "agent")
	at := paris("2026-11-24 09:00").Add(time.Duration(rapid.IntRange(0, 6).Draw(t, "quarter")) * 15 * time.Minute)
	rdvs := all(b.facts, func(r *Rdv) bool { return r.Motif == m.accueil.ID })
	switch kind := rapid.SampledFrom([]string{"book", "book", "move", "cancel", "revise", "usager", "fiche", "absence", "plage", "merge", "undo", "role", "motif", "attach"}).Draw(t, "kind"); {
	case kind == "book":
		return &BookRdv{Rdv: RdvID(id('r', n)), Organisation: m.ccas.ID, Motif: m.accueil.ID, Lieu: m.mairie.ID, Start: at,
			End: at.Add(30 * time.Minute), Zone: "Europe/Paris", Agents: []AgentID{a}, Participations: []Participation{{Usager: u.ID}}}
	case kind == "usager":
		return &AddUsager{Usager: Usager{ID: UsagerID(id('u', n)), Territoire: m.territoire.ID, FirstName: "Omar", LastName: "Benali",
			Phone: rapid.SampledFrom([]string{"+33612345678", "+33610000004", "+33610000005"}).Draw(t, "phone")}, Organisation: m.ccas.ID}
	case kind == "fiche":
		return &ReviseUsager{u.ID, sets(rapid.SampledFrom([]string{"email", "birth_name"}).Draw(t, "field"), rapid.SampledFrom([]string{"null", `"omar@example.org"`}).Draw(t, "value"))}
	case kind == "absence":
		return &DeclareAbsence{Absence{ID: AbsenceID(id('b', n)), Agent: a, Zone: "Europe/Paris", FirstDay: day("2026-11-24"), LastDay: day("2026-11-24"), From: hour("09:00"), To: hour("10:00")}}
	case kind == "plage":
		return m.open(func(p *PlageOuverture) { p.ID, p.Agent = PlageID(id('p', n)), a })
	case kind == "merge":
		return &MergeUsagers{Keep: u.ID, Drop: m.jean.ID}
	case kind == "role":
		return grant(a, m.ccas, rapid.SampledFrom([]Level{LevelBasic, LevelAdmin}).Draw(t, "level"), m.social)
	case kind == "motif":
		return &ReviseRecord{NounMotif, m.accueil.Key(), sets("archived", rapid.SampledFrom([]string{"true", "false"}).Draw(t, "archived"))}
	case kind == "attach":
		return &AttachUsager{m.rose.ID, m.ccas.ID}
	case kind == "undo" && len(b.last.Changes) > 0:
		return undoOf(t, b.last)
	case len(rdvs) == 0:
		return &ReviseUsager{u.ID, sets("address", `"ici"`)}
	case kind == "move":
		r := rapid.SampledFrom(rdvs).Draw(t, "rdv")
		return &MoveRdv{Rdv: r.ID, From: r.Slot(), To: Slot{at, at.Add(30 * time.Minute), "Europe/Paris", m.mairie.ID}}
	case kind == "cancel":
		return &CancelRdv{Rdv: rapid.SampledFrom(rdvs).Draw(t, "rdv").ID, By: "service"}
	}
	return &ReviseRdv{Rdv: rapid.SampledFrom(rdvs).Draw(t, "rdv").ID, Add: []Participation{{Usager: u.ID}}}
}

// propose gives a command on the desk, accepts what is shown, and queues it.
func (m *monde) propose(t *rapid.T, b *bureau, n int) {
	args := m.offerCommand(t, b, n)
	q := queued{args: args, seen: map[string]int64{}}
	for _, r := range b.facts.rows {
		q.seen[r.Key()] = r.Stamped().Revision
	}
	d, err := m.on(b.facts, b.agent, args, proposed, from(b.device, nil))
	if r := RefusalOf(err); r != nil && r.Code == CodeWarnings {
		q.accepted = r.Warnings
		d, err = m.on(b.facts, b.agent, args, proposed, from(b.device, nil), accepting(r.Warnings...))
	}
	if err != nil {
		if RefusalOf(err) == nil {
			t.Fatal(err)
		}
		return // the author knows at once
	}
	b.last, b.queue = d, append(b.queue, q)
}

func TestServerAcceptsOrFlagsWhatADesktopAccepted(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := newMonde()
		m.rdv(1, "2026-11-24 09:00", m.accueil, []AgentID{m.thomas}, m.nadia)
		m.rdv(2, "2026-11-24 10:00", m.accueil, []AgentID{m.aissatou}, m.elodie)
		var desks []*bureau
		for i, a := range []AgentID{m.thomas, m.aissatou, m.claire} {
			desks = append(desks, &bureau{agent: a, device: fmt.Sprint("poste-", i+1), facts: m.replica(a)})
		}
		for n := range rapid.IntRange(1, 10).Draw(t, "commands") {
			m.propose(t, rapid.SampledFrom(desks).Draw(t, "desk"), 100+n)
		}
		known := map[string]bool{}
		for _, b := range rapid.Permutation(desks).Draw(t, "order") {
			for _, q := range b.queue {
				m.push(t, b, q, known)
			}
		}
		noSilentOverlap(t, m, known)
	})
}

// push gives a queued command to the server. known collects the pairs that an
// author accepted.
func (m *monde) push(t *rapid.T, b *bureau, q queued, known map[string]bool) {
	d, err := m.do(b.agent, q.args, from(b.device, q.seen), accepting(q.accepted...))
	if err != nil {
		if !slices.Contains(gone(), code(err)) {
			t.Fatalf("%s: accepted on the desk, refused by the server: %v", q.args.CommandName(), err)
		}
		return
	}
	for _, w := range q.accepted {
		for _, c := range d.Changes {
			for _, r := range w.Records {
				known[pair(c.Ref().ID, r.ID)] = true
			}
		}
	}
}

func pair(a, b string) string { return min(a, b) + " " + max(a, b) }

// noSilentOverlap: two Rdvs of one agent at one time were accepted by an author
// who saw both, or an open conflit names them.
func noSilentOverlap(t *rapid.T, m *monde, known map[string]bool) {
	standing := all(m.faits, func(r *Rdv) bool { return !r.Cancelled() })
	for i, r := range standing {
		for _, o := range standing[:i] {
			shared := slices.ContainsFunc(r.Agents, func(a AgentID) bool { return slices.Contains(o.Agents, a) })
			if !shared || !r.Span().Overlaps(o.Span()) || known[pair(r.Key(), o.Key())] {
				continue
			}
			named := slices.ContainsFunc(m.Conflits(RefOf(r)), func(c *Conflit) bool { return has(c.Sides, o) })
			if !named {
				t.Errorf("%s and %s overlap in silence", r.ID, o.ID)
			}
		}
	}
}
