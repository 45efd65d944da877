#!/usr/bin/env bash
# Serves the window's page from the real backend on a port of this machine and
# lets Chromium walk through it. Called by screens.sh on a display.
# Usage: screens-pages.sh PROFILE SERVER-URL OUT
source "$(dirname "$0")/lib.sh"
profile=$1 server=$2 out=$3

port=$(node -e 'const s = require("node:net").createServer().listen(0, "127.0.0.1", () => { console.log(s.address().port); s.close(); })')
devserver="127.0.0.1:$port" assetdir=frontend/dist loglevel=error \
  build/tmp/permanence-dev --profile "$profile" >build/tmp/permanence-dev.log 2>&1 &
window=$!
trap 'kill "$window" 2>/dev/null || true; wait "$window" 2>/dev/null || true' EXIT

for ((tries = 0; tries < 300; tries++)); do
  curl -sf -o "$out/.page" "http://127.0.0.1:$port/" && break
  kill -0 "$window" 2>/dev/null || break
  sleep 0.1
done
if [ ! -s "$out/.page" ]; then
  tail -n 20 build/tmp/permanence-dev.log >&2
  fail "La fenêtre d'essai ne répond pas."
fi
rm -f "$out/.page"
PERMANENCE_WINDOW="http://127.0.0.1:$port/" PERMANENCE_SERVER="$server" PERMANENCE_SCREENS="$PWD/$out" \
  npm --prefix frontend --silent run screens
