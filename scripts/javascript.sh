#!/usr/bin/env bash
# Drives the stand-in with the official JavaScript SDK, in both accounts. Needs node 20.14 or later with npm, which installs
# the SDK below .venv. Arguments go to node, such as --test-name-pattern=chat.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/environment.sh"
sdk=@coze/api@1.3.9 place=$PWD/.venv/javascript
once "$place.made" "$sdk" npm install --silent --no-save --no-package-lock --ignore-scripts --prefix "$place" "$sdk"
for account in a b; do
  echo "== $sdk, account $account"
  coproc STANDIN { exec .venv/bin/coze-standin --account "$account" --until-stdin-closes 2>"$place.err"; }
  read -r ready <&"${STANDIN[0]}"
  COZE_STANDIN=$ready NODE_PATH=$place/node_modules \
    node --test --test-reporter=spec --test-timeout=30000 --test-force-exit "$@" api/tests/javascript/*.test.js
  exec {STANDIN[1]}>&- && wait "$STANDIN_PID"
  [ ! -s "$place.err" ] || { cat "$place.err" && exit 1; } # a defect of the stand-in is a line there
done
