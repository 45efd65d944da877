package main

import (
	"context"
	"embed"
	"io/fs"
	"net/http"
	"os"
	"sync/atomic"

	"github.com/wailsapp/wails/v2"
	"github.com/wailsapp/wails/v2/pkg/options"
	"github.com/wailsapp/wails/v2/pkg/options/assetserver"
	"github.com/wailsapp/wails/v2/pkg/options/linux"
	"github.com/wailsapp/wails/v2/pkg/options/windows"
	"github.com/wailsapp/wails/v2/pkg/runtime"

	"permanence/app/desktop"
)

//go:embed all:frontend/dist
var page embed.FS

// version is what the window says of itself.
const version = "0.1.0"

// openWindow shows the window until it is closed, or ctx ends.
func openWindow(ctx context.Context, args []string) (err error) {
	w, err := parseWindow(args)
	if err != nil {
		return err
	}
	dir, err := dataDir()
	if err != nil {
		return err
	}
	content, err := fs.Sub(page, "frontend/dist")
	if err != nil {
		return err
	}
	ports := wiring(w.now)
	ports.Phrase = os.Getenv("PERMANENCE_PHRASE")
	var shown atomic.Pointer[context.Context]
	window := desktop.New(desktop.Config{
		Ports: ports, Dir: dir, Version: version, Emit: emitter(&shown),
		Demonstration: desktop.DemoContenu{Agents: 6, Lieux: 3, Weeks: 4, Usagers: 120},
	})
	defer func() {
		if closed := window.Close(); err == nil {
			err = closed
		}
	}()
	if err := resume(window, w.profile); err != nil {
		return err
	}
	return wails.Run(&options.App{
		Title: "Permanence", Width: 1440, Height: 900, MinWidth: 900, MinHeight: 600,
		AssetServer:      &assetserver.Options{Assets: content, Middleware: guarded},
		BackgroundColour: options.NewRGB(245, 247, 249),
		Bind:             []any{window.Agenda()},
		ErrorFormatter:   desktop.ErrorFormatter,
		OnStartup: func(c context.Context) {
			shown.Store(&c)
			go quitWith(ctx, c)
		},
		OnShutdown: func(context.Context) { shown.Store(nil) },
		Linux:      &linux.Options{ProgramName: "permanence", WebviewGpuPolicy: linux.WebviewGpuPolicyNever},
		Windows:    &windows.Options{Theme: windows.SystemDefault},
	})
}

// resume opens the profile that was named, else the only one there is, before
// the page is shown.
func resume(window *desktop.Fenetre, profile string) error {
	if profile != "" {
		return window.OpenFolder(profile)
	}
	return window.Resume()
}

// emitter tells the page an event while it is there.
func emitter(shown *atomic.Pointer[context.Context]) func(string, any) {
	return func(name string, payload any) {
		if c := shown.Load(); c != nil {
			runtime.EventsEmit(*c, name, payload)
		}
	}
}

// quitWith closes the window when the program is told to stop.
func quitWith(ctx, shown context.Context) {
	select {
	case <-ctx.Done():
		runtime.Quit(shown)
	case <-shown.Done():
	}
}

// policy keeps the page to itself: nothing from elsewhere, no frame, no inline
// script.
const policy = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; " +
	"connect-src 'self' ws:; frame-src 'none'; form-action 'none'; base-uri 'none'"

// guarded adds the headers that protect the page.
func guarded(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Security-Policy", policy)
		w.Header().Set("X-Content-Type-Options", "nosniff")
		next.ServeHTTP(w, r)
	})
}
