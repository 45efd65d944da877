package main

import (
	"slices"
	"time"
)

// lap is one run: how long it took, and how much of the processor both sides
// used, which other work on the machine does not change.
type lap struct{ wall, cpu time.Duration }

// watch measures one run.
type watch struct {
	began time.Time
	cpu   time.Duration
}

func start() watch { return watch{time.Now(), cpuTime()} }

func (w watch) stop() lap { return lap{time.Since(w.began), cpuTime() - w.cpu} }

// result is one line of the page.
type result struct {
	what   string // in French
	laps   []lap
	budget time.Duration // on the median; 0 when there is none
	note   string        // in French

	// What is not a time of its own runs is an amount, in a unit, and its goal.
	amount float64
	unit   string  // "" for a time
	limit  float64 // at most; 0 when there is none
	floor  bool    // limit is the least instead
}

// at gives the time below which a share of the runs stays: 0.5, 0.95.
func (r result) at(share float64) time.Duration {
	if len(r.laps) == 0 {
		return 0
	}
	sorted := slices.SortedFunc(slices.Values(r.laps), func(a, b lap) int { return int(a.wall - b.wall) })
	return sorted[min(len(sorted)-1, int(share*float64(len(sorted))))].wall
}

// cpu gives the processor time of one run, on average; 0 when it is not known.
func (r result) cpu() time.Duration {
	var sum time.Duration
	for _, l := range r.laps {
		sum += l.cpu
	}
	return sum / time.Duration(max(1, len(r.laps)))
}

// verdict compares the median with the budget, or the amount with its goal.
func (r result) verdict() string {
	held := r.at(0.5) <= r.budget
	switch {
	case r.unit != "" && r.limit == 0, r.unit == "" && r.budget == 0:
		return ""
	case r.unit != "" && r.floor:
		held = r.amount >= r.limit
	case r.unit != "":
		held = r.amount <= r.limit
	}
	if held {
		return "tenu"
	}
	return "**manqué**"
}

// timed runs f so many times, once more before to warm up.
func timed(runs int, f func(i int) error) ([]lap, error) {
	if err := f(0); err != nil {
		return nil, err
	}
	return cold(runs, func(i int) (lap, error) {
		w := start()
		err := f(i)
		return w.stop(), err
	})
}

// cold runs f so many times; f prepares, and says what the rest took.
func cold(runs int, f func(i int) (lap, error)) ([]lap, error) {
	var laps []lap
	for i := range max(1, runs) {
		l, err := f(i)
		if err != nil {
			return nil, err
		}
		laps = append(laps, l)
	}
	return laps, nil
}
