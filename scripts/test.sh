#!/usr/bin/env bash
# Runs the replay tests: no network, no token; with a sample of what prove.sh runs whole. Arguments go to pytest.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/environment.sh"
[ $# -gt 0 ] || set -- -n 2 --dist worksteal # all of them: about twice as fast, which the suite of the SDK alone is not
exec .venv/bin/pytest "$@"
