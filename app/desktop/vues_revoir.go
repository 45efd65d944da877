package desktop

// VueRevoir is what the server refused or flagged, until someone decides: the
// most urgent first.
type VueRevoir struct {
	Items  []CasRevoir `json:"items"`
	Closed []CasRegle  `json:"closed"` // decided in the last days, last first
	Back   *Retour     `json:"back"`   // this computer was away for a day or more, and is back
}

// Retour is what became of the work of a computer that was away: Sent is the sum
// of the others.
type Retour struct {
	Title   string `json:"title"`  // « De retour après trois semaines »
	Detail  string `json:"detail"` // « Ce poste était hors ligne du … au …. »
	Sent    int    `json:"sent"`
	Passed  int    `json:"passed"`
	Decide  int    `json:"decide"` // this computer's own, still open
	Refused int    `json:"refused"`
}

// CasRegle is a case that somebody decided.
type CasRegle struct {
	ID    string `json:"id"`
	Title string `json:"title"`
	Said  string `json:"said"` // « Gardé par Sylvie Martin »
	When  string `json:"when"`
}

// CasRevoir is one case: what happened, both sides, and what one may choose.
type CasRevoir struct {
	ID      string        `json:"id"`
	Kind    string        `json:"kind"` // conflict, refused, info
	Code    string        `json:"code"`
	Urgency string        `json:"urgency"` // today, soon, later
	Mine    bool          `json:"mine"`    // the agent's own to answer; else their team's
	Title   string        `json:"title"`
	Message string        `json:"message"`
	When    string        `json:"when"`
	Sides   []Cote        `json:"sides"`   // what was entered, what it met
	Rows    []CasLigne    `json:"rows"`    // to be worked one by one, each with its own choices
	Champs  []ChampDouble `json:"champs"`  // of two files of one person
	Depends []string      `json:"depends"` // what was entered on top of it, decided with it
	Choices []CasChoix    `json:"choices"` // the likeliest first
	Rdv     string        `json:"rdv"`     // to show in the agenda, or ""
	Day     string        `json:"day"`
	Usager  string        `json:"usager"` // to show the file of, or ""
	Motif   string        `json:"motif"`  // of a refused booking, to find another slot, or ""
}

// Cote is one side of a case.
type Cote struct {
	Label  string `json:"label"`
	Title  string `json:"title"`
	Detail string `json:"detail"`
	Note   string `json:"note"`
	Motif  string `json:"motif"`
	Color  string `json:"color"`
}

// CasLigne is one rdv of a case that is worked as a list.
type CasLigne struct {
	Rdv     string     `json:"rdv"`
	Title   string     `json:"title"`
	Detail  string     `json:"detail"`
	Choices []CasChoix `json:"choices"`
}

// ChampDouble is one field of two files: what each says, and which is proposed.
type ChampDouble struct {
	Code  string `json:"code"`
	Label string `json:"label"`
	Keep  string `json:"keep"` // as read; "" for nothing
	Drop  string `json:"drop"`
	Other bool   `json:"other"` // the second file's value is proposed
}

// CasChoix is one way to decide: keep, told, apply, drop, move, assign, lift,
// join, fix. A move offers its slots, an assign its agents, a join its sessions:
// one of them goes with the decision. A fix is done elsewhere: it goes to what is
// to be corrected, and the case stays.
type CasChoix struct {
	Code     string    `json:"code"`
	Label    string    `json:"label"`  // « Garder 10 h »
	Detail   string    `json:"detail"` // what follows, or ""
	Creneaux []Creneau `json:"creneaux"`
	Agents   []Renvoi  `json:"agents"`
	Seances  []Renvoi  `json:"seances"`
}

// DecisionForm decides a case by the code of one of its choices.
type DecisionForm struct {
	ID     string   `json:"id"`
	Choice string   `json:"choice"`
	Rdv    string   `json:"rdv"`    // of the row decided, "" for the case itself
	Start  string   `json:"start"`  // of the slot, for a move
	Agent  string   `json:"agent"`  // who receives, for an assign, or a move to another agent's slot
	Seance string   `json:"seance"` // for a join
	Fields []string `json:"fields"` // codes whose value is that of the second file, for a merge
}

// VueHistoire is what became of a record, last first. Offline, or before the
// server knows it, only this computer's own acts are told: Notice says so.
type VueHistoire struct {
	Lines  []LigneHistoire `json:"lines"`
	Full   bool            `json:"full"`
	Notice string          `json:"notice"` // "" when nothing is missing
}

// LigneHistoire is one change, and the former values that may be put back.
type LigneHistoire struct {
	Label   string   `json:"label"` // « Déplacé de 10 h à 11 h 30 par Sylvie Martin »
	When    string   `json:"when"`  // « le lun. 23 nov. à 9 h 02 »
	Pending bool     `json:"pending"`
	Rappels []Rappel `json:"rappels"`
}

// Rappel is a former value: Key is what Rappeler takes.
type Rappel struct {
	Key   string `json:"key"`
	Label string `json:"label"` // « Remettre à 10 h »
}
