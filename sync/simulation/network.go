package simulation

import (
	"bytes"
	"context"
	"errors"
	"slices"

	"permanence/app/agenda"
	"permanence/app/store"
	"permanence/sync/hub"
	"permanence/sync/replica"
	"permanence/sync/wire"
)

// fault is what the network does to one exchange.
type fault int

const (
	faultNone    fault = iota
	faultDropped       // the request never arrives
	faultLost          // it is done, and no answer comes back
	faultCut           // the answer is cut at a byte
	faultCutUp         // the request is cut at a byte
	faultDoubled       // the request arrives twice
	faultLate          // it arrives later, its answer is thrown away
	faultProxy         // it passes by a proxy (proxy.go)
	faults
)

var errNetwork = errors.New("network fault")

// fault draws what the network does; after the last fault it does nothing.
func (w *world) fault() fault {
	if w.quiet || w.rng.IntN(5) < 3 {
		return faultNone
	}
	return 1 + fault(w.rng.IntN(int(faults-1)))
}

// line carries bytes between a desk and the server, and loses some.
type line struct{ d *desk }

func (n line) Exchange(ctx context.Context, req wire.Request, read func(wire.Frame) error) error {
	w := n.d.w
	req, err := w.written(req, n.d.schema)
	if err != nil {
		return err
	}
	frame := func(f wire.Frame) error {
		w.knownWords(n.d, f)
		f, _, err := w.forms.Frame(f, n.d.schema, newest)
		return errors.Join(err, read(f))
	}
	switch f := w.fault(); f {
	case faultDropped:
		return errNetwork
	case faultLate:
		n.d.late = append(n.d.late, req)
		return errNetwork
	case faultLost:
		_, err := n.answer(ctx, req)
		return errors.Join(errNetwork, err)
	case faultCut:
		body, err := n.answer(ctx, req)
		if err != nil {
			return err
		}
		return wire.ReadFrames(bytes.NewReader(body[:w.rng.IntN(len(body)+1)]), frame)
	case faultCutUp:
		up := n.d.bytesOf(req)
		_, err := n.answerBytes(ctx, up[:w.rng.IntN(len(up)+1)])
		return errors.Join(errNetwork, unforked(err))
	case faultDoubled:
		if _, err := n.answer(ctx, req); err != nil {
			return err
		}
	case faultProxy:
		if w.schema == newest && n.d.schema == newest {
			return n.byProxy(ctx, req, frame)
		}
	}
	body, err := n.answer(ctx, req)
	if err != nil {
		return err
	}
	return wire.ReadFrames(bytes.NewReader(body), frame)
}

// unforked: of what a half request was answered, nobody hears.
func unforked(err error) error {
	if errors.Is(err, replica.ErrForked) {
		return nil
	}
	return err
}

// Live is not simulated: it carries the pages of an exchange.
func (line) Live(context.Context, wire.Request, func(wire.Frame) error, func()) error {
	return errNetwork
}

// answer is what the server sends back, as bytes.
func (n line) answer(ctx context.Context, req wire.Request) ([]byte, error) {
	if len(req.Commands) > 0 && len(n.d.sent) < 50 {
		n.d.sent = append(n.d.sent, req)
	}
	return n.answerBytes(ctx, n.d.bytesOf(req))
}

func (d *desk) bytesOf(req wire.Request) []byte {
	var up bytes.Buffer
	if err := wire.WriteRequest(&up, req); err != nil {
		d.w.fail("%s cannot write its request: %v", d.name, err)
	}
	return up.Bytes()
}

func (n line) answerBytes(ctx context.Context, up []byte) ([]byte, error) {
	w := n.d.w
	req, err := wire.ReadRequest(bytes.NewReader(up))
	if err != nil {
		return nil, err
	}
	if req, err = w.understood(req, w.schema); err != nil {
		return nil, err
	}
	if read, err := w.turned(req, req.Hello.Schema, newest); err == nil {
		w.arrives(read)
	}
	device := n.device(req)
	if !w.knows(device.ID) {
		return nil, replica.ErrRefused
	}
	var down bytes.Buffer
	out := wire.NewWriter(&down)
	err = w.hub.Exchange(ctx, device, req, func(frames []wire.Frame) error {
		for _, f := range frames {
			f, _, err := w.forms.Frame(f, newest, w.schema)
			if err != nil {
				return err
			}
			if err := out.Write(f); err != nil {
				return err
			}
		}
		w.onlyHeld(n.d, frames)
		w.meanwhile()
		return nil
	})
	switch {
	case errors.Is(err, hub.ErrForked):
		return nil, errors.Join(replica.ErrForked, err)
	case err != nil && !crashed(err):
		w.fail("%s exchange: %v", n.d.name, err)
	}
	return down.Bytes(), err
}

// arrives keeps each command as the server may be about to meet it: a desktop may
// have numbered it again, for another device or another history.
func (w *world) arrives(req wire.Request) {
	for _, raw := range req.Commands {
		c, err := agenda.DecodeCommand(raw)
		if _, ran := w.ran[c.ID]; err == nil && !ran && c.Name != "Emptied" {
			w.born[c.ID] = c
		}
	}
}

// knows reports whether the server has a device: one that enrolled after the
// backup it was set back to is turned away.
func (w *world) knows(device string) bool {
	known := false
	w.read(w.central.disk.db, func(v *store.View) error {
		_, err := v.Device(device)
		known = err == nil
		if errors.Is(err, store.ErrUnknown) {
			return nil
		}
		return err
	})
	return known
}

// device is what the session of a request says: that of the profile which
// wrote it, whatever the profile has become since.
func (n line) device(req wire.Request) hub.Device {
	for _, raw := range req.Commands {
		if c, err := agenda.DecodeCommand(raw); err == nil || agenda.RefusalOf(err) != nil && c.Device != "" {
			return hub.Device{ID: c.Device, Agent: n.d.agent}
		}
	}
	var id string
	n.d.w.read(n.d.disk.db, func(v *store.View) (err error) {
		id, err = v.DeviceID()
		return err
	})
	return hub.Device{ID: id, Agent: n.d.agent}
}

// meanwhile lets happen what was to happen between two pages.
func (w *world) meanwhile() {
	if w.mid == nil {
		return
	}
	happens := w.mid
	w.mid = nil
	happens()
}

// onlyHeld (invariant 6): what a page shows can be read, through the scopes it
// names, by whoever it is sent to.
// Rights cost time to work out: when none has changed lately, one page in six
// is looked at.
func (w *world) onlyHeld(d *desk, frames []wire.Frame) {
	if w.rightsMoved == 0 && w.rng.IntN(6) > 0 {
		return
	}
	w.rightsMoved = max(0, w.rightsMoved-1)
	w.read(w.central.disk.db, func(v *store.View) error {
		k := w.rightsNow()
		held := k.heldBy(v, d.agent)
		for _, f := range frames {
			if f.T != wire.TypePut {
				continue
			}
			r, ans := v.Record(f.Noun, f.ID)
			if ans != agenda.Yes {
				w.fail("%s is sent %s %s, which is not here", d.name, f.Noun, f.ID)
				continue
			}
			readers := k.readersOf(v, r)
			for _, s := range f.Scopes {
				p := agenda.Placed{Territoire: f.Territoire, Scope: s}
				if !slices.Contains(held, p) || !slices.Contains(readers, p) {
					w.fail("%s is sent %s %s through %s", d.name, f.Noun, f.ID, s.Kind())
				}
			}
		}
		return nil
	})
}
