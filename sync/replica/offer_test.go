package replica

import (
	"testing"
	"time"

	"permanence/app/agenda"
	"permanence/app/store"
	"permanence/sync/wire"
)

// The week in which an answered command can be offered again is counted by the
// server's clock: this desktop's may jump by ten years.
func TestTheWeekIsTheServers(t *testing.T) {
	b := newBureau(t)
	_, cmd := b.book(2)
	late := monday().AddDate(10, 0, 0)
	hello := wire.Frame{T: wire.TypeHello, Server: &wire.ServerHello{Protocol: wire.Protocol, Schema: wire.Schema, Clock: late, Next: 2}}
	b.gives(append([]wire.Frame{hello, outcome(cmd, agenda.Applied, "", b.at(5))}, b.mark(5))...)
	b.sync()
	err := b.db.Read(t.Context(), func(v *store.View) error {
		kept, err := v.Acknowledged(late.Add(-time.Minute))
		if len(kept) != 1 || kept[0].Command.ID != cmd.ID {
			t.Errorf("kept %+v", kept)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
