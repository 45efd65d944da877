package main

import (
	"errors"
	"strings"

	"github.com/alecthomas/kong"

	"permanence/app/agenda"
	"permanence/app/icalendar"
	"permanence/app/store"
	"permanence/sync/access"
)

// inFrench says an error to people: of a refusal its code, which scripts rely
// on, and its message.
func inFrench(err error) string {
	if r := agenda.RefusalOf(err); r != nil {
		return string(r.Code) + " : " + r.Message
	}
	if r, ok := errors.AsType[*access.Refusal](err); ok {
		return string(r.Code) + " : " + r.Message
	}
	if r, ok := errors.AsType[*icalendar.Refusal](err); ok {
		return string(r.Code) + " : " + r.Message
	}
	if e := store.ErrorOf(err); e != nil {
		return e.Message
	}
	if parse, ok := errors.AsType[*kong.ParseError](err); ok {
		return parseInFrench(parse)
	}
	return err.Error()
}

// parseInFrench says what kong says of the command line in English.
func parseInFrench(parse *kong.ParseError) string {
	said, hint, _ := strings.Cut(parse.Error(), ", did you mean ")
	for _, t := range []struct{ english, french string }{
		{"unknown flag ", "option inconnue : "},
		{"unexpected argument ", "verbe ou argument inconnu : "},
		{"missing flags: ", "option obligatoire absente : "},
		{"missing positional arguments ", "argument obligatoire absent : "},
		{"expected one of ", "verbe attendu, l’un de : "},
		{"expected ", "attendu : "},
	} {
		if rest, found := strings.CutPrefix(said, t.english); found {
			return t.french + rest + suggestion(hint)
		}
	}
	if flag, _, found := strings.Cut(said, ": "); found && strings.HasPrefix(flag, "--") {
		return "valeur non valable ou absente : " + flag
	}
	return "ligne de commande non comprise : " + said
}

func suggestion(hint string) string {
	hint = strings.TrimSuffix(strings.TrimPrefix(hint, "one of "), "?")
	if hint == "" {
		return ""
	}
	return " (peut-être " + hint + ")"
}
