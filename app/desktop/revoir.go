package desktop

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"permanence/app/agenda"
	"permanence/app/store"
)

// Kinds of Cas.
const (
	caseConflict = "conflict"
	caseRefused  = "refused"
	caseInfo     = "info"
)

// Cas is one line of À revoir: what the server refused or flagged, or what this
// desk can tell will not go as thought.
type Cas struct {
	ID      string // of the command refused, or of the conflit
	Kind    string // conflict, refused, info
	Code    agenda.Code
	Message string // French
	At      time.Time
	Command agenda.Command  // of a refused one and of an info; no Args when its content was erased
	Conflit *agenda.Conflit // of a conflict
	// Depends are the cases of commands that need what this one would have made,
	// in order: they are decided with it.
	Depends []Cas
}

// Review lists what waits for a person, oldest first.
func (p *Poste) Review(ctx context.Context) ([]Cas, error) {
	var all []Cas
	err := p.read(ctx, func(l *lecture) error {
		var err error
		all, err = l.cases()
		return err
	})
	return all, err
}

func (l *lecture) cases() ([]Cas, error) {
	refused, err := l.Review()
	if err != nil {
		return nil, err
	}
	var all []Cas
	for _, r := range refused {
		all = append(all, Cas{ID: r.Command, Kind: caseRefused, Code: r.Code, Message: r.Message, At: r.At, Command: contentOf(r)})
	}
	infos, err := l.doubtful()
	if err != nil {
		return nil, err
	}
	all = underWhatTheyNeed(append(all, infos...))
	conflits, err := l.OpenConflits()
	if err != nil {
		return nil, err
	}
	for _, c := range conflits {
		if l.concerns(c) && !slices.ContainsFunc(conflits, func(twin *agenda.Conflit) bool { return shadows(twin, c) }) {
			all = append(all, Cas{ID: c.Key(), Kind: conflitKind(c), Code: agenda.Code(c.Code), Message: l.conflitText(c), At: c.OpenedAt, Conflit: c})
		}
	}
	slices.SortStableFunc(all, func(a, b Cas) int { return a.At.Compare(b.At) })
	return all, nil
}

// shadows reports whether a conflit tells all that another does: the same rdv
// taken twice is at one time too.
func shadows(c, other *agenda.Conflit) bool {
	return c.Code == agenda.ConflitDuplicateRdv && other.Code == agenda.ConflitOverlap && slices.Equal(c.Sides, other.Sides)
}

// conflitKind tells what only informs from what is to be decided.
func conflitKind(c *agenda.Conflit) string {
	if c.Code == agenda.ConflitBegan || c.Code == agenda.ConflitStatus {
		return caseInfo
	}
	return caseConflict
}

// contentOf reads the command of a refused one; what an erasure destroyed, or
// this version does not understand, has no arguments.
func contentOf(r store.ReviewItem) agenda.Command {
	if r.Content == nil {
		return agenda.Command{ID: r.Command, N: r.N}
	}
	c, err := agenda.DecodeCommand(r.Content)
	if err != nil {
		return agenda.Command{ID: r.Command, N: r.N}
	}
	return c
}

// underWhatTheyNeed puts each case under the refused one that would have made a
// record it names.
func underWhatTheyNeed(all []Cas) []Cas {
	made := map[string]int{} // id of a record → which case would have made it
	var kept []Cas
	slices.SortStableFunc(all, func(a, b Cas) int { return int(a.Command.N - b.Command.N) })
	for _, c := range all {
		if at, ok := needs(c.Command.Args, made); ok {
			kept[at].Depends = append(kept[at].Depends, c)
			continue
		}
		if id := makes(c.Command.Args); id != "" && c.Kind == caseRefused {
			made[id] = len(kept)
		}
		kept = append(kept, c)
	}
	return kept
}

// makes is the id of the record that a command would have made, "" for none.
func makes(args agenda.Args) string {
	switch a := args.(type) {
	case *agenda.BookRdv:
		return string(a.Rdv)
	case *agenda.AddUsager:
		return string(a.Usager.ID)
	case *agenda.OpenPlage:
		return string(a.Plage.ID)
	case *agenda.DeclareAbsence:
		return string(a.Absence.ID)
	}
	return ""
}

// needs gives which case made a record that the arguments name.
func needs(args agenda.Args, made map[string]int) (int, bool) {
	if args == nil || len(made) == 0 {
		return 0, false
	}
	body, err := json.Marshal(args)
	if err != nil {
		return 0, false // cannot be: it was read from JSON
	}
	for id, at := range made {
		if bytes.Contains(body, []byte(`"`+id+`"`)) {
			return at, true
		}
	}
	return 0, false
}

// concerns reports whether the agent is told of a conflit: who is informed, and
// who reads one of its sides.
func (l *lecture) concerns(c *agenda.Conflit) bool {
	switch {
	case slices.Contains(c.Authors, l.agent):
		return true
	case c.Code == agenda.ConflitBegan:
		return false
	case c.Code == agenda.ConflitQuarantined:
		role := l.roleIn(c.Organisation)
		return role != nil && role.Wide()
	}
	return slices.ContainsFunc(c.Sides, func(side agenda.Ref) bool {
		switch r, _ := l.Record(side.Noun, side.ID); r := r.(type) {
		case *agenda.Rdv:
			return l.reads(r)
		case *agenda.Absence:
			return l.sees(r.Agent)
		case *agenda.PlageOuverture:
			return l.sees(r.Agent)
		case *agenda.Usager:
			return true
		}
		return false
	})
}

// doubtful lists the pending commands that no longer hold here, those that the
// server keeps without having judged them, and the rdvs whose start passed
// before the server heard of them: nobody will be told.
func (l *lecture) doubtful() ([]Cas, error) {
	queue, err := l.PendingCommands()
	if err != nil {
		return nil, err
	}
	var all []Cas
	for _, q := range queue {
		c := Cas{ID: q.Command.ID, Kind: caseInfo, At: q.Command.At, Command: q.Command}
		waits, err := waitingFor(q)
		if err != nil {
			return nil, err
		}
		switch start := startOf(q.Command.Args); {
		case waits != "":
			c.Code, c.Message = waits, waitingText(waits)
		case q.Outcome != nil:
			continue
		case q.State != "":
			c.Code, c.Message = q.State, "À vérifier : "+agenda.Refuse(q.State, "").Message+" Le serveur décidera à l’envoi."
		case !start.IsZero() && start.After(q.Command.At) && !start.After(l.now):
			c.Code, c.Message = agenda.CodeBegan, "Le rendez-vous a commencé avant l’envoi : il est gardé, et aucun message ne partira."
		default:
			continue
		}
		all = append(all, c)
	}
	return all, nil
}

// waitingFor gives why the server keeps a command without having judged it, ""
// for another.
func waitingFor(q store.Queued) (agenda.Code, error) {
	if q.Outcome == nil {
		return "", nil
	}
	var o struct {
		Verdict agenda.Verdict `json:"verdict"`
		Code    agenda.Code    `json:"code"`
	}
	if err := json.Unmarshal(q.Outcome, &o); err != nil {
		return "", fmt.Errorf("read the outcome of command %s: %w", q.Command.ID, err)
	}
	if o.Verdict != agenda.Waiting {
		return "", nil
	}
	return o.Code, nil
}

func waitingText(code agenda.Code) string {
	if code == agenda.CodeUnknownCommand {
		return "Le serveur ne comprend pas encore cette saisie. Mettez à jour l’application ; rien n’est perdu."
	}
	return "Vous n’avez plus accès à cet agenda. Votre saisie est gardée : elle attend l’accord de son responsable."
}

// startOf is when the rdv of a command starts, zero for another command.
func startOf(args agenda.Args) time.Time {
	switch a := args.(type) {
	case *agenda.BookRdv:
		return a.Start
	case *agenda.MoveRdv:
		return a.To.Start
	}
	return time.Time{}
}

// subjectOfArgs is the record that a command is about, "" for none.
func subjectOfArgs(args agenda.Args) string {
	switch a := args.(type) {
	case *agenda.BookRdv:
		return string(a.Rdv)
	case *agenda.MoveRdv:
		return string(a.Rdv)
	case *agenda.ReviseRdv:
		return string(a.Rdv)
	case *agenda.CancelRdv:
		return string(a.Rdv)
	case *agenda.MarkRdv:
		return string(a.Rdv)
	case *agenda.ArriveRdv:
		return string(a.Rdv)
	case *agenda.AddUsager:
		return string(a.Usager.ID)
	case *agenda.ReviseUsager:
		return string(a.Usager)
	case *agenda.ReviseProfil:
		return string(a.Usager)
	case *agenda.MergeUsagers:
		return string(a.Keep)
	case *agenda.OpenPlage:
		return string(a.Plage.ID)
	case *agenda.DeclareAbsence:
		return string(a.Absence.ID)
	case *agenda.ReviseRecord:
		return a.ID
	case *agenda.RemoveRecord:
		return a.ID
	}
	return ""
}

// yielding is the Rdv of a conflit that would move: of two, the one that an
// agent took over the one that an usager did, else the one whose usager was not
// told, or was told last, else the one taken last; of those under an absence,
// the first to come.
func (l *lecture) yielding(c *agenda.Conflit) *agenda.Rdv {
	if c.Code == agenda.ConflitAbsenceOver {
		return l.firstSide(c)
	}
	var chosen *agenda.Rdv
	for _, r := range l.sides(c) {
		if !l.reads(r) {
			continue
		}
		if chosen == nil || l.yields(r, chosen) {
			chosen = r
		}
	}
	return chosen
}

func (l *lecture) yields(r, o *agenda.Rdv) bool {
	if byUsager := r.CreatedBy.Kind == agenda.AuthorUsager; byUsager != (o.CreatedBy.Kind == agenda.AuthorUsager) {
		return !byUsager
	}
	if told, other := l.firstTold(r), l.firstTold(o); !told.Equal(other) {
		return told.IsZero() || !other.IsZero() && told.After(other)
	}
	return r.CreatedAt.After(o.CreatedAt)
}

// firstTold is when the usagers of an Rdv were first told of it, zero for never.
func (l *lecture) firstTold(r *agenda.Rdv) time.Time {
	recus, err := l.Recus(r.ID)
	if err != nil {
		return time.Time{} // which of two moves is a proposal, no more
	}
	var first time.Time
	for _, m := range recus {
		if m.State == agenda.RecuSent && (first.IsZero() || m.At.Before(first)) {
			first = m.At
		}
	}
	return first
}

// sides gives the Rdvs of a conflit that are here, by start; under an absence,
// those that are still to be replaced.
func (l *lecture) sides(c *agenda.Conflit) []*agenda.Rdv {
	var all []*agenda.Rdv
	for _, side := range c.Sides {
		if side.Noun != agenda.NounRdv {
			continue
		}
		r := get[*agenda.Rdv](l, agenda.NounRdv, side.ID)
		if r == nil || c.Code == agenda.ConflitAbsenceOver && !l.stillUnder(c, r) {
			continue
		}
		all = append(all, r)
	}
	slices.SortStableFunc(all, func(a, b *agenda.Rdv) int { return a.Start.Compare(b.Start) })
	return all
}

// stillUnder reports whether an Rdv is expected during an absence of a conflit;
// when the absence is not here, it may be.
func (l *lecture) stillUnder(c *agenda.Conflit, r *agenda.Rdv) bool {
	if r.Status != agenda.StatusUnknown {
		return false
	}
	away := l.absenceOf(c)
	return away == nil || slices.Contains(r.Agents, away.Agent) && len(away.Spans(r.Span())) > 0
}

// absenceOf is the absence that a conflit names, nil when it is not here.
func (l *lecture) absenceOf(c *agenda.Conflit) *agenda.Absence {
	for _, side := range c.Sides {
		if side.Noun != agenda.NounAbsence {
			continue
		}
		if a := get[*agenda.Absence](l, agenda.NounAbsence, side.ID); a != nil {
			return a
		}
	}
	return nil
}

// agentNamed is the agent that a conflit names, "" for none.
func agentNamed(c *agenda.Conflit) agenda.AgentID {
	for _, side := range c.Sides {
		if side.Noun == agenda.NounAgent {
			return agenda.AgentID(side.ID)
		}
	}
	return ""
}

// usagersOf gives the people that a conflit names, in its order.
func usagersOf(c *agenda.Conflit) []agenda.UsagerID {
	var ids []agenda.UsagerID
	for _, side := range c.Sides {
		if side.Noun == agenda.NounUsager {
			ids = append(ids, agenda.UsagerID(side.ID))
		}
	}
	return ids
}
