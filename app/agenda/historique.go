package agenda

import (
	"bytes"
	"encoding/json"
)

// Historical reports whether former values of a noun are kept: of what people
// write, never of what is derived from it.
func Historical(n Noun) bool {
	switch n {
	case NounOccupation, NounConflit, NounRecu, NounImporte:
		return false
	}
	return true
}

// WholeRecord is the group under which the image of a removed record is kept.
const WholeRecord = ""

// FormerValues gives what a change overwrote: by group, the object of its keys;
// of a removed record the whole image, under WholeRecord. Nothing is overwritten
// by a birth.
func FormerValues(c Change) (map[string]json.RawMessage, error) {
	if c.Before == nil {
		return nil, nil
	}
	if c.After == nil {
		image, err := Encode(c.Before)
		return map[string]json.RawMessage{WholeRecord: image}, err
	}
	changed, err := changedGroups(c.Before, c.After)
	if err != nil {
		return nil, err
	}
	was := make(map[string]json.RawMessage, len(changed))
	for _, group := range changed {
		if was[group], err = groupValue(c.Before, group); err != nil {
			return nil, err
		}
	}
	return was, nil
}

// RestoreEdits gives the edits of an Undo that puts a former value back into
// now, whoever wrote what is there: none when it holds already. It refuses
// (Invalid, naming the group) what no person puts back.
func RestoreEdits(now Record, group string, was json.RawMessage) ([]UndoEdit, error) {
	if group == WholeRecord || !anyOf(restorable(now.Noun()), group) {
		return nil, Invalid(group)
	}
	same, err := holds(now, group, was)
	if err != nil || same {
		return nil, err
	}
	made, err := groupValue(now, group)
	if err != nil {
		return nil, err
	}
	return []UndoEdit{{Noun: now.Noun(), ID: now.Key(), Group: group, Was: bytes.Clone(was), Made: made}}, nil
}

// BringBackEdits gives the edits of an Undo that brings a removed record back.
func BringBackEdits(n Noun, id string, image json.RawMessage) []UndoEdit {
	return []UndoEdit{{Noun: n, ID: id, Was: bytes.Clone(image), Made: json.RawMessage("null")}}
}

// Rewind gives the image that r had before a change that overwrote was.
func Rewind(r Record, was map[string]json.RawMessage) (Record, error) {
	if image, whole := was[WholeRecord]; whole {
		return Decode(r.Noun(), image)
	}
	for group, value := range was {
		former, err := withGroup(r, group, value)
		if err != nil {
			return nil, err
		}
		r = former
	}
	return r, nil
}
