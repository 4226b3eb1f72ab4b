#!/usr/bin/env bash
# Runs what test.sh leaves out: tests that need loopback or processes, and the proofs and properties at their full size.
# --long, as the first argument, tries five times as many examples, new ones each time; the other arguments go to pytest.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/environment.sh"
profile=full
if [ "${1:-}" = --long ]; then profile=long PROVE_LONG=1 && export PROVE_LONG && shift; fi
# One worker more than cores: the tests wait for servers as much as they compute.
exec .venv/bin/pytest -m "loopback or proof or hypothesis" --hypothesis-profile="$profile" \
  -n "$(($(getconf _NPROCESSORS_ONLN) + 1))" --dist worksteal "$@"
