package desktop

import (
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"permanence/app/agenda"
)

// The history of a record: what each change made of it, who made it and when,
// and the former values that may be put back.

// historyWait is how long the server may take before the history is told from
// what is here.
const historyWait = 8 * time.Second

// passage is one change of a record as it is told.
type passage struct {
	agenda.Passage
	before, after agenda.Record // nil for none, or not known
	pending       bool
}

// former is a value that a change overwrote, and may be put back.
type former struct {
	ref   agenda.Ref
	from  agenda.Passage
	group string
}

// Histoire tells what became of an rdv or of a person's file. It waits a little
// for the network; without it, this desk tells its own part. It refuses
// (not_found) what is not here.
func (p *Poste) Histoire(ctx context.Context, noun, id string) (VueHistoire, error) {
	refs, err := p.historyRefs(ctx, agenda.Noun(noun), id)
	if err != nil {
		return VueHistoire{}, err
	}
	wait, stop := context.WithTimeout(ctx, historyWait)
	defer stop()
	told, notice := map[agenda.Ref]Historique{}, ""
	for _, ref := range refs {
		h, err := p.History(wait, ref)
		if r := ErreurOf(err); r != nil && r.Code == string(agenda.CodeNotFound) {
			h, err = p.ownHistory(ctx, ref)
			notice = "Le serveur ne connaît pas encore tout de cet élément : seuls les gestes de ce poste sont montrés."
		}
		if err != nil {
			return VueHistoire{}, err
		}
		if h.Own && notice == "" {
			notice = "Hors ligne : seuls les gestes de ce poste sont montrés. L’histoire complète se lit une fois connecté."
		}
		told[ref] = h
	}
	vue := VueHistoire{Lines: []LigneHistoire{}, Full: notice == "", Notice: typeset(notice)}
	formers := map[string]former{}
	err = p.read(ctx, func(l *lecture) error {
		var all []passage
		for _, ref := range refs {
			passages, err := l.passages(ref, told[ref])
			if err != nil {
				return err
			}
			all = append(all, passages...)
		}
		slices.SortStableFunc(all, func(a, b passage) int { return b.At.Compare(a.At) })
		for _, one := range all {
			vue.Lines = append(vue.Lines, l.drawPassage(one, formers))
		}
		return nil
	})
	p.mu.Lock()
	p.formers = formers
	p.mu.Unlock()
	return vue, err
}

// historyRefs gives the records that tell a history: of a person, the file and
// what the agent's organisation keeps.
func (p *Poste) historyRefs(ctx context.Context, noun agenda.Noun, id string) ([]agenda.Ref, error) {
	var refs []agenda.Ref
	err := p.read(ctx, func(l *lecture) error {
		switch noun {
		case agenda.NounRdv:
			r, err := l.readable(id)
			if err != nil {
				return err
			}
			refs = []agenda.Ref{agenda.RefOf(r)}
			return nil
		case agenda.NounUsager:
			f, _, err := l.ficheOf(agenda.UsagerID(id))
			if err != nil {
				return err
			}
			refs = []agenda.Ref{agenda.RefOf(f.usager), agenda.RefOf(f.profil)}
			return nil
		}
		return agenda.Refuse(agenda.CodeNotFound, id)
	})
	return refs, err
}

// passages gives what became of a record, last first: the acts of this desk that
// the server has not heard of, then what was told; each with the record before
// and after, from what it is now back to its birth.
func (l *lecture) passages(ref agenda.Ref, told Historique) ([]passage, error) {
	commands, err := l.commands()
	if err != nil {
		return nil, err
	}
	var all []passage
	for _, q := range commands {
		known := slices.ContainsFunc(told.Passages, func(p agenda.Passage) bool { return p.Command == q.Command.ID })
		one, did := ownPassage(q, ref)
		if did && !known && !told.Own && l.isPending(q.Command.ID) {
			all = append(all, passage{Passage: one, pending: true})
		}
	}
	for _, p := range told.Passages {
		all = append(all, passage{Passage: p, pending: told.Own && l.isPending(p.Command)})
	}
	now, _ := l.Record(ref.Noun, ref.ID)
	for i := range all {
		all[i].after = now
		if now == nil || all[i].Kind == "born" {
			now = nil
			continue
		}
		before, err := agenda.Rewind(now, all[i].Was)
		if err != nil {
			before = nil // of another version: the change is told without its values
		}
		all[i].before, now = before, before
	}
	return all, nil
}

// drawPassage words one change, and notes the former values that it offers.
func (l *lecture) drawPassage(p passage, formers map[string]former) LigneHistoire {
	line := LigneHistoire{Label: typeset(l.changeText(p) + l.passageAuthor(p)), When: l.dayAndHour(p.At), Pending: p.pending, Rappels: []Rappel{}}
	if p.before == nil {
		return line
	}
	ref := agenda.RefOf(p.before)
	now, ans := l.Record(ref.Noun, ref.ID)
	if ans != agenda.Yes {
		return line
	}
	for _, group := range slices.Sorted(maps.Keys(p.Was)) {
		edits, err := agenda.RestoreEdits(now, group, p.Was[group])
		if err != nil || len(edits) == 0 {
			continue // what nobody puts back, or what holds already
		}
		key := strings.Join([]string{string(ref.Noun), ref.ID, p.Command, group}, "/")
		formers[key] = former{ref, p.Passage, group}
		line.Rappels = append(line.Rappels, Rappel{Key: key, Label: typeset(l.restoreText(p.before, group))})
	}
	return line
}

// passageAuthor gives « par Sylvie Martin », « par vous », « par l’usager ».
func (l *lecture) passageAuthor(p passage) string {
	switch {
	case p.Author == agenda.AuthorUsager:
		return " par l’usager"
	case p.Agent == l.agent:
		return " par vous"
	case p.Agent != "":
		return " par " + l.whoever(p.Agent)
	}
	return " par le serveur"
}

// Rappeler puts back a former value that the last history read offered, by its
// key. It is a command like any other. It refuses (not_found) a key that is no
// longer offered, and (nothing_to_undo) a value that holds already.
func (p *Poste) Rappeler(ctx context.Context, key string) (Acte, error) {
	p.mu.Lock()
	f, ok := p.formers[key]
	p.mu.Unlock()
	if !ok {
		return Acte{}, agenda.Refuse(agenda.CodeNotFound, "")
	}
	return p.Restore(ctx, f.ref, f.from, []string{f.group}, Accord{All: true})
}
