package desktop

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
