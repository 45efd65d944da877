// Package desktop is the Go half of the window: the view models it draws, the
// methods it calls and the events it listens to.
//
// It asks the counter (guichet) for every change and the store for every
// reading, and turns what they answer into plain structs: text dates, French
// sentences, no time.Time. It decides nothing about the field, holds no SQL, and
// never lets a domain type or a Go error reach the page.
//
// Poste is one open profile, asked alike by the window and by the command line
// (verbes): domain values in, domain values out. Fenetre is the program behind
// the window, made by New: it chooses which profile is open and tells the page
// what changes. Agenda, its facade, is the one thing bound to the page. What
// lies outside comes through Ports: the clock, ids, and the line to a server.
//
// The contract with frontend/ is vues.go and its neighbours vues_*.go: their structs
// are the JSON the page reads, API lists the methods bound as window.go.desktop.Agenda,
// and the Event constants name what is emitted. frontend/src/contract/ is written from
// them, a file for a file, and a test there compares the two.
package desktop
