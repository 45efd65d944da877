// Package creneau finds the slots an agent can still offer, and says why a
// plage offers none.
//
// It is pure: no clock, no database, no network. The caller brings the plages,
// whatever already occupies the agents, and the present instant. It knows spans
// of time and ids, never people: what occupies an agent has no content here.
//
// A Scenario is the plain form of the question, in Go or in JSON (Decode);
// Search answers it. Prepare and Query are the same in two steps, for callers
// who ask several things of one scenario.
package creneau
