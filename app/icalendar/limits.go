package icalendar

import "fmt"

// Limits bounds what is read, so that no text can cost more than its size allows.
type Limits struct {
	Bytes  int // the whole text
	Object int // one component of a calendar (an event, a zone) with what it holds
	Line   int // one unfolded line, in octets
	Lines  int // unfolded lines of the whole text
	Depth  int // components inside one another, the calendar included
}

// ObjectLimits suits one calendar object: what a PUT or a mail carries.
func ObjectLimits() Limits {
	return Limits{Bytes: 1 << 20, Object: 1 << 20, Line: 64 << 10, Lines: 40_000, Depth: 32}
}

// FileLimits suits a whole calendar exported to a file.
func FileLimits() Limits {
	return Limits{Bytes: 5 << 20, Object: 1 << 20, Line: 64 << 10, Lines: 200_000, Depth: 32}
}

// size says a number of octets as a French reader expects it.
func size(n int) string {
	if n >= 1<<20 {
		return fmt.Sprintf("%d%sMo", n>>20, nbsp)
	}
	if n >= 1<<10 {
		return fmt.Sprintf("%d%sKo", n>>10, nbsp)
	}
	return fmt.Sprintf("%d octets", n)
}
