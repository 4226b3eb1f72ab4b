#!/usr/bin/env bash
# Runs the tests that need loopback or processes: real recordings, faults, kills.
# --long, as the first argument, sets PROVE_LONG for tests that can do more; the others go to pytest.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/environment.sh"
if [ "${1:-}" = --long ]; then export PROVE_LONG=1 && shift; fi
# One worker more than cores: the tests wait for servers as much as they compute.
exec .venv/bin/pytest -m loopback -n "$(($(getconf _NPROCESSORS_ONLN) + 1))" --dist worksteal "$@"
