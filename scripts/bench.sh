#!/usr/bin/env bash
# Measures: replay (the default: what a replayed test costs, beside other tools), inspect (the inspector's speed).
# Arguments after the name go to benchmarks/NAME.py; environments of the other tools are made from PyPI in a temporary folder.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/environment.sh"
name=replay
case "${1:-}" in replay | inspect) name=$1 && shift ;; esac
exec .venv/bin/python -P "benchmarks/$name.py" "$@"
