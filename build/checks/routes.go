package checks

import (
	"go/ast"
	"strings"
)

// Routes keeps one way to serve a request: a route of sync/access, which
// cannot be declared without a policy. Elsewhere in sync nobody builds a mux
// or listens by himself; the server alone makes the listener.
func Routes(files []File) []Finding {
	var found []Finding
	for _, s := range parse(files) {
		if s.goTest() || !s.under("sync") || s.under("sync/access") {
			continue
		}
		s.qualified(func(n ast.Node, pkg, name string) {
			if pkg != "net/http" {
				return
			}
			switch {
			case name == "NewServeMux" || name == "ServeMux" || name == "DefaultServeMux" || name == "Handle" || name == "HandleFunc":
				found = append(found, s.find(n, "http.%s: a route is declared through access.Guard, with its policy", name))
			case strings.HasPrefix(name, "ListenAndServe") || name == "Serve" || name == "ServeTLS":
				found = append(found, s.find(n, "http.%s: the server alone listens, with its limits", name))
			}
		})
	}
	return append(found, policies(files)...)
}

// policies finds routes written without naming their policy.
func policies(files []File) []Finding {
	var found []Finding
	for _, s := range parse(files) {
		if s.goTest() || !s.under("sync") {
			continue
		}
		ast.Inspect(s.ast, func(n ast.Node) bool {
			lit, ok := n.(*ast.CompositeLit)
			if ok && isRoute(lit.Type) && len(lit.Elts) > 0 && !names(lit, "Policy") {
				found = append(found, s.find(lit, "a route without a policy"))
			}
			if ok && isRoutes(lit.Type) {
				found = append(found, bare(s, lit)...)
			}
			return true
		})
	}
	return found
}

// bare looks at the elements of a []access.Route written without their type.
func bare(s source, list *ast.CompositeLit) []Finding {
	var found []Finding
	for _, e := range list.Elts {
		if lit, ok := e.(*ast.CompositeLit); ok && lit.Type == nil && !names(lit, "Policy") {
			found = append(found, s.find(lit, "a route without a policy"))
		}
	}
	return found
}

func isRoutes(t ast.Expr) bool {
	array, ok := t.(*ast.ArrayType)
	return ok && isRoute(array.Elt)
}

func isRoute(t ast.Expr) bool {
	sel, ok := t.(*ast.SelectorExpr)
	if !ok || sel.Sel.Name != "Route" {
		return false
	}
	x, ok := sel.X.(*ast.Ident)
	return ok && x.Name == "access"
}

// names reports whether a composite literal sets the field, by its name or by
// giving all its values in order.
func names(lit *ast.CompositeLit, field string) bool {
	for _, e := range lit.Elts {
		kv, ok := e.(*ast.KeyValueExpr)
		if !ok {
			return true
		}
		if id, ok := kv.Key.(*ast.Ident); ok && id.Name == field {
			return true
		}
	}
	return false
}
