package desktop

import (
	"context"
	"errors"
	"strings"

	"permanence/app/agenda"
)

// pageCode names a code of the rules as the page knows it.
func pageCode(c agenda.Code) string {
	switch c {
	case agenda.WarnSameIdentity:
		return "same_name_birth"
	case agenda.WarnPlageOverlap:
		return "overlap_plage"
	case agenda.WarnRdvsInside:
		return "overlap"
	case agenda.CodeDuplicate:
		return "duplicate_rdv"
	case agenda.CodeNoPhone:
		return "needs_phone"
	case agenda.CodeNoContact:
		return "needs_email"
	case agenda.CodeNoAddress:
		return "needs_address"
	case agenda.CodeTransition:
		return "bad_transition"
	}
	return string(c)
}

// ruleCodes gives the codes of the rules that a page accepts. The page's overlap
// is two things, which no command meets both.
func ruleCodes(accept []string) []agenda.Code {
	var codes []agenda.Code
	for _, code := range accept {
		switch code {
		case "same_name_birth":
			codes = append(codes, agenda.WarnSameIdentity)
		case "overlap_plage":
			codes = append(codes, agenda.WarnPlageOverlap)
		case "overlap":
			codes = append(codes, agenda.WarnOverlap, agenda.WarnRdvsInside)
		default:
			codes = append(codes, agenda.Code(code))
		}
	}
	return codes
}

// pageField names a field of a rule as the forms know it.
func pageField(field string) string {
	switch field {
	case "end":
		return "duration_min"
	case "participations", "people":
		return "usagers"
	case "capacity":
		return "seats"
	case "from_agent":
		return "to_agent"
	case "rrule":
		return "repeat"
	case "no_mail":
		return champMail
	}
	return field
}

// avertissements says warnings for the page, each with the records it names.
func (l *lecture) avertissements(found []agenda.Warning) []Avertissement {
	all := []Avertissement{}
	for _, w := range found {
		a := Avertissement{Code: pageCode(w.Code), Message: typeset(w.Message), Records: []Renvoi{}}
		for _, ref := range w.Records {
			a.Records = append(a.Records, l.renvoi(ref))
		}
		all = append(all, a)
	}
	return all
}

// translate says a refusal of the rules in the page's terms; other errors are
// returned as they are.
func (p *Poste) translate(ctx context.Context, err error) error {
	r := agenda.RefusalOf(err)
	if r == nil {
		return err
	}
	e := &Erreur{Code: pageCode(r.Code), Message: r.Message, Warnings: []Avertissement{}, Fields: map[string]string{}}
	if field := fieldOf(r); field != "" {
		e.Code = string(agenda.CodeInvalid)
		e.Fields[field] = r.Message
	}
	if len(r.Warnings) == 0 {
		return e
	}
	failed := p.read(ctx, func(l *lecture) error {
		e.Warnings = l.avertissements(r.Warnings)
		return nil
	})
	if failed != nil {
		return errors.Join(err, failed)
	}
	return e
}

// fieldOf is the field of a form that a refusal is about, "" for none.
func fieldOf(r *agenda.Refusal) string {
	switch r.Code {
	case agenda.CodeInvalid:
		return pageField(r.Field)
	case agenda.CodeFieldOff:
		return r.Field
	case agenda.CodeNoUsager:
		return "usagers"
	case agenda.CodeNoAgent:
		return "agents"
	case agenda.CodeNoLieu:
		return "lieu"
	case agenda.CodeMotifMismatch:
		return "lieu"
	case agenda.CodeResponsableCycle:
		return "responsable"
	}
	return ""
}

// typeset puts the spaces of French where an ordinary one stands.
func typeset(s string) string {
	return strings.NewReplacer(" ;", narrow+";", " ?", narrow+"?", " !", narrow+"!", " :", noBreak+":", "« ", "«"+noBreak, " »", noBreak+"»").Replace(s)
}
