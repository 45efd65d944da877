package store

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"permanence/app/agenda"
)

// Outcome is what a command was answered, kept so that asking again answers
// the same.
type Outcome struct {
	Command string // id
	Device  string // "": given to the server directly (link, CalDAV, command line, import)
	N       int64  // 0 without a device
	At      time.Time
	Verdict agenda.Verdict
	Code    agenda.Code
	Numbers map[agenda.TerritoireID]int64 // of a done command
	Content []byte                        // JSON, what the answer says more; nil for nothing, or once erased
}

const outcomeColumns = "SELECT command, device, n, at, verdict, code, numbers, content FROM outcomes"

func scanOutcome(rows *sql.Rows) (Outcome, error) {
	var o Outcome
	var device sql.NullString
	var n sql.NullInt64
	var at instant
	var numbers []byte
	if err := rows.Scan(&o.Command, &device, &n, &at, &o.Verdict, &o.Code, &numbers, &o.Content); err != nil {
		return o, err
	}
	o.Device, o.N, o.At = device.String, n.Int64, at.Time
	return o, json.Unmarshal(numbers, &o.Numbers)
}

// OutcomeOf gives the outcome of a command by its id, or ErrUnknown.
func (v *View) OutcomeOf(command string) (Outcome, error) {
	return only(scanAll(v, scanOutcome, outcomeColumns+" WHERE command = ?", command))
}

// OutcomeAt gives the outcome of a device's command number, or ErrUnknown.
func (v *View) OutcomeAt(device string, n int64) (Outcome, error) {
	return only(scanAll(v, scanOutcome, outcomeColumns+" WHERE device = ? AND n = ?", device, n))
}

// OutcomesAfter gives the outcomes of a device above the number n, ascending.
func (v *View) OutcomesAfter(device string, n int64) ([]Outcome, error) {
	return scanAll(v, scanOutcome, outcomeColumns+" WHERE device = ? AND n > ? ORDER BY n", device, n)
}

// LookForOutcomes looks for those of many commands at once: of which there is
// none is then known.
func (tx *ServerTx) LookForOutcomes(commands []string) error {
	none := map[string]bool{}
	for _, c := range commands {
		none[c] = true
	}
	for some := range slices.Chunk(commands, together) {
		ids := make([]any, together) // one statement for every count
		for i, c := range some {
			ids[i] = c
		}
		err := tx.each("SELECT command FROM outcomes WHERE command IN ("+marks(together)+")", ids, func(rows *sql.Rows) error {
			var c string
			err := rows.Scan(&c)
			delete(none, c)
			return err
		})
		if err != nil {
			return fmt.Errorf("look for outcomes: %w", err)
		}
	}
	tx.unanswered = none
	return nil
}

// OutcomeOf gives the outcome of a command by its id, or ErrUnknown.
func (tx *ServerTx) OutcomeOf(command string) (Outcome, error) {
	if tx.unanswered[command] {
		return Outcome{}, ErrUnknown
	}
	return tx.View.OutcomeOf(command)
}

// PutOutcome keeps an outcome; it replaces that of the same command, whose
// final answer comes after a wait, or which another device of the same profile
// asks for.
func (tx *ServerTx) PutOutcome(o Outcome) error {
	numbers, err := json.Marshal(o.Numbers)
	if err != nil {
		return fmt.Errorf("keep an outcome: %w", err)
	}
	delete(tx.unanswered, o.Command)
	device, n := maybe(o.Device), sql.NullInt64{Int64: o.N, Valid: o.Device != ""}
	tx.note(outcomeNotes, o.Command, o.Command, device, n, instant{o.At}, o.Verdict, o.Code, string(numbers), text(o.Content))
	return nil
}

// ForgetOutcomes drops the outcomes of commands without a device given before
// the instant: none of them is asked again by then.
func (tx *ServerTx) ForgetOutcomes(before time.Time) error {
	return tx.change("forget outcomes", "DELETE FROM outcomes WHERE device IS NULL AND at < ?", instant{before})
}

// Held is a command kept raw: quarantined until somebody decides, or of a
// version that is not understood yet.
type Held struct {
	Command string // id
	Device  string
	N       int64
	Agent   agenda.AgentID // its author
	Reason  agenda.Code
	At      time.Time
	Body    []byte // as received; nil once erased
}

// WaitingCommands lists the commands kept raw, oldest first.
func (v *View) WaitingCommands() ([]Held, error) {
	return scanAll(v, func(rows *sql.Rows) (Held, error) {
		var h Held
		var at instant
		err := rows.Scan(&h.Command, orEmpty(&h.Device), &h.N, orEmpty(&h.Agent), &h.Reason, &at, &h.Body)
		h.At = at.Time
		return h, err
	}, "SELECT command, device, n, agent, reason, at, body FROM waiting ORDER BY at, command")
}

// KeepWaiting keeps a command raw; one that is kept already stays as it is.
func (tx *ServerTx) KeepWaiting(h Held) error {
	return tx.change("keep a command raw", "INSERT INTO waiting (command, device, n, agent, reason, at, body) VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (command) DO NOTHING",
		h.Command, h.Device, h.N, h.Agent, h.Reason, instant{h.At}, text(h.Body))
}

// DropWaiting forgets a raw command: it has its final outcome.
func (tx *ServerTx) DropWaiting(command string) error {
	return tx.change("drop a raw command", "DELETE FROM waiting WHERE command = ?", command)
}
