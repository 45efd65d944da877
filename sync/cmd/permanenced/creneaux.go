package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"permanence/app/creneau"
)

// Creneaux answers « pourquoi n’y a-t-il pas de créneau ? ».
func (verbs) Creneaux() verb {
	return verb{
		help:    "Calcule les créneaux d’un scénario JSON, ou d’un scénario par ligne.",
		command: &creneaux{},
	}
}

type creneaux struct {
	Scenario string `required:"" placeholder:"FICHIER" help:"Fichier du scénario, « - » pour l’entrée standard."`
}

// Run reads scenarios and writes one result a line, each as soon as it is
// known. A bad scenario gives an error in its place, the others are answered,
// and the exit code is 2.
func (v *creneaux) Run(c *console) error {
	in := c.In
	if v.Scenario != "-" {
		file, err := os.Open(v.Scenario)
		if errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("fichier introuvable : %s", v.Scenario)
		}
		if err != nil {
			return fmt.Errorf("lecture du scénario : %w", err)
		}
		defer file.Close()
		in = file
	}
	s := newScenarios(in, c.Out, maxScenario)
	if err := s.answerAll(); err != nil {
		return err
	}
	return s.verdict()
}

// maxScenario bounds one scenario, in bytes.
const maxScenario = 128 << 20

// scenarios reads one JSON object, on as many lines as it likes, or one object
// a line.
type scenarios struct {
	in    *bufio.Reader
	out   *bufio.Writer
	limit int // bytes of one scenario

	line     int // of what was read last, from 1
	blanks   int // lines left empty just before
	answered int
	refused  int
	first    scenarioError // the first one refused
}

// scenarioError is what stands in place of a result.
type scenarioError struct {
	Code    creneau.Code `json:"code"`
	Message string       `json:"message"`
	Line    int          `json:"line"`
}

func newScenarios(in io.Reader, out io.Writer, limit int) *scenarios {
	return &scenarios{in: bufio.NewReaderSize(in, 1<<16), out: bufio.NewWriterSize(out, 1<<16), limit: limit}
}

// verdict refuses the whole if something was refused, or if there was nothing.
func (s *scenarios) verdict() error {
	switch {
	case s.answered == 0:
		return usage("aucun scénario à lire")
	case s.refused == 1:
		return usage("scénario refusé, ligne %d : %s", s.first.Line, s.first.Message)
	case s.refused > 1:
		return usage("%d scénarios refusés sur %d, le premier ligne %d : %s", s.refused, s.answered, s.first.Line, s.first.Message)
	}
	return nil
}

// answerAll answers until the end of what is read.
func (s *scenarios) answerAll() error {
	defer s.out.Flush()
	line, whole, err := s.next()
	if err != nil {
		return s.ended(err)
	}
	if whole && cutShort(line) {
		return s.document(line)
	}
	return s.lines(line, whole)
}

// ended tells the end of what is read, which is no error, from a failure.
func (s *scenarios) ended(err error) error {
	if err == io.EOF {
		return s.out.Flush()
	}
	return fmt.Errorf("lecture du scénario : %w", err)
}

// lines answers each line from the given one on.
func (s *scenarios) lines(line []byte, whole bool) error {
	for {
		if err := s.answerLine(line, whole, s.line); err != nil {
			return err
		}
		var err error
		if line, whole, err = s.next(); err != nil {
			return s.ended(err)
		}
	}
}

// answerLine answers one line of several, the empty ones before it included:
// one line out for each line in.
func (s *scenarios) answerLine(line []byte, whole bool, number int) error {
	for ; s.blanks > 0; s.blanks-- {
		if err := s.refuse(&creneau.Invalid{Code: creneau.BadJSON, Message: "la ligne est vide"}, number-s.blanks); err != nil {
			return err
		}
	}
	if !whole {
		return s.refuse(&creneau.Invalid{Code: creneau.TooLarge, Message: "la ligne est trop longue"}, number)
	}
	return s.answer(line, number)
}

// document reads on when the first line is only the beginning of an object. If
// the whole is none, but a later line is one by itself, the first was a line
// cut short.
func (s *scenarios) document(first []byte) error {
	begins, blanks := s.line, s.blanks
	text := bytes.Clone(first)
	ends := []int{len(text)} // where each line ends in text
	several := false
	for {
		line, whole, err := s.nextRaw()
		if err == io.EOF {
			break
		}
		if err != nil {
			return s.ended(err)
		}
		if !whole || len(text)+len(line) >= s.limit {
			return s.refuse(&creneau.Invalid{Code: creneau.TooLarge, Message: "le scénario est trop long"}, begins)
		}
		text = append(append(text, '\n'), line...)
		ends = append(ends, len(text))
		several = several || (len(line) > 0 && line[0] == '{' && json.Valid(line))
		if several && isScenario(line) {
			return s.replay(text, ends, begins, blanks, true)
		}
	}
	if several && !json.Valid(text) {
		return s.replay(text, ends, begins, blanks, false)
	}
	if err := s.answer(text, begins); err != nil {
		return err
	}
	return s.out.Flush()
}

// replay answers line by line what was read as one document, and goes on with
// what follows if there is more.
func (s *scenarios) replay(text []byte, ends []int, begins, blanks int, more bool) error {
	s.blanks = blanks
	from := 0
	for i, end := range ends {
		line := text[from:end]
		from = min(end+1, len(text))
		if len(bytes.TrimSpace(line)) == 0 {
			s.blanks++
			continue
		}
		if err := s.answerLine(line, true, begins+i); err != nil {
			return err
		}
	}
	if !more {
		return s.out.Flush()
	}
	line, whole, err := s.next()
	if err != nil {
		return s.ended(err)
	}
	return s.lines(line, whole)
}

// next returns the next line that holds something; blanks counts those skipped.
func (s *scenarios) next() (line []byte, whole bool, err error) {
	for {
		line, whole, err = s.nextRaw()
		if err != nil || len(bytes.TrimSpace(line)) > 0 {
			return line, whole, err
		}
		s.blanks++
	}
}

// nextRaw returns the next line without its end, valid until the next call;
// whole is false when it is beyond the limit and was dropped.
func (s *scenarios) nextRaw() (line []byte, whole bool, err error) {
	part, err := s.in.ReadSlice('\n')
	if err == io.EOF && len(part) == 0 {
		return nil, false, io.EOF
	}
	s.line++
	if err == bufio.ErrBufferFull {
		part, err = s.longLine(part)
	}
	if err != nil && err != io.EOF {
		return nil, false, err
	}
	if s.line == 1 {
		part = bytes.TrimPrefix(part, []byte("\ufeff")) // written by some editors
	}
	if len(part) > s.limit {
		return []byte("…"), false, nil
	}
	return bytes.TrimSuffix(part, []byte("\n")), true, nil
}

// longLine reads the rest of a line that does not fit in the buffer. It stops
// keeping, not reading, beyond the limit.
func (s *scenarios) longLine(begins []byte) ([]byte, error) {
	line := bytes.Clone(begins)
	for {
		part, err := s.in.ReadSlice('\n')
		if len(line) <= s.limit {
			line = append(line, part...)
		}
		if err != bufio.ErrBufferFull {
			return line, err
		}
	}
}

// cutShort reports whether text is the beginning of a JSON value, and not all
// of it.
func cutShort(text []byte) bool {
	var value json.RawMessage
	err := json.NewDecoder(bytes.NewReader(text)).Decode(&value)
	return errors.Is(err, io.ErrUnexpectedEOF)
}

// isScenario reports whether a JSON object looks like a scenario, and not like
// a part of one.
func isScenario(object []byte) bool {
	var keys struct{ Now, Motif json.RawMessage }
	return json.Unmarshal(object, &keys) == nil && keys.Now != nil && keys.Motif != nil
}

// answer writes the result of one scenario, which begins on a line, or why
// there is none.
func (s *scenarios) answer(text []byte, line int) error {
	scenario, err := creneau.Decode(text)
	if invalid, ok := errors.AsType[*creneau.Invalid](err); ok {
		return s.refuse(err, line+bytes.Count(text[:invalid.Offset], []byte("\n")))
	}
	result, err := creneau.Search(scenario)
	if err != nil {
		return s.refuse(err, line)
	}
	s.answered++
	return s.write(result)
}

// refuse writes an error in place of a result.
func (s *scenarios) refuse(err error, line int) error {
	invalid, ok := errors.AsType[*creneau.Invalid](err)
	if !ok {
		return err
	}
	e := scenarioError{Code: invalid.Code, Message: invalid.Message, Line: line}
	if s.refused == 0 {
		s.first = e
	}
	s.answered++
	s.refused++
	return s.write(struct {
		Error scenarioError `json:"error"`
	}{e})
}

// write writes one line, at once when nothing more waits to be read.
func (s *scenarios) write(v any) error {
	encoder := json.NewEncoder(s.out)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(v); err != nil {
		return fmt.Errorf("écriture du résultat : %w", err)
	}
	if s.in.Buffered() > 0 {
		return nil
	}
	if err := s.out.Flush(); err != nil {
		return fmt.Errorf("écriture du résultat : %w", err)
	}
	return nil
}
