#!/usr/bin/env bash
# What the weekly job does: `drift.sh record` re-records, `drift.sh report` opens a pull request for what changed and an
# issue for what is breaking. DRIFT_TARGET names another target than coze.com.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/environment.sh"
branch="cassettes-drift"
case $1 in
record)
  status=0
  scripts/rerecord.sh --target "${DRIFT_TARGET:-coze.com}" --yes || status=$?
  [ "$status" -eq 0 ] || [ "$status" -eq 3 ] # 3: something changed
  ;;
report)
  [ -n "$(git status --porcelain -- cassettes)" ] || { echo "Nothing changed." && exit 0; }
  .venv/bin/coze-cassettes check
  page=$(mktemp)
  .venv/bin/coze-cassettes diff --markdown >"$page" || [ $? -eq 3 ]
  git switch -q -C "$branch"
  git add -- cassettes
  git -c user.name=coze-cassettes -c user.email=cassettes@users.noreply.github.com commit -qm "cassettes: record what Coze answers now"
  git -c "http.extraheader=AUTHORIZATION: basic $(printf 'x-access-token:%s' "$GH_TOKEN" | base64 -w0)" push -qf origin "$branch"
  gh pr view "$branch" --json state --jq .state 2>/dev/null | grep -qx OPEN && gh pr edit "$branch" --body-file "$page" ||
    gh pr create --head "$branch" --title "Cassettes: Coze answers differently" --body-file "$page"
  if .venv/bin/coze-cassettes diff HEAD~1..HEAD --fail-on breaking >/dev/null; then exit 0; fi
  title="Coze's API has a breaking change"
  gh issue list --state open --search "in:title \"$title\"" --json number --jq '.[0].number // empty' | grep -q . ||
    gh issue create --title "$title" --body-file "$page"
  ;;
esac
