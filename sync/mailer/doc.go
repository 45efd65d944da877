// Package mailer tells usagers about their rdvs by mail: a text, its HTML twin
// and an iCalendar invitation, update or cancellation.
//
// It follows the territoires' numbers with a bookmark of its own, waits a
// little so that an undo costs no mail, and then compares each Rdv as it reads
// now with what each person was last told. A mail is a pure function of those
// two (Decide); it is composed once, kept with what it tells in one
// transaction, and sent until the relay takes it or the rdv begins.
//
// It never changes an Rdv, never reads replies, never compares a sequence or a
// revision to decide, and never writes an address or a name to a log or a
// receipt.
package mailer
