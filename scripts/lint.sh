#!/usr/bin/env bash
# Checks style, format and types of packages and tests, and the workflows; changes nothing.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/environment.sh"
.venv/bin/ruff check
.venv/bin/ruff format --check
.venv/bin/mypy
environment .venv/tools scripts/tools.lock
.venv/tools/bin/zizmor --offline --quiet .github
