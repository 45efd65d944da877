package replica

import (
	"fmt"
	"testing"

	"permanence/app/agenda"
	"permanence/sync/wire"
)

// Rows that come in while commands are pending: pages of a thousand.
func BenchmarkReplay(b *testing.B) {
	for _, size := range []struct{ pending, rows int }{{0, 1000}, {100, 1000}, {1000, 10_000}} {
		b.Run(fmt.Sprintf("%d pending, %d rows", size.pending, size.rows), func(b *testing.B) {
			d := newBureau(b)
			for i := range size.pending {
				d.book(i)
			}
			number := int64(1)
			for b.Loop() {
				b.StopTimer()
				var frames []wire.Frame
				for i := range size.rows {
					number++
					u := &agenda.Usager{ID: agenda.UsagerID(fmt.Sprintf("01930000-0000-7000-9000-%012d", i)), Territoire: d.territoire, FirstName: "Ines", LastName: "Garnier",
						Origin: agenda.OriginAgent, CreatedAt: monday(), Stamp: agenda.Stamp{Revision: number}}
					frames = append(frames, d.put(number, u))
					if i%1000 == 999 {
						frames = append(frames, d.mark(number))
					}
				}
				d.gives(frames...)
				b.StartTimer()
				d.sync()
			}
		})
	}
}
