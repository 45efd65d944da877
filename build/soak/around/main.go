// Command around starts what servers need around them, for the scripts: a
// PostgreSQL and a relay that keeps every mail, on loopback ports of their own.
// It prints a line of JSON, {"db","smtp"}, then for each line of its input one
// more, [{"to","raw"}]: the mails that it has accepted so far, in order. It ends,
// and leaves nothing behind, when its input does.
package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"permanence/app/store/storetest/pgtest"
	"permanence/sync/mailer/smtptest"
)

func main() {
	if err := run(os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(in io.Reader, out io.Writer) error {
	sink, err := smtptest.Start(smtptest.Options{})
	if err != nil {
		return err
	}
	cluster, err := pgtest.Start()
	if err != nil {
		return errors.Join(err, sink.Close())
	}
	return errors.Join(serve(in, out, cluster, sink), cluster.Stop(), sink.Close())
}

// database is the one that the scripts are given.
const database = "soiree"

func serve(in io.Reader, out io.Writer, cluster *pgtest.Cluster, sink *smtptest.Sink) error {
	if err := cluster.Say("CREATE DATABASE " + database + " TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'"); err != nil {
		return err
	}
	said := json.NewEncoder(out)
	err := said.Encode(map[string]string{"db": cluster.Address(database), "smtp": "smtp://" + sink.Addr})
	for asked := bufio.NewScanner(in); err == nil && asked.Scan(); {
		err = said.Encode(mails(sink))
	}
	return err
}

type mail struct {
	To  string `json:"to"`
	Raw string `json:"raw"`
}

func mails(sink *smtptest.Sink) []mail {
	all := []mail{}
	for _, m := range sink.Messages() {
		all = append(all, mail{m.To, string(m.Raw)})
	}
	return all
}
