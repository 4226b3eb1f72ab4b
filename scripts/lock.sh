#!/usr/bin/env bash
# Writes requirements.lock from pyproject.toml: extras, dev group and build backend, for every Python from 3.11 on.
# Needs uv; --upgrade takes newer versions.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
sed -n 's/^requires = \["\(.*\)"\]$/\1/p' pyproject.toml |
  uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-annotate --all-extras --group dev \
    --custom-compile-command scripts/lock.sh -o requirements.lock "$@" pyproject.toml -
