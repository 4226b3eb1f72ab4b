#!/usr/bin/env bash
# Installs one thing into an environment without resolving anything: install.sh ENVIRONMENT X.lock | PROJECT-FOLDER
# A lock is the full closure, pinned and hashed. With uv on the PATH uv installs, else the environment's pip; INSTALLER
# (a path of uv, or pip) decides otherwise.
set -euo pipefail
environment=$1 what=$2 count=""
# What is set for other environments would install beside this one, or not at all.
unset PIP_TARGET PIP_PREFIX PIP_ROOT UV_SYSTEM_PYTHON UV_PYTHON UV_TARGET UV_PREFIX
export PIP_USER=0
pip=("$environment/bin/python" -m pip --disable-pip-version-check)
installer=${INSTALLER:-$(command -v uv || echo pip)}
[ "$installer" = pip ] || pip=(env VIRTUAL_ENV="$environment" "$installer" pip)
case $what in # only wheels from the lock: a source is built by whatever backend is the newest on that day
*.lock) arguments=(--require-hashes --only-binary :all: -r "$what") count=" of $(grep '^[a-z0-9].*==' "$what" | grep -vc win32)" ;;
*) arguments=(--no-build-isolation -e "$what") ;;
esac
progress() { # one line for each package instead of pip's paragraph
  awk -v count="$count" '/^(Collecting|Processing)/ { sub(".*/", "", $2); print "  " ++n count ": " $2; fflush() } /^Installing/ { print "  unpacking"; fflush() }'
}
"${pip[@]}" install --no-deps "${arguments[@]}" | progress >&2 && "${pip[@]}" check >&2 && exit
echo "Installing $what into $environment failed, for the reason above: mend the network, or where a wheel is missing choose" \
  "another Python (PYTHON=3.12), then run the same command again; it keeps what was downloaded." >&2
exit 1
