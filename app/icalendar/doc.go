// Package icalendar reads and writes iCalendar text (RFC 5545, RFC 5546,
// RFC 6868, RFC 7986), both ways.
//
// Reading: a scanner bounds and repairs what other programs write, go-ical
// builds the components, zones are resolved without guessing, and series are
// expanded by a counter-bounded expander of our own. A text is understood
// whole or refused with a French reason that names the line.
//
// Writing: plain structs become stable bytes, folded at 75 octets, with the
// VTIMEZONE of every TZID they use. Nothing a person typed can add a line.
//
// The agenda's words (Importes, Location) become iCalendar's here and nowhere
// else.
//
// It is pure: no clock, no file, no network, no logger. It never decides what
// an event may do to an agenda, and never keeps what it reads.
package icalendar
