package store

import (
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"

	"permanence/app/agenda"
)

// On PostgreSQL several transactions write at once. What keeps each territoire
// in one order is held by the first statement, before anything is read: the
// rows of counters, by ascending id. Whoever does not say what they are about
// (Hold) writes beside the territoires, one at a time in all processes: the
// queue of mails, devices, accounts.
//
// A transaction that turns out to need a territoire which it does not hold is
// undone and begins again with it: nothing that it read is relied on.

// reach is what a writing transaction holds.
type reach struct {
	territoires []agenda.TerritoireID // ascending
	beside      bool                  // the one place beside the territoires
	all         bool                  // every territoire there is
}

func (r reach) empty() bool { return len(r.territoires) == 0 && !r.beside && !r.all }

func (r reach) with(more ...agenda.TerritoireID) reach {
	all := slices.Concat(r.territoires, more)
	slices.Sort(all)
	return reach{slices.Compact(all), r.beside, r.all}
}

func (r reach) covers(all []agenda.TerritoireID) bool {
	return !slices.ContainsFunc(all, func(t agenda.TerritoireID) bool { return !slices.Contains(r.territoires, t) })
}

// errAgain ends a transaction that has to begin again with a wider reach.
var errAgain = errors.New("begin again")

// holder is what a writing transaction knows of its reach; it does nothing
// where only one transaction writes at a time.
type holder struct {
	reach reach
	wider *reach          // to begin again with; nil: not needed
	id    string          // of the transaction, to ask what became of it
	met   map[string]bool // ids whose territoires are held
	drawn map[agenda.TerritoireID]int64
}

// besideKey is the advisory lock of who writes beside the territoires.
const besideKey = 0x5065726d_62657369

// take holds the reach: the first statement of the transaction.
func (w *Writer) take() error {
	if w.reach.empty() {
		w.reach.beside = true
	}
	if w.reach.beside {
		if err := w.s.one("SELECT CAST(pg_current_xact_id() AS text), CAST(pg_advisory_xact_lock(?) AS text)", int64(besideKey)).Scan(&w.id, new(sql.RawBytes)); err != nil {
			return fmt.Errorf("hold the place beside: %w", err)
		}
	}
	if w.reach.all {
		held, err := w.lock("TRUE", nil)
		w.reach.territoires = held
		return err
	}
	if len(w.reach.territoires) == 0 {
		return nil
	}
	args := make([]any, len(w.reach.territoires))
	for i, t := range w.reach.territoires {
		args[i] = t
	}
	_, err := w.lock("territoire IN ("+marks(len(args))+")", args)
	return err
}

// lock holds the counters that meet cond, by ascending id, and gives them.
func (w *Writer) lock(cond string, args []any) ([]agenda.TerritoireID, error) {
	held, err := scanAll(&w.View, func(rows *sql.Rows) (t agenda.TerritoireID, err error) {
		return t, rows.Scan(&t, &w.id)
	}, "SELECT territoire, CAST(pg_current_xact_id() AS text) FROM counters WHERE "+cond+" ORDER BY territoire FOR UPDATE", args...)
	if err != nil {
		return nil, fmt.Errorf("hold a territoire: %w", err)
	}
	return held, nil
}

// Hold says which commands the transaction runs, before anything else. The
// territoires of every record that they name are held until the end, so that
// what is read next stays true until the commit. SQLite, where one transaction
// writes at a time, has nothing to hold.
func (tx *ServerTx) Hold(cmds ...agenda.Command) error {
	if tx.db.remote == nil {
		return nil
	}
	about, err := idsOf(cmds)
	if err != nil {
		return err
	}
	about = slices.DeleteFunc(about, func(id string) bool { return tx.met[id] })
	if len(about) == 0 && tx.s.first == nil {
		return nil
	}
	if err := tx.hold(about); err != nil {
		return err
	}
	if tx.met == nil {
		tx.met = map[string]bool{}
	}
	for _, id := range about {
		tx.met[id] = true
	}
	return nil
}

// idsOf lists the ids that commands name, one command after the other.
func idsOf(cmds []agenda.Command) ([]string, error) {
	var all []string
	for _, cmd := range cmds {
		body, err := json.Marshal(cmd.Args)
		if err != nil {
			return nil, fmt.Errorf("read what a command names: %w", err)
		}
		all = append(all, idsIn(body)...)
	}
	return all, nil
}

// idsIn finds the ids in a JSON text, wherever they stand.
func idsIn(body []byte) []string {
	const length = len(`"00000000-0000-0000-0000-000000000000"`)
	var ids []string
	for i := 0; i+length <= len(body); i++ {
		if body[i] != '"' || body[i+length-1] != '"' {
			continue
		}
		if id := string(body[i+1 : i+length-1]); agenda.ValidID(id) {
			ids = append(ids, id)
			i += length - 1
		}
	}
	return ids
}

func (w *Writer) hold(about []string) error {
	begins := w.s.first != nil && w.reach.empty()
	if begins {
		w.s.first = nil
		held, err := w.lock(livesIn(about))
		if err != nil {
			return err
		}
		w.reach.territoires = held
		if len(held) == 0 {
			if err := w.take(); err != nil {
				return err
			}
		}
	}
	// What was read to choose the rows may have changed while we waited for them.
	now, err := w.lock(livesIn(about))
	if err != nil || w.reach.covers(now) {
		return err
	}
	return w.again(now...)
}

// mostAbout is how many ids are looked for; a transaction about more (an import)
// is of the same few territoires, and would begin again otherwise.
const mostAbout = 1000

// livesIn is the condition that a territoire is named, or has a line about a
// record that is.
func livesIn(about []string) (cond string, args []any) {
	about = slices.DeleteFunc(slices.Clone(about), func(id string) bool { return !agenda.ValidID(id) })
	slices.Sort(about)
	about = slices.Compact(about)
	if len(about) == 0 {
		return "FALSE", nil
	}
	for _, id := range about[:min(len(about), mostAbout)] {
		args = append(args, id)
	}
	named := "(" + marks(len(args)) + ")"
	return "(territoire IN " + named + " OR territoire IN (SELECT p.territoire FROM feed f CROSS JOIN places p ON p.place = f.place WHERE f.id IN " + named + "))",
		slices.Concat(args, args)
}

// again ends the transaction, to begin anew with more held.
func (w *Writer) again(more ...agenda.TerritoireID) error {
	wider := w.reach.with(more...)
	if w.wider != nil {
		wider = wider.with(w.wider.territoires...)
	}
	w.wider = &wider
	return errAgain
}

// holds makes sure that a territoire that is here is held.
func (w *Writer) holds(t agenda.TerritoireID) error {
	if w.db.remote == nil || slices.Contains(w.reach.territoires, t) {
		return nil
	}
	return w.again(t)
}

// bore notes a territoire that begins in this transaction: nobody else sees it.
func (w *Writer) bore(t agenda.TerritoireID) {
	w.reach = w.reach.with(t)
}

// drew notes a number, told to the other processes after the commit.
func (w *Writer) drew(t agenda.TerritoireID, n int64) {
	if w.drawn == nil {
		w.drawn = map[agenda.TerritoireID]int64{}
	}
	w.drawn[t] = n
}

// numbers lists what was drawn, by territoire.
func (h *holder) numbers() []string {
	var all []string
	for _, t := range slices.Sorted(maps.Keys(h.drawn)) {
		all = append(all, fmt.Sprintf("%s %d", t, h.drawn[t]))
	}
	return all
}
