#!/usr/bin/env bash
# Walks the window by keyboard and pointer, on the real backend and a fresh
# demonstration. Part of make test.
source "$(dirname "$0")/lib.sh"

need_go
need_node
need_packages build screens
build_window
source build/scripts/demo.sh
LISTEN=127.0.0.1:0
on_a_working_day

mkdir -p build/bin
go build -o build/bin/permanenced ./sync/cmd/permanenced
build_test_window
start_demo
connect_desktop build/scratch/permanence-dev
on_display build/scripts/with-window.sh "$demo/poste" npm --prefix frontend --silent run e2e
