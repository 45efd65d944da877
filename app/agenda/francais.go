package agenda

import (
	"fmt"
	"time"

	"permanence/app/civil"
)

// narrow is the space that French puts between a number and its unit.
const narrow = "\u202f"

// frenchHour writes "14 h 30", as a clock on the wall of zone shows it.
func frenchHour(at time.Time, zone string) string {
	_, hour, err := wallOf(at, zone)
	if err != nil {
		_, hour = civil.Zone{}.Civil(at)
	}
	h, m := hour.HourMinute()
	return fmt.Sprintf("%d%sh%s%02d", h, narrow, narrow, m)
}

// frenchHours writes "14 h 00 à 14 h 30".
func frenchHours(s Span, zone string) string {
	return frenchHour(s.Start, zone) + " à " + frenchHour(s.End, zone)
}

// frenchMinutes writes "10 min".
func frenchMinutes(d time.Duration) string {
	return fmt.Sprintf("%d%smin", int(d.Minutes()), narrow)
}
