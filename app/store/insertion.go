package store

import (
	"slices"
	"strings"
)

// insertAll runs an insertion of many rows, some in each statement: few
// statements serve every count.
func (s *session) insertAll(before, after string, rows [][]any) error {
	for _, size := range []int{together, 8, 1} {
		whole := len(rows) - len(rows)%size
		for some := range slices.Chunk(rows[:whole], size) {
			if err := s.insertSome(before, after, some); err != nil {
				return err
			}
		}
		rows = rows[whole:]
	}
	return nil
}

func (s *session) insertSome(before, after string, rows [][]any) error {
	row := "(" + marks(len(rows[0])) + ")"
	query := before + row + strings.Repeat(", "+row, len(rows)-1) + after
	return s.later("write rows", query, slices.Concat(rows...)...)
}
