#!/usr/bin/env bash
# Fails on a retired word in code or docs, and names the word of docs/glossary.md that stands in its place.
set -euo pipefail
unset CDPATH
cd "$(dirname "${BASH_SOURCE[0]}")/.."
retired=( # pattern=what to write
  'tapes?|playbacks?=session, cassette' 'twins?=shared cassette, counterpart' 'lanes?=sent and received messages'
  'needles?|suspicions?|dear pass|cheap pass=detector, finding, scan' 'fates?=outcome' 'take-?overs?=rebase'
  'patience|costly=retry policy, throttle, quota' 'cure[sd]?=fix' 'told=say, show' 'whoever|somebody=one who, someone'
  'plant(s|ed|ing)?=canary' 'substitutes?=placeholder' 'known_values?|KNOWN_VALUES?=configured value' 'truths?=provenance'
  'in vain=without a result' 'rulebook=rule set' 'is no (way|word|test|file|cassette|json|yaml|number|text|object)=is not a'
)
payload='allow_playback_repeats|(magnetic|reel of|about) tape|some patience|is patience|there is no ' # an option of vcrpy, and what models and users say in a recorded text
found=0
for row in "${retired[@]}"; do
  if git grep -nIiE "(^|[^[:alnum:]])(${row%=*})([^[:alnum:]]|\$)" -- api docs scripts .github '*.md' ':!scripts/vocabulary.sh' ':!*.lock' | grep -viE "$payload"; then
    echo "  write instead: ${row##*=}" && found=1
  fi
done
exit "$found"
