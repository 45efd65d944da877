#!/usr/bin/env bash
# What reads the code without running it: formatting, vet, staticcheck, the
# window's own checks, the house's.
source "$(dirname "$0")/lib.sh"

need_go
need_node
need_packages build

failed=0
note() {
  printf '✗ %s\n' "$*" >&2
  failed=1
}

unformatted=$(find . -name '*.go' -not -path './frontend/node_modules/*' -not -path '*/testdata/*' -exec gofmt -l {} +)
[ -z "$unformatted" ] || note "Mise en forme (gofmt -w) : $(tr '\n' ' ' <<<"$unformatted")"

go vet ./... || note "go vet"

# The linter is a tool of its own module, so that go.mod lists the product only.
linter=$(cd build/tools && go tool -n staticcheck) || fail "staticcheck n'a pas pu être préparé : vérifiez l'accès au réseau."
"$linter" ./... || note "staticcheck"

go test -count=1 ./build/checks || note "Règles de la maison"

need_modules
npm --prefix frontend --silent run check || note "Fenêtre"

if command -v shellcheck >/dev/null; then
  shellcheck -x -P build/scripts build/scripts/*.sh .ci/run || note "shellcheck"
fi

[ "$failed" = 0 ] || exit 1
say "Rien à redire."
