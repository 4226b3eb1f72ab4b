#!/usr/bin/env bash
# Checks style, format, types and vocabulary of packages and tests, scripts of JavaScript where node is there, and the
# workflows; changes nothing.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/environment.sh"
.venv/bin/ruff check
.venv/bin/ruff format --check
.venv/bin/mypy
scripts/vocabulary.sh
! command -v node >/dev/null || for file in api/tests/javascript/*.js; do node --check "$file"; done
environment .venv/tools scripts/tools.lock
.venv/tools/bin/zizmor --offline --quiet .github
