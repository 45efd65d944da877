// Package simulation runs several desktops, a server and usagers on links in
// one process, without sockets: the real desktop and server code on real
// databases, a virtual clock and a virtual network, one seed. A reference
// model, the fold of the commands in the order the server ran them, is the
// oracle; what must always hold (sync.md §6) is looked at after every
// transaction and again at the end.
//
// It is a room of tests: nothing else imports it. The same seed gives the same
// run, and a seed that fails prints the steps that lead there.
package simulation
