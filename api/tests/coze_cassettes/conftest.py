"""What the tests of the toolkit share: handmade interactions, examples with freshly made values, a small project."""

from __future__ import annotations

import gc
import json
import os
import random
import re
import shlex
import shutil
import subprocess
import sys
import sysconfig
import time
import venv
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from types import FrameType
from typing import Any

import pytest
from filelock import FileLock

from coze_cassettes.cassette import store
from coze_cassettes.cassette.model import Cassette, Interaction, Metadata, Request, Response
from coze_cassettes.testing import canaries

GROWTH_ROUNDS = 5
ROOT = Path(__file__).parents[3]
JSON_HEADERS = (("content-type", "application/json"),)
METADATA = Metadata("stand-in", "2026-01-01T00:00:00Z", "0.20.0")

Fill = Callable[[str], str]
MakeInteraction = Callable[..., Interaction]
MakeCassette = Callable[..., Cassette]


OUTPUT_VARIABLES = (
    "BUILD_NUMBER",
    "CI",
    "CLICOLOR_FORCE",
    "COLUMNS",
    "FORCE_COLOR",
    "LINES",
    "NO_COLOR",
    "PYTEST_ADDOPTS",
    "PY_COLORS",
    "TERM",
)

PROXY_VARIABLES = ("all_proxy", "http_proxy", "https_proxy", "no_proxy")

PLAIN_GIT = {
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_COUNT": "1",
    "GIT_CONFIG_KEY_0": "safe.directory",
    "GIT_CONFIG_VALUE_0": "*",
}
"""No configuration but this repository's and those of the tests; a checkout may be another user's, as in CI."""


@pytest.fixture(scope="session", autouse=True)
def _plain_environment() -> Iterator[None]:
    """What a test starts prints the same everywhere: a CI makes pytest say more, a terminal has a width and colours.

    No proxy stands before the servers of tests. A repository of a test is its own, also in a hook of git, whose
    variables name the one that is committed to, and whatever git is set to do for its user.
    """
    with pytest.MonkeyPatch.context() as patch:
        of_git = [name for name in os.environ if name.startswith("GIT_")]
        for name in (*OUTPUT_VARIABLES, *PROXY_VARIABLES, *map(str.upper, PROXY_VARIABLES), *of_git):
            patch.delenv(name, raising=False)
        for name, value in PLAIN_GIT.items():
            patch.setenv(name, value)
        yield


@pytest.fixture
def chance(request: pytest.FixtureRequest) -> random.Random:
    """What values are made from: the same values in each run, and new ones in each ``scripts/prove.sh --long``."""
    seed = f"{request.node.name} {random.SystemRandom().getrandbits(64) if 'PROVE_LONG' in os.environ else 0}"
    print(f"random.Random({seed!r})")  # noqa: T201 - pytest shows it when the test fails
    return random.Random(seed)  # noqa: S311 - a canary opens nothing


@pytest.fixture
def fill(chance: random.Random) -> Fill:
    """Fill the places of an example with values made now: ``{A64}`` letters and digits, ``{D19}`` digits, and so on."""
    return lambda example: canaries.fill(example, chance)


@pytest.fixture
def interaction() -> MakeInteraction:
    """Make an interaction; bodies may be given as values that become JSON."""

    def make(
        method: str = "GET",
        path: str = "/v1/users/me",
        sent: object = None,
        answer: object = None,
        *,
        status: int = 200,
        content_type: str = "application/json",
        chunks: tuple[int, ...] = (),
        fault: str = "",
    ) -> Interaction:
        request = Request(method, f"https://api.coze.com{path}", JSON_HEADERS if sent is not None else (), _body(sent))
        headers = (("content-type", content_type),)
        response = Response(status, "OK", headers, _body({} if answer is None else answer), chunks, fault)
        return Interaction(request, response)

    return make


def _body(value: object) -> bytes:
    if isinstance(value, bytes):
        return value
    return b"" if value is None else json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


@pytest.fixture
def cassette() -> MakeCassette:
    """Make a sealed cassette from interactions."""

    def make(*interactions: Interaction) -> Cassette:
        return store.seal(Cassette(tuple(interactions), METADATA))

    return make


# --- a project that records -----------------------------------------------------------------------------------------

PYPROJECT = """
[tool.pytest.ini_options]
addopts = [
  "--import-mode=importlib", "--record-mode=none", "--block-network",
  "-p", "no:hypothesispytest", "-p", "no:xdist", "-p", "no:xdist.looponfail", "-p", "no:pytest_cov",
  "-p", "no:anyio", "-p", "no:asyncio",
]
coze_tests = ["tests"]
cassettes_dir = "cassettes/coze"
"""
"""Without the plugins that this project's tests need and its own do not: each process of a run starts sooner."""

SUITE = """
import httpx
import pytest


@pytest.fixture
def headers(account):
    return {"Authorization": "Bearer " + account.value("API_TOKEN")}


@pytest.mark.vcr
class TestProject:
    def test_me(self, headers):
        answer = httpx.get("https://api.coze.com/v1/users/me", headers=headers)
        assert answer.json()["data"]["user_id"]

    def test_bots(self, headers, account):
        params = {"space_id": account.value("WORKSPACE_ID"), "page_index": 1, "page_size": 2}
        answer = httpx.get("https://api.coze.com/v1/space/published_bots_list", headers=headers, params=params)
        assert len(answer.json()["data"]["space_bots"]) == 2

    def test_chat(self, headers, account):
        question = {"role": "user", "content": "Hello?", "content_type": "text"}
        body = {"bot_id": account.value("BOT_ID"), "user_id": "demo", "stream": True, "additional_messages": [question]}
        answer = httpx.post("https://api.coze.com/v3/chat", headers=headers, json=body, timeout=30)
        assert answer.text.endswith('event:done\\ndata:"[DONE]"\\n\\n')
"""
"""Three tests; plain httpx, since importing the SDK in every process of a run would double its time."""


@dataclass(frozen=True)
class Project:
    """A folder with a suite, in which the command runs; its temporary files go into a folder of their own."""

    root: Path

    @property
    def temporary(self) -> Path:
        """Where runs stage."""
        return self.root / "cache/coze-cassettes/staging"

    @property
    def cassettes(self) -> Path:
        """The folder of the cassettes."""
        return self.root / "cassettes/coze"

    def contents(self) -> dict[str, bytes]:
        """The committed cassettes."""
        return {path.relative_to(self.cassettes).as_posix(): path.read_bytes() for path in store.files(self.cassettes)}

    def start(self, *arguments: str, command: str = "rerecord", **how: Any) -> subprocess.Popen[str]:
        """Begin a command in an environment that knows no account; a recording begins as its script.

        It leads a process group of its own, as what is typed at a terminal does. ``environment`` adds to that
        environment, ``before`` stands before the command, the rest is Popen's.
        """
        other = {name: value for name, value in os.environ.items() if not name.startswith("COZE_") and name != "PYTHON"}
        known = {
            "XDG_CACHE_HOME": str(self.root / "cache"),
            "NO_COLOR": "1",
            "SSL_CERT_DIR": str(self.root),  # an httpx client loads no certificates, which takes 20 ms
            **how.pop("environment", {}),
        }
        script = (str(self.root / "scripts/rerecord.sh"),)
        begun = script if command == "rerecord" else (sys.executable, "-m", "coze_cassettes", command)
        streams = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        return subprocess.Popen(
            [*how.pop("before", ()), *begun, *arguments],
            cwd=self.root,
            env={**other, **known},
            text=True,
            start_new_session=True,
            **{**streams, **how},
        )

    def run(self, *arguments: str, **how: Any) -> tuple[int, str, str]:
        """A whole command: the exit code, and what it printed on both outputs."""
        return self.finish(self.start(*arguments, **how))

    @staticmethod
    def finish(process: subprocess.Popen[str]) -> tuple[int, str, str]:
        """The exit code of a process, and what it printed on both outputs."""
        out, err = process.communicate(timeout=120)
        return process.returncode, out, err

    def record(self, *arguments: str) -> tuple[int, str, str]:
        """A whole run against a stand-in of its own; nothing may stay in the temporary folder."""
        ended = self.run("--target", "stand-in", *arguments)
        assert list(self.temporary.iterdir()) == []
        return ended

    def edit(self, file: str, provenance: str, old: bytes = b"", new: bytes = b"") -> None:
        """Make a committed cassette one that was recorded elsewhere, or from another API."""
        committed = store.read(self.cassettes / file)
        interactions = tuple(
            replace(each, response=replace(each.response, body=each.response.body.replace(old, new), chunks=()))
            for each in committed.interactions
        )
        metadata = replace(committed.metadata, recorded_from=provenance)
        store.write(self.cassettes / file, Cassette(interactions, metadata))


@pytest.fixture(scope="session")
def bytecode(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where all projects keep compiled modules: to compile what a run imports takes as long as a run.

    If this run has a folder for its own, what they need is there already.
    """
    return Path(sys.pycache_prefix or _made_once(tmp_path_factory, "bytecode", lambda _folder: None))


def _project(root: Path, bytecode: Path) -> Project:
    (root / "tests").mkdir()
    (root / "cache/coze-cassettes/staging").mkdir(parents=True)
    (root / "pyproject.toml").write_text(PYPROJECT)
    (root / "tests" / "test_project.py").write_text(SUITE)
    shutil.copytree(ROOT / "scripts", root / "scripts")
    shutil.copyfile(ROOT / "requirements.lock", root / "requirements.lock")
    (root / ".venv").mkdir()
    (root / ".venv/bytecode").symlink_to(bytecode)
    return _with_environment(Project(root))


def _with_environment(project: Project) -> Project:
    """Gives a project an environment that its scripts take for up to date: the one of this interpreter.

    Where they do not, they say on standard error that they make one, which no test here expects.
    """
    interpreter = f"{sys.version} {Path(sys.executable).resolve()} {project.root}"
    made = {
        ".made": f"{interpreter} {_checksum(project.root / 'requirements.lock')}",
        ".made-project": _checksum(project.root / "pyproject.toml"),
    }
    folder = project.root / ".venv"
    (folder / "bin").mkdir(parents=True, exist_ok=True)
    for name, value in made.items():
        (folder / name).write_text(f"{value}\n")
    python = folder / "bin/python"
    python.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} "$@"\n')
    python.chmod(0o755)
    return project


def _checksum(path: Path) -> str:
    """What environment.sh compares a file by."""
    with path.open("rb") as file:
        return subprocess.run(["cksum"], stdin=file, capture_output=True, text=True, check=True).stdout.strip()  # noqa: S607  the cksum of the path


@pytest.fixture
def project(tmp_path: Path, bytecode: Path) -> Project:
    """A project of three tests without cassettes."""
    return _project(tmp_path, bytecode)


@pytest.fixture(scope="session")
def first_recording(tmp_path_factory: pytest.TempPathFactory, bytecode: Path) -> Project:
    """The project as its first run leaves it."""

    def record(folder: Path) -> None:
        code, out, err = _project(folder, bytecode).record()
        assert (code, err) == (3, ""), out
        assert "3 recorded: 3 new" in out

    return Project(_made_once(tmp_path_factory, "first", record))


@pytest.fixture
def recorded(first_recording: Project, tmp_path: Path) -> Project:
    """The project with cassettes, a copy for each test."""
    shutil.copytree(first_recording.root, tmp_path / "project", symlinks=True)
    return _with_environment(Project(tmp_path / "project"))


# --- environments with and without the wheel ------------------------------------------------------------------------


@pytest.fixture(scope="session")
def interpreters(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Two environments with all that this one has: one without the package, one with its wheel."""
    folder = _made_once(tmp_path_factory, "interpreters", _make_interpreters)
    return folder / "without/bin/python", folder / "with/bin/python"


def _make_interpreters(folder: Path) -> None:
    build = [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "--no-build-isolation", "-w", str(folder)]
    subprocess.run([*build, str(ROOT)], check=True, capture_output=True)
    (wheel,) = folder.glob("*.whl")
    _make_environment(folder / "without")
    _make_environment(folder / "with")
    python = str(folder / "with/bin/python")
    install = [sys.executable, "-m", "pip", "--python", python, "install", "-q", "--no-deps", "--no-index"]
    subprocess.run([*install, str(wheel)], check=True, capture_output=True)


def _make_environment(folder: Path) -> None:
    """An interpreter with links to what is installed here, but for this project."""
    venv.create(folder)
    site = next((folder / "lib").glob("python*")) / "site-packages"
    for entry in Path(sysconfig.get_path("purelib")).iterdir():
        if not re.match(r"_?coze[_-]", entry.name) and entry.name != "__pycache__":
            (site / entry.name).symlink_to(entry)


Work = Callable[[], object]
AssertGrowth = Callable[..., None]


@pytest.fixture
def assert_growth() -> Iterator[AssertGrowth]:
    """Assert that work on the larger of two sizes takes at most ``most`` times as long, or ``free`` seconds.

    ``make`` prepares the work for a size; it gets the number of the round too. Of the processor's time the least of
    some rounds counts, since other programs only add to it. No garbage of other tests is collected meanwhile.
    """

    def check(make: Callable[[int, int], Work], sizes: tuple[int, int], most: float, free: float = 0.0) -> None:
        make(sizes[0], 0)()  # patterns are compiled, tables are built
        small = large = float("inf")
        for number in range(1, GROWTH_ROUNDS + 1):
            large = min(large, _seconds(make(sizes[1], number)))
            if large <= free:
                return
            small = min(small, _seconds(make(sizes[0], number)))
            if large <= most * small:
                return
        pytest.fail(f"{sizes[0]} take {small:.3f} s, {sizes[1]} take {large:.3f} s: more than {most} times as long")

    gc.disable()
    yield check
    gc.enable()


def _seconds(work: Work) -> float:
    begin = time.process_time()
    work()
    return time.process_time() - begin


@pytest.fixture
def calls_of() -> Callable[[Work], int]:
    """How many functions are called by some work, which is the same in every run."""

    def counted(work: Work) -> int:
        count = 0

        def profile(_frame: FrameType, event: str, _argument: object) -> None:
            nonlocal count
            count += event in ("call", "c_call")

        before = sys.getprofile()
        sys.setprofile(profile)
        try:
            work()
        finally:
            sys.setprofile(before)
        return count

    return counted


def _made_once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], None]) -> Path:
    """A folder that is made by the first worker of pytest-xdist that needs it, for all of them."""
    base = factory.getbasetemp()
    base = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    folder, made = base / name, base / f"{name}.made"
    with FileLock(base / f"{name}.lock"):
        if not made.exists():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            make(folder)
            made.touch()
    return folder
