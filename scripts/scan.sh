#!/usr/bin/env bash
# A second opinion on the cassettes: two public scanners, in an environment of their own, must find nothing.
# SCAN_REQUIRED=1 makes it a failure when they do not install.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/environment.sh"
if ! environment .venv/scanners scripts/scanners.lock; then
  echo "The scanners do not install here: no second opinion." >&2
  exit "${SCAN_REQUIRED:-0}"
fi
bin=.venv/scanners/bin
sounds='^(UklGR|SUQz)' # bytes of a WAV or MP3 file in base64, as YAML writes them, look random; no key begins like this
find cassettes -name '*.yaml' -print0 | xargs -0 "$bin/detect-secrets-hook" --exclude-secrets "$sounds"
[ ! -x "$bin/betterleaks" ] || "$bin/betterleaks" --no-banner --redact cassettes
