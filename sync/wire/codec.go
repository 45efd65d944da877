package wire

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"permanence/app/agenda"
)

// The refusals of a request as a whole.
var (
	ErrTooLarge  = errors.New("request too large")
	ErrMalformed = errors.New("request malformed")
	ErrTruncated = errors.New("answer truncated")
)

// requestFrame is one line of a request.
type requestFrame struct {
	T       Type            `json:"t"`
	Hello   *Hello          `json:"hello,omitempty"`
	Cursor  *Cursor         `json:"cursor,omitempty"`
	Command json.RawMessage `json:"command,omitempty"`
}

// WriteRequest writes r, one frame a line.
func WriteRequest(w io.Writer, r Request) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(requestFrame{T: TypeHello, Hello: &r.Hello}); err != nil {
		return err
	}
	for i := range r.Cursors {
		if err := enc.Encode(requestFrame{T: TypeCursor, Cursor: &r.Cursors[i]}); err != nil {
			return err
		}
	}
	for _, c := range r.Commands {
		if err := enc.Encode(requestFrame{T: TypePush, Command: c}); err != nil {
			return err
		}
	}
	return nil
}

// ReadRequest reads what WriteRequest wrote. It refuses more than MaxBody bytes
// or MaxCommands commands (ErrTooLarge), and (ErrMalformed) anything that is not
// a hello, then cursors, then commands, with no unknown key and no broken value.
func ReadRequest(r io.Reader) (Request, error) {
	body, err := io.ReadAll(io.LimitReader(r, MaxBody+1))
	if err != nil {
		return Request{}, fmt.Errorf("%w: %w", ErrMalformed, err)
	}
	if len(body) > MaxBody {
		return Request{}, ErrTooLarge
	}
	var req Request
	for i, line := range bytes.Split(bytes.TrimRight(body, "\n"), []byte("\n")) {
		if err := req.add(i, line); err != nil {
			return Request{}, err
		}
	}
	return req, nil
}

func (r *Request) add(i int, line []byte) error {
	var f requestFrame
	d := json.NewDecoder(bytes.NewReader(line))
	d.DisallowUnknownFields()
	if err := d.Decode(&f); err != nil {
		return fmt.Errorf("%w: line %d", ErrMalformed, i+1)
	}
	switch {
	case i == 0 && f.T == TypeHello && f.Hello != nil:
		r.Hello = *f.Hello
	case i > 0 && f.T == TypeCursor && f.Cursor != nil && len(r.Commands) == 0:
		r.Cursors = append(r.Cursors, *f.Cursor)
	case i > 0 && f.T == TypePush && len(f.Command) > 0:
		r.Commands = append(r.Commands, f.Command)
	default:
		return fmt.Errorf("%w: line %d", ErrMalformed, i+1)
	}
	if len(r.Commands) > MaxCommands || len(r.Cursors) > 100 {
		return ErrTooLarge
	}
	return r.plausible()
}

// plausible refuses numbers that no desktop can hold.
func (r *Request) plausible() error {
	if r.Hello.Acked < 0 || r.Hello.Last < 0 {
		return fmt.Errorf("%w: acked", ErrMalformed)
	}
	for _, c := range r.Cursors {
		if c.Number < 0 || !agenda.ValidID(string(c.Territoire)) {
			return fmt.Errorf("%w: cursor", ErrMalformed)
		}
		for _, l := range c.Loading {
			if l.N < 0 || l.After < 0 {
				return fmt.Errorf("%w: loading", ErrMalformed)
			}
		}
	}
	return nil
}

// Writer writes the frames of an answer.
type Writer struct {
	enc *json.Encoder
}

// NewWriter writes frames to w, one a line; w is not closed.
func NewWriter(w io.Writer) *Writer {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	return &Writer{enc}
}

// Write writes one frame.
func (w *Writer) Write(f Frame) error { return w.enc.Encode(f) }

// Reader reads the frames of an answer.
type Reader struct {
	s *bufio.Scanner
}

// NewReader reads frames from r.
func NewReader(r io.Reader) *Reader {
	s := bufio.NewScanner(r)
	s.Buffer(make([]byte, 64<<10), MaxLine)
	return &Reader{s}
}

// Read gives the next frame; io.EOF after the last whole one. A line that is
// not a frame is ErrTruncated: a captive portal or a cut, never data.
func (r *Reader) Read() (Frame, error) {
	if !r.s.Scan() {
		if err := r.s.Err(); err != nil {
			return Frame{}, fmt.Errorf("%w: %w", ErrTruncated, err)
		}
		return Frame{}, io.EOF
	}
	var f Frame
	if err := json.Unmarshal(r.s.Bytes(), &f); err != nil || f.T == "" {
		return Frame{}, ErrTruncated
	}
	return f, nil
}
