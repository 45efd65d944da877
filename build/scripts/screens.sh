#!/usr/bin/env bash
# Real screenshots of every screen, from the real programs: the pages through
# Chromium, then the window itself. Written to build/screens.
source "$(dirname "$0")/lib.sh"
build/scripts/build.sh
need_packages screens
source build/scripts/demo.sh

out=build/screens
rm -rf "$out"
mkdir -p "$out"
LISTEN=127.0.0.1:0

say "Construction de la fenêtre d'essai"
go build -tags dev,webkit2_41,sqlite_fts5 -o build/tmp/permanence-dev .
start_demo
connect_desktop

# without_display COMMAND… gives a command a display and a bus of its own.
without_display() {
  dbus-run-session -- xvfb-run -a -s "-screen 0 1440x900x24" "$@"
}

say "Captures des écrans"
without_display build/scripts/screens-pages.sh "$demo/poste" "$(told line.url)" "$out"
say "Capture de la fenêtre"
without_display build/scripts/screens-window.sh "$demo/poste" "$out/fenetre.png"
say "Captures dans $out : $(find "$out" -name '*.png' | wc -l)"
