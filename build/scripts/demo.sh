# shellcheck shell=bash
# A demonstration server and a desktop connected to it, for run.sh and
# screens.sh. Sourced after lib.sh.

demo=build/tmp/demonstration
demo_pid=

# start_demo starts a fresh demonstration server on LISTEN and waits for its
# line.
start_demo() {
  rm -rf "$demo"
  mkdir -p "$demo"
  build/bin/permanenced demo --listen "$LISTEN" --data "$demo/serveur" >"$demo/ligne.json" 2>"$demo/serveur.log" &
  demo_pid=$!
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

# connect_desktop gives the first account of the demonstration a desktop, and
# its agenda.
connect_desktop() {
  told 'line.accounts[0].password' | tr -d '\n' |
    build/bin/permanence login --profile "$demo/poste" --server "$(told line.url)" \
      --email "$(told 'line.accounts[0].email')" --password-stdin >>"$demo/poste.log" 2>&1 &&
    build/bin/permanence sync --once --profile "$demo/poste" >>"$demo/poste.log" 2>&1 && return
  tail -n 20 "$demo/poste.log" >&2
  fail "Le poste de démonstration n'a pas pu se connecter."
}
