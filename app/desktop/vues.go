package desktop

// Conventions of this file and of its neighbours vues_*.go, which the page relies on:
//
//   - keys are snake_case; lists are [] and never null; an unknown text is "";
//   - instants are RFC 3339 in UTC ("2026-11-24T08:00:00Z"); civil days are
//     "2026-11-24"; times of the wall clock "09:00", and "24:00" for an end;
//     durations are minutes and say so;
//   - a field called label, detail, said, spoken or message is French text, ready
//     to show; a code is never shown;
//   - every method answers in one call: the page keeps no rule and does no
//     arithmetic on dates but for placing what it was given.

// Names of the events emitted to the page, each with its one payload.
const (
	EventChanged  = "changed"  // Changement: something shown may be out of date
	EventSync     = "sync"     // EtatSync: the pill must be drawn again
	EventProfil   = "profil"   // EtatProfil: opened, closed, session lost, erased
	EventAnnounce = "announce" // Annonce: a sentence to show and speak
)

// Erreur is what a rejected promise carries, as JSON text: Wails makes an Error of
// whatever ErrorFormatter gives, and only a string survives that. A refusal of the rules has its own
// stable code; "warnings" lists what may be accepted by asking again with the
// codes in accept; "invalid" names the fields at fault; "failure" is a surprise,
// already logged, whose message says what was saved and what to do.
//
// Codes of every method: not_found, forbidden, no_profile, invalid, failure. Others
// are listed with the method.
type Erreur struct {
	Code     string            `json:"code"`
	Message  string            `json:"message"`
	Warnings []Avertissement   `json:"warnings"`
	Fields   map[string]string `json:"fields"` // field → what is wrong with it
}

// Avertissement is one thing to know before going on, and may be accepted.
//
// Codes for an rdv: overlap, absent, busy, other_lieu, ferie, hole,
// same_motif_same_day, in_past, title_long. For an usager: same_email,
// same_phone, same_name_birth. For a plage: overlap_plage, motif_too_long.
type Avertissement struct {
	Code    string   `json:"code"`
	Message string   `json:"message"`
	Records []Renvoi `json:"records"`
}

// Renvoi points at a record and says it in a few words.
type Renvoi struct {
	Noun  string `json:"noun"` // rdv, usager, plage, absence
	ID    string `json:"id"`
	Label string `json:"label"`
}

// Fait tells what a command did. Command is what Undo takes; it is "" when
// nothing was to be done.
type Fait struct {
	ID       string `json:"id"`
	Command  string `json:"command"`
	Revision int    `json:"revision"`
	Pending  bool   `json:"pending"` // waits to be sent
	Said     string `json:"said"`    // « Déplacé à 14 h 30, Léa Meunier. »
	CanUndo  bool   `json:"can_undo"`
	Day      string `json:"day"` // where to look at the result, or ""
}

// Present is the program's clock, which a demonstration may have shifted: the
// page never reads its own.
type Present struct {
	Now  string `json:"now"`
	Day  string `json:"day"` // civil day and time in Zone
	Time string `json:"time"`
	Zone string `json:"zone"`
}

// Changement says what to ask again. From and To are "" when any day may have
// changed; Agents is [] when any agent may have.
type Changement struct {
	Nouns  []string `json:"nouns"` // rdv, usager, plage, absence, referentiel, review
	From   string   `json:"from"`
	To     string   `json:"to"`
	Agents []string `json:"agents"`
	Remote bool     `json:"remote"` // came from elsewhere
}

// Annonce is a sentence the program says of its own accord.
type Annonce struct {
	Level   string `json:"level"` // info, ok, warn, danger
	Message string `json:"message"`
}

// EtatSync is the pill and what it unfolds.
type EtatSync struct {
	State       string `json:"state"` // alone, up_to_date, pending, syncing, offline, login
	Pending     int    `json:"pending"`
	Review      int    `json:"review"`       // items waiting in À revoir
	OfflineFrom string `json:"offline_from"` // « 10:42 », with OfflineDay when not today
	OfflineDay  string `json:"offline_day"`
	LastSync    string `json:"last_sync"` // « jeu. 12 nov., 10 h 42 », or ""
	Complete    bool   `json:"complete"`  // false until the first download is in
	Done        int    `json:"done"`      // rows of it, of Total; 0 of 0 when not known
	Total       int    `json:"total"`
	Detail      string `json:"detail"` // one sentence more, or ""
	Lease       string `json:"lease"`  // a warning that the agenda will be locked, or ""
}

// Referentiel is read once, then again when "referentiel" changed.
type Referentiel struct {
	Organisations []Organisation `json:"organisations"`
	Services      []Service      `json:"services"`
	Agents        []AgentBref    `json:"agents"`
	Motifs        []Motif        `json:"motifs"`
	Lieux         []Lieu         `json:"lieux"`
}

type Organisation struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	Role string `json:"role"` // basic, secretariat, admin, intervenant
	Zone string `json:"zone"`
}

type Service struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// AgentBref is an agent whose agenda may be shown.
type AgentBref struct {
	ID       string   `json:"id"`
	Name     string   `json:"name"`     // Claire Fournier
	Short    string   `json:"short"`    // C. Fournier
	Initials string   `json:"initials"` // CF
	Services []string `json:"services"`
	Me       bool     `json:"me"`
}

type Motif struct {
	ID           string `json:"id"`
	Name         string `json:"name"`
	Color        string `json:"color"` // ardoise, azur, lagon, sauge, olive, miel, brique, rose, prune, lilas
	DurationMin  int    `json:"duration_min"`
	Place        string `json:"place"` // public_office, phone, home, visio
	Service      string `json:"service"`
	Organisation string `json:"organisation"`
	Collectif    bool   `json:"collectif"`
}

type Lieu struct {
	ID      string `json:"id"`
	Name    string `json:"name"`
	Address string `json:"address"`
	Zone    string `json:"zone"`
}
