package verbes

import (
	"errors"
	"strings"

	"github.com/alecthomas/kong"

	"permanence/app/desktop"
)

// inFrench says an error to people. What kong says of the command line it says
// in English.
func inFrench(err error) string {
	if bad, ok := errors.AsType[*badValue](err); ok {
		return flagOf(err) + bad.Error()
	}
	if used, ok := errors.AsType[usageError](err); ok {
		return used.Error()
	}
	if parse, ok := errors.AsType[*kong.ParseError](err); ok {
		return parseInFrench(parse.Error())
	}
	if e := desktop.ErreurOf(err); e != nil {
		return e.Message
	}
	return err.Error()
}

// flagOf gives « --start : » of an error about the value of a flag, "" of any
// other.
func flagOf(err error) string {
	flag, _, found := strings.Cut(err.Error(), ": ")
	if !found || !strings.HasPrefix(flag, "--") {
		return ""
	}
	return flag + " : "
}

func parseInFrench(text string) string {
	said, hint, _ := strings.Cut(text, ", did you mean ")
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
	if flag, rest, found := strings.Cut(said, " must be one of "); found {
		choices, _, _ := strings.Cut(rest, " but got ")
		return flag + " : attendu l’un de " + choices
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

// counted gives « 1 rendez-vous », « 3 créneaux ».
func counted(n int, one, many string) string {
	if n < 2 {
		return itoa(n) + " " + one
	}
	return itoa(n) + " " + many
}
