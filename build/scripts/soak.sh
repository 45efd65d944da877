#!/usr/bin/env bash
# Long faults: many more scenarios of the sync simulation than make test plays,
# in memory and on real files, with the race detector.
source "$(dirname "$0")/lib.sh"

need_go
need_packages build

PERMANENCE_SEEDS=$SOAK PERMANENCE_FILE_SEEDS=$((SOAK / 100)) \
  go test -race -count=1 -timeout 0 -v ./sync/simulation
