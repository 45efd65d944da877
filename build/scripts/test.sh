#!/usr/bin/env bash
# The whole test suite, each part once; the last lines are go test's own.
# Everything runs even when a part fails, and the exit code tells.
source "$(dirname "$0")/lib.sh"

need_go
need_node
need_packages build screens clients base

# SQLite's C is compiled in a third of the time, and is fast enough for tests.
export CGO_CFLAGS="${CGO_CFLAGS:--O1}"

[ -t 1 ] || export NO_COLOR=1

pure=(./app/civil/... ./app/creneau/... ./app/agenda/... ./app/icalendar/...)
failed=0

# part SENTENCE COMMAND… runs one part of the suite and goes on.
part() {
  local began=$SECONDS
  say "$1"
  shift
  ("$@") || failed=1 # in a shell of its own: a part that gives up ends alone
  say "  $((SECONDS - began)) s"
}

need_modules
part "Fenêtre : types et règles" npm --prefix frontend --silent run check
part "Fenêtre : tests" npm --prefix frontend --silent test
part "Fenêtre : construction" build_window

part "Simulation de la synchronisation : $PERMANENCE_SEEDS scénarios" \
  go test -count=1 -timeout 25m ./sync/simulation
part "Fenêtre : parcours sur le vrai programme" build/scripts/journeys.sh
part "Règles, à l'heure des Marquises" env TZ=Pacific/Marquesas go test -count=1 "${pure[@]}"

# With the race detector the simulation plays fewer scenarios, on real files.
# Last, so that the output closes with go test's own lines.
say "Toute la suite, avec le détecteur de conflits d'accès"
PERMANENCE_SEEDS=20 PERMANENCE_FILE_SEEDS=50 go test -race -shuffle=on -timeout 25m ./... || failed=1

[ "$failed" = 0 ] || fail "Des tests ont échoué (voir plus haut)."
