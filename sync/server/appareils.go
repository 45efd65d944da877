package server

import (
	"context"
	"crypto/rand"
	"errors"
	"net/http"

	"permanence/sync/access"
)

// renewing lets a device's next token travel with the answer, when one is due.
func (s *Server) renewing(serve http.HandlerFunc) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		device := access.From(r.Context()).Device
		token, due, err := s.devices.Next(r.Context(), rand.Reader, device)
		if err != nil {
			access.Fail(w, r, err)
			return
		}
		if due {
			w.Header().Set(access.TokenHeader, access.Credential(device, token))
		}
		proved(serve).ServeHTTP(w, r)
	})
}

// proved lets a device's next nonce travel with the answer, when its own gets
// old.
func proved(serve http.HandlerFunc) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if nonce := access.From(r.Context()).Nonce; nonce != "" {
			w.Header().Set(access.NonceHeader, nonce)
		}
		serve(w, r)
	})
}

// welcome reports whether a device that listens is still let in.
func (s *Server) welcome(ctx context.Context, device string) (bool, error) {
	d, err := door{s.db}.DeviceByID(ctx, device)
	if errors.Is(err, access.ErrUnknown) {
		return false, nil
	}
	return err == nil && d.Tokens.Revoked.IsZero(), err
}
