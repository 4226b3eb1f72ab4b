#!/usr/bin/env bash
# Draws that many canaries (20,000) in random places, scrubs and inspects them, and says what is left: scripts/canaries.sh 2000
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/environment.sh"
[ $# -gt 0 ] || set -- 20000
exec .venv/bin/python -m coze_cassettes.testing "$@"
