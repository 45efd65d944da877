package agenda

import (
	"bytes"
	"cmp"
	"encoding/json"
	"maps"
	"slices"
)

// occurrences gives the new value of a field. Of the days taken out of a series
// or given other hours, each is an edit of its own: what somebody did meanwhile
// to another day survives (sync.md §5 row 18). Any other field is replaced.
func (d *decider) occurrences(r Record, key string, e Edit) json.RawMessage {
	if key != "exdates" && key != "overrides" || d.mode == Propose {
		return e.Now
	}
	fields, err := fieldsOf(r)
	if err != nil {
		return e.Now
	}
	here, was, now := byDay(fields[key]), byDay(e.Was), byDay(e.Now)
	if here == nil || was == nil || now == nil || sameDays(here, was) {
		return e.Now
	}
	for day := range was {
		if now[day] == nil {
			delete(here, day)
		}
	}
	for day, value := range now {
		if !bytes.Equal(was[day], value) {
			here[day] = value
		}
	}
	merged := make([]json.RawMessage, 0, len(here))
	for _, day := range slices.Sorted(maps.Keys(here)) {
		merged = append(merged, here[day])
	}
	body, err := json.Marshal(merged)
	if err != nil {
		return e.Now
	}
	return body
}

// byDay reads a list of days, or of objects that name theirs; nil for anything
// else, empty for none.
func byDay(list json.RawMessage) map[string]json.RawMessage {
	var items []json.RawMessage
	if len(list) > 0 && json.Unmarshal(list, &items) != nil {
		return nil
	}
	days := make(map[string]json.RawMessage, len(items))
	for _, item := range items {
		var day string
		var object struct{ Day string }
		if json.Unmarshal(item, &day) != nil && json.Unmarshal(item, &object) != nil {
			return nil
		}
		var plain bytes.Buffer
		if json.Compact(&plain, item) != nil {
			return nil
		}
		days[cmp.Or(day, object.Day)] = plain.Bytes()
	}
	return days
}

func sameDays(a, b map[string]json.RawMessage) bool {
	return maps.EqualFunc(a, b, func(x, y json.RawMessage) bool { return bytes.Equal(x, y) })
}
