package caldav

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"

	"permanence/sync/access"
)

var errDatabase = errors.New("disque plein")

// notebook is a Writer that notes what it is handed and answers err.
type notebook struct {
	wrote   string
	when    Condition
	created bool
	err     error
}

func (n *notebook) Put(_ context.Context, _ access.Session, slug, name string, data []byte, when Condition) (bool, error) {
	n.wrote, n.when = "put "+slug+" "+name+" "+string(data), when
	return n.created, n.err
}

func (n *notebook) Delete(_ context.Context, _ access.Session, slug, name string, when Condition) error {
	n.wrote, n.when = "delete "+slug+" "+name, when
	return n.err
}

func TestWritesRefusedWithoutWriter(t *testing.T) {
	const needs = "<D:need-privileges><D:resource><D:href>"
	tests := []struct {
		name, method, path string
		code               int
		says               string
	}{
		{"a new event", "PUT", aliceRdvs + "neuf.ics", 403, needs + aliceRdvs + "neuf.ics</D:href><D:privilege><D:bind/>"},
		{"an event over another", "PUT", aliceRdvs + "u1.ics", 403, "lecture seule"},
		{"an event deleted", "DELETE", aliceRdvs + "u1.ics", 403, "<D:unbind/>"},
		{"the calendar deleted", "DELETE", aliceRdvs, 403, "<D:unbind/>"},
		{"the home deleted", "DELETE", aliceHome, 403, "<D:unbind/>"},
		{"a file in the home", "PUT", aliceHome, 403, "<D:bind/>"},
		{"a new calendar", "MKCALENDAR", aliceHome + "projets/", 403, "<D:href>" + aliceHome + "</D:href><D:privilege><D:bind/>"},
		{"a new calendar, as vdirsyncer asks", "MKCOL", aliceHome + "projets", 403, "se créent dans Permanence"},
		{"a calendar that exists", "MKCALENDAR", aliceRdvs, 405, "<D:resource-must-be-null/>"},
		{"a calendar in a calendar", "MKCALENDAR", aliceRdvs + "dedans/", 404, ""},
		{"a calendar under an event", "MKCALENDAR", aliceRdvs + "dedans", 403, "<C:calendar-collection-location-ok/>"},
		{"a calendar at the root", "MKCALENDAR", "/dav/", 403, "<C:calendar-collection-location-ok/>"},
		{"an event moved out", "MOVE", aliceRdvs + "u1.ics", 403, "<D:unbind/>"},
		{"an event copied", "COPY", aliceRdvs + "u1.ics", 403, "lecture seule"},
		{"a missing event moved", "MOVE", aliceRdvs + "absent.ics", 404, ""},
	}
	b := newBench(t, nil)
	b.shelf.set(alice, event("u1", "2026-11-23T08:00", 30))
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b.ask(tt.method, tt.path, "", "Destination: "+aliceRdvs+"u9.ics").want(t, tt.code, tt.says)
		})
	}
	b.ask("GET", aliceRdvs+"u1.ics", "").want(t, 200)
}

func TestMoveElsewhere(t *testing.T) {
	b := newBench(t, nil)
	b.shelf.set(alice, event("u1", "2026-11-23T08:00", 30))
	tests := []struct {
		name, destination string
		code              int
		says              string
	}{
		{"to another agent", b.url + brunoRdvs + "u1.ics", 403, "Vous n’avez pas accès à cette ressource."},
		{"to another host", "http://evil.example/dav/", 403, "Vous n’avez pas accès"},
		{"out of the tree", "/etc/passwd", 403, "Vous n’avez pas accès"},
		{"nowhere", "", 400, "Requête non valable."},
		{"to rubbish", "%zz", 400, "Requête non valable."},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b.ask("MOVE", aliceRdvs+"u1.ics", "", "Destination: "+tt.destination).want(t, tt.code, tt.says)
		})
	}
	b.askAs("bruno@example.org", b.bruno, "GET", brunoRdvs+"u1.ics", "").want(t, 404)
}

func TestPutThroughAWriter(t *testing.T) {
	n := &notebook{created: true}
	b := newBench(t, n)
	g := b.ask("PUT", aliceRdvs+"u1.ics", "octets", "Content-Type: text/calendar; charset=utf-8", "If-None-Match: *").want(t, http.StatusCreated)
	if n.wrote != "put rendez-vous u1.ics octets" || !n.when.IfNew || n.when.IfMatch != nil || g.header.Get("ETag") != "" {
		t.Errorf("handed %q %+v, answered %v", n.wrote, n.when, g.header)
	}
	n.created = false
	b.ask("PUT", aliceRdvs+"u1.ics", "octets", `If-Match: "e1", "e2"`).want(t, http.StatusNoContent)
	if strings.Join(n.when.IfMatch, " ") != "e1 e2" || n.when.IfNew {
		t.Errorf("condition %+v", n.when)
	}
	b.ask("DELETE", aliceRdvs+"u1.ics", "", "If-Match: *").want(t, http.StatusNoContent)
	if n.wrote != "delete rendez-vous u1.ics" || strings.Join(n.when.IfMatch, " ") != "*" {
		t.Errorf("handed %q %+v", n.wrote, n.when)
	}
}

func TestRefusalsOfAWriter(t *testing.T) {
	tests := []struct {
		name string
		err  error
		code int
		says string
	}{
		{"changed meanwhile", ErrPrecondition, 412, "a changé entre-temps"},
		{"not there", ErrNotFound, 404, "Page introuvable."},
		{"a field that cannot change", &Refusal{"", "Le motif ne change pas depuis une application d’agenda."}, 403, "Le motif ne change pas"},
		{"bytes nobody can read", &Refusal{"valid-calendar-data", "Ligne 3 illisible."}, 403, "<C:valid-calendar-data/>"},
		{"a reason that looks like markup", &Refusal{"<x/>", "<b>"}, 403, "&lt;b&gt;"},
		{"a failing database", errDatabase, 503, "momentanément"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b := newBench(t, &notebook{err: tt.err})
			if tt.says[0] == '&' {
				tt.says = "<b>" // no condition: the sentence travels as plain text
			}
			b.ask("PUT", aliceRdvs+"u1.ics", "x", "Content-Type: text/calendar").want(t, tt.code, tt.says)
			b.ask("DELETE", aliceRdvs+"u1.ics", "").want(t, tt.code, tt.says)
		})
	}
}

func TestBodiesOfAPut(t *testing.T) {
	n := &notebook{}
	b := newBench(t, n)
	b.ask("PUT", aliceRdvs+"u1.ics", "x", "Content-Type: text/html").want(t, 403, "<C:supported-calendar-data/>")
	b.ask("PUT", aliceRdvs+"u1.ics", strings.Repeat("x", bodyMax+1), "Content-Type: text/calendar").want(t, 413, "<C:max-resource-size/>", "1 Mo au maximum")
	b.ask("PUT", aliceRdvs+"u1.ics", "x", "Content-Encoding: gzip").want(t, 415, "sans compression")
	if n.wrote != "" {
		t.Errorf("handed over: %.40q", n.wrote)
	}
	b.ask("PUT", aliceRdvs+"u1.ics", strings.Repeat("x", bodyMax), "Content-Type: text/calendar").want(t, 204)
}
