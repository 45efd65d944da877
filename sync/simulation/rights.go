package simulation

import (
	"slices"
	"time"

	"permanence/app/agenda"
	"permanence/app/store"
)

// rights is who may read what on the server, worked out from the records alone.
// It costs time: what was worked out is kept until the server writes again.
type rights struct {
	held    map[agenda.AgentID][]agenda.Placed
	readers map[agenda.Ref][]agenda.Placed
	records []agenda.Record // every one, once they were asked for
}

// rightsNow forgets what no longer stands.
func (w *world) rightsNow() *rights {
	if w.reading == nil || w.central.disk.changed() {
		w.reading = &rights{held: map[agenda.AgentID][]agenda.Placed{}, readers: map[agenda.Ref][]agenda.Placed{}}
	}
	return w.reading
}

// heldBy lists the scopes of an agent.
func (k *rights) heldBy(v *store.View, a agenda.AgentID) []agenda.Placed {
	held, known := k.held[a]
	if !known {
		held = agenda.Held(v, a)
		k.held[a] = held
	}
	return held
}

// readersOf lists the scopes that hold a record.
func (k *rights) readersOf(v *store.View, r agenda.Record) []agenda.Placed {
	ref := agenda.RefOf(r)
	readers, known := k.readers[ref]
	if !known {
		readers = agenda.Readers(v, r)
		k.readers[ref] = readers
	}
	return readers
}

// all lists every record.
func (k *rights) all(v *store.View) ([]agenda.Record, error) {
	if k.records != nil {
		return k.records, nil
	}
	for _, n := range agenda.Nouns() {
		recs, err := v.All(n)
		if err != nil {
			return nil, err
		}
		k.records = append(k.records, recs...)
	}
	return k.records, nil
}

// readableBy gives every record that an agent may hold, with its scopes.
func (w *world) readableBy(v *store.View, a agenda.AgentID, from time.Time) (map[agenda.Ref]witnessed, error) {
	k := w.rightsNow()
	rows, held := map[agenda.Ref]witnessed{}, k.heldBy(v, a)
	recs, err := k.all(v)
	for _, r := range recs {
		if rdv, ok := r.(*agenda.Rdv); ok && rdv.Start.Before(from) {
			continue
		}
		var x witnessed
		for _, p := range k.readersOf(v, r) {
			if slices.Contains(held, p) {
				x.scopes = append(x.scopes, p.Scope)
			}
		}
		if x.scopes != nil {
			x.body, _ = v.Body(r.Noun(), r.Key())
			rows[agenda.RefOf(r)] = x
		}
	}
	return rows, err
}
