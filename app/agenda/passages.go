package agenda

import (
	"encoding/json"
	"maps"
	"slices"
	"time"
)

// Passage is one change of a record, as its history tells it.
type Passage struct {
	Revision int64      `json:"revision"`
	At       time.Time  `json:"at"`   // clock of the server, UTC
	Kind     string     `json:"kind"` // born, changed, removed, erased
	Command  string     `json:"command,omitempty"`
	Author   AuthorKind `json:"author"`
	Agent    AgentID    `json:"agent,omitempty"`
	Device   string     `json:"device,omitempty"`
	// Was gives by group what the change overwrote (FormerValues).
	Was map[string]json.RawMessage `json:"was,omitempty"`
	// Hidden names the groups that changed, and whose former value is not shown
	// to who asks.
	Hidden []string `json:"hidden,omitempty"`
}

// With gives p with one more former value.
func (p Passage) With(group string, was json.RawMessage) Passage {
	all := maps.Clone(p.Was)
	if all == nil {
		all = map[string]json.RawMessage{}
	}
	all[group] = was
	p.Was = all
	return p
}

// MayReadHistory reports whether an agent may read the history of r: who reads
// the record itself.
func MayReadHistory(f Facts, a AgentID, r Record) bool {
	return ReadThrough(f, Held(f, a), r)
}

// ShowHistory gives the passages of r, newest first, as an agent who reads it
// may: without the fields that are kept off, and of a person only what the agent
// wrote themself, unless they administer an organisation that knows the person
// (reference §1.6).
func ShowHistory(f Facts, a AgentID, r Record, past []Passage) []Passage {
	shown := slices.Clone(past)
	authors := formerAuthors(past)
	all := !personal(r) || administers(f, a, r)
	for i := range shown {
		p := &shown[i]
		p.Was, p.Hidden = maps.Clone(p.Was), nil
		for _, group := range slices.Sorted(maps.Keys(p.Was)) {
			value, on := allowed(f, r, p.Was[group])
			if on && (all || authors[i][group] == a) {
				p.Was[group] = value
				continue
			}
			delete(p.Was, group)
			p.Hidden = append(p.Hidden, group)
		}
	}
	return shown
}

// personal reports whether r is about a person received.
func personal(r Record) bool { return r.Noun() == NounUsager || r.Noun() == NounProfil }

// administers reports whether an agent administers an organisation that knows
// the person r is about; of a profil, its own.
func administers(f Facts, a AgentID, r Record) bool {
	var known []OrganisationID
	switch r := r.(type) {
	case *Usager:
		for _, p := range f.Profils(r.ID) {
			known = append(known, p.Organisation)
		}
	case *Profil:
		known = append(known, r.Organisation)
	}
	return slices.ContainsFunc(f.Roles(RoleQuery{Agent: a}), func(role *Role) bool {
		return role.Level == LevelAdmin && slices.Contains(known, role.Organisation)
	})
}

// formerAuthors tells, for each passage and group, who had written the value
// that it overwrote: the passage before that changed the group, else the birth.
func formerAuthors(past []Passage) []map[string]AgentID {
	all := make([]map[string]AgentID, len(past))
	last := map[string]AgentID{}
	var born AgentID
	for i := len(past) - 1; i >= 0; i-- {
		p := past[i]
		if p.Kind == "born" {
			born, last = p.Agent, map[string]AgentID{}
		}
		all[i] = map[string]AgentID{}
		for group := range p.Was {
			all[i][group] = born
			if by, changed := last[group]; changed {
				all[i][group] = by
			}
			last[group] = p.Agent
		}
	}
	return all
}

// allowed gives a former value without the optional fields that are off; false
// when nothing of it may be shown.
func allowed(f Facts, r Record, value json.RawMessage) (json.RawMessage, bool) {
	o := organisationOf(r)
	if o == "" {
		return value, true
	}
	org, ans := Get[*Organisation](f, NounOrganisation, string(o))
	if ans != Yes {
		return nil, false
	}
	t, ans := Get[*Territoire](f, NounTerritoire, string(org.Territoire))
	if ans != Yes {
		return nil, false
	}
	var object map[string]json.RawMessage
	if json.Unmarshal(value, &object) != nil {
		return nil, false
	}
	before := len(object)
	maps.DeleteFunc(object, func(key string, _ json.RawMessage) bool {
		field := optionalField(key)
		return field != "" && !org.Enabled(t, field)
	})
	if before == len(object) {
		return value, true
	}
	kept, err := json.Marshal(object)
	return kept, err == nil && len(object) > 0
}

// optionalField is the toggle that a JSON key depends on, "" for none.
func optionalField(key string) Field {
	if key == "context" {
		return FieldContext
	}
	if slices.Contains(OptionalFields(), Field(key)) {
		return Field(key)
	}
	return ""
}

// organisationOf is whose optional fields r holds, "" for a record without any.
func organisationOf(r Record) OrganisationID {
	switch r := r.(type) {
	case *Profil:
		return r.Organisation
	case *Rdv:
		return r.Organisation
	}
	return ""
}
