#!/usr/bin/env bash
# Posts a file as a comment of the open pull request whose head is a commit, in place of the last one: comment.sh SHA FILE
set -euo pipefail
sha=$1 marker="<!-- coze-cassettes -->"
[[ $sha =~ ^[0-9a-f]{40}$ ]] || { echo "$sha is not the id of a commit." >&2 && exit 2; }
api="repos/$GITHUB_REPOSITORY"
number=$(gh api --paginate "$api/pulls?state=open&per_page=100" --jq ".[] | select(.head.sha == \"$sha\") | .number" | head -n 1)
[ -n "$number" ] || { echo "No open pull request has $sha as its head." && exit 0; }
body=$(mktemp)
{ echo "$marker" && head -c 65000 "$2"; } >"$body"
last=$(gh api --paginate "$api/issues/$number/comments" --jq ".[] | select(.body | startswith(\"$marker\")) | .id" | tail -n 1)
if [ -n "$last" ]; then
  gh api --method PATCH "$api/issues/comments/$last" -F "body=@$body" --silent
else
  gh api --method POST "$api/issues/$number/comments" -F "body=@$body" --silent
fi
echo "Comment of pull request $number: $([ -n "$last" ] && echo updated || echo new)."
