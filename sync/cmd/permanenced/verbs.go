package main

import (
	"reflect"
	"strings"
	"unicode"

	"github.com/alecthomas/kong"
)

// verb is one word of the command line: a help of one line in French, and a
// pointer to a struct that kong fills from the flags. The struct has a Run
// method, or fields that are verbs below it.
type verb struct {
	help    string
	command any
}

// verbs has one exported method for each verb, in the verb's own file: adding
// the method adds the verb. AppPassword makes "app-password".
type verbs struct{}

// commands gives every verb to kong, in alphabetical order.
func commands() []kong.Option {
	all := reflect.ValueOf(verbs{})
	options := make([]kong.Option, 0, all.NumMethod())
	for method, value := range all.Methods() {
		describe, ok := value.Interface().(func() verb)
		if !ok {
			continue
		}
		v := describe()
		options = append(options, kong.DynamicCommand(kebab(method.Name), v.help, "", v.command))
	}
	return options
}

// kebab turns "AppPassword" into "app-password".
func kebab(name string) string {
	var b strings.Builder
	for i, r := range name {
		if unicode.IsUpper(r) && i > 0 {
			b.WriteByte('-')
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}
