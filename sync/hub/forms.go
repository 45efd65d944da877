package hub

import (
	"encoding/json"
	"errors"

	"permanence/app/agenda"
	"permanence/sync/wire"
)

// formed gives a send that writes frames in the schema of a follower.
func (h *Hub) formed(f *follower, send func([]wire.Frame) error) func([]wire.Frame) error {
	if f.form == h.schema || f.tooOld {
		return send
	}
	return func(frames []wire.Frame) error {
		var out []wire.Frame
		for _, frame := range frames {
			converted, ok, err := h.forms.Frame(frame, h.schema, f.form)
			if err != nil {
				return err
			}
			if ok {
				out = append(out, converted)
			}
		}
		return send(out)
	}
}

// kept is a command as it waits: with the schema it was written in.
type kept struct {
	Schema  int             `json:"schema"`
	Command json.RawMessage `json:"command"`
}

// read reads one command of a schema. What this program has no words for is
// refused as unknown (agenda.CodeUnknownCommand), never as wrong.
func (h *Hub) read(raw []byte, schema int) (agenda.Command, error) {
	if schema == h.schema || schema == 0 {
		return agenda.DecodeCommand(raw)
	}
	newest, err := h.forms.Command(raw, schema, h.schema)
	if errors.Is(err, wire.ErrForm) {
		cmd, _ := agenda.DecodeCommand(raw)
		return cmd, agenda.Refuse(agenda.CodeUnknownCommand, cmd.ID)
	}
	if err != nil {
		return agenda.Command{}, agenda.Invalid("command")
	}
	return agenda.DecodeCommand(newest)
}
