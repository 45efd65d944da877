package desktop

import (
	"context"
	"encoding/json"
	"testing"

	"permanence/app/agenda"
)

// The history of a fiche: what the server tells is shown; cut off, what this
// desk did; and a former value comes back by an ordinary command.
func TestHistoryIsReadAndRestored(t *testing.T) {
	m := nouveau(t)
	ctx := context.Background()
	now := func() *agenda.Usager {
		var u *agenda.Usager
		if err := m.p.read(ctx, func(l *lecture) error { u = l.usager(usagerID("nadia")); return nil }); err != nil || u == nil {
			t.Fatal(u, err)
		}
		return u
	}
	before := now()
	ref := agenda.RefOf(before)
	if _, err := m.p.propose(ctx, ref.ID, &agenda.ReviseUsager{Usager: before.ID, Fields: map[string]agenda.Edit{
		"address": {Was: json.RawMessage("null"), Now: json.RawMessage(`"8 rue Neuve"`)}}}, Accord{All: true}); err != nil {
		t.Fatal(err)
	}

	m.ligne.echec = Refuser(CodeUnreachable)
	own, err := m.p.History(ctx, ref)
	if err != nil || !own.Own || len(own.Passages) != 1 || own.Passages[0].Was["address"] == nil {
		t.Fatalf("cut off: %+v, %v", own, err)
	}
	m.ligne.echec = nil
	m.ligne.passages = map[agenda.Ref][]agenda.Passage{ref: own.Passages}
	told, err := m.p.History(ctx, ref)
	if err != nil || told.Own || len(told.Passages) != 1 {
		t.Fatalf("from the server: %+v, %v", told, err)
	}

	if _, err := m.p.Restore(ctx, ref, told.Passages[0], nil, Accord{}); err != nil {
		t.Fatal(err)
	}
	if got := now().Address; got != before.Address {
		t.Errorf("address = %q, want %q back", got, before.Address)
	}
	_, err = m.p.Restore(ctx, ref, told.Passages[0], []string{"address"}, Accord{})
	if r := agenda.RefusalOf(err); r == nil || r.Code != agenda.CodeNothingToUndo {
		t.Errorf("it holds already: %v", err)
	}
	_, err = m.p.Restore(ctx, ref, agenda.Passage{Was: map[string]json.RawMessage{"territoire": []byte(`{}`)}}, nil, Accord{})
	if r := agenda.RefusalOf(err); r == nil || r.Code != agenda.CodeInvalid {
		t.Errorf("what nobody edits: %v", err)
	}
}
