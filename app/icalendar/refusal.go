package icalendar

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
)

// Code is the stable name of a reason not to read a text.
type Code string

const (
	CodeUnreadable   Code = "unreadable"     // not iCalendar, or broken
	CodeTooLarge     Code = "too_large"      // the text, an object of it or its number of lines
	CodeFieldTooLong Code = "field_too_long" // one line
	CodeBadCharacter Code = "bad_character"  // a NUL
	CodeBadDate      Code = "bad_date"       // a date, a time or a duration that cannot be
	CodeUnknownZone  Code = "unknown_zone"   // a TZID that nothing explains
	CodeBadRule      Code = "bad_rule"       // a repetition too frequent, endless or impossible
	CodeTooMany      Code = "too_many"       // more occurrences or work than one file may ask
)

// Refusal says why a text is not read. Message is a whole French sentence that
// names the line; it may quote a date, a zone or a rule, never a title or a name.
type Refusal struct {
	Code    Code
	Line    int // the physical line to blame, from 1; 0 when there is none
	Message string
}

// Error is the French message.
func (r *Refusal) Error() string { return r.Message }

// refuse composes the message of code; detail follows a colon and may be empty.
func refuse(code Code, line int, detail string) *Refusal {
	message := code.sentence()
	if line > 0 {
		message += fmt.Sprintf(" (ligne %d)", line)
	}
	if detail != "" {
		message += nbsp + ": " + detail
	}
	return &Refusal{Code: code, Line: line, Message: message + "."}
}

func (c Code) sentence() string {
	switch c {
	case CodeTooLarge:
		return "Fichier trop volumineux"
	case CodeFieldTooLong:
		return "Ce champ est trop long"
	case CodeBadCharacter:
		return "Ce champ contient des caractères interdits"
	case CodeBadDate:
		return "Date non valable"
	case CodeUnknownZone:
		return "Fuseau horaire inconnu"
	case CodeBadRule:
		return "Cette répétition ne peut pas être reprise"
	case CodeTooMany:
		return "Ce calendrier demande trop d’occurrences"
	default:
		return "Ce fichier n’est pas un calendrier lisible"
	}
}

// thousands writes n as French readers do: 10 000.
func thousands(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + nbsp + s[i:]
	}
	return s
}

const nbsp = "\u00a0" // French puts one before a colon and inside guillemets

// quote shows a foreign value in a sentence: one line, 60 characters at most.
func quote(s string) string {
	clean := strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return '?'
	}, s)
	if runes := []rune(clean); len(runes) > 60 {
		clean = string(runes[:60]) + "…"
	}
	return "«" + nbsp + clean + nbsp + "»"
}

// Note tells what was repaired on the way, in French; the reading went on.
type Note struct {
	Line    int // from 1; 0 for the whole text
	Message string
}
