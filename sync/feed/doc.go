// Package feed serves an agent's agenda as one iCalendar file at a secret
// address, for programs that subscribe and ask again every hour: most of the
// time the answer is that nothing changed, and costs nothing.
//
// It never writes, and never decides who may read: the guard of access knows
// the address, refuses the unknown and the revoked alike, and keeps the secret
// out of the logs. What the file says, at which content level, comes through
// the port Agendas.
package feed
