# Permanence : « make » liste les cibles. Chacune installe ce qui lui manque.

SHELL := bash
.DEFAULT_GOAL := help

# Un seul jeu d'étiquettes : en changer recompile SQLite.
export GOFLAGS := -tags=webkit2_41,sqlite_fts5 -buildvcs=false

# Nombre de scénarios de la simulation de synchronisation.
export PERMANENCE_SEEDS ?= 2000
# Adresse de la démonstration ; le port 0 laisse le système choisir.
export LISTEN ?= 127.0.0.1:8420
# Dossier d'un banc de synchronisation, pour « make bench » (docs/bench/README.md).
export LAB ?=
# Dossier de fichiers .ics étrangers, pour « make interop ».
export CORPUS ?=
# Nombre de scénarios de « make soak ».
export SOAK ?= 20000
# Arrêts brutaux de chaque programme, pour « make soak ».
export KILLS ?= 300

.PHONY: help run build test check bench screens soak interop clean

help:
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 20

run: ## construit, démarre une démonstration et ouvre la fenêtre
	@build/scripts/run.sh

build: ## construit build/bin/permanence et build/bin/permanenced
	@build/scripts/build.sh

test: ## toute la suite de tests
	@build/scripts/test.sh

check: ## mise en forme, analyse statique, règles de la maison
	@build/scripts/check.sh

bench: ## mesures, écrites dans docs/bench/ (LAB=dossier d'un banc)
	@build/scripts/bench.sh

screens: ## captures de tous les écrans, dans build/screens/
	@build/scripts/screens.sh

soak: ## longues pannes (SOAK=20000 scénarios, KILLS=300 arrêts)
	@build/scripts/soak.sh

interop: ## clients étrangers et fichiers .ics (CORPUS=dossier)
	@build/scripts/interop.sh

clean: ## efface ce qui a été construit
	@rm -rf build/bin build/screens build/scratch frontend/node_modules
	@find frontend/dist -mindepth 1 ! -name .gitkeep -delete
