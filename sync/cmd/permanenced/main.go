// Command permanenced is the server's command line. It parses, hands over to
// one verb and turns its error into an exit code; it holds no rule of the field.
//
// A verb is one file: a command with its flags and its Run method, and a method
// of verbs that gives its help (see verbs.go).
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], &console{In: os.Stdin, Out: os.Stdout, Err: os.Stderr})
	stop()
	os.Exit(code)
}

// console is where a verb reads and writes. Results go to Out, words for people
// to Err.
type console struct {
	In       io.Reader
	Out, Err io.Writer
}

// run parses args, runs the verb that they name and returns the exit code. A
// verb's Run may ask for a context.Context, which ends on SIGTERM, and for the
// *console.
func run(ctx context.Context, args []string, c *console) int {
	err := dispatch(ctx, args, c)
	if errors.Is(err, errHelped) {
		return exitDone
	}
	if err != nil {
		fmt.Fprintln(c.Err, inFrench(err))
	}
	return exitCode(err)
}

func dispatch(ctx context.Context, args []string, c *console) error {
	var root struct {
		Help helpFlag `short:"h" help:"Montre cette aide."`
	}
	options := append(commands(), kong.Name("permanenced"), kong.NoDefaultHelp(), kong.Bind(c), kong.BindTo(ctx, (*context.Context)(nil)))
	parser, err := kong.New(&root, options...)
	if err != nil {
		return err
	}
	if len(args) == 0 {
		writeHelp(c.Err, parser.Model.Node)
		return usage("verbe attendu")
	}
	parsed, err := parser.Parse(args)
	if err != nil {
		return err
	}
	return parsed.Run()
}
