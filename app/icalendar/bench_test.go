package icalendar

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// agency is n events as an ordinary agenda has them, one in ten a series.
func agency(n int) []Event {
	first := time.Date(2026, 1, 5, 8, 0, 0, 0, time.UTC)
	events := make([]Event, n)
	for i := range events {
		start := first.Add(time.Duration(i%4000) * 90 * time.Minute)
		events[i] = Event{
			UID: fmt.Sprintf("0192f0c0-0000-7000-8000-%012d", i), Sequence: i % 3, Stamp: first,
			Start: start, End: start.Add(30 * time.Minute), Zone: "Europe/Paris",
			Summary: "Demande de logement", Description: "À l’accueil, puis au bureau 12.\nPièces à apporter : avis d’imposition, justificatif de domicile.",
			Location: "CCAS, 3 rue de l’Église, 62000 Arras", Status: Confirmed, Class: "PRIVATE",
			Organizer: Person{"CCAS d’Exemple", "ccas@example.org"},
		}
		if i%10 == 0 {
			events[i].Rule = Rule{Freq: Weekly, Count: 20}
		}
	}
	return events
}

func BenchmarkFeed10000(b *testing.B) {
	events := agency(10_000)
	enc := NewEncoder()
	var out []byte
	for b.Loop() {
		var err error
		if out, err = enc.Append(out[:0], Calendar{ProdID: "-//Permanence//FR"}, events...); err != nil {
			b.Fatal(err)
		}
	}
	b.SetBytes(int64(len(out)))
}

func BenchmarkObjects10000(b *testing.B) {
	events := agency(10_000)
	enc := NewEncoder()
	var out []byte
	for b.Loop() {
		for i := range events {
			var err error
			if out, err = enc.Append(out[:0], Calendar{ProdID: "-//Permanence//FR"}, events[i]); err != nil {
				b.Fatal(err)
			}
		}
	}
}

func BenchmarkImport3000(b *testing.B) {
	text, err := NewEncoder().Append(nil, Calendar{ProdID: "x"}, agency(3000)...)
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		if _, err := Import(text, options()); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkImportDailySeries(b *testing.B) {
	text := []byte(event("DTSTART;TZID=Europe/Paris:20200101T090000|DURATION:PT1H|RRULE:FREQ=DAILY;BYDAY=MO,TU,WE,TH,FR|SUMMARY:" + strings.Repeat("x", 20)))
	for b.Loop() {
		if _, err := Import(text, options()); err != nil {
			b.Fatal(err)
		}
	}
}
