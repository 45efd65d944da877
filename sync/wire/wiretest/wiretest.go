// Package wiretest makes up earlier schemas for the tests of both sides. It is
// no part of what speaks.
package wiretest

import (
	"encoding/json"

	"permanence/sync/wire"
)

// Renamed gives the key from of an object the name to; an object without it is
// as it was.
func Renamed(from, to string) wire.Converter {
	return func(body json.RawMessage) (json.RawMessage, error) {
		var m map[string]json.RawMessage
		if err := json.Unmarshal(body, &m); err != nil {
			return nil, err
		}
		if v, ok := m[from]; ok {
			m[to] = v
			delete(m, from)
		}
		return json.Marshal(m)
	}
}
