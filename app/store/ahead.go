package store

import (
	"database/sql"
	"fmt"
	"slices"
	"strings"

	"permanence/app/agenda"
	"permanence/app/guichet"
)

// aheadSizes are for how many ids one statement asks: few statements serve every
// count.
var aheadSizes = [...]int{together, 8}

// Ahead reads in one go what many commands are about: the records of the ids
// that they name, the roles, plages and absences of the agents among them, the
// profils of the usagers.
func (tx *ServerTx) Ahead(cmds ...agenda.Command) (guichet.Ahead, error) {
	all, err := idsOf(cmds)
	if err != nil {
		return guichet.Ahead{}, err
	}
	slices.Sort(all)
	found := guichet.Ahead{IDs: slices.Compact(all)}
	if len(found.IDs) > mostAbout {
		return guichet.Ahead{}, nil // an import: most are of records to be born
	}
	for ids := found.IDs; len(ids) > 0; {
		size := aheadSizes[0]
		if len(ids) <= aheadSizes[1] {
			size = aheadSizes[1]
		}
		some := ids[:min(size, len(ids))]
		if err := tx.ahead(&found, some, size); err != nil {
			return guichet.Ahead{}, fmt.Errorf("read ahead: %w", err)
		}
		ids = ids[len(some):]
	}
	return found, nil
}

func (tx *ServerTx) ahead(found *guichet.Ahead, ids []string, size int) error {
	in := make([]any, size)
	for i, id := range ids {
		in[i] = id
	}
	query, times := aheadOf(size)
	var args []any
	for range times {
		args = append(args, in...)
	}
	return tx.each(query, args, func(rows *sql.Rows) error {
		var noun agenda.Noun
		var id, body string
		if err := rows.Scan(&noun, &id, &body); err != nil {
			return err
		}
		if noun == "" {
			found.Erased = append(found.Erased, agenda.Ref{Noun: agenda.Noun(body), ID: id})
			return nil
		}
		r, err := agenda.Decode(noun, []byte(body))
		found.Records = append(found.Records, r)
		return err
	})
}

// aheadOf is the statement for so many ids, and how many times it takes them.
func aheadOf(size int) (query string, times int) {
	in := " IN (" + marks(size) + ")"
	var parts []string
	add := func(t *table, column string) {
		parts = append(parts, "SELECT '"+string(t.noun)+"' AS noun, id, body FROM "+t.name+" WHERE "+column+in)
	}
	for _, t := range []*table{organisations, agents, motifs, lieux, usagers, rdvs} {
		add(t, "id")
	}
	for _, t := range []*table{roles, plages, absences} {
		add(t, "agent")
	}
	add(profils, "usager")
	parts = append(parts, "SELECT '' AS noun, id, noun AS body FROM erased WHERE noun IN ('rdv', 'usager') AND id"+in)
	return strings.Join(parts, " UNION ALL "), len(parts)
}
