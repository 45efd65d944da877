package checks

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"
)

// File is one text file of the project.
type File struct {
	Path string // from the root, with slashes
	Text string
}

// Finding is one line that breaks a rule of the house.
type Finding struct {
	Path string
	Line int // from 1; 0 when the file itself is the matter
	Why  string
}

func (f Finding) String() string { return fmt.Sprintf("%s:%d: %s", f.Path, f.Line, f.Why) }

// largest is the size above which a file is taken for data, not for text that
// somebody wrote.
const largest = 2 << 20

// Root gives the project's folder: the nearest parent of dir that holds go.mod.
func Root(dir string) (string, error) {
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir, nil
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return "", fmt.Errorf("no go.mod above %s", dir)
		}
		dir = parent
	}
}

// Tree reads the text files of the project at root, sorted by path. What git
// ignores is left out, and so are the locks and sums written by machines.
func Tree(root string) ([]File, error) {
	var files []File
	err := filepath.WalkDir(root, func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, p)
		if err != nil {
			return err
		}
		rel = filepath.ToSlash(rel)
		if d.IsDir() {
			if unread(rel) {
				return filepath.SkipDir
			}
			return nil
		}
		text, ok, err := read(p, rel)
		if ok {
			files = append(files, File{Path: rel, Text: text})
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read the tree: %w", err)
	}
	return files, nil
}

// unread tells the folders that hold nothing written by hand.
func unread(dir string) bool {
	switch dir {
	case ".git", "build/bin", "build/screens", "build/scratch", "frontend/wailsjs":
		return true
	}
	return path.Base(dir) == "node_modules"
}

func read(p, rel string) (text string, ok bool, err error) {
	if machineMade(rel) {
		return "", false, nil
	}
	info, err := os.Stat(p)
	if err != nil || !info.Mode().IsRegular() || info.Size() > largest {
		return "", false, err
	}
	raw, err := os.ReadFile(p)
	if err != nil {
		return "", false, err
	}
	if !utf8.Valid(raw) || strings.ContainsRune(string(raw), 0) {
		return "", false, nil
	}
	return string(raw), true, nil
}

// machineMade tells the files that no person writes.
func machineMade(rel string) bool {
	name := path.Base(rel)
	built := strings.HasPrefix(rel, "frontend/dist/") && name != ".gitkeep"
	return built || name == "go.sum" || name == "package-lock.json" || strings.HasSuffix(name, ".log")
}

// folder gives the folder of a file: "app/store" for "app/store/rdv.go", "" at
// the root.
func (f File) folder() string {
	dir := path.Dir(f.Path)
	if dir == "." {
		return ""
	}
	return dir
}

func (f File) ext() string { return path.Ext(f.Path) }

func (f File) goSource() bool {
	return f.ext() == ".go" && !strings.Contains(f.Path, "/testdata/")
}

func (f File) goTest() bool { return strings.HasSuffix(f.Path, "_test.go") }

// under reports whether the file lies in dir or below.
func (f File) under(dir string) bool {
	return f.folder() == dir || strings.HasPrefix(f.Path, dir+"/")
}

// source is a parsed Go file.
type source struct {
	File
	ast  *ast.File
	fset *token.FileSet
}

// parse gives the Go files among files. One that does not parse is left out:
// the compiler says so better.
func parse(files []File) []source {
	var parsed []source
	fset := token.NewFileSet()
	for _, f := range files {
		if !f.goSource() {
			continue
		}
		a, err := parser.ParseFile(fset, f.Path, f.Text, parser.ParseComments)
		if err == nil {
			parsed = append(parsed, source{f, a, fset})
		}
	}
	return parsed
}

func (s source) find(n ast.Node, format string, args ...any) Finding {
	return Finding{s.Path, s.fset.Position(n.Pos()).Line, fmt.Sprintf(format, args...)}
}

// qualified calls visit for every pkg.Name of the file whose pkg is an import,
// with the import's path.
func (s source) qualified(visit func(n ast.Node, pkg, name string)) {
	paths := s.importNames()
	ast.Inspect(s.ast, func(n ast.Node) bool {
		sel, ok := n.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		if x, ok := sel.X.(*ast.Ident); ok && x.Obj == nil && paths[x.Name] != "" {
			visit(sel, paths[x.Name], sel.Sel.Name)
		}
		return true
	})
}

// importNames gives the path behind each name under which the file knows a
// package.
func (s source) importNames() map[string]string {
	names := map[string]string{}
	for _, spec := range s.ast.Imports {
		p := importPath(spec)
		name := path.Base(p)
		if spec.Name != nil {
			name = spec.Name.Name
		}
		names[name] = p
	}
	return names
}

func importPath(spec *ast.ImportSpec) string { return strings.Trim(spec.Path.Value, "\"`") }

// Keepers keeps what lets a fresh clone be vetted before the window is built.
func Keepers(files []File) []Finding {
	var found []Finding
	for _, p := range []string{"frontend/dist/.gitkeep", "frontend/public/.gitkeep"} {
		if !slices.ContainsFunc(files, func(f File) bool { return f.Path == p }) {
			found = append(found, Finding{p, 0, "missing: go vet would fail on a fresh clone"})
		}
	}
	ignoring := func(f File) bool {
		return f.Path == "go.mod" && strings.Contains(f.Text, "ignore ./frontend/node_modules")
	}
	if !slices.ContainsFunc(files, ignoring) {
		found = append(found, Finding{"go.mod", 0, "frontend/node_modules is no longer ignored"})
	}
	return found
}
