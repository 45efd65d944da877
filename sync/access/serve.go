package access

import (
	"log/slog"
	"net/http"
	"time"
)

// NewServer makes the http.Server of a guarded handler, with every limit set:
// slow or endless clients are cut. A handler that streams lifts its own write
// deadline through http.ResponseController.
func NewServer(h http.Handler, log *slog.Logger) *http.Server {
	return &http.Server{
		Handler:           h,
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       2 * time.Minute,
		WriteTimeout:      5 * time.Minute,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    32 << 10,
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelDebug),
	}
}

// protect sets the headers that every answer carries unless its handler sets
// them otherwise: no script from elsewhere, no frame, no trace in caches,
// search engines or other sites' logs.
func protect(h http.Header, secure bool) {
	h.Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Referrer-Policy", "same-origin") // a form of ours still says where it comes from
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Robots-Tag", "noindex, nofollow")
	if secure {
		h.Set("Strict-Transport-Security", "max-age=31536000")
	}
}

// Redact is for slog.HandlerOptions.ReplaceAttr: it masks what is named like a
// secret or an address, should somebody ever log one.
func Redact(_ []string, a slog.Attr) slog.Attr {
	switch a.Key {
	case "token", "secret", "password", "authorization", "cookie", "link", "feed", "email", "ip":
		return slog.String(a.Key, mask)
	}
	return a
}
