package checks

import (
	"go/ast"
	"strings"
)

// clockRooms are the places where the machine's clock enters: wiring, the
// command lines, and what is compiled into no program. Everywhere else the
// instant is an argument, or a func() time.Time given at construction.
func clockRooms() []string {
	return []string{"main.go", "sync/server", "sync/cmd", "app/desktop/verbes", "build"}
}

// Clocks keeps time.Now, time.Since and time.Until out of everything else, as
// a call or as a value. Tests may read the clock.
func Clocks(files []File) []Finding {
	var found []Finding
	for _, s := range parse(files) {
		if s.goTest() || within(s.Path, clockRooms()) {
			continue
		}
		s.qualified(func(n ast.Node, pkg, name string) {
			if pkg == "time" && (name == "Now" || name == "Since" || name == "Until") {
				found = append(found, s.find(n, "time.%s: the clock is an argument outside the wiring", name))
			}
		})
	}
	return found
}

// Chances keeps random ids out of the pure rooms: ids are arguments.
func Chances(files []File) []Finding {
	var found []Finding
	for _, s := range parse(files) {
		if s.goTest() || !within(s.folder(), pure()) {
			continue
		}
		s.qualified(func(n ast.Node, pkg, name string) {
			if strings.HasSuffix(pkg, "google/uuid") && (strings.HasPrefix(name, "New") && !strings.Contains(name, "SHA1") && !strings.Contains(name, "MD5")) {
				found = append(found, s.find(n, "uuid.%s: ids are arguments in a pure room", name))
			}
		})
	}
	return found
}
