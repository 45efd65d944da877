package main

import (
	"errors"
	"strings"

	"github.com/alecthomas/kong"
)

// inFrench says an error to people. What kong says of the command line it says
// in English.
func inFrench(err error) string {
	parse, ok := errors.AsType[*kong.ParseError](err)
	if !ok {
		return err.Error()
	}
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
