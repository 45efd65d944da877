package simulation

import (
	"slices"
	"time"

	"permanence/app/agenda"
	"permanence/app/store"
	"permanence/sync/server"
)

// journalled is how long a desktop keeps what the server answered.
const journalled = 7 * 24 * time.Hour

// restores puts an earlier backup of the server back.
func (w *world) restores(*desk) {
	b := w.backups[w.rng.IntN(len(w.backups))]
	w.note("the server is set back to %s", b.at.Format("02/01 15:04"))
	w.setServerBack(b)
}

// failover: the server that takes over lacks the last commits.
func (w *world) failover(*desk) {
	b := backup{w.central.disk.image(), w.clock, w.past.clone()}
	for range 1 + w.rng.IntN(2) {
		_ = w.desks[w.rng.IntN(len(w.desks))].sync()
	}
	w.note("a server takes over that lacks the last commits")
	w.setServerBack(b)
}

// setServerBack sets the server's disk and what is expected of it back, opens
// another epoch and, before anybody is answered, erases again who was erased.
func (w *world) setServerBack(b backup) {
	var gone []agenda.Ref
	w.read(w.central.disk.db, func(v *store.View) (err error) {
		gone, err = v.Erased()
		return err
	})
	w.central.disk.plant(b.image)
	w.past = b.past.clone()
	clear(w.tops)
	w.witness, w.mid = nil, nil
	for _, d := range w.desks {
		d.sent = nil // they may bring back what was lost, once
	}
	if _, err := server.Restored(ctxb, w.central.disk.db, w.clock, 0); err != nil {
		w.fail("restored: %v", err)
	}
	w.model.resequence(w.clock)
	w.startServer()
	w.relay.doubt(b.at)
	w.eraseAgain(gone)
	w.mayBeLost()
}

// eraseAgain erases those of some people who are there, as server.Purge does,
// and has the server remember the others.
func (w *world) eraseAgain(gone []agenda.Ref) {
	quiet := w.quiet
	w.quiet = true
	for _, r := range gone {
		if _, there := w.model.usagers[agenda.UsagerID(r.ID)]; !there {
			continue
		}
		if err := w.serverRun(&agenda.EraseUsager{Usager: agenda.UsagerID(r.ID), Reason: "request"}, system()); err != nil {
			w.fail("erase again: %v", err)
		}
	}
	w.quiet = quiet
	if err := server.RememberErased(ctxb, w.central.disk.db, gone); err != nil {
		w.fail("remember who was erased: %v", err)
	}
	w.model.remember(gone)
}

// mayBeLost notes the commands that nobody can be asked for again: what the
// server ran by itself, and what was answered more than seven days ago. All
// the others must come back (invariant 11).
func (w *world) mayBeLost() {
	kept := map[string]bool{}
	for _, d := range w.desks {
		for _, id := range slices.Concat(d.queue(), d.week()) {
			kept[id] = true
		}
	}
	for id := range w.born {
		if _, ran := w.ran[id]; !ran && !kept[id] {
			w.gone[id] = true
		}
	}
}

// week lists the ids of the commands that a desk can offer again.
func (d *desk) week() []string {
	var ids []string
	d.w.read(d.disk.db, func(v *store.View) error {
		all, err := v.Acknowledged(d.w.clock.Add(-journalled))
		for _, q := range all {
			if q.Raw != nil {
				ids = append(ids, q.Command.ID)
			}
		}
		return err
	})
	return ids
}

// alters changes a row of a desk behind everybody's back (invariant 13): one is
// missing, one is another, or one is too many. The program then starts again.
func (w *world) alters(d *desk) {
	if len(d.queue()) > 0 {
		return // what a pending command touched is put back by itself
	}
	table, noun := "rdvs", agenda.NounRdv
	if w.rng.IntN(2) == 0 {
		table, noun = "motifs", agenda.NounMotif
	}
	all := w.visible(d.disk.db, noun)
	if len(all) == 0 {
		return
	}
	id := all[w.rng.IntN(len(all))].Key()
	switch w.rng.IntN(3) {
	case 0:
		d.disk.exec("DELETE FROM "+table+" WHERE id = ?", id)
	case 1:
		d.disk.exec("UPDATE "+table+" SET revision = 999, body = json_set(body, '$.revision', 999) WHERE id = ?", id)
	case 2:
		d.disk.exec("INSERT INTO lieux (id, revision, organisation, body) SELECT ?1, revision, organisation, json_set(body, '$.id', ?1) FROM lieux LIMIT 1", w.newID())
	}
	w.note("%s: a row of %s is no longer what it was", d.name, table)
	d.restart()
}
