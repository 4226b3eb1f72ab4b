#!/usr/bin/env bash
# Measures the inspector's speed in MB/s on the committed cassettes and long streams, in memory, on one core.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/environment.sh"
exec .venv/bin/python -P benchmarks/inspect.py "$@"
