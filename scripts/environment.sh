# shellcheck shell=bash
# Makes or reuses .venv: what requirements.lock pins, and the project itself, editable. The other scripts source this.
# PYTHON chooses the interpreter (a command, a path or a version such as 3.12); with uv on the PATH, uv installs.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

choose() { # finds the first argument that is a Python to use: $python, and $identity, which tells it from others
  for python in "$@"; do identity=$("$python" -c "$probe" 2>/dev/null) && return; done
  echo "Python 3.11 or later with venv is needed: none of these is it: $*. Set PYTHON to one that is." >&2 && exit 1
}
once() { # once NAME VALUE COMMAND...: runs the command unless it has been run for this value in this .venv
  [ "$(cat ".venv/.made-$1" 2>/dev/null)" = "$2" ] || { echo "Making .venv: $1" >&2 && "${@:3}" && echo "$2" >".venv/.made-$1"; }
}
install() {
  if command -v uv >/dev/null; then uv pip install -q -p .venv "$@"; else .venv/bin/python -m pip install -q "$@"; fi
}

probe='import sys, venv, ensurepip, os
assert sys.version_info >= (3, 11); print(sys.version, os.path.realpath(sys.executable))'
candidates=(.venv/bin/python python3.13 python3.12 python3.11 python3)
[ -z "${PYTHON:-}" ] || candidates=("${PYTHON/#3./python3.}")
choose "${candidates[@]}"
exec 9<requirements.lock # two scripts started at once take turns
! command -v flock >/dev/null || flock 9
once interpreter "$identity $PWD" "$python" -m venv --clear .venv
once requirements "$(cksum <requirements.lock)" install --require-hashes -r requirements.lock
once project "$(cksum <pyproject.toml)" install --no-deps --no-build-isolation -e .
exec 9<&-
