#!/usr/bin/env bash
# Real screenshots of every screen, from the real programs: the pages through
# Chromium, what usagers see, then the window itself. Written to build/screens.
source "$(dirname "$0")/lib.sh"
build/scripts/build.sh
need_packages screens
source build/scripts/demo.sh

out=$PWD/build/screens
rm -rf "$out"
mkdir -p "$out"
LISTEN=127.0.0.1:0
on_a_working_day

build_test_window
start_demo
connect_desktop build/bin/permanence

failed=0
say "Capture de la fenêtre"
on_display build/scripts/screens-window.sh "$demo/poste" "$out/fenetre.png" || failed=1
say "Captures de ce que voient les usagers"
SCREENS=$out PERMANENCE_MAIL=$(told line.mail) node build/scripts/screens-usager.mjs "$demo/poste" || failed=1
say "Captures des écrans"
SCREENS=$out on_display build/scripts/with-window.sh "$demo/poste" npm --prefix frontend --silent run screens || failed=1
say "Captures du premier démarrage, des phrases et des verrous"
SCREENS=$out build/scripts/entrees.sh build/scratch/entrees || failed=1
say "Captures de À revoir après trois semaines hors ligne"
SCREENS=$out build/scripts/retour.sh build/scratch/retour || failed=1
say "Captures dans build/screens : $(find "$out" -name '*.png' | wc -l)"
[ "$failed" = 0 ] || fail "Certaines captures ont échoué (voir plus haut)."
