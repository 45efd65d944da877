#!/usr/bin/env bash
# Builds, starts a demonstration on this machine and opens the window connected
# to it. Closing the window, or Ctrl+C, stops everything.
source "$(dirname "$0")/lib.sh"
build/scripts/build.sh
source build/scripts/demo.sh

start_demo
connect_desktop build/bin/permanence

cat <<END

La démonstration est prête : un CCAS imaginaire, six agents, quatre semaines de rendez-vous.
  Serveur   $(told line.url)
  Courriels $(told line.mail)   (rien ne part : les envois sont gardés là)
  CalDAV    $(told line.dav)
  Comptes
$(told 'line.accounts.map(a => "    " + a.email + "   " + a.password + "   (" + a.role + ")").join("\n")')

Pour un logiciel d'agenda, un mot de passe d'application :
  build/bin/permanenced app-password add --data $demo/serveur --agent $(told 'line.accounts[0].email') --label Essai
En ligne de commande, sur le poste de démonstration :
  export PERMANENCE_PHRASE='$PERMANENCE_PHRASE'
  build/bin/permanence agenda --profile $demo/poste --from $(date +%F) --to $(date -d '+6 days' +%F)

END

if [ -z "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ]; then
  say "Pas d'écran ici : la fenêtre ne s'ouvre pas. Le serveur reste à l'écoute ; Ctrl+C l'arrête."
  wait "$demo_pid"
  exit
fi
build/bin/permanence --profile "$demo/poste"
