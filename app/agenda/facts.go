package agenda

import (
	"time"

	"permanence/app/civil"
)

// Answer is what a side of the agenda can say about a record.
type Answer int

const (
	Unknown Answer = iota // may lie outside this replica: never a reason to refuse
	Yes                   // here
	No                    // nowhere
	Erased                // was here; the person was erased, or the record purged
)

// Facts is what the rules may ask of whoever keeps the records. On the server
// everything of the territoire is here; on a desktop what is not found may lie
// outside the replica. Results are copies the caller may change. A failure to
// read is kept by the implementation and stops the command: the rules see
// Unknown or nothing.
type Facts interface {
	// Whole reports whether nothing lies outside: the server.
	Whole() bool
	// Record gives one record; nil unless Yes.
	Record(n Noun, id string) (Record, Answer)
	// Rdvs gives the Rdvs, cancelled ones included, that meet q, by (start, id).
	Rdvs(q RdvQuery) []*Rdv
	// Plages gives the plages of an agent in every organisation, by id.
	Plages(a AgentID) []*PlageOuverture
	// Absences gives the absences of an agent, by id.
	Absences(a AgentID) []*Absence
	// Occupations gives the busy times of an agent that overlap s, by (start, id).
	Occupations(a AgentID, s Span) []*Occupation
	// Roles gives the roles that meet q, by id.
	Roles(q RoleQuery) []*Role
	// Usagers gives the usagers that meet q, by id, 100 at most.
	Usagers(q UsagerQuery) []*Usager
	// Profils gives the profils of an usager, by id.
	Profils(u UsagerID) []*Profil
	// Conflits gives the open conflits that name the record, by id.
	Conflits(r Ref) []*Conflit
	// Settled gives the closed conflits that name the record, by id.
	Settled(r Ref) []*Conflit
	// Records gives every record of the noun that belongs to the organisation
	// (motif, lieu, plage), the territoire (organisation, service), the agent
	// (importe) or the Rdv (recu), by id.
	Records(n Noun, owner string) []Record
	// Logins gives the agents who log in by this address, by id.
	Logins(email string) []*Agent
	// Former gives the last image of a record that was removed, and not erased;
	// nil when there is none, or when it was forgotten. Only the server has one.
	Former(n Noun, id string) Record
	// Signature tells who brought a record to a revision, as the journal says;
	// nil when it no longer does. Only the server has a journal.
	Signature(r Ref, revision int64) *Signature
	// Derive makes an id from parts with the key of this server; only the
	// server has one, a desktop answers "".
	Derive(parts ...string) string
}

// Signature is who made a change, and when.
type Signature struct {
	Kind  AuthorKind
	Agent AgentID   // AuthorAgent
	At    time.Time // clock of the server, UTC
}

// RdvQuery selects Rdvs: those that overlap Within (when it is not zero) and
// match every other field that is set.
type RdvQuery struct {
	Agent  AgentID
	Usager UsagerID
	Motif  MotifID
	Lieu   LieuID
	Within Span
}

// RoleQuery selects roles by agent, by organisation, or both.
type RoleQuery struct {
	Agent        AgentID
	Organisation OrganisationID
}

// UsagerQuery selects usagers of a territoire by one of: a fiche merged into
// them, the responsable, the email, the phone (E.164), or the folded names with a birth date.
type UsagerQuery struct {
	Territoire  TerritoireID
	Merged      UsagerID // a fiche that was merged into the one wanted
	Responsable UsagerID
	Email       string
	Phone       string
	Identity    string // IdentityKey
	BirthDate   civil.Date
}

// IdentityKey folds first and last name for the search of duplicates:
// "Élodie", "LEFÈVRE" and "elodie", "lefevre" give the same key.
func IdentityKey(first, last string) string { return Fold(last) + "|" + Fold(first) }

// Get reads one record in its own type.
func Get[T Record](f Facts, n Noun, id string) (T, Answer) {
	var none T
	r, ans := f.Record(n, id)
	if ans != Yes {
		return none, ans
	}
	return r.(T), Yes
}
