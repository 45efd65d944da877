package verbes

import (
	"fmt"
	"io"
	"os"
	"strconv"
	"sync"
	"time"

	"permanence/app/desktop"
)

// watchLoad says on a terminal how far the first copy is, until stop is called.
// Where nobody reads it says nothing.
func (s *session) watchLoad(p *desktop.Poste) (stop func()) {
	if !terminal(s.err) {
		return func() {}
	}
	done := make(chan struct{})
	var told sync.WaitGroup
	told.Go(func() {
		shown := false
		tick := time.NewTicker(look)
		defer tick.Stop()
		for {
			select {
			case <-done:
				if shown {
					fmt.Fprintln(s.err)
				}
				return
			case <-tick.C:
			}
			at, err := p.Status(s.ctx)
			if err == nil && at.Line.Total > 0 {
				shown = true
				fmt.Fprint(s.err, "\r"+loadText(at.Line.Done, at.Line.Total)+" ")
			}
		}
	})
	return func() {
		close(done)
		told.Wait()
	}
}

// terminal reports whether somebody reads w as it is written.
func terminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

// loadText is « [#####·····] 52 % ; encore 3 200 lignes ».
func loadText(done, total int) string {
	const width = 20
	full := width * done / total
	bar := make([]rune, width)
	for i := range bar {
		bar[i] = '·'
		if i < full {
			bar[i] = '#'
		}
	}
	return fmt.Sprintf("[%s] %d\u00a0%%\u202f; encore %s", string(bar), 100*done/total, linesText(total-done))
}

func linesText(n int) string {
	if n < 2 {
		return strconv.Itoa(n) + " ligne"
	}
	digits := strconv.Itoa(n)
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "\u202f" + digits[i:]
	}
	return digits + " lignes"
}
