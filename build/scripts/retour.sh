#!/usr/bin/env bash
# Three weeks without the network: two desktops and a server as real processes,
# then the window of the one that is back, with its real cases in À revoir.
# Wants the programs, the window's pages and build/scratch/permanence-dev. Pictures
# go to SCREENS.
# Usage: retour.sh FOLDER
source "$(dirname "$0")/lib.sh"
source build/scripts/demo.sh

folder=$1
node build/scripts/retour.mjs "$folder"
pid=$(node -e 'console.log(JSON.parse(require("node:fs").readFileSync(process.argv[1], "utf8")).pid)' "$folder/serveur.json")
trap 'kill "$pid" 2>/dev/null || true' EXIT
NOW=$(node -e 'console.log(JSON.parse(require("node:fs").readFileSync(process.argv[1], "utf8")).now)' "$folder/serveur.json")
XDG_CONFIG_HOME=$(realpath "$folder")/reglages
export NOW XDG_CONFIG_HOME
on_display build/scripts/with-window.sh "$folder/poste" npm --prefix frontend --silent run retour
