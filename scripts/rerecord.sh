#!/usr/bin/env bash
# Records the cassettes again and shows what changed: --target coze.com|coze.cn|URL|stand-in; --help has the rest.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/environment.sh"
exec .venv/bin/python -m coze_cassettes rerecord "$@"
