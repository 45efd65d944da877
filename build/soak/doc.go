// Package soak breaks real processes: a server and desktops killed with -9
// under load, PostgreSQL stopped at once, a full disk, a folder that cannot be
// written, cables that are pulled. It has no code but its tests.
//
// Each desktop keeps its own file of what the server acknowledged, synced to
// the disk before the next act; at the end every line of it must be on the
// server exactly once, and every replica equal to it.
//
// PERMANENCE_KILLS says how many times each process is killed: few in make
// test, 300 in make soak. What needs a small disk of its own is built with the
// tag soak.
package soak
