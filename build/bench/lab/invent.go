package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"strconv"
	"time"
)

// invent writes appointments of the form that seed reads, one a line, the same
// each time.
func invent(out io.Writer, count string) error {
	n, err := strconv.Atoi(count)
	if err != nil || n < 1 {
		return errUsage
	}
	w := bufio.NewWriter(out)
	chance := rand.New(rand.NewPCG(1, 1))
	enc := json.NewEncoder(w)
	for i := range n {
		if err := enc.Encode(invented(chance, i)); err != nil {
			return err
		}
	}
	return w.Flush()
}

func invented(c *rand.Rand, i int) map[string]any {
	firsts := []string{"Ines", "Paul", "Soraya", "Jean-Luc", "Awa", "Louis"}
	lasts := []string{"Garnier", "Moreau", "Benali", "Petit", "Diallo", "Nguyen", "Roux"}
	notes := []string{"Apporter un justificatif de domicile", "Première demande, dossier incomplet", "À rappeler la veille", "Suivi du dossier"}
	states := []string{"booked", "booked", "booked", "seen", "noshow", "cancelled"}
	minutes := []int{15, 20, 30, 45, 60}
	write := func(t time.Time) string { return t.Format("2006-01-02T15:04Z") }
	length := minutes[c.IntN(len(minutes))]
	start := first().AddDate(0, 0, c.IntN(420)).Add(8*time.Hour + time.Duration(c.IntN(36))*15*time.Minute)
	return map[string]any{
		"id": fmt.Sprintf("a%08d", i), "org": "o12", "agent": fmt.Sprintf("g%04d", c.IntN(labAgents)), "svc": fmt.Sprintf("s%02d", c.IntN(labServices)),
		"place": fmt.Sprintf("p%02d", c.IntN(labLieux)), "motif": fmt.Sprintf("m%03d", c.IntN(labMotifs)),
		"start": write(start), "end": write(start.Add(time.Duration(length) * time.Minute)), "dur": length, "status": states[c.IntN(len(states))],
		"fn": firsts[c.IntN(len(firsts))], "ln": lasts[c.IntN(len(lasts))], "tel": fmt.Sprintf("+3319900%04d", c.IntN(10_000)),
		"mail": fmt.Sprintf("personne%d@example.org", i), "chan": "desk", "note": fmt.Sprintf("%s n° %d", notes[c.IntN(len(notes))], c.IntN(100_000)),
		"by": fmt.Sprintf("g%04d", c.IntN(labAgents)), "created": write(start.AddDate(0, 0, -c.IntN(40))), "updated": write(start), "ver": 1,
	}
}
