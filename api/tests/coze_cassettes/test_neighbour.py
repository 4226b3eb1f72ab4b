"""Installed and not configured the package changes nothing in a project of ordinary pytest-recording tests."""

from __future__ import annotations

import os
import re
import statistics
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from coze_standin import running

pytestmark = [pytest.mark.loopback, pytest.mark.slow]

ROOT = Path(__file__).parents[3]
ROUNDS = 5
TIMED = {"PYTHONPROFILEIMPORTTIME": "1"}
MOST_MILLISECONDS = 30.0

INI = """
[pytest]
addopts = -p no:randomly -p no:cacheprovider
asyncio_mode = auto
asyncio_default_fixture_loop_scope = function
"""

CONFTEST = """
import os
import pytest

@pytest.fixture(scope="session")
def url():
    return os.environ["NEIGHBOUR_URL"]

@pytest.fixture
def account():
    return "a fixture of the project's own"
"""

SUITE = """
import os
import socket
import urllib.request

import httpx
import pytest
import vcr

def plain(url):
    with urllib.request.urlopen(url) as answer:
        return answer.read()

@pytest.mark.vcr
def test_httpx(url): assert httpx.get(url, trust_env=False).status_code == 401

@pytest.mark.vcr
async def test_httpx_async(url):
    async with httpx.AsyncClient(trust_env=False) as client:
        assert (await client.get(url)).status_code == 401

@pytest.mark.vcr
def test_urllib(url):
    with pytest.raises(urllib.error.HTTPError): plain(url)

@pytest.mark.vcr
@pytest.mark.default_cassette("shared.yaml")
def test_default_cassette(url): assert httpx.get(url, trust_env=False).status_code == 401

@pytest.mark.vcr("test_httpx.yaml")
def test_further_cassette(url): assert httpx.get(url, trust_env=False).status_code == 401

@pytest.mark.vcr(match_on=["method"])
def test_loose_matching(url): assert httpx.get(url, trust_env=False).status_code == 401

@pytest.mark.vcr(record_mode="once")
def test_once(url): assert httpx.get(url, trust_env=False).status_code == 401

@pytest.mark.vcr(record_mode="new_episodes")
def test_new_episodes(url):
    for number in range(2): httpx.get(f"{url}?n={number}", trust_env=False)

@pytest.mark.vcr(filter_headers=["authorization"], filter_query_parameters=["key"])
def test_filters(url): httpx.get(f"{url}?key=1", headers={"authorization": "x"}, trust_env=False)

@pytest.mark.vcr(allow_playback_repeats=True)
def test_the_cassette(url, vcr):
    httpx.get(url, trust_env=False)
    assert vcr is not None and len(vcr) == 1

@pytest.mark.vcr
@pytest.mark.block_network
def test_blocked_and_recorded(url): httpx.get(url, trust_env=False)

@pytest.mark.block_network
def test_blocked(url):
    with pytest.raises(RuntimeError, match="Network is disabled"):
        socket.create_connection(("127.0.0.1", 9), timeout=1)

@pytest.mark.block_network(allowed_hosts=["127.*"])
def test_blocked_with_allowed_hosts(url):
    with pytest.raises(urllib.error.HTTPError): plain(url)

def test_open(url):
    with pytest.raises(urllib.error.HTTPError): plain(url)

def test_use_cassette(url, tmp_path):
    with vcr.use_cassette(str(tmp_path / "own.yaml")) as cassette:
        httpx.get(url, trust_env=False)
    assert len(cassette) == 1

def test_no_cassette(vcr): assert vcr is None

def test_own_fixture(account): assert account == "a fixture of the project's own"

def test_names_of_the_toolkit_are_free(request):
    for name in ("sent_requests", "recording", "fault", "shared_ssl_context"):
        with pytest.raises(pytest.FixtureLookupError): request.getfixturevalue(name)

class TestOwnFolder:
    @pytest.fixture(scope="module")
    def vcr_cassette_dir(self, request): return os.path.join(os.path.dirname(request.path), "own")

    @pytest.fixture
    def vcr_config(self): return {"record_mode": "once", "match_on": ["uri"], "allowed_hosts": ["127.*"]}

    @pytest.mark.vcr
    def test_own_folder(self, url): httpx.get(url, trust_env=False)

    @pytest.mark.vcr
    def test_a_failure(self, url): assert httpx.get(url, trust_env=False).status_code == 200
"""
"""Twenty tests; urllib stands for requests too: vcrpy patches http.client for both."""


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """A server for the project's tests: the stand-in, which refuses a call without a token."""
    with running("a") as server:
        yield f"{server.url}/v1/users/me"


FOREIGN = ("COZE_", "PYTEST_", "PYTHONPYCACHEPREFIX")
"""What another project does not have. What was compiled stands beside its source there, so it is found again."""


@pytest.fixture
def run(tmp_path: Path, url: str) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run the project's tests with an interpreter, in a fresh folder for each name."""

    def call(python: Path, name: str, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        folder = tmp_path / name
        (folder / "tests").mkdir(parents=True, exist_ok=True)
        (folder / "pytest.ini").write_text(INI)
        (folder / "tests/conftest.py").write_text(CONFTEST)
        (folder / "tests/test_neighbour.py").write_text(SUITE)
        environment = {key: value for key, value in os.environ.items() if not key.startswith(FOREIGN)}
        return subprocess.run(
            [str(python), "-m", "pytest", *arguments],
            cwd=folder,
            env={**environment, "NEIGHBOUR_URL": url, **variables},
            capture_output=True,
            text=True,
            check=False,
        )

    return call


def _shown(done: subprocess.CompletedProcess[str]) -> str:
    """What a run printed, without its times, addresses, the folder of its environment and the list of plugins."""
    lines = [line for line in (done.stdout + done.stderr).splitlines() if not line.startswith("plugins: ")]
    text = re.sub(r"in \d+\.\d+s|0x[0-9a-f]+|/(?:without|with)\b|pytest-\d+", "", "\n".join(lines))
    return re.sub(r"=+", "=", text)


FEWER_PLUGINS = tuple(
    f"-pno:{name}" for name in ("hypothesispytest", "xdist", "xdist.looponfail", "pytest_cov", "anyio")
)
"""What a run needs as long to import as for its tests; the first mode has these plugins too."""

MODES = [
    ("--record-mode=rewrite",),
    FEWER_PLUGINS,
    ("--record-mode=none", "--block-network", *FEWER_PLUGINS),
    ("--disable-recording", *FEWER_PLUGINS),
    ("--block-network", "--allowed-hosts=127.*", *FEWER_PLUGINS),
]


def test_results_are_the_same(
    interpreters: tuple[Path, Path], run: Callable[..., subprocess.CompletedProcess[str]], tmp_path: Path
) -> None:
    """Recorded, rewritten, replayed, blocked: outcomes, messages and cassettes, and no line of ours."""
    names = ("without", "with")
    for mode in MODES:
        without, with_wheel = (
            run(python, name, "-rA", *mode) for python, name in zip(interpreters, names, strict=True)
        )
        assert _shown(with_wheel) == _shown(without), mode
        assert "collected 20 items" in without.stdout
        assert "cassettes:" not in with_wheel.stdout
    files = [{path.relative_to(tmp_path / name) for path in (tmp_path / name).rglob("*.yaml")} for name in names]
    assert files[0] == files[1]
    assert len(files[0]) > 10


def test_pytest_starts_as_fast(
    interpreters: tuple[Path, Path], run: Callable[..., subprocess.CompletedProcess[str]]
) -> None:
    """The modules that only a run with the package imports take at most 30 ms, as the median of some runs.

    They are what the package adds to a start. The difference of two whole starts says less: from one run to the next it
    varies by 100 ms on a busy machine.
    """
    start = ("start", "-q", "--collect-only", *FEWER_PLUGINS)
    without, with_package = interpreters
    common = _imported(run(without, *start, **TIMED))
    added = [_imported(run(with_package, *start, **TIMED)) for _ in range(ROUNDS)]
    took = [sum(cost for name, cost in modules.items() if name not in common) for modules in added]
    assert min(took) > 0, "the run with the package imports nothing of it"
    assert statistics.median(took) <= MOST_MILLISECONDS, took


def _imported(done: subprocess.CompletedProcess[str]) -> dict[str, float]:
    """Each module that a run with PYTHONPROFILEIMPORTTIME imported, with the milliseconds of its own code."""
    assert done.returncode == 0, done.stdout + done.stderr
    lines = re.findall(r"^import time: +(\d+) \| +\d+ \| +(\S+)$", done.stderr, re.MULTILINE)
    return {name: int(microseconds) / 1000 for microseconds, name in lines}
