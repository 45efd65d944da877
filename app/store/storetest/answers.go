package storetest

import (
	"errors"
	"maps"
	"testing"

	"permanence/app/agenda"
	"permanence/app/store"
)

// answers: devices, outcomes and raw commands.
func answers(t *testing.T, e Engine) {
	db := e.Open(t, store.Server)
	device := store.Device{ID: id[string]("device"), Agent: agentID("Claire"), Name: "Poste 12", Tokens: []byte(`{"current":"x"}`), EnrolledAt: at(0, 8, 0), SeenAt: at(0, 8, 0)}
	done := store.Outcome{Command: id[string]("command 1"), Device: device.ID, N: 1, At: at(0, 9, 0), Verdict: agenda.Conflict, Code: "began",
		Numbers: map[agenda.TerritoireID]int64{territoireID(): 7}, Content: []byte(`{"rdv":"` + string(rdvID("one")) + `"}`)}
	waits := store.Outcome{Command: id[string]("command 2"), Device: device.ID, N: 2, At: at(0, 9, 0), Verdict: agenda.Waiting}
	link := store.Outcome{Command: id[string]("click"), At: at(0, 9, 0), Verdict: agenda.Applied}
	click := store.Outcome{Command: id[string]("another click"), At: at(0, 10, 0), Verdict: agenda.Applied}
	serve(t, db, func(tx *store.ServerTx) error {
		return errors.Join(tx.AddDevice(device), tx.PutOutcome(done), tx.PutOutcome(waits), tx.PutOutcome(link), tx.PutOutcome(click), tx.SetLastN(device.ID, 2),
			tx.KeepWaiting(store.Held{Command: waits.Command, Device: device.ID, N: 2, Agent: device.Agent, Reason: agenda.CodeUnknownCommand, At: at(0, 9, 0), Body: []byte(`{"name":"Later"}`)}))
	})
	read(t, db, func(v *store.View) {
		d, err := v.Device(device.ID)
		if err != nil || d.LastN != 2 || d.AckedN != 0 || d.Name != device.Name || string(d.Tokens) != string(device.Tokens) || !d.EnrolledAt.Equal(device.EnrolledAt) || !d.RevokedAt.IsZero() {
			t.Errorf("device: %+v, %v", d, err)
		}
		o, err := v.OutcomeAt(device.ID, 1)
		if err != nil || o.Command != done.Command || o.Verdict != done.Verdict || !maps.Equal(o.Numbers, done.Numbers) || string(o.Content) != string(done.Content) {
			t.Errorf("outcome by n: %+v, %v", o, err)
		}
		if o, err := v.OutcomeOf(link.Command); err != nil || o.Device != "" || o.N != 0 {
			t.Errorf("outcome of a link: %+v, %v", o, err)
		}
		if _, err := v.OutcomeOf(id[string]("never")); !errors.Is(err, store.ErrUnknown) {
			t.Errorf("outcome of nothing: %v", err)
		}
		if _, err := v.Device(id[string]("never")); !errors.Is(err, store.ErrUnknown) {
			t.Errorf("device of nobody: %v", err)
		}
		if after, err := v.OutcomesAfter(device.ID, 1); err != nil || len(after) != 1 || after[0].N != 2 {
			t.Errorf("outcomes after 1: %v, %v", after, err)
		}
		if raw, err := v.WaitingCommands(); err != nil || len(raw) != 1 || string(raw[0].Body) != `{"name":"Later"}` {
			t.Errorf("raw commands: %v, %v", raw, err)
		}
	})
	final := waits
	final.Verdict, final.At = agenda.Applied, at(1, 9, 0)
	serve(t, db, func(tx *store.ServerTx) error {
		return errors.Join(tx.AckOutcomes(device.ID, 2), tx.AckOutcomes(device.ID, 1), tx.PutOutcome(final), tx.DropWaiting(waits.Command), tx.ForgetOutcomes(at(0, 9, 30)),
			tx.RevokeDevice(device.ID, at(1, 9, 0)), tx.RevokeDevice(device.ID, at(2, 9, 0)), tx.SeeDevice(device.ID, at(1, 8, 0)), tx.RenameDevice(device.ID, "Accueil"), tx.SetTokens(device.ID, []byte("t")),
			tx.ToldDevice(device.ID, at(1, 9, 10)), tx.WipeDevice(device.ID, at(1, 9, 30)), tx.WipeDevice(device.ID, at(1, 9, 40)), tx.ToldDevice(device.ID, at(1, 10, 0)), tx.ToldDevice(device.ID, at(1, 11, 0)))
	})
	read(t, db, func(v *store.View) {
		d, err := v.DevicesOf(device.Agent)
		if err != nil || len(d) != 1 || d[0].AckedN != 2 || !d[0].RevokedAt.Equal(at(1, 9, 0)) || d[0].Name != "Accueil" || string(d[0].Tokens) != "t" {
			t.Errorf("device: %+v, %v", d, err)
		}
		if !d[0].WipeAt.Equal(at(1, 9, 30)) || !d[0].ToldAt.Equal(at(1, 10, 0)) {
			t.Errorf("asked to be erased %v, told %v", d[0].WipeAt, d[0].ToldAt)
		}
		if _, err := v.OutcomeAt(device.ID, 1); !errors.Is(err, store.ErrUnknown) {
			t.Errorf("an acknowledged outcome under its number: %v", err)
		}
		if o, err := v.OutcomeAt(device.ID, 2); err != nil || o.Verdict != agenda.Applied {
			t.Errorf("the final answer after a wait: %+v, %v", o, err)
		}
		if _, err := v.OutcomeOf(link.Command); !errors.Is(err, store.ErrUnknown) {
			t.Errorf("a forgotten outcome: %v", err)
		}
		if _, err := v.OutcomeOf(click.Command); err != nil {
			t.Errorf("an outcome that is young: %v", err)
		}
	})
	serve(t, db, func(tx *store.ServerTx) error { return tx.RemoveDevice(device.ID) })
	read(t, db, func(v *store.View) {
		if after, err := v.OutcomesAfter(device.ID, 0); err != nil || len(after) != 0 {
			t.Errorf("outcomes of a forgotten device: %v, %v", after, err)
		}
	})
}
