#!/usr/bin/env bash
# Writes the locks from pyproject.toml: for each the full closure, for every Python from 3.11 on.
# Pins stay as they are; --upgrade takes newer versions, --upgrade-package NAME that of one.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/environment.sh" without-project
environment .venv/tools scripts/tools.lock
compile() { # compile LOCK ARGUMENTS...
  .venv/tools/bin/uv pip compile -q --universal --python "$python" --python-version 3.11 --no-strip-extras \
    --generate-hashes --no-annotate --custom-compile-command scripts/lock.sh -o "$@"
}
backend=.venv/backend.in floors=.venv/floors.txt
sed -n 's/^requires = \["\(.*\)"\]$/\1/p' pyproject.toml >"$backend"
compile requirements.lock --all-extras --group dev "$@" pyproject.toml "$backend"
rm -f "$floors" && compile "$floors" --resolution lowest-direct --no-deps --all-extras pyproject.toml
compile scripts/lowest.lock -c "$floors" --all-extras --group dev "$@" pyproject.toml "$backend"
compile scripts/scanners.lock --group scanners "$@"
compile scripts/tools.lock --group tools "$@"
