package store

import (
	"slices"
	"strings"
	"time"

	"permanence/app/agenda"
)

// SearchUsagers answers while typing: the people known to one of the
// organisations (to any, for none) that match every word of text, best first,
// limit at most. A word may begin a name (accents and case folded), be a birth
// date (4/3/1987, 1987-03-04) or, when it holds an @, begin an email; a text of
// digits begins a phone or a file number. An empty text finds nobody.
//
// Whose last name is the text come first, then whose last name begins with it,
// then the others; within each, in the order of names.
func (v *View) SearchUsagers(text string, orgs []agenda.OrganisationID, limit int) ([]*agenda.Usager, error) {
	q, ok := parseSearch(text)
	if !ok || limit <= 0 {
		return nil, nil
	}
	if q.digits != "" {
		return v.searchDigits(q, orgs, limit)
	}
	var all []*agenda.Usager
	for _, find := range []func(search, []agenda.OrganisationID, int) ([]*agenda.Usager, error){v.searchLastName, v.searchWords} {
		more, err := find(q, orgs, limit)
		if err != nil {
			return nil, err
		}
		all = appendNew(all, more)
		if len(all) >= limit {
			break
		}
	}
	return all[:min(len(all), limit)], nil
}

// search is a text taken apart.
type search struct {
	folded string   // every name word, folded, one space between
	words  []string // the same, one by one
	birth  string   // 1987-03-04
	email  string   // its first letters
	digits string   // digits alone, with the + of an international number
}

// parseSearch takes a text apart; it reports whether there is something to
// look for.
func parseSearch(text string) (search, bool) {
	text = strings.TrimSpace(text)
	if d, ok := digitsOnly(text); ok && len(d) >= 2 && birthDay(text) == "" {
		return search{digits: d}, true
	}
	var q search
	var names []string
	for _, w := range strings.Fields(text) {
		switch day := birthDay(w); {
		case day != "":
			q.birth = day
		case strings.Contains(w, "@"):
			q.email = strings.ToLower(w)
		default:
			names = append(names, w)
		}
	}
	q.folded = agenda.Fold(strings.Join(names, " "))
	q.words = strings.Fields(q.folded)
	return q, len(q.words) > 0 || q.birth != "" || q.email != ""
}

// digitsOnly keeps the digits of a phone or a file number typed with spaces,
// points or hyphens.
func digitsOnly(text string) (string, bool) {
	var b strings.Builder
	for i, r := range text {
		switch {
		case r >= '0' && r <= '9', r == '+' && i == 0:
			b.WriteRune(r)
		case !strings.ContainsRune(" .-/\u00a0\u202f", r):
			return "", false
		}
	}
	return b.String(), b.Len() > 0
}

// birthDay reads a whole day as it is typed in France, or as it is stored.
func birthDay(word string) string {
	for _, form := range []string{"2/1/2006", "2.1.2006", "2-1-2006", "2006-01-02"} {
		if t, err := time.Parse(form, word); err == nil {
			return t.Format(time.DateOnly)
		}
	}
	return ""
}

// known adds the condition that one of the organisations knows the usager.
func (c *conditions) known(orgs []agenda.OrganisationID) {
	if len(orgs) == 0 {
		return
	}
	args := make([]any, len(orgs))
	for i, o := range orgs {
		args[i] = o
	}
	c.add("EXISTS (SELECT 1 FROM profils p WHERE p.usager = u.id AND p.organisation IN ("+marks(len(orgs))+"))", args...)
}

// besides adds what a search asks but names.
func (c *conditions) besides(q search) {
	if q.birth != "" {
		c.add("u.birth_date = ?", q.birth)
	}
	if q.email != "" {
		c.prefix("u.email", q.email)
	}
}

// prefix adds that a column begins with the text, so that an index answers.
func (c *conditions) prefix(column, text string) {
	c.add(column+" >= ?", text)
	c.add(column+" < ?", text+"\U0010ffff")
}

func (v *View) findUsagers(c conditions, order string, limit int) ([]*agenda.Usager, error) {
	return decodeAll[*agenda.Usager](v, agenda.NounUsager,
		"SELECT u.body FROM usagers u"+c.where()+" ORDER BY "+order+" LIMIT ?", append(c.args, limit)...)
}

// searchLastName finds whose last name is the text, then begins with it. The
// index gives them in order and stops at limit, however many begin so.
func (v *View) searchLastName(q search, orgs []agenda.OrganisationID, limit int) ([]*agenda.Usager, error) {
	if q.folded == "" {
		return nil, nil
	}
	var all []*agenda.Usager
	for _, start := range []string{q.folded + "|", q.folded} {
		c := conditions{}
		c.prefix("u.identity_key", start)
		c.besides(q)
		c.known(orgs)
		more, err := v.findUsagers(c, "u.identity_key, u.id", limit)
		if err != nil {
			return nil, err
		}
		all = appendNew(all, more)
		if len(all) >= limit {
			return all, nil
		}
	}
	return all, nil
}

// searchWords finds who has a name that begins with each word.
func (v *View) searchWords(q search, orgs []agenda.OrganisationID, limit int) ([]*agenda.Usager, error) {
	c := conditions{}
	if len(q.words) > 0 {
		cond, args := v.db.eng.namesMatch(q.words)
		c.add(cond, args...)
	}
	c.besides(q)
	c.known(orgs)
	// Those found by last name may be among them: ask for as many more.
	found, err := v.findUsagers(c, "u.seq", 2*limit)
	if err != nil || len(q.words) == 0 {
		return found, err
	}
	slices.SortStableFunc(found, func(a, b *agenda.Usager) int { return q.rank(a) - q.rank(b) })
	return found, nil
}

// rank tells how well the last name answers: 0 it begins with one of the
// words, 1 another name does.
func (q search) rank(u *agenda.Usager) int {
	last := agenda.Fold(u.LastName)
	if slices.ContainsFunc(q.words, func(w string) bool { return strings.HasPrefix(last, w) }) {
		return 0
	}
	return 1
}

// searchDigits finds by the first digits of a phone or of a file number.
func (v *View) searchDigits(q search, orgs []agenda.OrganisationID, limit int) ([]*agenda.Usager, error) {
	var all []*agenda.Usager
	for _, start := range phonePrefixes(q.digits) {
		c := conditions{}
		c.prefix("u.phone", start)
		c.known(orgs)
		more, err := v.findUsagers(c, "u.phone, u.id", limit)
		if err != nil {
			return nil, err
		}
		all = appendNew(all, more)
	}
	c := conditions{}
	c.prefix("f.case_number", q.digits)
	c.add("u.id = f.usager")
	c.known(orgs)
	more, err := decodeAll[*agenda.Usager](v, agenda.NounUsager,
		"SELECT u.body FROM profils f CROSS JOIN usagers u"+c.where()+" ORDER BY f.case_number, u.id LIMIT ?", append(c.args, limit)...)
	if err != nil {
		return nil, err
	}
	all = appendNew(all, more)
	return all[:min(len(all), limit)], nil
}

// phonePrefixes gives what a number typed so may begin with in E.164: a French
// number of ten digits is kept under the code of its territory.
func phonePrefixes(digits string) []string {
	if international, ok := strings.CutPrefix(digits, "00"); ok {
		digits = "+" + international
	}
	if strings.HasPrefix(digits, "+") {
		return []string{digits}
	}
	national, ok := strings.CutPrefix(digits, "0")
	if !ok {
		return []string{digits}
	}
	var all []string
	for _, code := range []string{"+33", "+262", "+590", "+594", "+596", "+508"} {
		all = append(all, code+national)
	}
	return all
}

// appendNew appends the usagers that are not in the list.
func appendNew(list, more []*agenda.Usager) []*agenda.Usager {
	for _, u := range more {
		if !slices.ContainsFunc(list, func(o *agenda.Usager) bool { return o.ID == u.ID }) {
			list = append(list, u)
		}
	}
	return list
}
