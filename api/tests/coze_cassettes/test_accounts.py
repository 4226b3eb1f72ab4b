"""The suite holds on any account: recorded from either one of the stand-in's, it replays green."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from coze_cassettes.cassette import store
from coze_cassettes.inspection.values import find
from coze_standin import running

ROOT = Path(__file__).parents[3]
SUITE = "api/tests/coze"


def _pytest(environment: dict[str, str], *arguments: str) -> str:
    """The last line of a run of the suite; what a recording prints holds no values."""
    command = [sys.executable, "-m", "pytest", SUITE, "-q", "-p", "no:cacheprovider", *arguments]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-2000:]
    return done.stdout.strip().splitlines()[-1]


@pytest.mark.loopback
@pytest.mark.slow
def test_the_suite_holds_on_the_second_account(tmp_path: Path) -> None:
    """The committed set is recorded from account a; recorded from b every test passes, and replays without network.

    No canary of the account is in any file, in any encoding.
    """
    with running("b") as stand_in:
        environment = {**os.environ, **stand_in.environment}
        options = ("--cassettes-dir", str(tmp_path))
        _pytest(environment, "--record-mode=all", "--recorded-from", "stand-in", "-p", "no:randomly", *options)
        canaries = {value for _, value in stand_in.canaries() if len(value) > 5}
    bare = {name: value for name, value in os.environ.items() if not name.startswith("COZE_")}
    assert " passed" in _pytest(bare, *options)
    files = store.files(tmp_path)
    assert canaries
    assert len(files) > 80
    assert [path.name for path in files if find(canaries, [path.read_text("utf-8")])] == []
