package desktop

// VuePostes is « Mes postes »: the computers on which an agent's agenda is kept.
type VuePostes struct {
	Items  []PosteVu   `json:"items"`
	Agents []AgentBref `json:"agents"` // the others whose postes may be asked for; [] unless admin
}

// PosteVu is one of them.
type PosteVu struct {
	ID       string `json:"id"`
	Name     string `json:"name"`
	Here     bool   `json:"here"`      // this computer
	Open     bool   `json:"open"`      // neither revoked nor closed
	LastSeen string `json:"last_seen"` // « Dernier contact : jeu. 12 nov., 11 h 30 »
	State    string `json:"state"`     // « Révoqué (jeu. 12 nov., 11 h 30) », "" while open
}
