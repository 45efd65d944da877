package simulation

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// Script is a run, as it is printed and fed back: a seed for the territoire
// and its ids, and what happens, step after step. Each step has a roll of its
// own, so that leaving one out changes the others as little as can be.
type Script struct {
	Seed  uint64
	Desks int
	Steps []Step
}

// Step is one thing that happens, mostly at one desk; the roll decides the rest
// of it.
type Step struct {
	Kind string
	Desk int
	Roll uint64
}

// String writes the script, a line a step.
func (s Script) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "seed %d desks %d\n", s.Seed, s.Desks)
	for _, st := range s.Steps {
		fmt.Fprintf(&b, "%s %d %x\n", st.Kind, st.Desk, st.Roll)
	}
	return b.String()
}

// ParseScript reads what String wrote; lines that begin with # are left out.
// It refuses a step that does not exist.
func ParseScript(text string) (Script, error) {
	var s Script
	known := map[string]bool{}
	for _, a := range acts() {
		known[a.name] = true
	}
	begun := false
	for i, line := range strings.Split(text, "\n") {
		if line = strings.TrimSpace(line); line == "" || line[0] == '#' {
			continue
		}
		if !begun {
			if _, err := fmt.Sscanf(line, "seed %d desks %d", &s.Seed, &s.Desks); err != nil {
				return s, fmt.Errorf("line %d: %w", i+1, err)
			}
			begun = true
			continue
		}
		var st Step
		if _, err := fmt.Sscanf(line, "%s %d %x", &st.Kind, &st.Desk, &st.Roll); err != nil {
			return s, fmt.Errorf("line %d: %w", i+1, err)
		}
		if !known[st.Kind] || st.Desk < 0 || st.Desk >= s.Desks {
			return s, fmt.Errorf("line %d: no step %q at desk %d", i+1, st.Kind, st.Desk)
		}
		s.Steps = append(s.Steps, st)
	}
	return s, nil
}

// Draw writes the script of a seed.
func Draw(seed uint64, steps, desks int) Script {
	rng := rand.New(rand.NewPCG(seed, 0x9e3779b97f4a7c15))
	all, total := acts(), 0
	for _, a := range all {
		total += a.weight
	}
	s := Script{Seed: seed, Desks: desks}
	for range steps {
		n := rng.IntN(total)
		i := 0
		for ; n >= all[i].weight; i++ {
			n -= all[i].weight
		}
		s.Steps = append(s.Steps, Step{all[i].name, rng.IntN(desks), rng.Uint64()})
	}
	return s
}

// shorter leaves steps out as long as the script still fails, at most tries
// times: halves first, then less and less.
func shorter(s Script, fails func(Script) bool, tries int) Script {
	for size := len(s.Steps) / 2; size > 0; size /= 2 {
		for from := 0; from < len(s.Steps) && tries > 0; tries-- {
			less := s
			less.Steps = append(append([]Step(nil), s.Steps[:from]...), s.Steps[min(from+size, len(s.Steps)):]...)
			if fails(less) {
				s = less
			} else {
				from += size
			}
		}
	}
	return s
}
