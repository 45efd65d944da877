#!/usr/bin/env bash
# Builds both programs into build/bin, after installing what is missing.
source "$(dirname "$0")/lib.sh"

need_go
need_node
need_packages build
build_window

mkdir -p build/bin
say "Construction de build/bin/permanence"
go build -tags desktop,production,webkit2_41,sqlite_fts5 -o build/bin/permanence .
say "Construction de build/bin/permanenced"
go build -o build/bin/permanenced ./sync/cmd/permanenced
