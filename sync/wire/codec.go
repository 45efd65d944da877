package wire

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"

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
	Told    *Told           `json:"told,omitempty"`
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
	for i := range r.Told {
		if err := enc.Encode(requestFrame{T: TypeTold, Told: &r.Told[i]}); err != nil {
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
// a hello, then cursors, what was told, then commands, with no unknown key, no key twice and no
// broken value.
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
	return req, req.plausible()
}

func (r *Request) add(i int, line []byte) error {
	var f requestFrame
	if err := DecodeStrict(line, &f); err != nil {
		return fmt.Errorf("%w: line %d", err, i+1)
	}
	switch {
	case i == 0 && f.T == TypeHello && f.Hello != nil:
		r.Hello = *f.Hello
	case i > 0 && f.T == TypeCursor && f.Cursor != nil && len(r.Told)+len(r.Commands) == 0:
		r.Cursors = append(r.Cursors, *f.Cursor)
	case i > 0 && f.T == TypeTold && f.Told != nil && r.Hello.Again && len(r.Commands) == 0:
		r.Told = append(r.Told, *f.Told)
	case i > 0 && f.T == TypePush && len(f.Command) > 0:
		r.Commands = append(r.Commands, f.Command)
	default:
		return fmt.Errorf("%w: line %d", ErrMalformed, i+1)
	}
	if len(r.Commands) > MaxCommands || len(r.Cursors) > maxCursors || len(r.Told) > MaxTold {
		return ErrTooLarge
	}
	return nil
}

const (
	// maxCursors bounds the territoires of one agent.
	maxCursors = 100
	// maxParts bounds the parts of one territoire.
	maxParts = 20000
	// MaxWait bounds Hello.WaitS.
	MaxWait = 50
)

// plausible refuses numbers that no desktop can hold.
func (r *Request) plausible() error {
	h := r.Hello
	if h.Acked < 0 || h.Last < h.Acked || len(h.Waiting) > MaxCommands || !slices.IsSorted(h.Waiting) || h.WaitS < 0 || h.WaitS > MaxWait {
		return fmt.Errorf("%w: acked", ErrMalformed)
	}
	seen := map[agenda.TerritoireID]bool{}
	for _, c := range r.Cursors {
		if c.Number < 0 || seen[c.Territoire] || !agenda.ValidID(string(c.Territoire)) {
			return fmt.Errorf("%w: cursor", ErrMalformed)
		}
		seen[c.Territoire] = true
		if len(c.Wants) > MaxWants || len(c.Parts) > maxParts {
			return ErrTooLarge
		}
		for _, l := range c.Loading {
			if l.N < 0 || l.After < 0 || l.Phase < 0 || l.Phase > Tail {
				return fmt.Errorf("%w: loading", ErrMalformed)
			}
		}
	}
	return nil
}

// Writer writes the frames of an answer.
type Writer struct {
	w    io.Writer
	enc  *json.Encoder
	line []byte // room for one frame
}

// NewWriter writes frames to out, one a line; out is not closed.
func NewWriter(out io.Writer) *Writer {
	enc := json.NewEncoder(out)
	enc.SetEscapeHTML(false)
	return &Writer{w: out, enc: enc}
}

// Write writes one frame.
func (w *Writer) Write(f Frame) error {
	line, ok := appendPut(w.line[:0], &f)
	if !ok {
		return w.enc.Encode(f)
	}
	w.line = line
	_, err := w.w.Write(line)
	return err
}

// ReadFrames hands each frame of an answer to frame, in order, until the end or
// the first error. A line that is not a frame is ErrTruncated: a captive portal
// or a cut, never data.
func ReadFrames(r io.Reader, frame func(Frame) error) error {
	s := bufio.NewScanner(r)
	s.Buffer(make([]byte, 64<<10), MaxLine)
	for s.Scan() {
		f, err := DecodeFrame(s.Bytes())
		if err != nil {
			return err
		}
		if err := frame(f); err != nil {
			return err
		}
	}
	if err := s.Err(); err != nil {
		return fmt.Errorf("%w: %w", ErrTruncated, err)
	}
	return nil
}

// DecodeFrame reads one frame; what is not one, or lacks what its type needs,
// is ErrTruncated. A type or a key of a newer server is let through.
func DecodeFrame(line []byte) (Frame, error) {
	f, ok := parsePut(line)
	if ok && f.whole() {
		return f, nil
	}
	f = Frame{}
	if err := json.Unmarshal(line, &f); err != nil || !f.whole() {
		return Frame{}, ErrTruncated
	}
	return f, nil
}

// whole reports whether a frame has what its type needs.
func (f Frame) whole() bool {
	switch f.T {
	case "":
		return false
	case TypeHello:
		return f.Server != nil
	case TypeOutcome:
		return f.Outcome != nil && f.Outcome.N > 0 && agenda.ValidID(f.Outcome.ID)
	case TypeScope:
		return f.placed() && f.Scope != ""
	case TypePut:
		return f.placed() && f.Noun != "" && f.ID != "" && len(f.Body) > 0 && len(f.Scopes) > 0
	case TypeLeave, TypeGone, TypeErase:
		return f.placed() && f.Noun != "" && f.ID != ""
	case TypeList:
		return f.placed() && f.List != nil
	case TypeMark:
		return f.placed() && f.Mark != nil && f.Mark.To >= 0 && f.Mark.Epoch != ""
	}
	return true
}

func (f Frame) placed() bool { return agenda.ValidID(string(f.Territoire)) }
