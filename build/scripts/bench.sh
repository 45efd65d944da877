#!/usr/bin/env bash
# Measures the budgets, beside the machine's description, into docs/bench.
# ARGS goes to the program: make bench ARGS="-only slots".
source "$(dirname "$0")/lib.sh"

need_go
need_packages build base

mkdir -p docs/bench
# shellcheck disable=SC2086 # the caller's own arguments
go run ./build/bench -out docs/bench ${LAB:+-lab "$LAB"} ${ARGS:-}
