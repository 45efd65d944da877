package icalendar

import "errors"

// budget bounds the work of one reading by counting steps, so that the answer
// depends on the text alone and never on the machine. A step is about 20 ns.
type budget struct{ left int }

// importBudget is the work of one file: a second or so.
const importBudget = 10_000_000

var errBudget = errors.New("too much work")

func (b *budget) spend(steps int) error {
	b.left -= steps
	if b.left < 0 {
		return errBudget
	}
	return nil
}
