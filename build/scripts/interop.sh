#!/usr/bin/env bash
# Foreign clients against a real server, then foreign .ics files (CORPUS=DIR).
source "$(dirname "$0")/lib.sh"

need_go
need_packages build clients

if [ -n "$CORPUS" ]; then
  [ -d "$CORPUS" ] || fail "CORPUS n'est pas un dossier : $CORPUS"
  say "Fichiers .ics de $CORPUS"
  go run ./build/interop/ics -corpus "$CORPUS"
fi
say "Clients étrangers sur nos collections : vdirsyncer, python3-caldav"
go test -count=1 -v -run '^(TestVdirsyncer|TestPythonCaldav)$' ./sync/caldav
say "Clients étrangers sur le vrai serveur, du poste à l'agenda et au courriel"
go test -count=1 -v -run '^TestJourneys$/^(hors-ligne|agenda-distant)$' ./sync/journey
