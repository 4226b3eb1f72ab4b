"""Measures what replaying a test costs with this project and with its peers, as CPU time beyond an empty test.

Makes an environment for each tool from PyPI in a temporary folder, records two calls from a local server, and replays
them in interleaved rounds: in one process of pytest per tool and round, tests of all kinds take turns with empty ones.
``benchmarks/replay.py [--rounds N] [--cozepy-tests FOLDER]`` prints a table in Markdown.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import random
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent
PROJECT: Final = ROOT / "benchmarks" / "replay_project"
sys.path.insert(0, str(PROJECT))

from answers import serve  # noqa: E402 - from the folder above

KINDS: Final = ("retrieve", "retrieve_async", "stream", "stream_async")
_COMMON: Final = ("cozepy", "pytest", "pytest-asyncio")
_SHOWN: Final = (
    "cassetter", "coze-cassettes", "cozepy", "httpx", "pytest", "pytest-asyncio", "pytest-recording", "respx", "vcrpy",
)  # fmt: skip


@dataclass(frozen=True)
class Tool:
    """What is measured: packages, the module of its tests, and how a run of it is configured."""

    name: str
    packages: tuple[str, ...]
    module: str = "test_cassette.py"
    ini: str = ""
    variables: tuple[tuple[str, str], ...] = ()
    record: tuple[str, ...] = ()
    """Options that make pytest record; none if nothing is recorded."""


TOOLS: Final = (
    Tool("httpx.MockTransport", (*_COMMON,), "test_mock.py"),
    Tool("respx", (*_COMMON, "respx"), "test_respx.py"),
    Tool("cassetter", (*_COMMON, "cassetter"), record=("--record-mode=all",)),
    Tool("vcrpy, pytest-recording", (*_COMMON, "pytest-recording"), record=("--record-mode=once",)),
    Tool(
        "vcrpy, pytest-recording, skip_patchers",
        (*_COMMON, "pytest-recording"),
        variables=(("BENCHMARK_TUNED", "1"),),
        record=("--record-mode=once",),
    ),
    Tool(
        "coze-cassettes",
        (*_COMMON, str(ROOT)),
        ini='coze_tests = ["."]\ncassettes_dir = "cassettes"\n',
        record=("--record-mode=all", "--recorded-from=stand-in"),
    ),
)
OURS: Final = TOOLS[-1]
BASELINE: Final = "cassetter"

Costs = dict[str, float]
"""Seconds of CPU beyond an empty test, by kind."""


@dataclass(frozen=True)
class Bench:
    """A tool with the environment and the copy of the project that are its own."""

    tool: Tool
    python: Path
    folder: Path
    url: str

    def record(self) -> None:
        """Fill its cassettes from the local server."""
        if self.tool.record:
            self._pytest(self.tool.record, {"COZE_API_BASE": self.url, "COZE_API_TOKEN": "pat_" + "0a1b" * 10})

    def measure(self) -> Costs:
        """Replay once."""
        result = self.folder / "result.json"
        options = ("--record-mode=none",) if self.tool.record else ()
        self._pytest(options, {"BENCHMARK_RESULT": str(result)})
        seconds = {name: statistics.median(each) for name, each in json.loads(result.read_text()).items()}
        empty = {False: seconds["test_empty"], True: seconds["test_empty_async"]}
        return {kind: seconds[f"test_{kind}"] - empty[kind.endswith("async")] for kind in KINDS}

    def _pytest(self, options: Sequence[str], variables: Mapping[str, str]) -> None:
        # Ours replays under Coze's own address, wherever it was recorded from.
        url = "https://api.coze.com" if self.tool is OURS else self.url
        environment = {**os.environ, "BENCHMARK_URL": url, **dict(self.tool.variables), **variables}
        command = [str(self.python), "-m", "pytest", "-q", *options, self.tool.module, "test_empty.py"]
        done = subprocess.run(command, cwd=self.folder, env=environment, capture_output=True, text=True, check=False)
        if done.returncode:
            raise SystemExit(f"{self.tool.name}: {' '.join(command)} failed:\n{done.stdout[-3000:]}")


def prepare(tool: Tool, parent: Path, url: str, environments: dict[tuple[str, ...], Path]) -> Bench:
    """Make the environment, unless another tool has the same packages, and copy the project."""
    if tool.packages not in environments:
        where = parent / f"env{len(environments)}"
        print(f"installing {', '.join(Path(each).name for each in tool.packages)}", file=sys.stderr)
        subprocess.run([sys.executable, "-m", "venv", where], check=True)
        environments[tool.packages] = where / "bin" / "python"
        command = [str(environments[tool.packages]), "-m", "pip", "install", "-q", *tool.packages]
        subprocess.run(command, check=True, stderr=subprocess.DEVNULL)
    folder = parent / f"project-{tool.name.replace(' ', '').replace(',', '-')}"
    shutil.copytree(PROJECT, folder, ignore=shutil.ignore_patterns("__pycache__"))
    ini = '[tool.pytest.ini_options]\nasyncio_mode = "auto"\nasyncio_default_fixture_loop_scope = "function"\n'
    (folder / "pyproject.toml").write_text(ini + 'pythonpath = ["."]\n' + tool.ini)
    return Bench(tool, environments[tool.packages], folder, url)


def measure(benches: Sequence[Bench], rounds: int) -> dict[str, list[Costs]]:
    """Measure all tools in each round, in an order that changes."""
    measured: dict[str, list[Costs]] = {bench.tool.name: [] for bench in benches}
    order = random.Random(0)  # noqa: S311 - no key
    for number in range(rounds):
        print(f"round {number + 1} of {rounds}", file=sys.stderr)
        for bench in order.sample(benches, len(benches)):
            measured[bench.tool.name].append(bench.measure())
    return measured


def table(measured: Mapping[str, Sequence[Costs]]) -> str:
    """Medians in ms with the least and the most of all rounds, and how often the baseline's median."""
    base = {kind: statistics.median(each[kind] for each in measured[BASELINE]) for kind in KINDS}
    titles = [kind.replace("_", ", ") for kind in KINDS]
    lines = ["| tool | " + " | ".join(titles) + " |", "|---|" + "---|" * len(KINDS)]
    for name, rounds in measured.items():
        cells = []
        for kind in KINDS:
            values = sorted(1000 * each[kind] for each in rounds)
            median = statistics.median(values)
            ratio = median / 1000 / base[kind]
            cells.append(f"{median:.2f} ({values[0]:.2f}–{values[-1]:.2f}), {ratio:.2f}x")
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    ours = {kind: statistics.median(each[kind] for each in measured[OURS.name]) for kind in KINDS}
    ratios = [f"{kind} {ours[f'{kind}_async'] / ours[kind]:.2f}x" for kind in ("retrieve", "stream")]
    return "\n".join([*lines, "", f"coze-cassettes, async to sync: {', '.join(ratios)}."])


def machine() -> str:
    """Processor, cores, load, system, Python."""
    cpuinfo = Path("/proc/cpuinfo")
    lines = cpuinfo.read_text().splitlines() if cpuinfo.exists() else []
    processor = next((line.partition(": ")[2] for line in lines if line.startswith("model name")), platform.machine())
    load = "/".join(f"{each:.1f}" for each in os.getloadavg())
    return (
        f"{processor}, {os.cpu_count()} cores, load {load}, {platform.system()} {platform.release()}, "
        f"Python {platform.python_version()}"
    )


def versions(benches: Sequence[Bench]) -> str:
    """The versions of what is measured, over all environments."""
    found: dict[str, str] = {}
    for python in {bench.python for bench in benches}:
        listed = subprocess.run([python, "-m", "pip", "list", "--format=json"], check=True, capture_output=True)
        found |= {each["name"]: each["version"] for each in json.loads(listed.stdout)}
    return ", ".join(f"{name} {found[name]}" for name in _SHOWN if name in found)


def suite(python: Path, arguments: Sequence[str], folder: Path) -> str:
    """How many tests of a suite run in a second of wall time, start included, and what CPU time they take."""
    before, begun = os.times(), time.perf_counter()
    done = subprocess.run(
        [python, "-m", "pytest", "-q", *arguments], cwd=folder, capture_output=True, text=True, check=False
    )
    wall, after = time.perf_counter() - begun, os.times()
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    summary = done.stdout.strip().splitlines()[-1] if done.stdout.strip() else done.stderr.strip()[-300:]
    passed = int(found.group(1)) if (found := re.search(r"(\d+) passed", summary)) else 0
    return f"{passed} passed in {wall:.1f} s of wall time ({cpu:.1f} s of CPU): {passed / wall:.0f} tests a second"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument(
        "--cozepy-tests", type=Path, help="the folder of a checkout of cozepy: its own suite is run too"
    )
    options = parser.parse_args()
    server = serve()
    try:
        with tempfile.TemporaryDirectory() as parent:
            environments: dict[tuple[str, ...], Path] = {}
            url = f"http://127.0.0.1:{server.server_address[1]}"
            benches = [prepare(tool, Path(parent), url, environments) for tool in TOOLS]
            for bench in benches:
                bench.record()
            print(table(measure(benches, options.rounds)))
            print(f"\nMachine: {machine()}.\nVersions: {versions(benches)}.")
            print(f"\nThe suite of this project: {suite(Path(sys.executable), ['api/tests/coze'], ROOT)}.")
            if options.cozepy_tests:
                print(f"cozepy's own suite: {suite(benches[1].python, ['tests'], options.cozepy_tests)}.")
    finally:
        server.shutdown()


if __name__ == "__main__":
    main()
