// Package simulation runs several desktops, a server, usagers on links, a
// calendar app and a mailer in one process, without sockets: the real desktop
// and server code on real databases, a virtual clock, a virtual network and a
// virtual relay, one seed. A reference model, the fold of the commands in the
// order the server ran them, is the oracle; what must always hold (sync.md §6)
// is looked at after every step and again at the end.
//
// It is a room of tests: nothing else imports it. The same script gives the
// same run. A seed that fails prints the shortest script found that still does,
// to be fed back by PERMANENCE_SCRIPT=file and kept in testdata.
package simulation
