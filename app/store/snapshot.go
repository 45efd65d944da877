package store

import (
	"cmp"
	"database/sql"
	"fmt"
	"slices"
	"time"

	"permanence/app/agenda"
)

// Phases of a first load, the most useful first.
const (
	PhaseConf   = 0 // what organisations are made of, plages and absences
	PhaseNear   = 1 // the rdvs of the near days with their people, and busy times
	PhaseComing = 2 // people with a later rdv
	PhaseRest   = 3 // everything else
	phases      = 4
)

// SnapshotQuery asks for one page of what the scopes read.
type SnapshotQuery struct {
	Territoire agenda.TerritoireID
	Scopes     []agenda.Scope
	// N is the head at which the load began; what changed above it comes by
	// FeedAfter, not here.
	N int64
	// Near are the days that come first; From is the first instant of the
	// window: an Rdv that starts before it is left out. Both are the same for
	// every page of a load.
	Near agenda.Span
	From time.Time
	// Phase and After tell where to go on; both are 0 at first.
	Phase int
	After int64
	Limit int
}

// SnapshotPage is one page of a load: lines of records that can be read, by
// number within a phase. Phase and After go into the next query; Done tells
// that nothing follows.
type SnapshotPage struct {
	Lines []Line
	Phase int
	After int64
	Done  bool
}

// Snapshot gives a page of what the scopes read, the most useful first. All
// its pages, with what FeedAfter gives above N, hold every record; one that
// changed meanwhile may come twice.
func (v *View) Snapshot(q SnapshotQuery) (SnapshotPage, error) {
	return v.SnapshotAhead(q, &Ahead{})
}

// Ahead is what one page of a load read beyond its end, for the next one. Its
// zero value knows nothing; it serves the pages of one load, one after the other.
type Ahead struct {
	n      int64
	places []int64
	phase  int
	after  int64
	part   part
}

// readAhead is how many lines are read at once of the phases that may be long.
const readAhead = 20_000

// SnapshotAhead is Snapshot that reads many pages at once and keeps them in
// ahead. What a later page takes from it was read in the transaction of an
// earlier one: its lines tell which records to give, not how they stand.
func (v *View) SnapshotAhead(q SnapshotQuery, ahead *Ahead) (SnapshotPage, error) {
	places, err := v.places(q.Territoire, q.Scopes)
	if err != nil {
		return SnapshotPage{}, err
	}
	l := &loader{v: v, q: q, places: places}
	for phase := q.Phase; phase < phases; phase++ {
		part, err := l.known(phase, ahead)
		if err != nil {
			return SnapshotPage{}, fmt.Errorf("snapshot: %w", err)
		}
		if len(part.lines) > 0 {
			return l.page(phase, part, ahead), nil
		}
		l.q.After = 0
	}
	return SnapshotPage{Phase: phases, Done: true}, nil
}

// known gives what was read ahead of a phase, or reads it.
func (l *loader) known(phase int, ahead *Ahead) (part, error) {
	same := ahead.n == l.q.N && ahead.phase == phase && ahead.after == l.q.After && slices.Equal(ahead.places, l.places)
	if same && len(ahead.part.lines) > 0 {
		return ahead.part, nil
	}
	return l.read(phase)
}

// loader reads one page.
type loader struct {
	v      *View
	q      SnapshotQuery
	places []int64
}

// part is what was read of a phase above After, by number, each record once.
type part struct {
	lines []Line
	// through is the number up to which the lines tell everything; 0 when they
	// tell the whole phase.
	through int64
}

// page cuts a part after the last number that is whole below the limit, and
// leaves the rest in ahead.
func (l *loader) page(phase int, p part, ahead *Ahead) SnapshotPage {
	end := min(max(1, l.q.Limit), len(p.lines))
	for end < len(p.lines) && p.lines[end].Number == p.lines[end-1].Number {
		end++
	}
	*ahead = Ahead{}
	switch {
	case end < len(p.lines):
		after := p.lines[end-1].Number
		*ahead = Ahead{l.q.N, l.places, phase, after, part{p.lines[end:], p.through}}
		return SnapshotPage{Lines: p.lines[:end], Phase: phase, After: after}
	case p.through > 0:
		return SnapshotPage{Lines: p.lines, Phase: phase, After: p.through}
	}
	return SnapshotPage{Lines: p.lines, Phase: phase + 1, Done: phase == PhaseRest}
}

// read gives what a page needs of a phase, and perhaps more.
func (l *loader) read(phase int) (part, error) {
	switch phase {
	case PhaseConf:
		return l.ofNouns("noun IN ('territoire', 'organisation', 'service', 'agent', 'role', 'motif', 'lieu', 'plage', 'absence')")
	case PhaseNear:
		return tidied(l.near())
	case PhaseComing:
		return tidied(l.people("r.starts_at >= ? AND NOT "+sent("p.usager", "AND n.starts_at < ?"),
			instant{l.q.Near.End}, instant{l.q.Near.Start}, l.q.N, instant{l.q.Near.End}))
	}
	return l.rest()
}

func tidied(lines []Line, err error) (part, error) {
	slices.SortFunc(lines, byNumber)
	return part{lines: latest(lines)}, err
}

// ofNouns reads the feed of each place in the order of numbers, up to a number
// that every place was read to: as many numbers at once as give enough lines.
func (l *loader) ofNouns(cond string, args ...any) (part, error) {
	enough := max(readAhead, l.q.Limit)
	for step := int64(enough); ; step *= 4 {
		to := min(l.q.N, l.q.After+step)
		var all []Line
		for _, p := range l.places {
			lines, err := scanAll(l.v, scanLine, "SELECT noun, id, number, present FROM feed AS f WHERE place = ? AND present = TRUE AND "+cond+" AND number > ? AND number <= ?",
				slices.Concat([]any{p}, args, []any{l.q.After, to})...)
			if err != nil {
				return part{}, err
			}
			all = append(all, lines...)
		}
		if to < l.q.N && len(all) < l.q.Limit {
			continue
		}
		p, err := tidied(all, nil)
		if to < l.q.N {
			p.through = to
		}
		return p, err
	}
}

// near reads from the rdvs of the near days, however large the rest is.
func (l *loader) near() ([]Line, error) {
	during := []any{instant{l.q.Near.Start}, instant{l.q.Near.End}}
	rdvs, err := l.driven("SELECT f.noun, f.id, f.number, f.present, f.place FROM rdvs r CROSS JOIN feed f ON f.noun = 'rdv' AND f.id = r.id WHERE r.starts_at >= ? AND r.starts_at < ?", during...)
	if err != nil {
		return nil, err
	}
	people, err := l.people("r.starts_at >= ? AND r.starts_at < ?", during...)
	if err != nil {
		return nil, err
	}
	busy, err := l.driven("SELECT f.noun, f.id, f.number, f.present, f.place FROM occupations o CROSS JOIN feed f ON f.noun = 'occupation' AND f.id = o.id WHERE o.ends_at > ? AND o.starts_at < ?", during...)
	return slices.Concat(rdvs, people, busy), err
}

// people reads the usagers, and their profils, of the rdvs that meet cond.
func (l *loader) people(cond string, args ...any) ([]Line, error) {
	of := " FROM rdvs r CROSS JOIN rdv_usagers p ON p.rdv = r.seq "
	usagers, err := l.driven("SELECT DISTINCT f.noun, f.id, f.number, f.present, f.place"+of+"CROSS JOIN feed f ON f.noun = 'usager' AND f.id = p.usager WHERE "+cond, args...)
	if err != nil {
		return nil, err
	}
	profils, err := l.driven("SELECT DISTINCT f.noun, f.id, f.number, f.present, f.place"+of+"CROSS JOIN profils q ON q.usager = p.usager CROSS JOIN feed f ON f.noun = 'profil' AND f.id = q.id WHERE "+cond, args...)
	return append(usagers, profils...), err
}

// driven runs a query of feed lines with their place, and keeps those that are
// to be given.
func (l *loader) driven(query string, args ...any) ([]Line, error) {
	type placed struct {
		Line
		place int64
	}
	all, err := scanAll(l.v, func(rows *sql.Rows) (placed, error) {
		var p placed
		err := rows.Scan(&p.Ref.Noun, &p.Ref.ID, &p.Number, &p.In, &p.place)
		return p, err
	}, query, args...)
	var lines []Line
	for _, p := range all {
		_, held := slices.BinarySearchFunc(l.places, p.place, cmp.Compare[int64])
		if held && p.In && p.Number > l.q.After {
			lines = append(lines, p.Line)
		}
	}
	return lines, err
}

// sent is the condition that an usager was given by an earlier phase: an rdv
// that starts from the near days on, and stood unchanged since N, was met
// there. Anything younger proves nothing, and the usager is given again.
func sent(usager, more string) string {
	return `EXISTS (SELECT 1 FROM rdv_usagers n CROSS JOIN rdvs m ON m.seq = n.rdv WHERE n.usager = ` + usager + ` AND n.starts_at >= ?
		AND NOT EXISTS (SELECT 1 FROM feed c WHERE c.noun = 'rdv' AND c.id = m.id AND c.number > ?) ` + more + `)`
}

// rest reads what no earlier phase gave.
func (l *loader) rest() (part, error) {
	cond := `(noun IN ('conflit', 'importe', 'recu')
		OR noun = 'rdv' AND EXISTS (SELECT 1 FROM rdvs r WHERE r.id = f.id AND r.starts_at >= ? AND NOT (r.starts_at >= ? AND r.starts_at < ? AND f.number <= ?))
		OR noun = 'occupation' AND EXISTS (SELECT 1 FROM occupations o WHERE o.id = f.id AND NOT (o.ends_at > ? AND o.starts_at < ?))
		OR noun = 'usager' AND NOT ` + sent("f.id", "") + `
		OR noun = 'profil' AND NOT ` + sent("(SELECT q.usager FROM profils q WHERE q.id = f.id)", "") + `)`
	near, n := l.q.Near, l.q.N
	return l.ofNouns(cond,
		instant{l.q.From}, instant{near.Start}, instant{near.End}, n,
		instant{near.Start}, instant{near.End},
		instant{near.Start}, n, instant{near.Start}, n)
}

// CommittedAt gives the instant at which a number was committed; false when the
// journal no longer tells.
func (v *View) CommittedAt(t agenda.TerritoireID, n int64) (time.Time, bool, error) {
	var at instant
	err := v.s.one("SELECT max(at) FROM journal WHERE territoire = ? AND number = ?", t, n).Scan(&at)
	return at.Time, !at.IsZero(), err
}
