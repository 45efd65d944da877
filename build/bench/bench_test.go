package main

import (
	"context"
	"strings"
	"testing"
	"time"
)

// The measures themselves work, on little of everything.
func TestEveryGroupMeasures(t *testing.T) {
	small := sizes{deskRdvs: 300, deskUsagers: 200, deskAgents: 3, lieux: 3, plages: 7, agents: 4, rows: 400, commands: 12, events: 300, runs: 4,
		copies: []int{80}, crowd: 3, crowdRows: 40, edits: 2, streams: 6, replays: []replaySize{{3, 20, time.Minute}}, growth: []int{20, 60}}
	for _, g := range groups() {
		t.Run(g.name, func(t *testing.T) {
			results, err := g.measure(context.Background(), t.TempDir(), small)
			if err != nil {
				t.Fatal(err)
			}
			if len(results) == 0 {
				t.Error("nothing was measured")
			}
			for _, r := range results {
				measured := r.unit != "" || len(r.laps) > 0 && r.at(0.5) > 0
				if r.what == "" || !measured && !strings.HasPrefix(r.note, "non mesuré") {
					t.Errorf("%+v", r)
				}
			}
		})
	}
}

func TestAResultIsItsMedian(t *testing.T) {
	ms := func(n int) time.Duration { return time.Duration(n) * time.Millisecond }
	r := result{laps: []lap{{wall: ms(9)}, {wall: ms(1)}, {wall: ms(2)}, {wall: ms(3), cpu: ms(5)}, {wall: ms(4)}}, budget: ms(3)}
	if r.at(0.5) != ms(3) || r.at(0.95) != ms(9) || r.cpu() != ms(1) || r.verdict() != "tenu" {
		t.Errorf("median %v, 95%% %v, %s", r.at(0.5), r.at(0.95), r.verdict())
	}
	r.budget = ms(2)
	if !strings.Contains(r.verdict(), "manqué") {
		t.Errorf("verdict = %s", r.verdict())
	}
	if none := (result{}); none.at(0.5) != 0 || none.verdict() != "" {
		t.Errorf("nothing measured gives %v", none.at(0.5))
	}
}

func TestThePage(t *testing.T) {
	day := time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	page := report{day: day, machine: machine{system: "Debian", processor: "x", cores: 2, memoryMB: 2048, program: "Go 1.26", load: "3.20"}, results: []result{
		{what: "Semaine", laps: []lap{{1500 * time.Microsecond, time.Millisecond}}, budget: 5 * time.Millisecond, note: "40 rdv"},
	}}
	want := []string{"# Mesures du 21/11/2026\n", "Debian, x, 2 cœurs, 2048 Mo de mémoire, Go 1.26.", "| Semaine | 1,50\u00a0ms | 1,50\u00a0ms | 1,00\u00a0ms | 1 | 5,00\u00a0ms | tenu |", "- Semaine : 40 rdv"}
	for _, w := range want {
		if !strings.Contains(page.String(), w) {
			t.Errorf("the page lacks %q:\n%s", w, page)
		}
	}
	for n, w := range map[int]string{0: "0", 999: "999", 10_000: "10\u00a0000", 1_000_007: "1\u00a0000\u00a0007"} {
		if got := thousands(n); got != w {
			t.Errorf("thousands(%d) = %s", n, got)
		}
	}
}

// Beside its peers, this program is compared with the best of them at each step.
func TestPeersAreComparedWithTheBest(t *testing.T) {
	lines := `{"peer":"permanence","n":1000,"step":"pull","ms":100}
{"peer":"slow","n":1000,"step":"pull","ms":900}
{"peer":"quick","n":1000,"step":"pull","ms":500}
{"peer":"permanence","n":1000,"step":"pull_bytes","ms":7}
{"peer":"quick","n":1000,"step":"many50","total_ms":400}
{"peer":"permanence","n":1000,"step":"many50","total_ms":400}`
	results, err := compared([]byte(lines))
	if err != nil || len(results) != 2 {
		t.Fatalf("%+v, %v", results, err)
	}
	if pull := results[0]; pull.amount != 0.2 || pull.unit != "× quick" || pull.verdict() != "tenu" {
		t.Errorf("%+v", pull)
	}
	if many := results[1]; many.amount != 1 || many.verdict() != "**manqué**" {
		t.Errorf("%+v", many)
	}
	if _, err := compared([]byte(`{"peer":"quick","n":1,"step":"pull","error":"gone"}`)); err == nil {
		t.Error("a peer that failed was compared")
	}
}

func TestAnAmountHasItsGoal(t *testing.T) {
	page := report{results: []result{
		{what: "Octets", amount: 41.237, unit: "octets", limit: 90},
		{what: "Saisies", amount: 250, unit: "par s", limit: 300, floor: true},
	}}
	for _, w := range []string{"| Octets | 41,24\u00a0octets | au plus 90 | tenu |", "| Saisies | 250\u00a0par s | au moins 300 | **manqué** |"} {
		if !strings.Contains(page.String(), w) {
			t.Errorf("the page lacks %q:\n%s", w, page)
		}
	}
}
