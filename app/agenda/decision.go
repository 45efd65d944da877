package agenda

import (
	"math"
	"slices"
	"time"
)

// Mode is the weight of a decision.
type Mode int

const (
	// Propose: a desktop runs its own author's command for the first time;
	// warnings that are not accepted refuse it.
	Propose Mode = iota
	// Replay: a desktop runs a pending command again on newer rows; warnings
	// refuse nothing, the server will judge.
	Replay
	// Authority: the server decides, on everything there is; warnings that the
	// author had not seen become conflits.
	Authority
)

// Verdict is what the server made of a command.
type Verdict string

const (
	Applied  Verdict = "applied"
	Merged   Verdict = "merged"   // applied beside, or equal to, somebody else's change
	Conflict Verdict = "conflict" // done, and two people must look
	Refused  Verdict = "refused"
	Waiting  Verdict = "waiting" // quarantined or kept raw: the final outcome comes later
)

// Done reports whether the verdict has a number.
func (v Verdict) Done() bool { return v == Applied || v == Merged || v == Conflict }

// Change is one record before and after. Before is nil for what is born, After
// for what is removed.
type Change struct {
	Before, After Record
}

// Ref points at the record of the change.
func (c Change) Ref() Ref {
	if c.After != nil {
		return RefOf(c.After)
	}
	return RefOf(c.Before)
}

// Decision is what to commit. A record appears in Changes once at most.
type Decision struct {
	Changes []Change
	Verdict Verdict
	Code    Code // adds to the verdict, for its author: "began"
	// Erased are removed records that no replica and no history may keep.
	Erased []Ref
	// Refeed are unchanged records whose readers changed, or whose published
	// form did: they get a new number and no new revision.
	Refeed []Ref
	// Relied are unchanged records that the author went by: what they were when
	// the author saw them decides whether something changed meanwhile.
	Relied []Ref
	// Warnings are those found, accepted or not, for the author to read.
	Warnings []Warning
}

// CodeBegan tells that an Rdv started before the server heard of it: it
// stands, and nothing is mailed (sync.md §5 row 21).
const CodeBegan Code = "began"

// Decide judges one command. at is the instant of the act: the command's own,
// capped by the caller to the server's clock + 5 min; clock is the clock of
// who decides, for locks and usagers' delays. It returns a *Refusal when the
// command cannot be; any other error is a failure to encode.
func Decide(f Facts, c Command, by Author, mode Mode, at, clock time.Time) (Decision, error) {
	if c.Args == nil {
		return Decision{}, Refuse(CodeUnknownCommand, c.ID)
	}
	d := &decider{f: f, c: c, by: by, mode: mode, at: at.UTC().Truncate(time.Microsecond), clock: clock.UTC()}
	d.out.Verdict = Applied
	if err := d.dispatch(); err != nil {
		return Decision{}, err
	}
	if err := d.settleWarnings(); err != nil {
		return Decision{}, err
	}
	if err := d.finish(); err != nil {
		return Decision{}, err
	}
	return d.out, nil
}

// decider carries one decision. Rules add to it through change, warn and
// conflit; nothing else leaves it.
type decider struct {
	f     Facts
	c     Command
	by    Author
	mode  Mode
	at    time.Time // instant of the act
	clock time.Time // clock of who decides
	first AgentID   // whose command an accepted one was, "" for the author's own
	out   Decision
	index map[Ref]int // where each record's change is in out
}

func (d *decider) dispatch() error {
	switch a := d.follow(d.c.Args).(type) {
	case *BookRdv:
		return d.bookRdv(a)
	case *MoveRdv:
		return d.moveRdv(a)
	case *ReviseRdv:
		return d.reviseRdv(a)
	case *CancelRdv:
		return d.cancelRdv(a)
	case *MarkRdv:
		return d.markRdv(a)
	case *ArriveRdv:
		return d.arriveRdv(a)
	case *DeleteRdv:
		return d.deleteRdv(a)
	case *OpenPlage:
		return d.openPlage(a)
	case *DeclareAbsence:
		return d.declareAbsence(a)
	case *AddUsager:
		return d.addUsager(a)
	case *ReviseUsager:
		return d.reviseUsager(a)
	case *AttachUsager:
		return d.attachUsager(a)
	case *ReviseProfil:
		return d.reviseProfil(a)
	case *MergeUsagers:
		return d.mergeUsagers(a)
	case *EraseUsager:
		return d.eraseUsager(a)
	case *AddRecord:
		return d.addRecord(a)
	case *ReviseRecord:
		return d.reviseRecord(a)
	case *RemoveRecord:
		return d.removeRecord(a)
	case *GrantRole:
		return d.grantRole(a)
	case *RevokeRole:
		return d.revokeRole(a)
	case *ImportAgenda:
		return d.importAgenda(a)
	case *NoteRecu:
		return d.noteRecu(a)
	case *CloseConflit:
		return d.closeConflit(a)
	case *SettleWaiting:
		return d.settleWaiting(a)
	case *Undo:
		return d.undo(a)
	case *Emptied:
		return Refuse(CodeErased, d.c.ID)
	}
	return Refuse(CodeUnknownCommand, d.c.ID)
}

// change adds one change. before is nil for a birth, after for a removal; the
// same record twice keeps the first before and the last after.
func (d *decider) change(before, after Record) {
	c := Change{before, after}
	if i, known := d.index[c.Ref()]; known {
		d.out.Changes[i].After = after
		return
	}
	if d.index == nil {
		d.index = map[Ref]int{}
	}
	d.index[c.Ref()] = len(d.out.Changes)
	d.out.Changes = append(d.out.Changes, c)
}

// erase removes a record and everything that remembers it.
func (d *decider) erase(r Record) {
	d.change(r, nil)
	d.out.Erased = append(d.out.Erased, RefOf(r))
}

// refeed notes an unchanged record again.
func (d *decider) refeed(refs ...Ref) {
	for _, r := range refs {
		if !slices.Contains(d.out.Refeed, r) {
			d.out.Refeed = append(d.out.Refeed, r)
		}
	}
}

// warn notes something the author should have seen.
func (d *decider) warn(code Code, message string, records ...Ref) {
	d.out.Warnings = append(d.out.Warnings, Warning{Code: code, Message: message, Records: records})
}

// verdict lifts the verdict: conflict beats merged beats applied.
func (d *decider) verdict(v Verdict) {
	if d.out.Verdict == Conflict || v == Applied {
		return
	}
	d.out.Verdict = v
}

// seen is the last revision of a record that the author had received.
func (d *decider) seen(id string) int64 {
	if d.c.Unseen {
		return math.MaxInt64 // of another history: no revision tells
	}
	return d.c.Seen[id]
}

// accepted reports whether the author accepted w for these very records. An
// Rdv counts as accepted when one of its occupations was: that is all its
// author could see of it.
func (d *decider) accepted(w Warning) bool {
	for _, a := range d.c.Accepted {
		if a.Code == w.Code && d.covers(a.Records, w.Records) {
			return true
		}
		if w.Code == WarnOverlap && a.Code == WarnBusy && d.covers(a.Records, w.Records) {
			return true
		}
	}
	return false
}

// covers reports whether every record of what was accepted.
func (d *decider) covers(accepted, found []Ref) bool {
	for _, r := range found {
		if !slices.Contains(accepted, r) && !d.coveredAsBusy(accepted, r) {
			return false
		}
	}
	return true
}

func (d *decider) coveredAsBusy(accepted []Ref, r Ref) bool {
	if r.Noun != NounRdv {
		return false
	}
	rdv, ans := Get[*Rdv](d.f, NounRdv, r.ID)
	if ans != Yes {
		return false
	}
	return slices.ContainsFunc(rdv.Occupations, func(o OccupationID) bool {
		return slices.Contains(accepted, Ref{NounOccupation, string(o)})
	})
}

// settleWarnings refuses a proposal whose warnings were not accepted, and turns
// those that the server alone found into conflits.
func (d *decider) settleWarnings() error {
	var open []Warning
	for _, w := range d.out.Warnings {
		if !d.accepted(w) {
			open = append(open, w)
		}
	}
	if len(open) == 0 {
		return nil
	}
	switch d.mode {
	case Propose:
		r := Refuse(CodeWarnings, "")
		r.Warnings = open
		return r
	case Authority:
		for _, w := range open {
			d.flag(w)
		}
	}
	return nil
}

// finish checks, stamps and completes the changes. Only the server derives
// conflits and occupations.
func (d *decider) finish() error {
	if err := d.dropIdle(); err != nil {
		return err
	}
	d.settleRdvs()
	if d.mode == Authority {
		d.deriveOccupations()
		d.closeSettled()
		d.followReaders()
	}
	for _, c := range d.out.Changes {
		if c.After == nil {
			continue
		}
		if err := c.After.Check(); err != nil {
			return err
		}
		if err := Restamp(c.Before, c.After, d.by.Device); err != nil {
			return err
		}
	}
	return nil
}

// resequenced reports whether a rule raised the sequence of an Rdv whose own
// fields stay: its usagers' calendars must take it anew.
func resequenced(c Change) bool {
	before, isRdv := c.Before.(*Rdv)
	return isRdv && before.Sequence != c.After.(*Rdv).Sequence
}

// dropIdle takes out the changes that change nothing: no revision, no number,
// no mail for them.
func (d *decider) dropIdle() error {
	var kept []Change
	for _, c := range d.out.Changes {
		if c.Before != nil && c.After != nil {
			groups, err := changedGroups(c.Before, c.After)
			if err != nil {
				return err
			}
			if len(groups) == 0 && !resequenced(c) {
				continue
			}
		}
		kept = append(kept, c)
	}
	d.out.Changes = kept
	clear(d.index)
	for i, c := range kept {
		d.index[c.Ref()] = i
	}
	return nil
}
