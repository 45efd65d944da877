package verbes

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/alecthomas/kong"
)

// errHelped stops the parsing once help was shown.
var errHelped = errors.New("aide montrée")

// helpFlag shows the help of the verb at hand.
type helpFlag bool

// BeforeReset runs before anything is checked: help needs no other flag.
func (helpFlag) BeforeReset(parsed *kong.Context, s *session) error {
	node := parsed.Selected()
	if node == nil {
		node = parsed.Model.Node
	}
	writeHelp(s.out, node)
	return errHelped
}

// writeHelp explains a verb, or the program.
func writeHelp(w io.Writer, node *kong.Node) {
	fmt.Fprintf(w, "Usage : %s\n", usageLine(node))
	if node.Help != "" {
		fmt.Fprintf(w, "\n%s\n", node.Help)
	}
	var verbs, options [][2]string
	for _, child := range node.Children {
		if !child.Hidden {
			verbs = append(verbs, [2]string{child.Name, child.Help})
		}
	}
	for _, argument := range node.Positional {
		options = append(options, [2]string{argument.Summary(), argument.Help})
	}
	for _, group := range node.AllFlags(true) {
		for _, flag := range group {
			options = append(options, [2]string{flagName(flag), flag.Help})
		}
	}
	writeSection(w, "Verbes", verbs)
	writeSection(w, "Options", options)
}

func usageLine(node *kong.Node) string {
	words := []string{node.FullPath()}
	if len(node.Children) > 0 {
		words = append(words, "VERBE")
	}
	for _, argument := range node.Positional {
		words = append(words, argument.Summary())
	}
	return strings.Join(append(words, "[options]"), " ")
}

// flagName writes "-h, --help" or "--start=DÉBUT".
func flagName(flag *kong.Flag) string {
	name := "--" + flag.Name
	if !flag.IsBool() {
		name += "=" + flag.FormatPlaceHolder()
	}
	if flag.Short != 0 {
		name = "-" + string(flag.Short) + ", " + name
	}
	return name
}

func writeSection(w io.Writer, title string, rows [][2]string) {
	if len(rows) == 0 {
		return
	}
	fmt.Fprintf(w, "\n%s :\n", title)
	table := tabwriter.NewWriter(w, 0, 0, 3, ' ', 0)
	for _, row := range rows {
		fmt.Fprintf(table, "  %s\t%s\n", row[0], row[1])
	}
	table.Flush()
}
