"""Re-recording: stage, record, inspect, replay, compare, swap; what goes wrong on the way costs no cassette."""

from __future__ import annotations

import json
import os
import selectors
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from typing import Any, Final, Protocol

import httpx

from coze_cassettes import inspector, preflight, progress, store
from coze_cassettes.compare import Comparison, compare, take_over
from coze_cassettes.environment import BASE, TOKEN, known
from coze_cassettes.errors import CassetteError, Misuse
from coze_cassettes.interactions import Cassette
from coze_cassettes.origins import STAND_IN, truth

UNCHANGED: Final = 0
FAILED: Final = 1
MISUSED: Final = 2
CHANGED: Final = 3
INTERRUPTED: Final = 130
"""Exit codes of a run."""

START_SECONDS: Final = 30.0
STOP_SECONDS: Final = 15.0
SHORTEST_PLANTED: Final = 4
"""Characters below which a planted value is no evidence: it occurs by chance."""


# --- decisions ------------------------------------------------------------------------------------------------------


class Fate(StrEnum):
    """What becomes of one cassette."""

    UNCHANGED = "unchanged"
    """Recorded again, nothing but volatile differences: the committed file is not touched."""
    CHANGED = "changed"
    NEW = "new"
    TRUER = "replaced by a truer one"
    PROVED = "proved only"
    """Recorded from something less true than the committed file, or from the other region: the file stays."""
    KEPT = "kept"
    """Committed, and left out of this run."""
    ORPHAN = "orphan"
    """Committed, and no test plays it."""


WRITTEN: Final = frozenset({Fate.CHANGED, Fate.NEW, Fate.TRUER})


@dataclass(frozen=True)
class Decision:
    """The fate of one cassette; ``cassette`` is what will stand in the file, if it is to be written."""

    file: str
    fate: Fate
    cassette: Cassette | None = None
    comparison: Comparison = field(default_factory=Comparison)


def decide(file: str, old: Cassette | None, new: Cassette) -> Decision:
    """The fate of a fresh recording beside the committed one: origin first, then what really changed."""
    if old is None:
        return Decision(file, Fate.NEW, new)
    was, now = truth(old.metadata.recorded_from), truth(new.metadata.recorded_from)
    if now < was or (now == was and old.metadata.recorded_from != new.metadata.recorded_from):
        return Decision(file, Fate.PROVED)
    comparison = compare(old, new)
    if now > was:
        return Decision(file, Fate.TRUER, new, comparison)
    if not comparison.changed:
        return Decision(file, Fate.UNCHANGED)
    return Decision(file, Fate.CHANGED, take_over(old, new), comparison)


def others(committed: Iterable[str], recorded: Iterable[str], tests: Iterable[preflight.Test]) -> list[Decision]:
    """The committed cassettes that were not recorded: kept, or orphans when no test of a whole run plays them."""
    played = {test.cassette for test in tests}
    rest = sorted(set(committed) - set(recorded))
    return [Decision(file, Fate.KEPT if file in played else Fate.ORPHAN) for file in rest]


@dataclass(frozen=True)
class Verdict:
    """What a run found. ``failures`` are sentences; with any of them nothing was swapped in."""

    decisions: tuple[Decision, ...] = ()
    left_out: tuple[tuple[str, str], ...] = ()
    failures: tuple[str, ...] = ()
    swapped: bool = False

    def count(self, fate: Fate) -> int:
        """How many cassettes have this fate."""
        return sum(decision.fate is fate for decision in self.decisions)

    @property
    def recorded(self) -> int:
        """How many cassettes were recorded in this run."""
        return sum(decision.fate not in (Fate.KEPT, Fate.ORPHAN) for decision in self.decisions)

    @property
    def exit_code(self) -> int:
        """0 unchanged, 3 changed, 1 failed."""
        if self.failures:
            return FAILED
        return CHANGED if any(decision.fate in WRITTEN for decision in self.decisions) else UNCHANGED


# --- the run --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Options:
    """The options of one run; ``root`` is the project's folder, ``cassettes`` and ``tests`` are inside it."""

    root: Path
    cassettes: Path
    tests: str = "api/tests/coze"
    target: str = ""
    keyword: str = ""
    check: bool = False
    yes: bool = False
    account: str = "a"
    keep_staging: Path | None = None


class Screen(Protocol):
    """What a run shows, and the one question that it asks."""

    def plan(self, plan: preflight.Plan) -> None:
        """Shows what will happen."""

    def agreed(self, plan: preflight.Plan) -> bool:
        """Asks whether to go on."""

    def stage(self, title: str, total: int) -> None:
        """A stage of the run begins; ``total`` tests belong to it, 0 if it is not counted."""

    def test(self, event: progress.Event) -> None:
        """A test of the stage began or ended."""


def run(options: Options, shell: Mapping[str, str], screen: Screen) -> Verdict:
    """One run. Raises Misuse when it may not begin, KeyboardInterrupt when SIGINT, SIGTERM or SIGHUP ends it.

    In both cases, and with failures in the verdict, the committed cassettes are as they were.
    """
    with _interruptible(), ExitStack() as stack:
        environment = _environment(options, shell)
        target = preflight.choose_target(options.target, environment)
        server = stack.enter_context(_stand_in(options.account)) if target.local else None
        if server is not None:
            environment = {**_without_coze(environment), **server.environment}
        target, plan = _prepare(options, target, server, environment)
        screen.plan(plan)
        if server is None and not options.yes and not screen.agreed(plan):
            raise Misuse("Nothing was recorded, because nobody agreed to the plan: answer y, or add --yes.")
        staging = stack.enter_context(_staging(options.keep_staging))
        return _Run(options, environment, target, plan, staging, screen).verdict()


def _environment(options: Options, shell: Mapping[str, str]) -> dict[str, str]:
    """The variables of ``.env`` beside the project, overruled by the shell's."""
    file = options.root / ".env"
    try:
        found = preflight.parse_env_file(file.read_text("utf-8")) if file.exists() else {}
    except (OSError, UnicodeDecodeError) as error:
        raise Misuse(f".env cannot be read ({type(error).__name__}).") from None
    return {**found, **shell}


def _without_coze(environment: Mapping[str, str]) -> dict[str, str]:
    """An environment in which no real account is configured."""
    return {name: value for name, value in environment.items() if not name.startswith("COZE_")}


def _prepare(
    options: Options, target: preflight.Target, server: StandIn | None, environment: Mapping[str, str]
) -> tuple[preflight.Target, preflight.Plan]:
    """Proves token and things, and plans; nothing is recorded yet."""
    token = preflight.require_token(environment)
    known(environment)
    if server is not None:
        target = preflight.Target(STAND_IN, server.url)
    get = preflight.get_from(target, token)
    target = preflight.check_token(target, get)
    preflight.check_things(environment, get)
    plan = preflight.make_plan(target, _collect(options, environment), environment)
    if not plan.cassettes:
        raise Misuse("None of these tests records a cassette from this target: choose others with -k.")
    return target, plan


@dataclass(frozen=True)
class _Run:
    """The stages after the consent.

    ``staging`` holds ``recorded``, what pytest wrote, and ``final``, what will stand.
    """

    options: Options
    environment: Mapping[str, str]
    target: preflight.Target
    plan: preflight.Plan
    staging: Path
    screen: Screen

    @property
    def recorded(self) -> Path:
        return self.staging / "recorded"

    @property
    def final(self) -> Path:
        return self.staging / "final"

    def verdict(self) -> Verdict:
        """Records, inspects, replays, compares, swaps; stops at the first stage that fails."""
        outcomes = self._record()
        left_out = tuple((event.test, event.detail) for event in outcomes.events if event.outcome == "skipped")
        failures = outcomes.failures or self._inspect(self.recorded) or self._replay(self.recorded, left_out)
        if failures:
            return Verdict(left_out=left_out, failures=tuple(failures))
        decisions = self._decide()
        if self._prove(decisions, left_out):
            decisions = [self._as_recorded(decision) for decision in decisions]
        swap = not self.options.check
        if swap:
            self._swap(decisions)
        return Verdict(tuple(decisions), left_out, swapped=swap)

    def _as_recorded(self, decision: Decision) -> Decision:
        """A changed cassette with numbers and values of its own: that one has been inspected and replayed."""
        if decision.fate is not Fate.CHANGED:
            return decision
        return replace(decision, cassette=store.read(self.recorded / decision.file))

    def _record(self) -> Outcomes:
        self.recorded.mkdir()
        self.screen.stage("recording", len(self.plan.tests))
        arguments = ("--record-mode=all", "--cassettes-dir", str(self.recorded), "--recorded-from", self.target.origin)
        environment = {**self.environment, BASE: self.target.url, TOKEN: self.environment[TOKEN]}
        if preflight.is_loopback(self.target.url):
            environment = {**environment, **_no_proxy(environment)}
        return self._pytest((*arguments, "--tb=no", "--show-capture=no"), environment)

    def _inspect(self, folder: Path) -> list[str]:
        """One sentence a finding: of the inspector, or of the stand-in's own list of what it planted."""
        self.screen.stage("inspecting", 0)
        secrets = known(self.environment)
        planted = _planted(self.target.url) if self.target.origin == STAND_IN else ()
        found = []
        for path in store.files(folder):
            name = path.relative_to(folder).as_posix()
            found += [f"{name}: {finding}" for finding in inspect_file(path, secrets.tags)]
            found += [f"{name}: a planted {kind} is still in it" for kind in planted_in(path, planted)]
        stray = [path for path in folder.rglob("*") if path.is_file() and path.suffix != store.SUFFIX]
        return found + [f"{path.name}: not a cassette, and nobody asked for it" for path in stray]

    def _replay(self, folder: Path, left_out: Sequence[tuple[str, str]]) -> list[str]:
        """Replays a folder of cassettes with the network blocked; tests that were left out play the committed ones."""
        self.screen.stage("replaying", len(self.plan.tests))
        complete = self.staging / f"replay-{folder.name}"
        shutil.copytree(folder, complete)
        files = {test.id: test.cassette for test in self.plan.tests}
        skipped = [test for test, _ in left_out]
        absent = [test for test in skipped if files.get(test) and not self._borrow(files[test], complete)]
        deselect = [argument for test in absent for argument in ("--deselect", test)]
        arguments = ("--record-mode=none", "--cassettes-dir", str(complete), "--tb=no", *deselect)
        outcomes = self._pytest(arguments, _without_coze(self.environment))
        return [f"does not replay: {failure}" for failure in outcomes.failures]

    def _borrow(self, file: str, folder: Path) -> bool:
        """Copies a committed cassette into a folder that is to be replayed, if there is one."""
        source, copy = self.options.cassettes / file, folder / file
        if source.exists() and not copy.exists():
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, copy)
        return copy.exists()

    def _decide(self) -> list[Decision]:
        self.screen.stage("comparing", 0)
        committed = names(self.options.cassettes)
        recorded = names(self.recorded)
        decisions = [decide(file, self._committed(file), store.read(self.recorded / file)) for file in recorded]
        whole = not self.options.keyword
        return decisions + (others(committed, recorded, self.plan.tests) if whole else [])

    def _committed(self, file: str) -> Cassette | None:
        path = self.options.cassettes / file
        return store.read(path) if path.exists() else None

    def _prove(self, decisions: Sequence[Decision], left_out: Sequence[tuple[str, str]]) -> list[str]:
        """What took over old numbers and values is not what was replayed: it is inspected and replayed as well."""
        edited = [decision for decision in decisions if decision.fate is Fate.CHANGED]
        if not edited:
            return []
        shutil.copytree(self.recorded, self.final)
        for decision in edited:
            store.write(self.final / decision.file, _cassette(decision))
        return self._inspect(self.final) or self._replay(self.final, left_out)

    def _swap(self, decisions: Sequence[Decision]) -> None:
        """Puts the new files in place, each atomically, and none of them half-way through an interrupt."""
        with _uninterrupted():
            for decision in decisions:
                if decision.fate in WRITTEN:
                    path = self.options.cassettes / decision.file
                    path.parent.mkdir(parents=True, exist_ok=True)
                    store.write(path, _cassette(decision))

    def _pytest(self, arguments: Sequence[str], environment: Mapping[str, str]) -> Outcomes:
        conceal = concealer(known(self.environment).tags)
        return run_pytest(self.options, arguments, environment, self.screen.test, conceal)


def _cassette(decision: Decision) -> Cassette:
    if decision.cassette is None:
        raise CassetteError(f"{decision.file}: there is nothing to write; this is a defect of the toolkit")
    return decision.cassette


def names(folder: Path) -> list[str]:
    """The cassettes of a folder, named below it."""
    return [path.relative_to(folder).as_posix() for path in store.files(folder)]


def _no_proxy(environment: Mapping[str, str]) -> dict[str, str]:
    """Keeps the way to this machine free of proxies."""
    value = ",".join(filter(None, (environment.get("NO_PROXY"), "127.0.0.1", "localhost")))
    return {"NO_PROXY": value, "no_proxy": value}


# --- what must not be in a cassette ---------------------------------------------------------------------------------


def inspect_file(path: Path, values: Iterable[str] = ()) -> Sequence[inspector.Finding]:
    """What the inspector finds in a cassette file; ``values`` are those that the environment says are secret."""
    return inspector.inspect(store.read(path), path.read_text("utf-8"), values)


@dataclass(frozen=True)
class Planted:
    """A value that must not show up in a cassette, and what kind it is."""

    kind: str
    value: str


def _planted(url: str) -> tuple[Planted, ...]:
    """What the stand-in says that it planted; nothing if it does not tell."""
    try:
        response = httpx.get(f"{url}/_standin/planted", timeout=30, trust_env=not preflight.is_loopback(url))
        entries = response.raise_for_status().json()["planted"]
    except (httpx.HTTPError, ValueError, KeyError) as error:
        raise CassetteError(f"The stand-in does not tell what it planted ({type(error).__name__}).") from None
    return tuple(Planted(entry["kind"], entry["value"]) for entry in entries)


def planted_in(path: Path, planted: Iterable[Planted]) -> list[str]:
    """The kinds of the planted values that a file still holds, in its text or in what its text stands for."""
    text = "\n".join((path.read_text("utf-8"), *_contents(path)))
    text += text.replace("\\\\", "\\")  # JSON in a string of JSON is escaped twice
    return sorted({each.kind for each in planted if len(each.value) >= SHORTEST_PLANTED and _holds(text, each.value)})


def _holds(text: str, value: str) -> bool:
    """Whether a value is there in any encoding; the pattern, which is slow, has the last word on short ones."""
    if not any(form in text for form in inspector.encodings(value)):
        return False
    pattern = inspector.needle([value])
    return pattern is not None and pattern.search(text) is not None


def _contents(path: Path) -> Iterator[str]:
    """What crossed the wire, as text: YAML may fold or escape it."""
    for interaction in store.read(path).interactions:
        request, response = interaction.request, interaction.response
        yield request.uri
        yield from (f"{name}: {value}" for name, value in (*request.headers, *response.headers))
        yield request.body.decode("utf-8", "replace")
        yield response.body.decode("utf-8", "replace")


def concealer(secrets: Iterable[str]) -> Callable[[str], str]:
    """A function that blots out the given values, the longest first, in every form."""
    everything = sorted({form for value in secrets for form in inspector.encodings(value)}, key=len, reverse=True)

    def conceal(text: str) -> str:
        for form in everything:
            text = text.replace(form, "…")
        return text

    return conceal


# --- pytest as a child ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Outcomes:
    """How a pytest child ended: the last event of each test, and one sentence a failure."""

    events: tuple[progress.Event, ...] = ()
    failures: tuple[str, ...] = ()


NO_TESTS: Final = 5
"""pytest's exit code when nothing was selected."""


def _collect(options: Options, environment: Mapping[str, str]) -> list[preflight.Test]:
    """The tests that would run, without running them; Misuse if there are none."""
    collected: list[progress.Event] = []
    arguments = ("--collect-only", "--record-mode=none", "--tb=short", "--cassettes-dir", os.devnull)
    outcomes = run_pytest(options, arguments, _without_coze(environment), collected.append, lambda text: text)
    if outcomes.failures:
        raise CassetteError(f"The tests cannot be collected: {outcomes.failures[0]}")
    if not collected:
        raise Misuse(f"-k {options.keyword!r} selects no test." if options.keyword else f"No tests in {options.tests}.")
    return [preflight.Test(each.test, each.cassette, each.twin, each.stand_in_only, each.needs) for each in collected]


def command(options: Options, arguments: Sequence[str]) -> list[str]:
    """The command line of a pytest child: no secret is ever in it."""
    plugins = ("-p", "no:randomly", "-p", "no:cacheprovider", "-p", "coze_cassettes.progress")
    keyword = ("-k", options.keyword) if options.keyword else ()
    return [sys.executable, "-m", "pytest", options.tests, "-q", "--no-header", *plugins, *arguments, *keyword]


def run_pytest(
    options: Options,
    arguments: Sequence[str],
    environment: Mapping[str, str],
    tell: Callable[[progress.Event], None],
    conceal: Callable[[str], str],
) -> Outcomes:
    """Runs pytest as a child in a session of its own, and tells its events while it runs.

    What it prints is kept in memory and, concealed, quoted only when it failed without naming a test.
    """
    read_end, write_end = os.pipe()
    with os.fdopen(read_end, "rb") as pipe:
        try:
            process = subprocess.Popen(  # noqa: S603  this interpreter, our own arguments
                command(options, arguments),
                cwd=options.root,
                env={**environment, progress.PIPE_VARIABLE: str(write_end)},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                pass_fds=(write_end,),
                start_new_session=True,
            )
        finally:
            os.close(write_end)
        with _ending(process), _tail(process) as tail:
            finished = []
            for line in pipe:
                event = progress.loads(line)
                tell(event)
                if event.event == progress.FINISHED:
                    finished.append(event)
            code = process.wait()
    return _outcomes(code, finished, [conceal(line) for line in tail], conceal)


def _outcomes(
    code: int, finished: Sequence[progress.Event], tail: Sequence[str], conceal: Callable[[str], str]
) -> Outcomes:
    failed = [f"{event.test}: {conceal(event.detail)}" for event in finished if event.outcome == "failed"]
    if code not in (0, NO_TESTS) and not failed:
        failed = [f"pytest ended with exit code {code}: {' / '.join(tail[-4:]) or 'it said nothing'}"]
    return Outcomes(tuple(finished), tuple(failed))


LONGEST_LINE: Final = 200
"""Characters of a line of pytest that may be quoted."""


@contextmanager
def _tail(process: subprocess.Popen[bytes]) -> Iterator[deque[str]]:
    """The last lines that a child printed, read by a thread so that the child never waits."""
    lines: deque[str] = deque(maxlen=20)

    def read() -> None:
        for line in process.stdout or ():
            if text := line.decode("utf-8", "replace").strip():
                lines.append(text[:LONGEST_LINE])

    reader = threading.Thread(target=read, daemon=True)
    reader.start()
    yield lines
    reader.join(timeout=STOP_SECONDS)


@contextmanager
def _ending(process: subprocess.Popen[bytes]) -> Iterator[None]:
    """Ends a child when its user is done: asked first, so that it cleans up in the account, then made to."""
    try:
        yield
    finally:
        with _uninterrupted():
            for how in (signal.SIGINT, signal.SIGTERM, signal.SIGKILL):
                if process.poll() is None:
                    _signal_and_wait(process, how)


def _signal_and_wait(process: subprocess.Popen[bytes], how: signal.Signals) -> None:
    process.send_signal(how)
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        return


# --- the stand-in ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class StandIn:
    """A running stand-in: where it listens, and the environment of its account."""

    url: str
    environment: Mapping[str, str]


@contextmanager
def _stand_in(account: str) -> Iterator[StandIn]:
    """A stand-in on a free port of 127.0.0.1; it stops with the block, and by itself if this process dies."""
    arguments = ("--port", "0", "--account", account, "--until-stdin-closes")
    process = subprocess.Popen(  # noqa: S603  this interpreter, our own arguments
        [sys.executable, "-m", "coze_standin", *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    with _ending(process):
        yield _ready(process)


def _ready(process: subprocess.Popen[bytes]) -> StandIn:
    """What the stand-in says when it listens."""
    if process.stdout is None:
        raise CassetteError("The stand-in has no standard output; this is a defect of the toolkit.")
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ)
        line = process.stdout.readline() if selector.select(START_SECONDS) else b""
    try:
        ready: Any = json.loads(line)
        return StandIn(ready["url"], ready["environment"])
    except (ValueError, KeyError, TypeError):
        raise CassetteError(
            "The stand-in did not start: run `python -m coze_standin` to see why (it needs the extra `standin`)."
        ) from None


# --- interrupts -----------------------------------------------------------------------------------------------------


def _interrupt(number: int, _frame: object) -> None:
    raise KeyboardInterrupt(signal.Signals(number).name)


_ENDING: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@contextmanager
def _handling(handler: Callable[[int, object], None]) -> Iterator[None]:
    before = {number: signal.signal(number, handler) for number in _ENDING}
    try:
        yield
    finally:
        for number, old in before.items():
            signal.signal(number, old)


@contextmanager
def _interruptible() -> Iterator[None]:
    """SIGTERM and SIGHUP end the run as Ctrl-C does: through every clean-up."""
    with _handling(_interrupt):
        yield


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """Signals wait until the block is done."""
    waiting: list[int] = []
    with _handling(lambda number, _frame: waiting.append(number)):
        yield
    if waiting:
        _interrupt(waiting[0], None)


@contextmanager
def _staging(keep: Path | None) -> Iterator[Path]:
    """A folder outside the working tree, removed at the end; with ``keep`` a folder that stays."""
    if keep is not None:
        keep.mkdir(parents=True, exist_ok=True)
        if any(keep.iterdir()):
            raise Misuse(f"{keep} is not empty: name a new folder.")
        yield keep
        return
    folder = Path(tempfile.mkdtemp(prefix="coze-cassettes-"))
    try:
        yield folder
    finally:
        with _uninterrupted():
            shutil.rmtree(folder, ignore_errors=True)
