package desktop

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"permanence/app/store"
)

const preferencesFile = "preferences.json"

// defaultPreferences are those of a computer where nobody chose anything.
func defaultPreferences() Preferences {
	return Preferences{Theme: "system", Density: "normal", Font: "inter", TextPct: 100,
		Shortcuts: true, ShowCancelled: true, View: "week"}
}

// readPreferences reads those of this computer; what cannot be read, or is not
// among the choices, is as by default.
func readPreferences(dir string) (Preferences, error) {
	p := defaultPreferences()
	body, err := os.ReadFile(filepath.Join(dir, preferencesFile))
	if errors.Is(err, fs.ErrNotExist) {
		return p, nil
	}
	if err != nil {
		return p, fmt.Errorf("read the preferences: %w", err)
	}
	if json.Unmarshal(body, &p) != nil {
		return defaultPreferences(), nil
	}
	return p.known(), nil
}

// savePreferences keeps them for the computer.
func savePreferences(dir string, p Preferences) (Preferences, error) {
	p = p.known()
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return p, fmt.Errorf("make the folder of the program: %w", err)
	}
	return p, store.WriteJSON(filepath.Join(dir, preferencesFile), p)
}

// known replaces what is not one of the choices.
func (p Preferences) known() Preferences {
	d := defaultPreferences()
	p.Theme = among(p.Theme, d.Theme, "system", "light", "dark", "contrast")
	p.Density = among(p.Density, d.Density, "compact", "normal", "airy")
	p.Font = among(p.Font, d.Font, "inter", "atkinson", "opendyslexic")
	p.View = among(p.View, d.View, "day", "week", "list")
	p.TextPct = among(p.TextPct, d.TextPct, 100, 112, 125, 150, 200)
	return p
}

func among[T comparable](value, otherwise T, choices ...T) T {
	if slices.Contains(choices, value) {
		return value
	}
	return otherwise
}
