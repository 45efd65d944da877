package agenda

import (
	"cmp"
	"slices"
	"time"
)

// importesMost is how many events one import may bring.
const importesMost = 20000

func (d *decider) importAgenda(a *ImportAgenda) error {
	if err := d.ownAgenda(a.Agent); err != nil {
		return err
	}
	if _, err := need[*Agent](d, NounAgent, string(a.Agent)); err != nil {
		return err
	}
	if !plainText(a.Source, 1, 200) {
		return Invalid("source")
	}
	if len(a.Events) > importesMost {
		return Invalid("events")
	}
	old := map[string]*Importe{}
	for _, r := range d.f.Records(NounImporte, string(a.Agent)) {
		if i, ok := r.(*Importe); ok && i.Source == a.Source {
			old[i.Key()] = i
		}
	}
	kept := map[string]bool{}
	for _, typed := range slices.Backward(a.Events) { // of two with one identity the last holds
		i := d.imported(a, typed)
		if kept[i.Key()] {
			continue
		}
		kept[i.Key()] = true
		if err := d.replaceImporte(old[i.Key()], i); err != nil {
			return err
		}
	}
	for _, i := range sortedImportes(old) {
		if !kept[i.Key()] {
			d.change(i, nil)
		}
	}
	return nil
}

// ownAgenda refuses everyone but the agent and the system: what is imported is
// readable by its agent alone.
func (d *decider) ownAgenda(a AgentID) error {
	if d.by.Kind == AuthorSystem || d.by.Kind == AuthorAgent && d.by.Agent == a {
		return nil
	}
	return Refuse(CodeForbidden, string(a))
}

// imported is an event as it is kept: its identity derives from where it comes
// from, its times are UTC, earliest first.
func (d *decider) imported(a *ImportAgenda, typed Importe) *Importe {
	i := Clone(&typed)
	i.ID = ImporteID(DeriveID(nil, "importe", string(a.Agent), a.Source, i.UID, i.RecurrenceID))
	i.Agent, i.Source, i.Stamp, i.Occupations, i.ChangedAt = a.Agent, a.Source, Stamp{}, nil, d.at
	for n, s := range i.Spans {
		i.Spans[n] = Span{s.Start.UTC().Truncate(time.Microsecond), s.End.UTC().Truncate(time.Microsecond)}
	}
	slices.SortFunc(i.Spans, func(x, y Span) int { return cmp.Or(x.Start.Compare(y.Start), x.End.Compare(y.End)) })
	return i
}

// replaceImporte notes an event that is new or differs from what is kept.
func (d *decider) replaceImporte(old, i *Importe) error {
	if err := checkImporte(i); err != nil {
		return err
	}
	if old == nil {
		if err := d.fresh(RefOf(i)); err != nil {
			return err
		}
		d.change(nil, i)
		return nil
	}
	i.Occupations = old.Occupations
	changed, err := changedKeys(old, i)
	if err != nil {
		return err
	}
	if len(changed) > 0 {
		d.change(old, i)
	}
	return nil
}

func checkImporte(i *Importe) error {
	if err := i.Check(); err != nil {
		return err
	}
	switch {
	case !longText(i.Summary):
		return Invalid("summary")
	case !longText(i.Location):
		return Invalid("location")
	case !validZone(i.Zone):
		return Invalid("zone")
	case slices.ContainsFunc(i.Spans, func(s Span) bool { return s.End.Before(s.Start) }):
		return Invalid("spans")
	}
	return nil
}

func sortedImportes(m map[string]*Importe) []*Importe {
	var list []*Importe
	for _, i := range m {
		list = append(list, i)
	}
	slices.SortFunc(list, func(x, y *Importe) int { return cmp.Compare(x.ID, y.ID) })
	return list
}
