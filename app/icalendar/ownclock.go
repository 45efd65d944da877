package icalendar

import (
	"encoding/binary"
	"slices"
	"strconv"
	"strings"
	"time"
)

// maxOnsets bounds the clock changes one VTIMEZONE may hold.
const maxOnsets = 2000

// onset is one clock change: from when (seconds since 1970, UTC), which offset.
type onset struct {
	at       int64
	offset   int // seconds east of UTC
	daylight bool
}

// ownClock builds the clock that a VTIMEZONE describes, from 1970 to a few
// years after to. ok is false when it is broken, or repeats more often than
// once a month.
func ownClock(def *Component, to time.Time, work *budget) (loc *time.Location, ok bool) {
	var onsets []onset
	before, first := 0, int64(0)
	for _, part := range def.Kids {
		if part.Name != "STANDARD" && part.Name != "DAYLIGHT" {
			continue
		}
		from, okFrom := offsetOf(part, "TZOFFSETFROM")
		offset, okTo := offsetOf(part, "TZOFFSETTO")
		if !okFrom || !okTo {
			return nil, false
		}
		times, ok := onsetTimes(part, from, to, work)
		if !ok || len(times)+len(onsets) > maxOnsets {
			return nil, false
		}
		if earliest := slices.Min(times); len(onsets) == 0 || earliest < first {
			before, first = from, earliest
		}
		for _, at := range times {
			onsets = append(onsets, onset{at, offset, part.Name == "DAYLIGHT"})
		}
	}
	if len(onsets) == 0 {
		return nil, false
	}
	slices.SortStableFunc(onsets, func(a, b onset) int { return int(min(max(a.at-b.at, -1), 1)) })
	onsets = slices.CompactFunc(onsets, func(a, b onset) bool { return a.at == b.at })
	loc, err := time.LoadLocationFromTZData("", zoneFile(before, onsets))
	return loc, err == nil
}

// offsetOf reads +0100, -0741 or +000921.
func offsetOf(part *Component, name string) (seconds int, ok bool) {
	p, _ := part.First(name)
	s := strings.TrimSpace(p.Value)
	if len(s) != 5 && len(s) != 7 {
		return 0, false
	}
	n, err := strconv.ParseUint(s[1:], 10, 32)
	if err != nil || (s[0] != '+' && s[0] != '-') {
		return 0, false
	}
	if len(s) == 5 {
		n *= 100
	}
	seconds = int(n/10000)*3600 + int(n/100%100)*60 + int(n%100)
	if s[0] == '-' {
		seconds = -seconds
	}
	return seconds, seconds > -daySeconds && seconds < daySeconds
}

// onsetTimes lists when part begins, its own start first: never empty when ok.
func onsetTimes(part *Component, from int, to time.Time, work *budget) (times []int64, ok bool) {
	p, _ := part.First("DTSTART")
	start, ok := parseStamp(p.Value)
	if !ok {
		return nil, false
	}
	clock := time.FixedZone("", from)
	times = append(times, start.wall.Unix()-int64(from))
	for _, p := range part.All("RDATE") {
		for item := range strings.SplitSeq(p.Value, ",") {
			at, ok := parseStamp(item)
			if !ok || len(times) > maxOnsets {
				return nil, false
			}
			times = append(times, toInstant(at.wall, at.clock(clock)).Unix())
		}
	}
	for _, p := range part.All("RRULE") {
		rule, err := ParseRule(p.Value)
		if err != nil || (rule.Freq != Yearly && rule.Freq != Monthly) {
			return nil, false
		}
		since := time.Date(1970, 1, 1, 0, 0, 0, 0, time.UTC)
		until := time.Date(max(to.Year(), 2100), 12, 31, 0, 0, 0, 0, time.UTC)
		err = rule.walk(start.wall, since, until, work, func(at time.Time) bool {
			if rule.over(at, clock) || len(times) > maxOnsets {
				return false
			}
			times = append(times, toInstant(at, clock).Unix())
			return true
		})
		if err != nil {
			return nil, false
		}
	}
	return times, true
}

// zoneFile writes the onsets as a compiled zone (RFC 9636, version 2), the one
// form of which the standard library makes a *time.Location.
func zoneFile(before int, onsets []onset) []byte {
	type kind struct {
		offset   int
		daylight bool
	}
	kinds := []kind{{before, false}} // the first is for what comes before
	index := make([]byte, len(onsets))
	for i, o := range onsets {
		k := kind{o.offset, o.daylight}
		at := slices.Index(kinds[1:], k) + 1
		if at == 0 {
			if len(kinds) == 256 {
				return nil
			}
			kinds, at = append(kinds, k), len(kinds)
		}
		index[i] = byte(at)
	}
	header := func(b []byte, changes, kinds, letters int) []byte {
		b = append(append(b, "TZif2"...), make([]byte, 15+12)...)
		b = binary.BigEndian.AppendUint32(b, uint32(changes))
		b = binary.BigEndian.AppendUint32(b, uint32(kinds))
		return binary.BigEndian.AppendUint32(b, uint32(letters))
	}
	b := header(nil, 0, 0, 0) // the 32-bit part, empty
	b = header(b, len(onsets), len(kinds), 1)
	for _, o := range onsets {
		b = binary.BigEndian.AppendUint64(b, uint64(o.at))
	}
	b = append(b, index...)
	for _, k := range kinds {
		b = binary.BigEndian.AppendUint32(b, uint32(int32(k.offset)))
		b = append(b, bit(k.daylight), 0)
	}
	return append(b, "\x00\n\n"...)
}

func bit(on bool) byte {
	if on {
		return 1
	}
	return 0
}
