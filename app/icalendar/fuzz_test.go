package icalendar

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// seeds are the kept files: hostile, honest and our own.
func seeds(f *testing.F) {
	files, err := filepath.Glob(filepath.Join("testdata", "*", "*.ics"))
	if err != nil || len(files) == 0 {
		f.Fatalf("no seeds: %v", err)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Add([]byte("BEGIN:VCALENDAR\nX;A=B\nEND:VCALENDAR"))
	f.Add([]byte("BEGIN:VCALENDAR\nX;A=\"b\"c,d\"e:f\n\tg\nEND:VCALENDAR\n\n"))
}

// small keeps one try short, so that many are made.
func small() Limits {
	return Limits{Bytes: 1 << 16, Object: 1 << 15, Line: 1 << 14, Lines: 2000, Depth: 8}
}

func FuzzParse(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		doc, err := Parse(data, small())
		if err != nil {
			refusal(t, err)
			return
		}
		for _, c := range doc.Calendars {
			checkTree(t, c)
		}
	})
}

// checkTree requires a line of every component and property.
func checkTree(t *testing.T, c *Component) {
	t.Helper()
	if c.Line == 0 || c.Name == "" {
		t.Errorf("component %q at line %d", c.Name, c.Line)
	}
	for name := range c.Props {
		for _, p := range c.All(name) {
			if p.Line <= c.Line {
				t.Errorf("%s at line %d of a component at %d", name, p.Line, c.Line)
			}
			p.Param("TZID")
			Text(p.Value)
		}
	}
	for _, kid := range c.Kids {
		checkTree(t, kid)
	}
}

func FuzzImport(f *testing.F) {
	seeds(f)
	o := options()
	o.Limits, o.Owner = small(), "agent@example.org"
	f.Fuzz(func(t *testing.T, data []byte) {
		in, err := Import(data, o)
		if err != nil {
			refusal(t, err)
			return
		}
		type name struct{ uid, original string }
		seen := make(map[name]bool)
		var last time.Time
		for _, one := range in.Occurrences {
			id := name{one.UID, one.RecurrenceID}
			if seen[id] || one.UID == "" {
				t.Errorf("twice %q", id)
			}
			seen[id] = true
			if one.Start.Before(last) || one.End.Before(one.Start) || !InRange(one.Start, one.End, o.From, o.To) {
				t.Errorf("%v–%v after %v", one.Start, one.End, last)
			}
			last = one.Start
		}
	})
}

func FuzzExpand(f *testing.F) {
	for _, rule := range []string{
		"FREQ=DAILY", "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,TH;WKST=SU", "FREQ=MONTHLY;BYDAY=-1FR;COUNT=5",
		"FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29;UNTIL=20500101", "FREQ=YEARLY;BYWEEKNO=53;BYSETPOS=-1",
		"FREQ=HOURLY;COUNT=9", "FREQ=YEARLY;BYYEARDAY=366,-366;BYHOUR=3", "FREQ=MINUTELY;UNTIL=20270101T000000Z",
	} {
		f.Add(rule, "20261124T090000")
		f.Add(rule, "16010101T033000Z")
	}
	paris, err := time.LoadLocation("Europe/Paris")
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text, start string) {
		at, ok := parseStamp(start)
		r, err := ParseRule(text)
		if !ok || err != nil {
			return
		}
		again, err := ParseRule(r.String())
		if err != nil || again.String() != r.String() {
			t.Errorf("%q became %q, %v", r, again, err)
		}
		m := moment{at, zone{"Europe/Paris", paris}}
		work := &budget{left: 1_000_000}
		if err := r.bounded(m, work); err != nil {
			return
		}
		to := at.wall.AddDate(20, 0, 0)
		n, last := 0, at.wall.Add(-time.Second)
		err = r.each(m, at.wall, to, work, func(wall time.Time) bool {
			if n++; !wall.After(last) || wall.After(to) {
				t.Errorf("%v after %v", wall, last)
			}
			last = wall
			return true
		})
		if err != nil && !errors.Is(err, errBudget) {
			t.Error(err)
		}
		if r.Count > 0 && n > r.Count {
			t.Errorf("%d occurrences of %d", n, r.Count)
		}
	})
}
