package agenda

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
)

// editable lists, by JSON key, the fields of a noun that a command may change
// one by one. Whatever is not listed (id, owner, birth, stamp, what the server
// derives) is out of reach of every command.
func editable(n Noun) []string {
	switch n {
	case NounTerritoire:
		return []string{"name", "departement", "zone", "holidays", "holidays_except", "permits", "window_months", "lease_days"}
	case NounOrganisation:
		return []string{"name", "zone", "mail", "phone", "website", "hours", "enables", "cancel_notice_min",
			"controller", "dpo_contact", "postal_address", "archived"}
	case NounService:
		return []string{"name", "short_name"}
	case NounAgent:
		return []string{"first_name", "last_name", "email"}
	case NounMotif:
		return []string{"service", "name", "color", "duration_min", "place", "min_delay_s", "max_delay_s", "visibility",
			"bookable_by", "collectif", "for_secretariat", "follow_up", "restriction", "instruction", "cancel_warning",
			"no_move", "no_cancel", "archived"}
	case NounLieu:
		return []string{"name", "address", "phone", "zone", "archived"}
	case NounPlage:
		return []string{"title", "lieu", "motifs", "first_day", "from", "to", "rrule", "exdates", "overrides", "break_min"}
	case NounAbsence:
		return []string{"title", "zone", "first_day", "from", "last_day", "to", "rrule", "exdates"}
	case NounUsager:
		return []string{"first_name", "last_name", "birth_name", "birth_date", "email", "phone", "address",
			"no_mail", "no_sms", "responsable", "confirmed_at"}
	case NounProfil:
		return []string{"caisse", "numero_allocataire", "situation_familiale", "nombre_enfants", "logement",
			"numero_dossier", "complement_adresse", "notes"}
	}
	return nil
}

// edit gives a copy of r with fields replaced, and the keys that really change,
// sorted. It refuses (Invalid, naming the field) a field that is not to be
// edited and a value that it cannot hold. A null clears. What another device
// changed meanwhile is no obstacle: the later in order stands, and the verdict
// says merged (sync.md §5 rows 1 and 14).
func edit[T Record](d *decider, r T, fields map[string]Edit) (T, []string, error) {
	after := r
	for _, key := range slices.Sorted(maps.Keys(fields)) {
		if !slices.Contains(editable(r.Noun()), key) {
			return r, nil, Invalid(key)
		}
		next, err := withKeys(after, []string{key}, map[string]json.RawMessage{key: d.occurrences(r, key, fields[key])})
		if err != nil {
			return r, nil, Invalid(key)
		}
		after = next
	}
	changed, err := changedKeys(r, after)
	if err != nil {
		return r, nil, err
	}
	d.noteBeside(r)
	return after, changed, nil
}

// withKeys gives a copy of r in which the keys hold values: those that values
// lacks, or holds as null, are cleared. It fails when a value does not fit.
func withKeys[T Record](r T, keys []string, values map[string]json.RawMessage) (T, error) {
	fields, err := fieldsOf(r)
	if err != nil {
		return r, err
	}
	for _, key := range keys {
		delete(fields, key)
		if v := values[key]; len(v) > 0 && !bytes.Equal(v, []byte("null")) {
			fields[key] = v
		}
	}
	body, err := json.Marshal(fields)
	if err != nil {
		return r, err
	}
	after, err := Decode(r.Noun(), body)
	if err != nil {
		return r, err
	}
	return after.(T), nil
}

// changedKeys names the JSON keys that differ between two images of a record,
// sorted, but those no person edits.
func changedKeys(before, after Record) ([]string, error) {
	keys, err := unlike(before, after)
	keys = slices.DeleteFunc(keys, unmarked)
	slices.Sort(keys)
	return keys, err
}

// anyOf reports whether one of the keys changed.
func anyOf(changed []string, keys ...string) bool {
	return slices.ContainsFunc(keys, func(k string) bool { return slices.Contains(changed, k) })
}

// noteBeside lifts the verdict to merged when another device changed r since
// the author last heard of it.
func (d *decider) noteBeside(r Record) {
	if d.mode == Propose || d.c.Device == "" {
		return
	}
	s := r.Stamped()
	for group := range s.Groups {
		if s.changedSince(group, d.seen(r.Key()), d.c.Device) {
			d.verdict(Merged)
		}
	}
}

// fresh refuses the id of a new record when it is taken, or was erased.
func (d *decider) fresh(r Ref) error {
	switch _, ans := d.f.Record(r.Noun, r.ID); ans {
	case Yes:
		return Refuse(CodeExists, r.ID)
	case Erased:
		return Refuse(CodeErased, r.ID)
	}
	return nil
}

// target reads the record that a command changes: it must be here.
func target[T Record](d *decider, n Noun, id string) (T, error) {
	r, ans := Get[T](d.f, n, id)
	switch ans {
	case Yes:
		return r, nil
	case Erased:
		return r, Refuse(CodeErased, id)
	}
	return r, Refuse(CodeNotFound, id)
}

// settingsOf reads an organisation and its territoire; what is unknown here
// stays nil.
func (d *decider) settingsOf(o OrganisationID) (rdvContext, error) {
	org, err := need[*Organisation](d, NounOrganisation, string(o))
	if err != nil || org == nil {
		return rdvContext{}, err
	}
	t, err := need[*Territoire](d, NounTerritoire, string(org.Territoire))
	return rdvContext{org: org, territoire: t}, err
}
