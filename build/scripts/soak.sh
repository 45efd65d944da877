#!/usr/bin/env bash
# Long faults: kill -9 loops, cuts, full disks, for SOAK (10m).
source "$(dirname "$0")/lib.sh"

need_go
need_packages build

go test -count=1 -timeout 0 -run Soak ./sync/... -args -soak "$SOAK"
