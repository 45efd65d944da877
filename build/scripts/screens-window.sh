#!/usr/bin/env bash
# Opens the real window and takes its picture. Called by screens.sh on a display.
# Usage: screens-window.sh PROFILE PICTURE
source "$(dirname "$0")/lib.sh"
source build/scripts/demo.sh
profile=$1 picture=$2
mapfile -t now < <(clock)

build/bin/permanence --profile "$profile" "${now[@]}" >build/scratch/permanence.log 2>&1 &
window=$!
trap 'kill "$window" 2>/dev/null || true; wait "$window" 2>/dev/null || true' EXIT

shown=
for ((tries = 0; tries < 150; tries++)); do
  kill -0 "$window" 2>/dev/null || break
  if xwininfo -root -tree | grep -q '"Permanence'; then
    shown=yes
    break
  fi
  sleep 0.1
done
if [ -z "$shown" ]; then
  tail -n 20 build/scratch/permanence.log >&2
  fail "La fenêtre ne s'est pas ouverte."
fi
# The picture is taken once two in a row are the same: everything is drawn.
before=
for ((tries = 0; tries < 20; tries++)); do
  sleep 0.5
  import -window root "$picture"
  seen=$(identify -format '%#' "$picture")
  colours=$(identify -format '%k' "$picture")
  if [ "$seen" = "$before" ] && [ "$colours" -gt 50 ]; then
    exit 0
  fi
  before=$seen
done
fail "La fenêtre reste vide ou ne se stabilise pas : $picture"
