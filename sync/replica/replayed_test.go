package replica

import (
	"bytes"
	"maps"
	"math/rand/v2"
	"testing"
	"time"

	"permanence/app/agenda"
	"permanence/app/guichet"
	"permanence/app/store"
)

// counted counts the commands that run again.
type counted struct {
	Replayer
	n int
}

func (c *counted) Replay(tx guichet.DeskTx, p guichet.Pending, over func(agenda.Ref) bool) (agenda.Code, error) {
	c.n++
	return c.Replayer.Replay(tx, p, over)
}

// Commands run again for a page that brings something they went by, and only
// then.
func TestOnlyWhatTouchesThemRunsCommandsAgain(t *testing.T) {
	b := newBureau(t)
	again := &counted{Replayer: b.counter}
	b.replica.counter = again
	rdv, cmd := b.book(2)
	stranger := func(n int64) *agenda.Usager {
		return &agenda.Usager{ID: "01930000-0000-7000-8000-999999999999", Territoire: b.territoire, FirstName: "Paul", LastName: "Lefort",
			Origin: agenda.OriginAgent, CreatedAt: monday(), Stamp: agenda.Stamp{Revision: n}}
	}
	records := b.records()
	changed := func(i int, n int64) agenda.Record {
		r := agenda.Clone(records[i])
		r.Stamped().Revision = n
		return r
	}
	const motif, nadia = 3, 7
	for i, step := range []struct {
		what   string
		record agenda.Record
		runs   int
	}{
		{"what they go by is not known yet", stranger(1), 1},
		{"a stranger", stranger(2), 0},
		{"whom it is about", changed(nadia, 3), 1},
		{"a stranger again", stranger(4), 0},
		{"a setting", changed(motif, 5), 1},
	} {
		before := again.n
		b.gives(b.page(int64(2+i), step.record)...)
		b.sync()
		if got := again.n - before; got != step.runs {
			t.Errorf("%s: ran %d times, want %d", step.what, got, step.runs)
		}
		if b.rdv(rdv) == nil {
			t.Fatalf("%s: the rdv is not shown", step.what)
		}
	}
	b.book(4)
	before := again.n
	b.gives(b.page(7, stranger(6))...)
	b.sync()
	if again.n-before != 2 {
		t.Errorf("with one more command: ran %d", again.n-before)
	}
	b.gives(outcome(cmd, agenda.Applied, "", b.at(9)), b.mark(8))
	before = again.n
	b.sync()
	if again.n-before != 2 {
		t.Errorf("with an answer: ran %d", again.n-before)
	}
}

// A page that was not stored leaves nothing to go on from.
func TestAPageThatFailedIsForgotten(t *testing.T) {
	b := newBureau(t)
	again := &counted{Replayer: b.counter}
	b.replica.counter = again
	rdv, _ := b.book(2)
	b.gives(b.mark(2))
	b.sync()
	other := &agenda.Usager{ID: "01930000-0000-7000-8000-999999999999", Territoire: b.territoire, FirstName: "Paul", LastName: "Lefort",
		Origin: agenda.OriginAgent, CreatedAt: monday(), Stamp: agenda.Stamp{Revision: 1}}
	bad := b.put(3, other)
	bad.Body = []byte(`{"id":1}`)
	b.gives(b.put(3, other), bad, b.mark(3))
	if _, err := b.replica.Sync(t.Context()); err == nil {
		t.Fatal("a broken record was stored")
	}
	before := again.n
	b.gives(b.page(3, other)...)
	b.sync()
	if again.n-before != 1 || b.rdv(rdv) == nil {
		t.Errorf("ran %d, shown %v", again.n-before, b.rdv(rdv) != nil)
	}
}

// A rule may look at the clock: what was shown long ago is worked out again.
func TestWhatTheClockSaidIsAskedAgain(t *testing.T) {
	last := &replayed{queue: []store.Queued{}, at: monday()}
	if !last.still(nil, monday().Add(time.Minute)) || last.still(nil, monday().Add(rulesHold)) || last.still(nil, monday().Add(-rulesHold)) {
		t.Error("the time that passed is not looked at")
	}
	if (*replayed)(nil).still(nil, monday()) {
		t.Error("nothing stands")
	}
}

// Whatever pages bring, what is shown is what running every command again shows.
func TestWhatStandsIsWhatRunningAgainShows(t *testing.T) {
	spared := 0
	for seed := range uint64(6) {
		b := newBureau(t)
		again := &counted{Replayer: b.counter}
		b.replica.counter = again
		chance := rand.New(rand.NewPCG(seed, 1))
		people := []agenda.UsagerID{b.nadia, id[agenda.UsagerID](b), id[agenda.UsagerID](b)}
		rdvs := []agenda.RdvID{id[agenda.RdvID](b), id[agenda.RdvID](b)}
		for n := int64(2); n < 40; n++ {
			switch chance.IntN(8) {
			case 0:
				rdv, _ := b.book(int(n))
				rdvs = append(rdvs, rdv)
			case 1:
				b.rename(int(n))
			}
			b.gives(b.page(n, b.arriving(chance, n, people, rdvs))...)
			before := again.n
			b.sync()
			if again.n == before && len(b.queue()) > 0 {
				spared++
			}
			shown := b.shown()
			b.write(func(tx *store.DeskTx) error {
				b.replica.last, b.replica.stands = nil, nil
				cursors, err := readCursors(&tx.View)
				if err != nil {
					return err
				}
				return b.replica.settle(tx, cursors)
			})
			if now := b.shown(); !maps.EqualFunc(shown, now, bytes.Equal) {
				t.Fatalf("seed %d, page %d: running again shows something else", seed, n)
			}
			b.replica.last = b.replica.stands
		}
	}
	if spared < 50 {
		t.Errorf("commands were spared for %d pages only", spared)
	}
}

// arriving is one record that comes from the server.
func (b *bureau) arriving(chance *rand.Rand, n int64, people []agenda.UsagerID, rdvs []agenda.RdvID) agenda.Record {
	rev := agenda.Stamp{Revision: n}
	usager := people[chance.IntN(len(people))]
	switch chance.IntN(6) {
	case 0:
		return &agenda.Usager{ID: usager, Territoire: b.territoire, FirstName: "Nadia", LastName: "Haddad", Address: "rue du Port", Origin: agenda.OriginAgent, CreatedAt: monday(), Stamp: rev}
	case 1:
		return &agenda.Profil{ID: agenda.ProfilOf(usager, b.org), Usager: usager, Organisation: b.org, Stamp: rev}
	case 2:
		start := monday().Add(time.Duration(2+chance.IntN(50))*time.Hour + 15*time.Minute)
		return &agenda.Rdv{ID: rdvs[chance.IntN(len(rdvs))], Organisation: b.org, Motif: b.motif, Lieu: b.lieu, Start: start, End: start.Add(30 * time.Minute), Zone: "Europe/Paris",
			Agents: []agenda.AgentID{b.alice}, Participations: []agenda.Participation{{Usager: usager}}, Status: agenda.StatusUnknown, CreatedAt: monday(), Stamp: rev}
	case 3:
		motif := agenda.Clone(b.records()[3]).(*agenda.Motif)
		motif.Archived, motif.Stamp = chance.IntN(2) == 0, rev
		return motif
	}
	return &agenda.Usager{ID: id[agenda.UsagerID](b), Territoire: b.territoire, FirstName: "Paul", LastName: "Lefort", Origin: agenda.OriginAgent, CreatedAt: monday(), Stamp: rev}
}

// shown gives every row on screen.
func (b *bureau) shown() map[agenda.Ref][]byte {
	all := map[agenda.Ref][]byte{}
	b.read(func(v *store.View) error {
		for _, n := range agenda.Nouns() {
			bodies, err := v.Bodies(n)
			if err != nil {
				return err
			}
			maps.Copy(all, bodies)
		}
		return nil
	})
	return all
}
