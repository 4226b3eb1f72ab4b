#!/usr/bin/env bash
# Builds the wheel and the sdist into dist/, installs the wheel alone into a new environment, and imports it there.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/environment.sh"
environment .venv/tools scripts/tools.lock
uv=.venv/tools/bin/uv scratch=$(mktemp -d) && trap 'rm -rf "$scratch"' EXIT
rm -rf dist && "$uv" build -q --no-build-isolation --python .venv/bin/python -o dist
"$python" -m venv "$scratch" && VIRTUAL_ENV=$scratch "$uv" pip install -q dist/*.whl
cd "$scratch" # away from the sources
bin/python -c 'import coze_cassettes, coze_cassettes.plugin, coze_standin'
bin/coze-cassettes --help >/dev/null
if bin/coze-standin --help 2>message; then echo "The wheel alone has what only its standin extra brings." >&2 && exit 1; fi
grep 'coze-cassettes\[standin\]' message
echo "The wheel alone installs and imports."
