package checks

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"path"
	"slices"
	"strings"
)

// State keeps packages free of state: no init function, and a package-level
// variable is a table that is given its value once and never written again.
// Tests and the tools of build/ are left alone.
func State(files []File) []Finding {
	var found []Finding
	for _, pkg := range packages(parse(files)) {
		for _, s := range pkg {
			found = append(found, inits(s)...)
		}
		found = append(found, written(pkg)...)
	}
	return found
}

// packages groups the sources of the product by folder and package name.
func packages(all []source) [][]source {
	byName := map[string][]source{}
	for _, s := range all {
		if s.goTest() || s.under("build") {
			continue
		}
		key := s.folder() + " " + s.ast.Name.Name
		byName[key] = append(byName[key], s)
	}
	var keys []string
	for k := range byName {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	var pkgs [][]source
	for _, k := range keys {
		pkgs = append(pkgs, byName[k])
	}
	return pkgs
}

func inits(s source) []Finding {
	var found []Finding
	for _, d := range s.ast.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			if d.Recv == nil && d.Name.Name == "init" {
				found = append(found, s.find(d, "no init function: wiring is done in one place"))
			}
		case *ast.GenDecl:
			found = append(found, unset(s, d)...)
		}
	}
	return found
}

// unset finds package-level variables without a value: they can only be filled
// later. An embedded file is filled by the compiler.
func unset(s source, d *ast.GenDecl) []Finding {
	var found []Finding
	for _, spec := range d.Specs {
		v, ok := spec.(*ast.ValueSpec)
		if !ok || d.Tok != token.VAR || len(v.Values) > 0 || embedded(d.Doc) || embedded(v.Doc) {
			continue
		}
		found = append(found, s.find(v, "package variable %s has no value: it would be state", v.Names[0].Name))
	}
	return found
}

func embedded(doc *ast.CommentGroup) bool {
	return doc != nil && slices.ContainsFunc(doc.List, func(c *ast.Comment) bool {
		return strings.HasPrefix(c.Text, "//go:embed ")
	})
}

// written finds where a package-level variable of pkg is assigned, changed in
// place, emptied, or lent by its address.
func written(pkg []source) []Finding {
	var trees []*ast.File
	for _, s := range pkg {
		trees = append(trees, s.ast)
	}
	info := types.Info{Uses: map[*ast.Ident]types.Object{}}
	conf := types.Config{Importer: nothing{}, Error: func(error) {}, DisableUnusedImportCheck: true, FakeImportC: true}
	checked, _ := conf.Check(pkg[0].folder(), pkg[0].fset, trees, &info) // what is imported is not known here: only names matter
	var found []Finding
	for _, s := range pkg {
		for _, target := range writes(s.ast) {
			id := stem(target)
			if id == nil {
				continue
			}
			v, ok := info.Uses[id].(*types.Var)
			if ok && checked != nil && v.Parent() == checked.Scope() {
				found = append(found, s.find(target, "package variable %s is written here: it would be state", id.Name))
			}
		}
	}
	return found
}

// writes gives the expressions that a file writes to.
func writes(tree *ast.File) []ast.Expr {
	var targets []ast.Expr
	ast.Inspect(tree, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.AssignStmt:
			if n.Tok != token.DEFINE {
				targets = append(targets, n.Lhs...)
			}
		case *ast.IncDecStmt:
			targets = append(targets, n.X)
		case *ast.RangeStmt:
			if n.Tok == token.ASSIGN {
				targets = append(targets, n.Key, n.Value)
			}
		case *ast.UnaryExpr:
			if n.Op == token.AND {
				targets = append(targets, n.X)
			}
		case *ast.CallExpr:
			if f, ok := n.Fun.(*ast.Ident); ok && (f.Name == "delete" || f.Name == "clear") && len(n.Args) > 0 {
				targets = append(targets, n.Args[0])
			}
		}
		return true
	})
	return targets
}

// stem gives the variable at the root of x.f[i], or nil.
func stem(x ast.Expr) *ast.Ident {
	switch x := x.(type) {
	case *ast.Ident:
		return x
	case *ast.SelectorExpr:
		return stem(x.X)
	case *ast.IndexExpr:
		return stem(x.X)
	case *ast.StarExpr:
		return stem(x.X)
	case *ast.ParenExpr:
		return stem(x.X)
	}
	return nil
}

// nothing answers every import with an empty package.
type nothing struct{}

func (nothing) Import(p string) (*types.Package, error) {
	if p == "" {
		return nil, fmt.Errorf("empty import")
	}
	empty := types.NewPackage(p, path.Base(p))
	empty.MarkComplete()
	return empty, nil
}
