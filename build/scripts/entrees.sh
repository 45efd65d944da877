#!/usr/bin/env bash
# How one comes into the real window, and what keeps one out: first start without
# a keyring, phrase, recovery code, then the desktop of the demonstration revoked,
# near the end of its lease, and locked. Wants the programs, the test window and a
# demonstration connected in build/scratch (screens.sh), which it ends. Pictures
# go to SCREENS.
# Usage: entrees.sh FOLDER
source "$(dirname "$0")/lib.sh"
source build/scripts/demo.sh

folder=$PWD/$1
rm -rf "$folder"
mkdir -p "$folder"
export PERMANENCE_CODE=$folder/code.txt

# step NAME PROFILE [COMMAND…] plays a step on a start of the window.
step() {
  local name=$1 profile=$2
  shift 2
  on_display "$@" build/scripts/with-window.sh "$profile" npm --prefix frontend --silent run entrees -- "$name"
}

# alone NAME plays a step where there is neither profile, nor phrase, nor keyring.
alone() {
  step "$1" "" env -u DBUS_SESSION_BUS_ADDRESS -u XDG_RUNTIME_DIR PERMANENCE_PHRASE= XDG_CONFIG_HOME="$folder"
}

alone premier
alone rouvrir
alone encore

PERMANENCE_PASSWORD=$(told 'line.accounts[0].password') step revoque "$demo/poste"
kill "$(cat "$demo/serveur.pid")"
NOW=2026-12-21T09:10:00Z step bail "$demo/poste"
NOW=2026-12-25T09:10:00Z step verrou "$demo/poste"
