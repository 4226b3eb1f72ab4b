#!/usr/bin/env bash
# Runs the tests with the lowest versions that pyproject.toml allows (scripts/lowest.lock). Arguments go to pytest.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/environment.sh"
environment .venv/lowest scripts/lowest.lock
once .venv/lowest/.made-project "$(cksum <pyproject.toml)" scripts/install.sh .venv/lowest .
[ $# -gt 0 ] || set -- -n 2 --dist worksteal
exec .venv/lowest/bin/python -m pytest "$@"
