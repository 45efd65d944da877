#!/usr/bin/env bash
# Three weeks without the network, twice, with real processes: on a file, then on a
# PostgreSQL of two servers, each killed once while the desktop comes back. Wants no
# display. Part of make soak.
source "$(dirname "$0")/lib.sh"

need_go
need_node
need_packages build base

folder=build/scratch/soirees
server=
stop() {
  [ -z "$server" ] || kill "$server" 2>/dev/null || true
}
trap stop EXIT

mkdir -p "$folder/bin"
go build -o "$folder/bin" . ./sync/cmd/permanenced
export PERMANENCE_BIN=$folder/bin

say "Trois semaines hors ligne, serveur sur un fichier"
node build/scripts/retour.mjs "$folder/fichier"
server=$(node -e 'console.log(JSON.parse(require("node:fs").readFileSync(process.argv[1], "utf8")).pid)' "$folder/fichier/serveur.json")

say "Trois semaines hors ligne, deux serveurs sur un PostgreSQL, tués (-9) pendant le retour"
node build/scripts/retour.mjs "$folder/postgres" postgres
