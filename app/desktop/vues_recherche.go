package desktop

// --- slots ---

// DemandeCreneaux asks for the slots of a motif. To "" is a fortnight after From; the
// end is clipped to what the program searches at once (six months).
type DemandeCreneaux struct {
	Motif       string   `json:"motif"`
	Lieux       []string `json:"lieux"`  // [] = all
	Agents      []string `json:"agents"` // [] = all
	From        string   `json:"from"`
	To          string   `json:"to"`
	DurationMin int      `json:"duration_min"` // 0 = the motif's
	Morning     bool     `json:"morning"`      // before 12:00; both false = whole day
	Afternoon   bool     `json:"afternoon"`
	Usager      string   `json:"usager"` // for the notice; "" = nobody yet
}

// VueCreneaux lists lieux with slots first, by first slot, then those without.
type VueCreneaux struct {
	From   string          `json:"from"` // the days searched
	To     string          `json:"to"`
	Total  int             `json:"total"`
	Label  string          `json:"label"` // « 23 créneaux dans 2 lieux »
	TookMs int             `json:"took_ms"`
	Lieux  []LieuCreneaux  `json:"lieux"`
	First  *Creneau        `json:"first"` // first free slot from From on, even after To; nil when none in six months
	Loads  []JourCreneaux  `json:"loads"` // days of From…To that have slots: for the small calendar
	Notice []Avertissement `json:"notice"`
}

// LieuCreneaux is one place; ID is "" for phone, visio and home.
type LieuCreneaux struct {
	ID     string         `json:"id"`
	Name   string         `json:"name"`
	Detail string         `json:"detail"` // address
	Count  int            `json:"count"`
	Days   []JourCreneaux `json:"days"`
	Why    *Pourquoi      `json:"why"` // only when Count is 0
}

type JourCreneaux struct {
	Day      string    `json:"day"`
	Count    int       `json:"count"`
	Creneaux []Creneau `json:"creneaux"` // [] in Loads
}

type Creneau struct {
	Start      string `json:"start"`
	End        string `json:"end"`
	Day        string `json:"day"`
	From       string `json:"from"`
	To         string `json:"to"`
	Zone       string `json:"zone"`
	Agent      string `json:"agent"`
	AgentLabel string `json:"agent_label"` // K. Benali
	Lieu       string `json:"lieu"`
	Plage      string `json:"plage"`
}

// Pourquoi is a subtraction that ends at zero: the first line is what is open,
// each next one what took from it. At and Width are per mille of the open time.
type Pourquoi struct {
	Lines []PourquoiLigne `json:"lines"`
	Ways  []Issue         `json:"ways"`
}

type PourquoiLigne struct {
	Code  string `json:"code"` // open, ferie, absence, rdv, busy, past, delay, too_short, other_motif, other_lieu, other_agent, rest
	Label string `json:"label"`
	Min   int    `json:"min"`
	At    int    `json:"at"`
	Width int    `json:"width"`
}

// Issue is a way out that gives at least one slot, or leads to opening a plage.
type Issue struct {
	Code        string `json:"code"` // extend, shorter, any_agent, open_plage
	To          string `json:"to"`
	DurationMin int    `json:"duration_min"`
	Count       int    `json:"count"`
}

// --- usagers ---

// VueUsagers answers a search; Label says how many and on what.
type VueUsagers struct {
	Label string       `json:"label"`
	Items []UsagerBref `json:"items"`
}

type UsagerBref struct {
	ID     string    `json:"id"`
	Name   string    `json:"name"`
	Parts  []Morceau `json:"parts"` // the name, cut where it answers the search
	Age    string    `json:"age"`   // « 39 ans », or the hour of a recent one
	Detail string    `json:"detail"`
}

type Morceau struct {
	Text string `json:"text"`
	Hit  bool   `json:"hit"`
}

// Trouvaille is an answer of the search box at the top.
type Trouvaille struct {
	Kind   string `json:"kind"` // usager, rdv, day
	ID     string `json:"id"`
	Day    string `json:"day"`
	Label  string `json:"label"`
	Detail string `json:"detail"`
}

// FicheUsager is one person as this agent may see them.
type FicheUsager struct {
	ID          string          `json:"id"`
	Name        string          `json:"name"`
	Initials    string          `json:"initials"`
	Detail      string          `json:"detail"` // « 39 ans · suivi depuis le 6 janv. 2025 »
	Revision    int             `json:"revision"`
	Pending     bool            `json:"pending"`
	Champs      []Champ         `json:"champs"` // those that exist here, filled
	Responsable *Renvoi         `json:"responsable"`
	Proches     []Proche        `json:"proches"`
	Rdvs        []RdvLigne      `json:"rdvs"` // coming ones first by date, then past ones, last first
	RdvsLabel   string          `json:"rdvs_label"`
	Messages    []LigneDatee    `json:"messages"`
	Duplicates  []Avertissement `json:"duplicates"`
	KeptUntil   string          `json:"kept_until"` // civil day of erasure, or ""
	Actions     []string        `json:"actions"`    // edit, book, add_proche
}

// Champ is a field of the person's file. The page draws what it is given: which
// fields exist, and which are sensitive, is the territory's and the organisation's
// choice. A sensitive value is "" until RevealUsager.
type Champ struct {
	Code      string  `json:"code"` // first_name, last_name, birth_name, birth_date, phone, email, address, …
	Label     string  `json:"label"`
	Kind      string  `json:"kind"`  // text, date, tel, email, bool, choice, number, long
	Value     string  `json:"value"` // a bool is "true" or "false", a date a civil day
	Shown     string  `json:"shown"` // Value as read: « 4 mars 1987 »
	Choices   []Choix `json:"choices"`
	Required  bool    `json:"required"`
	Sensitive bool    `json:"sensitive"`
	Hint      string  `json:"hint"`
}

type Choix struct {
	Value string `json:"value"`
	Label string `json:"label"`
}

type Proche struct {
	ID    string `json:"id"`
	Name  string `json:"name"`
	Birth string `json:"birth"` // « 14 mai 2018 · 8 ans »
	Next  string `json:"next"`  // next rdv, "" for none
}

type RdvLigne struct {
	ID         string `json:"id"`
	Day        string `json:"day"`
	When       string `json:"when"`
	Coming     bool   `json:"coming"`
	Motif      string `json:"motif"`
	Color      string `json:"color"`
	Agents     string `json:"agents"`
	Lieu       string `json:"lieu"`
	State      string `json:"state"`
	StateLabel string `json:"state_label"`
	Pending    bool   `json:"pending"`
}

// UsagerForm creates (ID "") or revises: only the fields in Set are changed.
type UsagerForm struct {
	ID          string            `json:"id"`
	Revision    int               `json:"revision"`
	Responsable string            `json:"responsable"` // at creation
	Set         map[string]string `json:"set"`         // Champ.Code → value
	Accept      []string          `json:"accept"`
}
