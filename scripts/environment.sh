# shellcheck shell=bash
# Makes or reuses .venv: what requirements.lock pins, and the project itself, editable. The other scripts source this.
# PYTHON chooses the interpreter (a command, a path or a version such as 3.12); with uv on the PATH, uv installs.
# With the argument without-project .venv stays as it is: the locks are written before a new dependency is installed.
set -euo pipefail
unset CDPATH # `cd` would look there first
cd -P "$(dirname "${BASH_SOURCE[0]}")/.." # a link to the folder needs no environment of its own
case $PWD in *[:\"\$\`\\]* | *$'\n'*)
  echo "No environment of Python works in $PWD: rename the folder that has : \" \$ \` \\ or a line end in its name." >&2 && exit 1 ;;
esac

choose() { # finds the first argument that is a Python to use: $python, and $identity, which tells it from others
  for python in "$@"; do identity=$("$python" -c "$probe" 2>/dev/null) && return; done
  echo "Python 3.11 or later with venv is needed: none of these is it: $*. Set PYTHON to one that is." >&2 && exit 1
}
once() { # once STAMP VALUE COMMAND...: runs the command unless the file says that it has succeeded for this value
  [ "$(cat "$1" 2>/dev/null)" = "$2" ] || { "${@:3}" && echo "$2" >"$1"; }
}
environment() { # environment FOLDER LOCK: has exactly what the lock names; a half-made or outdated one is made anew
  once "$1/.made" "$identity $PWD $(cksum <"$2")" fresh "$1" "$2"
}
fresh() {
  echo "Making $1 from $2 (about a minute with pip, once)" >&2
  rm -f "$1"/.made* && "$python" -m venv --clear "$1" && scripts/install.sh "$1" "$2"
}

probe='import sys, venv, ensurepip, os
assert sys.version_info >= (3, 11); print(sys.version, os.path.realpath(sys.executable))'
candidates=(.venv/bin/python python3.13 python3.12 python3.11 python3)
if [ -n "${PYTHON:-}" ]; then # a version may be pyenv's without being on the PATH
  candidates=("${PYTHON/#3./python3.}")
  ! prefix=$(pyenv prefix "${PYTHON#python}" 2>/dev/null) || candidates+=("$prefix/bin/python")
fi
choose "${candidates[@]}"
# Compiled modules stay between runs, and in .venv: without them pytest rewrites every test module each time, for 5 s.
unset PYTHONDONTWRITEBYTECODE
export PYTHONPYCACHEPREFIX="$PWD/.venv/bytecode"
if [ "${1:-}" != without-project ]; then
  exec 9<requirements.lock # two scripts started at once take turns
  ! command -v flock >/dev/null || flock 9
  environment .venv requirements.lock
  once .venv/.made-project "$(cksum <pyproject.toml)" scripts/install.sh .venv .
  exec 9<&-
fi
