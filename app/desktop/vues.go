package desktop

// Conventions of this file, which the page relies on:
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

// --- profile, first run, login ---

// EtatProfil tells which screen comes first.
type EtatProfil struct {
	Phase         string      `json:"phase"`        // first_run, choose, phrase, login, locked, ready
	Profils       []Profil    `json:"profils"`      // of this computer, last used first
	Profil        *Profil     `json:"profil"`       // the open one, or the one to log in to
	Agent         *AgentBref  `json:"agent"`        // nil unless ready
	Organisation  string      `json:"organisation"` // id shown at first, "" unless ready
	Version       string      `json:"version"`
	Demonstration DemoContenu `json:"demonstration"`
	// RecoveryCode is told once, by the call that made the profile: the page
	// shows it until the agent has noted it.
	RecoveryCode string  `json:"recovery_code"`
	Lock         *Verrou `json:"lock"`   // nil unless locked
	Notice       string  `json:"notice"` // what became of the profile that was open, or ""
}

// Verrou tells why an agenda is not shown, and what opens it: the server, as
// soon as it answers, or the password.
type Verrou struct {
	Code     string `json:"code"` // lease_locked, device_revoked, device_copied
	Title    string `json:"title"`
	Message  string `json:"message"`
	Pending  string `json:"pending"`  // what waits to be sent, or ""
	Password bool   `json:"password"` // only the password opens it
}

// Profil is one agent on one server, kept in one directory of this computer.
type Profil struct {
	ID       string `json:"id"`
	Mode     string `json:"mode"` // demonstration, alone, joined
	Label    string `json:"label"`
	Server   string `json:"server"` // "" unless joined
	Email    string `json:"email"`
	LastUsed string `json:"last_used"` // instant, or ""
	Sealed   bool   `json:"sealed"`    // the file is sealed at rest
}

// DemoContenu is what the demonstration holds, for the first screen.
type DemoContenu struct {
	Agents  int `json:"agents"`
	Lieux   int `json:"lieux"`
	Weeks   int `json:"weeks"`
	Usagers int `json:"usagers"`
}

// SeulForm founds an organisation on this computer alone.
type SeulForm struct {
	Organisation string `json:"organisation"`
	Departement  string `json:"departement"` // "62", "974"
	FirstName    string `json:"first_name"`
	LastName     string `json:"last_name"`
	Email        string `json:"email"`
}

// RejoindreForm enrols this computer on a server.
type RejoindreForm struct {
	Server   string `json:"server"`
	Email    string `json:"email"`
	Password string `json:"password"`
	Device   string `json:"device"` // the name of this computer, "" to let the program choose
}

// Preferences belong to the computer: they hold before any profile is open.
type Preferences struct {
	Theme         string `json:"theme"`     // system, light, dark, contrast
	Density       string `json:"density"`   // compact, normal, airy
	Font          string `json:"font"`      // inter, atkinson, opendyslexic
	TextPct       int    `json:"text_pct"`  // 100, 112, 125, 150, 200
	Shortcuts     bool   `json:"shortcuts"` // single-letter keys are on
	ShowSaturday  bool   `json:"show_saturday"`
	ShowCancelled bool   `json:"show_cancelled"`
	View          string `json:"view"` // day, week, list: the last one used
}

// --- what the organisation is made of ---

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

// --- the agenda ---

// DemandeAgenda asks for every pair of a day and an agent: of the day or the
// week that holds Day (weekends as preferred), or of From…To, inclusive, when
// Span is "".
type DemandeAgenda struct {
	Day           string   `json:"day"`  // "" = today
	Span          string   `json:"span"` // day, week, ""
	From          string   `json:"from"`
	To            string   `json:"to"`
	Agents        []string `json:"agents"`    // [] = the agent of the profile
	Lieux         []string `json:"lieux"`     // rdvs and plages elsewhere are left out; [] = everywhere
	Elsewhere     bool     `json:"elsewhere"` // with Lieux: phone, visio and home too
	ShowCancelled bool     `json:"show_cancelled"`
}

// VueAgenda is the grid and its list twin. Columns go by day, then by agent in
// the order asked. Every wall time in it is read in Zone.
type VueAgenda struct {
	From     string    `json:"from"`
	To       string    `json:"to"`
	Label    string    `json:"label"`    // « 9 – 13 novembre 2026 », « jeudi 12 novembre »
	Week     int       `json:"week"`     // ISO number of From
	Previous string    `json:"previous"` // a day of the period before, to ask it
	Next     string    `json:"next"`     // a day of the period after
	Zone     string    `json:"zone"`
	Opens    string    `json:"opens"`    // hours worth showing, whole ones: "08:00"
	Closes   string    `json:"closes"`   // "19:00"
	StepMin  int       `json:"step_min"` // of a move by key or by hand: 5 or 15
	Present  Present   `json:"present"`
	Waiting  int       `json:"waiting"` // rdvs of the view now in the waiting room
	Columns  []Colonne `json:"columns"`
}

type Colonne struct {
	Key     string `json:"key"` // day/agent
	Day     string `json:"day"`
	Agent   string `json:"agent"`
	Rdvs    int    `json:"rdvs"`   // not cancelled
	Detail  string `json:"detail"` // « Maison des services », « Jour férié », « absence »
	Holiday bool   `json:"holiday"`
	Today   bool   `json:"today"`
	Items   []Item `json:"items"` // by From, then longest first
}

// Item is one thing in one column. What spans midnight or several days comes as
// one Item a day, an rdv of two agents as one in each column.
type Item struct {
	Kind        string   `json:"kind"` // rdv, plage, absence, ferie, busy
	Key         string   `json:"key"`  // unique in its column, the same after a refresh
	ID          string   `json:"id"`
	Agent       string   `json:"agent"`
	Agents      []string `json:"agents"`
	Day         string   `json:"day"`
	From        string   `json:"from"`
	To          string   `json:"to"`
	Start       string   `json:"start"`
	End         string   `json:"end"`
	DurationMin int      `json:"duration_min"`
	Zone        string   `json:"zone"`        // the record's own
	LocalLabel  string   `json:"local_label"` // « 13 h 00 à Saint-Denis » when that zone tells another time
	Title       string   `json:"title"`       // usagers, collective title, reason of an absence
	Detail      string   `json:"detail"`      // motif
	Note        string   `json:"note"`        // third line: « Vu ou absent ? », an address, "" for none
	Spoken      string   `json:"spoken"`      // what the eye sees and the ear would miss: day, end, status
	Motif       string   `json:"motif"`
	Color       string   `json:"color"` // a Motif's
	Lieu        string   `json:"lieu"`
	LieuLabel   string   `json:"lieu_label"`
	Place       string   `json:"place"`
	Status      string   `json:"status"`      // stored: unknown, seen, noshow, excused, revoked
	State       string   `json:"state"`       // drawn: coming, waiting, seen, noshow, excused, revoked, todo
	StateLabel  string   `json:"state_label"` // « À venir », « En salle », « Vu »…
	Pending     bool     `json:"pending"`
	Conflicts   []string `json:"conflicts"` // codes of Avertissement, [] for none
	Collectif   bool     `json:"collectif"`
	Taken       int      `json:"taken"` // seats; Seats is 0 when unlimited
	Seats       int      `json:"seats"`
	Usagers     []Renvoi `json:"usagers"`
	Revision    int      `json:"revision"`
	Private     bool     `json:"private"` // times only: no right to the content
	Can         []string `json:"can"`     // open, move, resize, assign (to another agent)
}

// MiniMois is a month of the small calendar: whole weeks, Monday first.
type MiniMois struct {
	Month    string        `json:"month"` // 2026-11
	Label    string        `json:"label"` // novembre 2026
	Previous string        `json:"previous"`
	Next     string        `json:"next"`
	Weeks    []MiniSemaine `json:"weeks"`
}

type MiniSemaine struct {
	Number int        `json:"number"`
	Days   []MiniJour `json:"days"` // seven
}

type MiniJour struct {
	Day     string `json:"day"`
	Number  int    `json:"number"`
	Label   string `json:"label"` // « jeudi 12 novembre, très chargé »
	Out     bool   `json:"out"`   // of another month
	Today   bool   `json:"today"`
	Holiday bool   `json:"holiday"`
	Load    int    `json:"load"` // 0 to 3
}

// --- one rdv ---

// FicheRdv is the detail panel.
type FicheRdv struct {
	Item     Item            `json:"item"`
	When     string          `json:"when"` // « jeu. 12 nov., 11 h 30 – 12 h 15 »
	Where    string          `json:"where"`
	Banner   *Annonce        `json:"banner"` // what matters now: waiting, conflict, cancelled
	Usagers  []RdvUsager     `json:"usagers"`
	Agents   []Renvoi        `json:"agents"`
	Context  string          `json:"context"`  // between agents
	Told     string          `json:"told"`     // instruction sent to the usager
	Messages []LigneDatee    `json:"messages"` // receipts, last first
	History  []LigneDatee    `json:"history"`  // what this computer knows at once, last first; Histoire tells the rest
	Actions  []string        `json:"actions"`  // seen, noshow, excused, revoked, unknown, waiting, arrived_not, move, edit, copy
	Conflict []Avertissement `json:"conflict"`
}

type RdvUsager struct {
	ID       string `json:"id"`
	Name     string `json:"name"`
	Age      string `json:"age"`   // « 39 ans (4 mars 1987) »
	Phone    string `json:"phone"` // 06 39 98 41 20
	Email    string `json:"email"`
	File     string `json:"file"`     // file number, "" when the field does not exist
	Relation string `json:"relation"` // « responsable : Nadia Haddad »
	Status   string `json:"status"`
}

// LigneDatee is a line of history or of what was sent.
type LigneDatee struct {
	Label   string `json:"label"`
	When    string `json:"when"`  // « lun. 2 nov., 15 h 08 »
	State   string `json:"state"` // ok, pending, failed, ""
	Pending bool   `json:"pending"`
}

// RdvForm books (ID "") or edits. In an edit, only the fields named in Set count.
type RdvForm struct {
	ID          string   `json:"id"`
	Set         []string `json:"set"` // lieu, agents, usagers, context, title, seats
	Revision    int      `json:"revision"`
	Motif       string   `json:"motif"`
	Lieu        string   `json:"lieu"`
	Agents      []string `json:"agents"`
	Usagers     []string `json:"usagers"`
	Start       string   `json:"start"`        // 2026-11-24T09:00 on the wall clock of Zone, or an instant
	Zone        string   `json:"zone"`         // "" = the lieu's, else the organisation's
	DurationMin int      `json:"duration_min"` // 0 = the motif's
	Context     string   `json:"context"`
	Title       string   `json:"title"`
	Seats       int      `json:"seats"`
	Accept      []string `json:"accept"`
}

// RdvPrepare completes a half-filled form: what may be chosen, what is missing,
// what should be known. Asked at every change of the form; writes nothing.
type RdvPrepare struct {
	Form      RdvForm         `json:"form"`   // with lieu, duration and agent proposed
	Motifs    []string        `json:"motifs"` // ids that may be chosen
	Lieux     []string        `json:"lieux"`
	Agents    []string        `json:"agents"`
	NeedsLieu bool            `json:"needs_lieu"`
	Missing   []string        `json:"missing"` // fields without which booking would be invalid
	When      string          `json:"when"`
	Warnings  []Avertissement `json:"warnings"`
}

// MoveForm moves, resizes or hands over. What is "" or 0 stays.
type MoveForm struct {
	ID          string   `json:"id"`
	Revision    int      `json:"revision"` // as shown
	Start       string   `json:"start"`
	Zone        string   `json:"zone"`
	DurationMin int      `json:"duration_min"`
	FromAgent   string   `json:"from_agent"` // ToAgent takes this agent's place
	ToAgent     string   `json:"to_agent"`
	Lieu        string   `json:"lieu"`
	Accept      []string `json:"accept"`
}
