#!/bin/sh
# Prints a cassette as a transcript, for git diff; scripts/setup-git.sh switches it on. What was printed is kept in .venv.
kept=.venv/.textconv
for source in api/src/coze_cassettes/review/*.py; do
  [ ! "$source" -nt $kept ] || rm -rf $kept
done
[ -d $kept ] || mkdir -p $kept 2>/dev/null
lines=$kept/$(git hash-object --no-filters -- "$1")
[ ! -f "$lines" ] || exec cat "$lines"
.venv/bin/python -m coze_cassettes show --textconv --keep $kept "$1" 2>/dev/null || cat "$1"
