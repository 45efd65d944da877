package replica

import (
	"testing"

	"permanence/app/agenda"
	"permanence/app/store"
	"permanence/sync/wire"
)

// A difference that sending again does not mend is said once, and asked for once:
// nobody runs in circles.
func TestDifferenceThatStays(t *testing.T) {
	b := newBureau(t)
	var told []Mended
	b.replica.onMend = func(m Mended) { told = append(told, m) }
	lists, wants := 0, 0
	b.line.answers = []func(wire.Request) ([]wire.Frame, error){func(req wire.Request) ([]wire.Frame, error) {
		frames, err := answers(b.mark(1))(req)
		end := frames[len(frames)-1].End
		end.Digests = []wire.Digest{{Territoire: b.territoire, Number: 1, Sum: "never"}}
		for _, c := range req.Cursors {
			if len(c.Parts) > 0 {
				lists++
				list := wire.Frame{T: wire.TypeList, Territoire: b.territoire, List: &wire.List{Scope: b.scopes()[3], Noun: agenda.NounUsager,
					Rows: []wire.ListRow{{ID: id[string](b), Revision: 1}}}}
				frames = append([]wire.Frame{frames[0], list}, frames[1:]...)
			}
			wants += len(c.Wants)
		}
		return frames, err
	}}
	for range 3 {
		b.sync()
	}
	stuck := 0
	for _, m := range told {
		if m.Stuck {
			stuck++
		}
	}
	if lists > 3 || wants > 3 || stuck != 1 || !b.replica.Health().Stuck {
		t.Errorf("%d lists, %d records asked for, %d times stuck, health %+v", lists, wants, stuck, b.replica.Health())
	}
}

// The first copy tells how far it is, page after page, and begins again with a
// reset.
func TestProgress(t *testing.T) {
	b := newBureau(t)
	progress := func() (done, total int) {
		b.read(func(v *store.View) error {
			var err error
			done, total, err = Progress(v)
			return err
		})
		return done, total
	}
	if done, total := progress(); done != 0 || total != 0 {
		t.Errorf("complete: %d of %d", done, total)
	}
	loading := wire.Loading{Scope: b.scopes()[1], N: 5, Phase: 1}
	page := func(reset bool, expect int, more ...wire.Loading) []wire.Frame {
		mark := b.mark(5, more...)
		mark.Mark.Reset, mark.Mark.Expect = reset, expect
		if len(more) > 0 {
			mark.Mark.Scopes = nil
		}
		var frames []wire.Frame
		for _, r := range b.records()[:3] {
			frames = append(frames, b.put(5, r))
		}
		return append(frames, mark)
	}
	for _, tt := range []struct {
		name        string
		frames      []wire.Frame
		done, total int
	}{
		{"it begins", page(true, 9, loading), 3, 9},
		{"it goes on", page(false, 0, loading), 6, 9},
		{"it begins again", page(true, 7, loading), 3, 7},
		{"another scope is granted", page(false, 5, loading), 6, 12},
		{"it is whole", page(false, 0), 0, 0},
	} {
		b.gives(tt.frames...)
		b.sync()
		if done, total := progress(); done != tt.done || total != tt.total {
			t.Errorf("%s: %d of %d, want %d of %d", tt.name, done, total, tt.done, tt.total)
		}
	}
}
