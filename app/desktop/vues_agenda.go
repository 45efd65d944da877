package desktop

// --- the grid ---

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

// --- plages and absences ---

// Recurrence is structured for a form; Label says it in French.
type Recurrence struct {
	Kind     string   `json:"kind"`     // none, weekly, monthly
	Interval int      `json:"interval"` // every n weeks or months
	Days     []string `json:"days"`     // MO…SU, weekly
	Ordinal  int      `json:"ordinal"`  // monthly: 1…5, −1…−5
	Until    string   `json:"until"`    // civil day, inclusive, or ""
	Label    string   `json:"label"`    // read only
}

// PlageForm is a plage d'ouverture to read or to save (ID "" creates). Scope says
// what a change of an existing series touches: all, or the one occurrence of Day.
type PlageForm struct {
	ID       string     `json:"id"`
	Revision int        `json:"revision"`
	Scope    string     `json:"scope"` // all, one
	Day      string     `json:"day"`
	Agent    string     `json:"agent"`
	Title    string     `json:"title"`
	Motifs   []string   `json:"motifs"`
	Lieu     string     `json:"lieu"`
	FirstDay string     `json:"first_day"`
	From     string     `json:"from"`
	To       string     `json:"to"`
	BreakMin int        `json:"break_min"`
	Repeat   Recurrence `json:"repeat"`
	Exdates  []string   `json:"exdates"` // read only
	Accept   []string   `json:"accept"`
}

// AbsenceForm is an absence to read or to save. A recurring one lasts one day.
type AbsenceForm struct {
	ID       string     `json:"id"`
	Revision int        `json:"revision"`
	Scope    string     `json:"scope"`
	Day      string     `json:"day"`
	Agent    string     `json:"agent"`
	Title    string     `json:"title"`
	FirstDay string     `json:"first_day"`
	From     string     `json:"from"`
	LastDay  string     `json:"last_day"`
	To       string     `json:"to"`
	Repeat   Recurrence `json:"repeat"`
	Exdates  []string   `json:"exdates"`
	Accept   []string   `json:"accept"`
}

// EffacerForm deletes a plage or an absence, or one occurrence of it.
type EffacerForm struct {
	ID       string `json:"id"`
	Revision int    `json:"revision"`
	Scope    string `json:"scope"`
	Day      string `json:"day"`
}
