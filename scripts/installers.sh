#!/usr/bin/env bash
# Proves that requirements.lock installs with an old pip, the newest pip and uv, each in a new environment, and that all
# three then hold the same versions.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/environment.sh"
environment .venv/tools scripts/tools.lock
scratch=$(mktemp -d) && trap 'rm -rf "$scratch"' EXIT
held() { # held NAME INSTALLER [PIP]: the lock in an environment of its own; what it holds is written to NAME.txt
  echo "Installing requirements.lock with $1"
  "$python" -m venv "$scratch/$1" && local own="$scratch/$1/bin/python"
  [ -z "${3:-}" ] || "$own" -m pip install -q --upgrade "$3"
  INSTALLER=$2 scripts/install.sh "$scratch/$1" requirements.lock 2>"$scratch/$1.log" || { cat "$scratch/$1.log" >&2 && exit 1; }
  "$own" -m pip --version | cut -d' ' -f1-2 && "$own" -m pip freeze >"$scratch/$1.txt"
}
held old-pip pip pip==23.2.1 &
held newest-pip pip pip &
held uv "$PWD/.venv/tools/bin/uv"
wait # diff fails if one of them wrote nothing
diff "$scratch/old-pip.txt" "$scratch/newest-pip.txt" && diff "$scratch/old-pip.txt" "$scratch/uv.txt"
echo "The three hold the same $(wc -l <"$scratch/uv.txt") packages."
