package server

import (
	"context"
	"errors"
	"time"

	"permanence/app/agenda"
	"permanence/app/store"
	"permanence/sync/hub"
)

const (
	// remembered is how long what left a scope, and what was answered, is told:
	// a desktop away for longer takes a fresh copy.
	remembered = 180 * 24 * time.Hour
	// upkeepEvery is how often a server tidies, and upkeepFirst when it begins.
	upkeepEvery = 6 * time.Hour
	upkeepFirst = time.Minute
)

// upkeep tidies until ctx ends. A failure is logged, and tried again in its time.
func (s *Server) upkeep(ctx context.Context) error {
	wait := time.NewTimer(upkeepFirst)
	defer wait.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-wait.C:
		}
		if err := s.tidy(ctx); err != nil && ctx.Err() == nil {
			s.cfg.Log.ErrorContext(ctx, "upkeep failed", "error", err)
		}
		wait.Reset(upkeepEvery)
	}
}

// tidy forgets what is older than remembered, a territoire at a time: what left
// the scopes, the journal that everybody has read, former values, the answers
// without a device. Then it takes what erasing left out of the file.
func (s *Server) tidy(ctx context.Context) error {
	before := s.cfg.Now().UTC().Add(-remembered)
	heads, err := s.heads(ctx)
	if err != nil {
		return err
	}
	for _, h := range heads {
		if err := s.raiseHorizon(ctx, h.Territoire, before); err != nil {
			return err
		}
	}
	err = s.db.WriteServer(ctx, func(tx *store.ServerTx) error {
		_, err := tx.ForgetJournal(before)
		_, past := tx.ForgetHistory(before)
		return errors.Join(err, past, tx.ForgetOutcomes(before))
	})
	if err != nil {
		return err
	}
	return s.cleanUp(ctx)
}

// raiseHorizon forgets what left a territoire before the instant.
func (s *Server) raiseHorizon(ctx context.Context, t agenda.TerritoireID, before time.Time) error {
	return s.db.WriteServer(ctx, func(tx *store.ServerTx) error {
		n, err := tx.LastBefore(t, before)
		if err != nil || n == 0 {
			return err
		}
		_, err = tx.RaiseHorizon(t, n)
		return err
	})
}

// cleanUp puts it off when a reader is in the way.
func (s *Server) cleanUp(ctx context.Context) error {
	err := s.db.CleanUp(ctx)
	if e := store.ErrorOf(err); e != nil && e.Code == store.CodeBusy {
		return nil
	}
	return err
}

// settleWaiting runs the commands that an earlier release kept without
// understanding them.
func (s *Server) settleWaiting(ctx context.Context) error {
	n, err := s.hub.RunWaiting(ctx)
	if err != nil && ctx.Err() == nil {
		s.cfg.Log.ErrorContext(ctx, "waiting commands not settled", "error", err)
	}
	if n > 0 {
		s.cfg.Log.InfoContext(ctx, "waiting commands settled", "commands", n)
	}
	return nil
}

// differs notes that a desktop holds other rows than it was sent.
func (s *Server) differs(d hub.Device, t agenda.TerritoireID, parts int) {
	s.cfg.Log.Warn("a desktop differs", "device", d.ID, "territoire", t, "parts", parts)
}
