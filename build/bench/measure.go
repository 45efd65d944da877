package main

import (
	"slices"
	"time"
)

// result is one line of the page.
type result struct {
	what   string // in French
	times  []time.Duration
	budget time.Duration // on the median; 0 when there is none
	note   string        // in French
}

// at gives the time below which a share of the runs stays: 0.5, 0.95.
func (r result) at(share float64) time.Duration {
	if len(r.times) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(r.times))
	return sorted[min(len(sorted)-1, int(share*float64(len(sorted))))]
}

// verdict compares the median with the budget.
func (r result) verdict() string {
	switch {
	case r.budget == 0:
		return ""
	case r.at(0.5) <= r.budget:
		return "tenu"
	}
	return "**dépassé**"
}

// timed runs f so many times, once more before to warm up, and keeps how long
// each took.
func timed(runs int, f func(i int) error) ([]time.Duration, error) {
	if err := f(0); err != nil {
		return nil, err
	}
	return cold(runs, func(i int) (time.Duration, error) {
		began := time.Now()
		err := f(i)
		return time.Since(began), err
	})
}

// cold runs f so many times; f prepares, and says how long what counts took.
func cold(runs int, f func(i int) (time.Duration, error)) ([]time.Duration, error) {
	var times []time.Duration
	for i := range max(1, runs) {
		took, err := f(i)
		if err != nil {
			return nil, err
		}
		times = append(times, took)
	}
	return times, nil
}
