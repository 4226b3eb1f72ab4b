#!/usr/bin/env bash
# Writes what a reviewer sees of changed cassettes: review.sh BASE HEAD FOLDER makes comment.md and cassettes.html there.
# Fails if a cassette is refused by check; with GITHUB_STEP_SUMMARY set, the comment is also the summary of the job.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/environment.sh"
base=$1 head=$2 folder=$3
mkdir -p "$folder"
status=0
.venv/bin/coze-cassettes diff "$base...$head" --markdown >"$folder/comment.md" || status=$?
.venv/bin/coze-cassettes diff "$base...$head" --html "$folder/cassettes.html" || true
cat "$folder/comment.md" >>"${GITHUB_STEP_SUMMARY:-/dev/stdout}"
.venv/bin/coze-cassettes check
[ "$status" -eq 0 ] || [ "$status" -eq 3 ] # 3: there are changes
