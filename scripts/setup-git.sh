#!/usr/bin/env bash
# Lets `git diff` of this clone show cassettes as transcripts; --off switches it off again.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/environment.sh"
if [ "${1:-}" = --off ]; then
  git config --remove-section diff.cassette 2>/dev/null || true
  echo "git diff shows cassettes as YAML."
else
  git config diff.cassette.textconv scripts/textconv.sh
  echo "git diff shows cassettes as transcripts; \`scripts/setup-git.sh --off\` or \`git diff --no-textconv\` shows YAML."
fi
