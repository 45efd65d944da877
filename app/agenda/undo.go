package agenda

import (
	"encoding/json"
	"slices"
	"strings"
)

// WarnChangedSince tells what undoing leaves as it is: somebody changed it since.
const WarnChangedSince Code = "changed_since"

// UndoEdits gives what undoing needs of one change: the former and new value of
// each group that a person may put back, or the whole record when it was born
// or removed. What the server derives, and what no person edits, gives nothing.
func UndoEdits(c Change) ([]UndoEdit, error) {
	if k, ok := c.After.(*Conflit); ok && k.Code == ConflitQuarantined {
		return nil, nil // an answer given about somebody's command is given
	}
	if c.Before == nil || c.After == nil {
		return wholeEdit(c)
	}
	changed, err := changedGroups(c.Before, c.After)
	if err != nil {
		return nil, err
	}
	var edits []UndoEdit
	ref := c.Ref()
	for _, group := range changed {
		if !slices.Contains(restorable(ref.Noun), group) {
			continue
		}
		was, err := groupValue(c.Before, group)
		if err != nil {
			return nil, err
		}
		made, err := groupValue(c.After, group)
		if err != nil {
			return nil, err
		}
		edits = append(edits, UndoEdit{Noun: ref.Noun, ID: ref.ID, Group: group, Was: was, Made: made})
	}
	return edits, nil
}

func wholeEdit(c Change) ([]UndoEdit, error) {
	ref := c.Ref()
	switch ref.Noun {
	case NounOccupation, NounConflit, NounRecu:
		return nil, nil
	}
	e := UndoEdit{Noun: ref.Noun, ID: ref.ID, Was: json.RawMessage("null"), Made: json.RawMessage("null")}
	var err error
	if c.Before != nil {
		e.Was, err = Encode(c.Before)
	} else {
		e.Made, err = Encode(c.After)
	}
	if err != nil {
		return nil, err
	}
	return []UndoEdit{e}, nil
}

// restorable lists the groups of a noun that undoing may put back.
func restorable(n Noun) []string {
	switch n {
	case NounRdv:
		return []string{GroupSlot, GroupStatus, GroupPeople, GroupNote}
	case NounRole:
		return []string{"level", "services"}
	case NounConflit:
		return []string{"closed_at", "closed_by", "choice"}
	case NounUsager:
		return append(editable(n), "merged")
	case NounImporte:
		return []string{"summary", "location", "transparent", "all_day", "zone", "series", "spans"}
	case NounRecu:
		return []string{"usager"}
	}
	var names []string
	for _, key := range editable(n) {
		names = append(names, groupName(groupsOf(n), key))
	}
	return once(names)
}

// groupKeys lists the JSON keys of a group: itself when it is one field.
func groupKeys(n Noun, group string) []string {
	if keys, ok := groupsOf(n)[group]; ok {
		return keys
	}
	return []string{group}
}

// groupValue is the JSON object of the keys of a group that r holds.
func groupValue(r Record, group string) (json.RawMessage, error) {
	fields, err := fieldsOf(r)
	if err != nil {
		return nil, err
	}
	object := map[string]json.RawMessage{}
	for _, key := range groupKeys(r.Noun(), group) {
		if v, ok := fields[key]; ok {
			object[key] = v
		}
	}
	return json.Marshal(object)
}

// undo puts back what nobody changed since: first what was removed, then the
// former values, and last it takes back what was added. Each goes through the
// rule that its change would: same rights, same refusals, same warnings. What
// somebody changed is named (WarnChangedSince) and left; when nothing remains
// to put back the whole is refused (CodeNothingToUndo).
func (d *decider) undo(a *Undo) error {
	if d.by.Kind == AuthorUsager {
		return Refuse(CodeForbidden, a.Of)
	}
	d.f = &decided{Facts: d.f, d: d, at: map[Ref]int{}}
	u := &undoing{decider: d}
	for _, step := range []func([]UndoEdit) error{u.bringBack, u.putBack, u.takeBack} {
		if err := step(a.Edits); err != nil {
			return err
		}
	}
	if !u.done {
		return Refuse(CodeNothingToUndo, a.Of)
	}
	u.nameLeft()
	return nil
}

// undoing is one undo on its way.
type undoing struct {
	*decider
	done   bool
	left   []Ref
	labels []string // of what is left
}

// leave notes that a group ("" for a whole record) stays as somebody made it.
func (u *undoing) leave(r Ref, group string) {
	u.left = append(u.left, r)
	u.labels = append(u.labels, undoLabel(r.Noun, group))
}

func (u *undoing) nameLeft() {
	if len(u.left) == 0 {
		return
	}
	u.verdict(Merged)
	text := "Modifié depuis par quelqu’un d’autre, laissé tel quel : " + strings.Join(once(u.labels), ", ") + "."
	u.warn(WarnChangedSince, text, once(u.left)...)
}

// undoLabel gives the French name of what undoing may leave.
func undoLabel(n Noun, group string) string {
	labels := map[string]string{
		GroupSlot: "horaire et lieu", GroupStatus: "statut", GroupPeople: "agents et usagers", GroupNote: "notes",
		"hours": "horaires", "level": "niveau d’accès", "services": "services", "lieu": "lieu",
	}
	if group == "" {
		return nounLabel(n)
	}
	if l, ok := labels[group]; ok {
		return l
	}
	return fieldLabel(group)
}

func nounLabel(n Noun) string {
	labels := map[Noun]string{
		NounRdv: "rendez-vous", NounPlage: "plage d’ouverture", NounUsager: "fiche de l’usager", NounProfil: "dossier de l’usager",
		NounRole: "rôle", NounImporte: "agenda importé",
	}
	if l, ok := labels[n]; ok {
		return l
	}
	return string(n)
}

// putBack restores groups, record by record in the order of their first edit.
func (u *undoing) putBack(edits []UndoEdit) error {
	byRef := map[Ref][]UndoEdit{}
	var order []Ref
	for _, e := range edits {
		if e.Group == "" {
			continue
		}
		ref := Ref{e.Noun, e.ID}
		if byRef[ref] == nil {
			order = append(order, ref)
		}
		byRef[ref] = append(byRef[ref], e)
	}
	for _, ref := range order {
		if err := u.putBackOne(ref, byRef[ref]); err != nil {
			return err
		}
	}
	return nil
}

func (u *undoing) putBackOne(ref Ref, edits []UndoEdit) error {
	now, ans := u.f.Record(ref.Noun, ref.ID)
	if ans != Yes {
		u.leave(ref, "")
		return nil
	}
	after := now
	for _, e := range edits {
		next, err := u.withFormer(now, after, e)
		if err != nil {
			return err
		}
		after = next
	}
	changed, err := changedKeys(now, after)
	if err != nil || len(changed) == 0 {
		return err
	}
	u.done = true
	return u.put(now, after, changed)
}

// withFormer gives after with the former value of a group, when now still holds
// what the undone command made of it.
func (u *undoing) withFormer(now, after Record, e UndoEdit) (Record, error) {
	if !slices.Contains(restorable(e.Noun), e.Group) {
		return nil, Invalid(e.Group)
	}
	still, err := u.stands(now, e)
	if err != nil {
		return nil, err
	}
	if still {
		return withGroup(after, e.Group, e.Was)
	}
	already, err := holds(now, e.Group, e.Was)
	if err != nil {
		return nil, err
	}
	if !already {
		u.leave(RefOf(now), e.Group)
	}
	return after, nil
}

// stands reports whether now still holds what the undone command made of a
// group. Instants that the author's own clock gave do not count: the server may
// have capped them.
func (u *undoing) stands(now Record, e UndoEdit) (bool, error) {
	still, err := holds(now, e.Group, e.Made)
	r, isRdv := now.(*Rdv)
	own := isRdv && e.Group == GroupStatus && u.by.Device != "" && r.Groups[GroupStatus].Device == u.by.Device
	if err != nil || still || !own {
		return still, err
	}
	made, err := withGroup(r, e.Group, e.Made)
	if err != nil {
		return false, err
	}
	with := made.(*Rdv)
	with.CancelledAt, with.ArrivedAt = r.CancelledAt, r.ArrivedAt
	changed, err := changedKeys(r, with)
	return len(changed) == 0, err
}

// holds reports whether a group of r has this value.
func holds(r Record, group string, value json.RawMessage) (bool, error) {
	with, err := withGroup(r, group, value)
	if err != nil {
		return false, err
	}
	changed, err := changedKeys(r, with)
	return len(changed) == 0, err
}

// withGroup gives a copy of r in which a group has this value. It refuses
// (Invalid, naming the group) what is not an object of the group's keys.
func withGroup(r Record, group string, value json.RawMessage) (Record, error) {
	keys := groupKeys(r.Noun(), group)
	var object map[string]json.RawMessage
	if err := json.Unmarshal(value, &object); err != nil {
		return nil, Invalid(group)
	}
	for key := range object {
		if !slices.Contains(keys, key) {
			return nil, Invalid(key)
		}
	}
	after, err := withKeys(r, keys, object)
	if err != nil {
		return nil, Invalid(group)
	}
	return after, nil
}

// put hands a record whose former values are back to the rule of its noun.
func (u *undoing) put(before, after Record, changed []string) error {
	switch r := after.(type) {
	case *Usager:
		if err := u.knowsUsager(r.ID); err != nil {
			return err
		}
		return u.putUsager(before.(*Usager), r, changed)
	case *Profil:
		if err := u.keepsOf(r.Organisation); err != nil {
			return err
		}
		return u.putProfil(before.(*Profil), r, changed)
	case *PlageOuverture:
		return u.putPlage(before.(*PlageOuverture), r, changed)
	case *Absence:
		return u.putAbsence(before.(*Absence), r, changed)
	case *Rdv:
		return u.putRdv(before.(*Rdv), r, changed)
	case *Role:
		if err := u.admin(r.Organisation); err != nil {
			return err
		}
		if err := u.checkRole(r); err != nil {
			return err
		}
		return u.putRole(before.(*Role), r)
	case *Conflit:
		return u.reopen(before.(*Conflit), r)
	case *Importe:
		if err := u.ownAgenda(r.Agent); err != nil {
			return err
		}
		return u.replaceImporte(before.(*Importe), r)
	case *Recu:
		return u.putRecu(before.(*Recu), r)
	}
	return u.putSetting(before, after, changed)
}

// reopen takes back the closing of a conflit, and nothing else of it.
func (d *decider) reopen(before, c *Conflit) error {
	if err := d.concerned(c); err != nil {
		return err
	}
	if !c.Open() || c.ClosedBy != "" || c.Choice != "" {
		return Invalid("choice")
	}
	d.refeedAgents(c)
	d.change(before, c)
	return nil
}

// putRecu gives a recu back to the fiche that a merge took it from.
func (d *decider) putRecu(before, r *Recu) error {
	if _, err := d.rdv(r.Rdv); err != nil {
		return err
	}
	if _, err := need[*Usager](d, NounUsager, string(r.Usager)); err != nil {
		return err
	}
	d.change(before, r)
	return nil
}
