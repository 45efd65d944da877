package schema

import "regexp"

// ServerTables lists the tables of a server in the order in which they are
// made: those of postgres.sql, which holds nothing else.
func ServerTables() []string {
	var names []string
	for _, m := range regexp.MustCompile(`(?m)^CREATE TABLE (\w+) \(`).FindAllStringSubmatch(Postgres, -1) {
		names = append(names, m[1])
	}
	return names
}
