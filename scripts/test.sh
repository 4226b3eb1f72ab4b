#!/usr/bin/env bash
# Runs the replay tests: no network, seconds. Arguments go to pytest.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/environment.sh"
exec .venv/bin/pytest "$@"
