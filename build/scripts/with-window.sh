#!/usr/bin/env bash
# Serves the window's page from the real backend on a port of this machine, as
# PERMANENCE_WINDOW, while a command runs. Wants a display.
# Usage: with-window.sh PROFILE COMMAND…
source "$(dirname "$0")/lib.sh"
source build/scripts/demo.sh
profile=$1
shift
mapfile -t now < <(clock)

port=$(node -e 'const s = require("node:net").createServer().listen(0, "127.0.0.1", () => { console.log(s.address().port); s.close(); })')
export PERMANENCE_WINDOW="http://127.0.0.1:$port/"
devserver="127.0.0.1:$port" assetdir=build/scratch/dist loglevel=error \
  build/scratch/permanence-dev --profile "$profile" "${now[@]}" >build/scratch/permanence-dev.log 2>&1 &
window=$!
trap 'kill "$window" 2>/dev/null || true; wait "$window" 2>/dev/null || true' EXIT

answers() { node -e 'fetch(process.argv[1]).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))' "$PERMANENCE_WINDOW"; }
for ((tries = 0; tries < 100; tries++)); do
  if answers; then
    "$@"
    exit
  fi
  kill -0 "$window" 2>/dev/null || break
  sleep 0.2
done
tail -n 20 build/scratch/permanence-dev.log >&2
fail "La fenêtre d'essai ne répond pas."
