# shellcheck shell=bash
# A demonstration server, a desktop connected to it and a display, for the
# scripts that show or try them. Sourced after lib.sh.

demo=build/scratch/demonstration
demo_pid=

# The profile of the demonstration does not touch the keyring of this computer.
# Empty, there is no phrase.
export PERMANENCE_PHRASE=${PERMANENCE_PHRASE-une phrase pour la démonstration}

# clock gives the options that move a program's clock to NOW, one a line; none
# when NOW is empty.
clock() { [ -z "${NOW:-}" ] || printf '%s\n' --now "$NOW"; }

# start_demo starts a fresh demonstration server on LISTEN and waits for its
# line.
start_demo() {
  local now
  mapfile -t now < <(clock)
  rm -rf "$demo"
  mkdir -p "$demo"
  export XDG_CONFIG_HOME=$PWD/$demo/reglages # the window's settings, fresh too
  build/bin/permanenced demo --listen "$LISTEN" --data "$demo/serveur" "${now[@]}" >"$demo/ligne.json" 2>"$demo/serveur.log" &
  demo_pid=$!
  echo "$demo_pid" >"$demo/serveur.pid"
  trap stop_demo EXIT
  local tries
  for ((tries = 0; tries < 300; tries++)); do
    if grep -q '^{' "$demo/ligne.json"; then
      return
    fi
    if ! kill -0 "$demo_pid" 2>/dev/null; then
      break
    fi
    sleep 0.1
  done
  tail -n 20 "$demo/serveur.log" >&2
  fail "La démonstration n'a pas démarré. Si l'adresse $LISTEN est prise, choisissez-en une autre : LISTEN=127.0.0.1:0"
}

stop_demo() {
  [ -n "$demo_pid" ] || return 0
  kill "$demo_pid" 2>/dev/null || true
  wait "$demo_pid" 2>/dev/null || true
  demo_pid=
}

# told EXPRESSION gives a value of the server's line, as JavaScript reads it.
told() {
  node -e '
    const fs = require("node:fs");
    const line = JSON.parse(fs.readFileSync(process.argv[1], "utf8").split("\n")[0]);
    console.log(new Function("line", "return " + process.argv[2])(line));
  ' "$demo/ligne.json" "$1"
}

# connect_desktop PROGRAM gives the first account of the demonstration a desktop
# and its agenda, with one of the builds of permanence.
connect_desktop() {
  local program=$1 now
  mapfile -t now < <(clock)
  told 'line.accounts[0].password' | tr -d '\n' |
    "$program" login --profile "$demo/poste" "${now[@]}" --server "$(told line.url)" \
      --email "$(told 'line.accounts[0].email')" --password-stdin >>"$demo/poste.log" 2>&1 &&
    "$program" sync --once --profile "$demo/poste" "${now[@]}" >>"$demo/poste.log" 2>&1 && return
  tail -n 20 "$demo/poste.log" >&2
  fail "Le poste de démonstration n'a pas pu se connecter."
}

# on_a_working_day moves the clock to a Tuesday, so that what is shown and tried
# does not depend on the day.
on_a_working_day() { export NOW=2026-11-24T09:10:00Z; }

# build_test_window builds the window that answers on a port, never shipped, and
# sets its pages aside so that it serves what was built with it.
build_test_window() {
  mkdir -p build/scratch
  say "Construction de la fenêtre d'essai"
  go build -tags dev,webkit2_41,sqlite_fts5 -o build/scratch/permanence-dev .
  rm -rf build/scratch/dist
  cp -r frontend/dist build/scratch/dist
}

# on_display COMMAND… gives a command a display and a session bus of its own,
# without what the bus has to say about itself.
on_display() {
  NO_AT_BRIDGE=1 dbus-run-session -- xvfb-run -a -s "-screen 0 1440x900x24" "$@" 2> >(grep -Ev '^(dbus-daemon|SpiRegistry)' >&2)
}
