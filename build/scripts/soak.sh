#!/usr/bin/env bash
# Long faults: many more scenarios of the sync simulation than make test plays,
# in memory and on real files with the race detector; three weeks without the
# network on both bases; real processes killed hundreds of times, disks that fill
# up or cannot be written. The last need the rights of root, for a small disk of
# their own.
source "$(dirname "$0")/lib.sh"

need_go
need_packages build base

build/scripts/soirees.sh

say "Vrais processus : $KILLS arrêts brutaux de chacun, disques pleins, lecture seule, câbles coupés"
PERMANENCE_KILLS=$KILLS go test -tags=webkit2_41,sqlite_fts5,soak -count=1 -timeout 0 -v ./build/soak

say "Huit processus, un créneau et une dernière place, 1000 fois : un gagnant à chaque fois"
PERMANENCE_CLAIMS=1000 go test -count=1 -timeout 0 -v -run TestOneWinner ./app/guichet

say "Simulation de la synchronisation : $SOAK scénarios en mémoire"
PERMANENCE_SEEDS=$SOAK PERMANENCE_FILE_SEEDS=0 go test -count=1 -timeout 0 -v ./sync/simulation

say "Simulation sur de vrais fichiers, avec le détecteur de conflits d'accès : $((SOAK / 100)) scénarios"
PERMANENCE_FILE_SEEDS=$((SOAK / 100)) go test -race -count=1 -timeout 0 -v -run 'OnFiles|Scripts' ./sync/simulation
