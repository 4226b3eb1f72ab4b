#!/usr/bin/env bash
# Replays the suite with each of some versions of cozepy, in environments below .venv, and puts what each cannot do into
# docs/sdk-versions.md. With --check that page is only compared. Arguments: versions; the default is those of the page.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/environment.sh"
how=--write
[ "${1:-}" != --check ] || { how=--check && shift; }
[ $# -gt 0 ] || set -- 0.18.0 0.19.0 0.20.0
mkdir -p .venv/cozepy
for version in "$@"; do
  place=.venv/cozepy/$version
  environment "$place" requirements.lock
  once "$place/.made-project" "$(cksum <pyproject.toml)" scripts/install.sh "$place" .
  once "$place/.made-sdk" "$version" "$place/bin/python" -m pip install --quiet --no-deps "cozepy==$version"
  "$place/bin/python" -m pytest -q -p no:randomly --continue-on-collection-errors --tb=line --junitxml "$place.xml" api/tests/coze >"$place.log" ||
    [ $? = 1 ]
done
reports=("${@/#/.venv/cozepy/}")
.venv/bin/coze-cassettes compat "$how" docs/sdk-versions.md "${reports[@]/%/.xml}"
