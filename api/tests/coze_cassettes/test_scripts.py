"""The scripts make and find their environment whatever the shell's variables say."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.loopback
SCRIPTS = Path(__file__).parents[3] / "scripts"


def _run(*command: str, cwd: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, **variables}
    return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=True)


def test_a_script_finds_its_own_folder(tmp_path: Path) -> None:
    """Where CDPATH has a folder with the same name too, and by a link to it."""
    checkout, other = tmp_path / "a b", tmp_path / "other"
    (other / "scripts").mkdir(parents=True)
    shutil.copytree(SCRIPTS, checkout / "scripts")
    sourcing = 'source "$0" without-project; echo "$PWD"'
    (tmp_path / "link").symlink_to(checkout)
    for script in ("scripts/environment.sh", str(tmp_path / "link/scripts/environment.sh")):
        done = _run("bash", "-c", sourcing, script, cwd=checkout, CDPATH=str(other), PYTHON=sys.executable)
        assert done.stdout.splitlines()[-1] == str(checkout)


@pytest.mark.parametrize("name", ["a:b", 'a"b', "a$b", "a`b", "a\\b", "a\nb"])
def test_a_folder_in_which_no_environment_works_is_refused(tmp_path: Path, name: str) -> None:
    """Programs that pip installs would not start there, or nothing could be installed."""
    shutil.copytree(SCRIPTS, tmp_path / name / "scripts")
    done = subprocess.run([tmp_path / name / "scripts/test.sh"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(f"No environment of Python works in {tmp_path / name}: rename the folder")


def test_packages_go_into_the_environment(tmp_path: Path) -> None:
    """And not to where pip is set to install otherwise."""
    (tmp_path / "bin").mkdir()
    python = tmp_path / "bin" / "python"
    python.write_text("#!/bin/sh\nenv >&2\n")
    python.chmod(0o755)
    asked = {"PIP_USER": "1", "PIP_TARGET": "elsewhere", "PIP_PREFIX": "elsewhere", "INSTALLER": "pip"}
    done = _run(str(SCRIPTS / "install.sh"), str(tmp_path), ".", cwd=tmp_path, **asked)
    assert "PIP_USER=0" in done.stderr.splitlines()
    assert "elsewhere" not in done.stderr
