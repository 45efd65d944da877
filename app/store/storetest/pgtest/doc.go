// Package pgtest gives tests a real PostgreSQL of their own: a cluster in a
// temporary folder, on a loopback port, run by an account that is not the
// administrator's, and gone when the test program ends, however it ends.
//
// It is for tests only. It never skips: without PostgreSQL a test fails and says
// what installs it. The cluster does not wait for the disk (fsync=off): it
// outlives kill -9 and immediate restarts, not a power cut.
package pgtest
