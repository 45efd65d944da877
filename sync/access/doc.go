// Package access knows who is asking: agents' accounts and passwords, the
// devices they enrolled, app passwords for calendar programs, feed addresses
// and the links sent to usagers. It declares every route with a policy and
// lets nobody through without it.
//
// It never decides what an agent may read or change: that is a rule, and rules
// are in app/agenda. It keeps nothing itself: the ports declared here are
// implemented by app/store. It is a leaf of sync and knows none of its
// siblings.
//
// Secrets are random, shown once and kept as hashes; nothing here writes one,
// nor a person's name or address, to a log.
package access
