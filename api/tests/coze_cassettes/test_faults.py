"""Whatever goes wrong in a run costs no cassette, leaves no secret, and does not hinder the next run.

Each test runs the real script on a small project with cassettes, one of which the next recording changes.
"""

from __future__ import annotations

import fcntl
import json
import os
import random
import re
import resource
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from coze_cassettes.inspection.values import find
from coze_cassettes.pluralize import pluralize
from coze_standin import StandIn, running

if TYPE_CHECKING:
    from api.tests.coze_cassettes.conftest import Project

pytestmark = [pytest.mark.loopback, pytest.mark.slow]

BOTS, CHAT, ME = (f"test_project/TestProject.test_{name}.yaml" for name in ("bots", "chat", "me"))
SUITE = "tests/test_project.py::TestProject"
BOTS_PATH = "/v1/space/published_bots_list"
INTERRUPTED = "Interrupted: the cassettes are as they were; run it again.\n"
QUICK = {
    "COZE_CASSETTES_MAX_ATTEMPTS": "2",
    "COZE_CASSETTES_INITIAL_BACKOFF": "0.05",
    "COZE_CASSETTES_READ_TIMEOUT": "1",
}


@pytest.fixture(scope="module")
def server() -> Iterator[StandIn]:
    """One stand-in for these tests, as a server that a run has not started."""
    with running("a") as stand_in:
        yield stand_in


@pytest.fixture
def stand_in(server: StandIn) -> Iterator[StandIn]:
    """The same, with no fault left over."""
    yield server
    server.clear_faults()


class Trial:
    """A project whose committed set the next recording changes in one file, and what must hold after each run."""

    def __init__(self, project: Project, stand_in: StandIn) -> None:
        self.project = self.seen = project
        self.before: tuple[str, ...] = ()
        self.stand_in = stand_in
        self.new = dict(map(_undated, project.contents().items()))
        self.outdate(ME, b'"user_name":')
        self.outputs: list[str] = []
        self.began = dict(_files(project.root))

    def outdate(self, file: str, field: bytes) -> None:
        """Put another field before a field of a committed cassette, so that the next recording changes it."""
        self.project.edit(file, "stand-in", field, b'"former":1,' + field)
        self.old = self.project.contents()

    def start(self, *arguments: str, target: str = "", **how: Any) -> subprocess.Popen[str]:
        """Begin a run against the server."""
        environment = {**self.stand_in.environment, **QUICK, **how.pop("environment", {})}
        options = ("--target", target or self.stand_in.url, "--yes", *arguments)
        return self.project.start(*options, environment=environment, **{"before": self.before, **how})

    def finish(self, process: subprocess.Popen[str]) -> tuple[int, str, str]:
        """The end of a run; what it printed is kept to be searched."""
        ended = self.project.finish(process)
        self.outputs += ended[1:]
        return ended

    def run(self, *arguments: str, **how: Any) -> tuple[int, str, str]:
        """A whole run."""
        return self.finish(self.start(*arguments, **how))

    def until(self, process: subprocess.Popen[str], event: str, **fields: object) -> None:
        """Read the events of a run until a certain one."""
        for line in process.stdout or ():
            self.outputs.append(line)
            found = json.loads(line)
            if found["event"] == event and all(found[name] == value for name, value in fields.items()):
                return
        raise AssertionError((event, process.communicate()))

    def whole(self) -> None:
        """Every committed cassette is byte for byte the old or the new one, and no secret is anywhere."""
        found = self.seen.contents()
        assert list(found) == list(self.old)
        for file, text in found.items():
            assert text == self.old[file] or _undated((file, text)) == (file, self.new[file]), file
        assert self.leaks() == []

    def unchanged(self) -> None:
        """Every committed cassette is the old one."""
        assert self.seen.contents() == self.old
        self.whole()

    def fails(self, *tests: str, options: Sequence[str] = ()) -> str:
        """The next run fails at some tests, each with a sentence, and one cassette waits; what it prints."""
        code, out, err = self.run(*options)
        assert (code, err) == (1, ""), out
        assert re.findall(rf"^failed: {SUITE}::(\w+): ", out, re.MULTILINE) == [*tests], out
        assert "1 cassette is recorded and kept outside for an hour" in out
        assert "Traceback" not in out
        assert {file: self.seen.contents()[file] for file in (BOTS, CHAT)} == {
            file: self.old[file] for file in (BOTS, CHAT)
        }
        self.whole()
        return out

    def recovers(self, target: str = "") -> None:
        """The next run succeeds, and leaves nothing but the new cassettes."""
        assert _ended(self.project)
        code, out, err = self.run(target=target)
        assert (code, err) in ((0, ""), (3, "")), out
        self.renewed()

    def renewed(self) -> None:
        """Nothing but the new cassettes is left."""
        assert dict(map(_undated, self.seen.contents().items())) == self.new
        assert list(self.seen.temporary.iterdir()) == []
        assert [path for path in self.seen.cassettes.rglob(".*") if path.is_file()] == []
        assert self.leaks() == []

    def leaks(self) -> list[str]:
        """The files and outputs with a canary, in any encoding, staging included; what runs left alone has none."""
        secrets = _secrets(self.stand_in)
        written = [(path, text) for path, text in _files(self.seen.root) if text != self.began.get(path)]
        texts = [(path.name, text.decode("utf-8", "replace")) for path, text in written]
        texts += [("output", text) for text in self.outputs]
        if not find(secrets, [text for _, text in texts]):
            return []
        return [name for name, text in texts if find(secrets, [text])]


def _files(root: Path) -> Iterator[tuple[Path, bytes]]:
    """What is in the files below a folder."""
    for path in root.rglob("*"):
        if path.is_file() and path.suffix != ".pyc":
            yield path.relative_to(root), path.read_bytes()


def _secrets(stand_in: StandIn) -> list[str]:
    """The canaries of a stand-in that nothing holds by chance."""
    found = dict.fromkeys(value for _, value in stand_in.canaries() if len(value) > MINIMUM)
    assert found
    return list(found)


MINIMUM = 5
"""Characters up to which a value may stand somewhere by chance."""


def _undated(item: tuple[str, bytes]) -> tuple[str, bytes]:
    """A cassette without the moment of its recording."""
    return item[0], re.sub(rb"recorded_at: .*\n", b"", item[1])


def _processes(project: Project) -> list[int]:
    """The processes that work for a project: they have its folder in their environment."""
    mark = f"XDG_CACHE_HOME={project.root / 'cache'}".encode()
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal() and int(entry.name) != os.getpid():
            try:
                environment = (entry / "environ").read_bytes()
            except OSError:
                continue
            found += [int(entry.name)] if mark in environment.split(b"\0") else []
    return found


def _to_all(process: subprocess.Popen[str], number: signal.Signals) -> None:
    """Send a signal as a terminal does: to every process of the script's group."""
    with suppress(ProcessLookupError):  # the run was quicker
        os.killpg(process.pid, number)


def _to_script(process: subprocess.Popen[str], number: signal.Signals) -> None:
    """Send a signal as kill does: to the script's own process, which has become the command unless it was quicker."""
    process.send_signal(number)


Send = Callable[[subprocess.Popen[str], signal.Signals], None]


def _ended(project: Project, seconds: float = 20) -> bool:
    """Whether everything that a run started comes to its end by itself."""
    until = time.monotonic() + seconds
    while _processes(project) and time.monotonic() < until:
        time.sleep(0.05)
    return not _processes(project)


@pytest.fixture
def trial(recorded: Project, stand_in: StandIn) -> Trial:
    """A trial against the server."""
    return Trial(recorded, stand_in)


# --- kills and interrupts -------------------------------------------------------------------------------------------


WAYS = (
    ("", signal.SIGKILL, _to_all),
    ("stand-in", signal.SIGKILL, _to_script),
    ("", signal.SIGINT, _to_all),
    ("stand-in", signal.SIGKILL, _to_all),
    ("", signal.SIGKILL, _to_script),
)
"""A target, a signal, and whom it goes to."""


def test_a_kill_at_any_moment_costs_no_cassette(trial: Trial, chance: random.Random) -> None:
    """Nothing that a killed run started lives on, and the next run clears what it left or goes on with it."""
    for target, number, send in WAYS * (10 if os.environ.get("PROVE_LONG") else 1):
        seconds = chance.uniform(0.0, 6.5)
        process = trial.start(target=target)
        time.sleep(seconds)
        send(process, number)
        trial.finish(process)
        assert _ended(trial.project), (target, number, send, seconds)
        trial.whole()
    trial.recovers()


def test_an_interrupted_run_is_gone_on_with(trial: Trial) -> None:
    """It says how many cassettes wait, and the next run records only the others."""
    count = interrupted(trial)
    code, out, err = trial.run("--json")
    assert (code, err) == (3, "")
    events = [json.loads(line) for line in out.splitlines()]
    plan = next(each for each in events if each["event"] == "plan")
    recording = events[: next(place for place, each in enumerate(events) if each.get("name") == "inspecting")]
    assert ME in plan["earlier"]
    assert len(plan["earlier"]) == count
    started = {each["cassette"] for each in recording if each["event"] == "started"}
    assert started == set(plan["cassettes"]) - set(plan["earlier"])
    trial.renewed()


def interrupted(
    trial: Trial, *arguments: str, send: Send = _to_all, number: signal.Signals = signal.SIGINT, **plan: object
) -> int:
    """A run that is interrupted when it has recorded something; how many cassettes it says that wait."""
    process = trial.start("--json", *arguments)
    trial.until(process, "plan", **plan)
    trial.until(process, "finished", cassette=ME, outcome="recorded")
    send(process, number)
    code, out, err = trial.finish(process)
    assert (code, err) == (130, INTERRUPTED)
    kept = json.loads(out.splitlines()[-1])
    assert kept["event"] == "kept"
    trial.unchanged()
    return int(kept["cassettes"])


def interrupted_at_a_terminal(trial: Trial) -> int:
    """The same of a run that ^C ends; what waits is shown, then that it was interrupted, each on a line of its own."""
    keyboard, terminal = os.openpty()
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    how: dict[str, Any] = dict.fromkeys(("stdin", "stdout", "stderr"), terminal)
    how |= {"environment": {**trial.stand_in.environment, "TERM": "xterm"}, "preexec_fn": _own_terminal}
    process = trial.project.start("--target", trial.stand_in.url, **how)
    os.close(terminal)
    for awaited, typed in ((rb"Record\? \[y/N\]: ", b"y\n"), (rb"\d recorded", b"\x03")):
        trial.outputs.append(_shown(keyboard, awaited))
        os.write(keyboard, typed)
    trial.outputs.append(_shown(keyboard))
    assert process.wait(60) == 130
    said = re.search(
        r"(\d) cassettes? (is|are) recorded and kept outside for an hour\.\s+"
        r"The same command resumes from there; another one, or --fresh, starts over\.\s+.*\r"
        rf"{INTERRUPTED.strip()}\r\n$",
        trial.outputs[-1],
        re.DOTALL,
    )
    assert said
    assert _ended(trial.project)
    trial.unchanged()
    return int(said[1])


def test_what_was_interrupted_is_thrown_away_by_another_run(trial: Trial) -> None:
    """By one with --fresh, and by one of something else: once it is agreed to, and not before; the plan says so."""
    count = interrupted_at_a_terminal(trial)
    assert count > 0
    count = interrupted(trial, "--fresh", send=_to_script, number=signal.SIGTERM, earlier=[], discarded=count)
    thrown_away = f"{pluralize(count, 'cassette')} recorded by another earlier run"
    staged = list(trial.project.temporary.iterdir())
    url, environment = trial.stand_in.url, dict(trial.stand_in.environment)
    code, out, err = trial.finish(trial.project.start("--target", url, "-k", "chat", environment=environment))
    assert (code, err) == (2, DISAGREED)
    assert thrown_away in out
    assert list(trial.project.temporary.iterdir()) == staged
    code, out, _ = trial.run("--check", target="stand-in")
    assert code == 3
    assert thrown_away in out
    assert list(trial.project.temporary.iterdir()) == []
    trial.unchanged()


def _own_terminal() -> None:
    """Make the terminal on standard input the one whose ^C interrupts this process."""
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


def _shown(keyboard: int, awaited: bytes = b"") -> str:
    """What a terminal shows until a pattern is in it, or to the end; an AssertionError if that takes a minute."""
    shown = b""
    while not awaited or not re.search(awaited, shown):
        assert select.select([keyboard], [], [], 60)[0], shown
        try:
            shown += os.read(keyboard, 4096)
        except OSError:  # nobody has it open any more
            break
    return shown.decode("utf-8", "replace")


DISAGREED = "Nothing was recorded, since the plan was not confirmed: answer y, or add --yes.\n"


# --- the service ----------------------------------------------------------------------------------------------------


NEEDY = """
    @pytest.mark.needs("spare_id")
    def test_needy(self, headers):
        httpx.get("https://api.coze.com/v1/users/me", headers=headers)
"""


def test_a_run_puts_up_with_a_busy_service_a_poor_account_and_another_run(trial: Trial, tmp_path: Path) -> None:
    """429 and 5xx are waited out, in preflight and in tests: only the final answers are recorded.

    What the account lacks leaves a test out, and its cassette stays. A service identity, whose JWT is exchanged for a
    token before the plan, leaves neither key nor token in any file or output. Another run is refused at once.
    """
    suite = trial.project.root / "tests/test_project.py"
    suite.write_text(suite.read_text() + NEEDY)
    needy = "test_project/TestProject.test_needy.yaml"
    text = (trial.project.cassettes / ME).read_bytes()
    (trial.project.cassettes / needy).write_bytes(text)
    trial.new |= [_undated((needy, text))]
    for method, path, fault, times in BUSY:
        waits = 2 if method == "POST" else 0  # the chat's lets the other run come in time
        options = {"retry_after": waits} if fault == "rate-limit" else {}
        trial.stand_in.fault(method, path, fault, times=times, **options)
    run = trial.start(environment={"COZE_CASSETTES_MAX_ATTEMPTS": "5", **_identity(trial, tmp_path)})
    assert run.stdout
    begun = run.stdout.readline()
    assert begun.startswith("Recording 3 cassettes from ")
    refused = trial.run()
    assert refused == (2, "", "Another run is recording these cassettes: wait until it is done, or end it.\n")
    trial.outputs.append(out := run.stdout.read())
    assert trial.finish(run)[::2] == (3, ""), out
    assert "  leaves out       1 test: needs COZE_SPARE_ID" in out
    assert f"\nleft out: {SUITE}::test_needy: needs COZE_SPARE_ID\n" in out
    assert "3 recorded: 2 unchanged, 1 changed, 1 kept\n" in out
    trial.renewed()


BUSY = (
    ("GET", "/v1/users/me", "rate-limit", 2),
    ("GET", BOTS_PATH, "unavailable", 1),
    ("POST", "/v3/chat", "bad-gateway", 2),
    ("POST", "/v3/chat", "rate-limit", 1),
)


def _identity(trial: Trial, folder: Path) -> dict[str, str]:
    """The environment of a service identity in place of a token."""
    app = trial.stand_in.oauth()
    key = folder / "key.pem"
    key.write_text(app["private_key"])
    key.chmod(0o600)
    return {
        "COZE_API_TOKEN": "",
        "COZE_CLIENT_ID": app["client_id"],
        "COZE_PUBLIC_KEY_ID": app["public_key_id"],
        "COZE_PRIVATE_KEY_FILE": str(key),
    }


MORE = """
    def test_spaces(self, headers):
        assert httpx.get("https://api.coze.com/v1/workspaces", headers=headers).json()["code"] == 0

    def test_bot(self, headers, account):
        params = {"bot_id": account.value("BOT_ID")}
        answer = httpx.get("https://api.coze.com/v1/bot/get_online_info", headers=headers, params=params)
        assert answer.json()["code"] == 0

    def test_run(self, headers, account):
        body = {"workflow_id": account.value("WORKFLOW_ID"), "parameters": {"input": "films"}}
        answer = httpx.post("https://api.coze.com/v1/workflow/stream_run", headers=headers, json=body)
        assert "event: Done" in answer.text

    def test_chatflow(self, headers, account):
        question = {"role": "user", "content": "Hello?", "content_type": "text"}
        body = {"workflow_id": account.value("CHATFLOW_ID"), "additional_messages": [question], "parameters": {}}
        answer = httpx.post("https://api.coze.com/v1/workflows/chat", headers=headers, json=body)
        assert "event:done" in answer.text
"""
"""Tests beside the bots' and the chat's, so that one run meets every fault."""

FAULTS: tuple[tuple[str, str, str, str, dict[str, Any]], ...] = (
    ("test_bots", "GET", BOTS_PATH, "bad-gateway", {}),
    ("test_chat", "POST", "/v3/chat", "rate-limit", {"retry_after": 0}),
    ("test_spaces", "GET", "/v1/workspaces", "token-expired", {}),
    ("test_bot", "GET", "/v1/bot/get_online_info", "reset", {}),
    ("test_run", "POST", "/v1/workflow/stream_run", "stall-stream", {"seconds": 5}),
    ("test_chatflow", "POST", "/v1/workflows/chat", "break-stream", {}),
)
"""What each test meets, in their order."""


def test_faults_that_last_cost_no_cassette(trial: Trial) -> None:
    """A run fails with one sentence a test, and once the service is well again it goes on with what is missing."""
    suite = trial.project.root / "tests/test_project.py"
    sound = suite.read_text()
    suite.write_text(sound + MORE)
    for _, method, path, fault, options in FAULTS:
        trial.stand_in.fault(method, path, fault, times=9, **options)
    trial.fails(*(test for test, *_ in FAULTS))
    trial.stand_in.clear_faults()
    suite.write_text(sound.replace("== 2", "== 3"))
    out = trial.fails("test_bots", "test_chat", options=("--max-chats", "0"))
    assert f"failed: {SUITE}::test_bots: AssertionError at tests/test_project.py:20\n" in out
    assert "This run has made 0 chats and workflow runs, as many as it may: raise COZE_CASSETTES_CHATS" in out
    suite.write_text(sound)
    trial.recovers()


def test_a_server_that_dies_in_the_middle_costs_no_cassette(recorded: Project) -> None:
    """The run fails with sentences; when the server is back, another one now, nothing of the old one is taken."""
    command = [sys.executable, "-m", "coze_standin", "--until-stdin-closes", "--port"]
    with subprocess.Popen([*command, "0"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        ready = json.loads(process.stdout.readline())
        first = StandIn(ready["url"], ready["environment"])
        trial = Trial(recorded, first)
        run = trial.start("--json")
        trial.until(run, "started", cassette=CHAT)
        secrets = _secrets(first)
        process.kill()
    assert trial.finish(run)[::2] == (1, "")
    assert trial.project.contents() == trial.old
    assert not find(secrets, trial.outputs)
    port = first.url.rpartition(":")[2]
    with subprocess.Popen([*command, port], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        ready = json.loads(process.stdout.readline())
        trial.stand_in = StandIn(ready["url"], ready["environment"])
        trial.recovers()
        process.kill()


# --- the machine ----------------------------------------------------------------------------------------------------


def _small_files() -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (600, 600))


MOUNT = """
mount -t tmpfs -o size=256k none "$1"
mkdir "$1/data"
cp -a "$2/." "$1/data"
mount --bind "$1/data" "$2"
echo mounted
exec cat
"""
PAGE = os.sysconf("SC_PAGESIZE")


@dataclass(frozen=True)
class Disk:
    """A small disk in a mount namespace: who enters it has the disk at a folder, others look into it from outside."""

    keeper: int
    place: Path

    @property
    def enter(self) -> tuple[str, ...]:
        """What begins a command that enters the namespace."""
        return ("nsenter", f"--target={self.keeper}", "--user", "--mount", "--preserve-credentials", "--")

    def seen(self, path: Path) -> Path:
        """How a path in the namespace is called outside."""
        return Path(f"/proc/{self.keeper}/root", path.relative_to("/"))

    def fill(self, *, but: int) -> None:
        """Fill the disk but for some pages; every file but a chat's cassette is smaller than one."""
        free = os.statvfs(self.seen(self.place)).f_bavail
        with self.seen(self.place / "filler").open("ab") as filler:
            filler.write(bytes((free - but) * PAGE))

    def clear(self) -> None:
        """Make room again."""
        self.seen(self.place / "filler").unlink()


@contextmanager
def small_disk(trial: Trial, folder: Path) -> Iterator[Disk]:
    """Put a folder of a trial on a small disk of its own; skips where the machine mounts none."""
    place = trial.project.root.parent / "disk"
    place.mkdir()
    namespace = 'exec unshare --user --map-root-user --mount sh -ec "$0" sh "$@"'
    command = ["sh", "-c", namespace, MOUNT, str(place), str(folder)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as keeper:
        assert keeper.stdin and keeper.stdout and keeper.stderr  # noqa: PT018  for the types
        if keeper.stdout.readline() != "mounted\n":
            pytest.skip(f"this machine lets nobody mount a small disk: {keeper.stderr.read().strip()}")
        disk = Disk(keeper.pid, place)
        trial.before, trial.seen = disk.enter, replace(trial.project, root=disk.seen(trial.project.root))
        yield disk
        keeper.stdin.close()


def test_a_full_disk_costs_no_cassette(trial: Trial, chance: random.Random) -> None:
    """The first cassette that cannot be staged ends the recording, with one sentence.

    Whether none or one of two new cassettes has room in the swap, none is swapped in, and what was recorded waits.
    """
    code, out, err = trial.run(preexec_fn=_small_files)
    assert (code, err) == (1, ""), out
    sentence = "is not saved, its file cannot be written: File too large."
    first, second = [line for line in out.splitlines() if line.startswith("failed: ")]
    assert first.endswith(sentence)
    assert second == "failed: 2 tests were not tried after that: run the command again."
    trial.unchanged()
    trial.outdate(BOTS, b'"space_bots":')
    with small_disk(trial, trial.project.cassettes) as disk:
        for room, begun in ((0, ["recording (3 tests)"]), (1, [])):
            disk.fill(but=room)
            code, out, err = trial.run()
            assert code == 1, out
            assert err == "The new cassettes cannot be written (No space left on device): none was replaced.\n"
            assert "3 cassettes are recorded and kept outside for an hour" in out
            assert re.findall("^recording.*", out, re.MULTILINE) == begun
            trial.unchanged()
            assert [path for path in trial.seen.cassettes.rglob(".*") if path.is_file()] == []
            disk.clear()
        trial.recovers()


def test_a_staging_disk_that_fills_up_costs_no_cassette(trial: Trial, chance: random.Random) -> None:
    """One sentence says where room is wanted, and what was recorded waits."""
    with small_disk(trial, trial.project.temporary) as disk:
        disk.fill(but=2)  # the recipe, the first cassette
        code, out, err = trial.run()
        sentence = "The run cannot go on (No space left on device): the cassettes are as they were."
        sentence = f"{sentence} Make room in {trial.project.temporary}.\n"
        assert (code, err) == (1, sentence), out
        assert "1 cassette is recorded and kept outside for an hour" in out
        trial.unchanged()
        disk.clear()
        disk.fill(but=5)  # what is left out, the other cassettes (a chat has up to three pages); not a copy of all
        code, _, err = trial.run()
        assert (code, err) == (1, sentence)
        trial.unchanged()
        disk.clear()
        trial.recovers()


def test_a_folder_that_cannot_be_written_is_reported_before_anything_is_sent(trial: Trial) -> None:
    """Its name and the reason; a check does not mind."""
    folder = trial.project.cassettes / "test_project"
    folder.chmod(0o555)
    before = ("setpriv", "--bounding-set", "-dac_override,-dac_read_search") if os.geteuid() == 0 else ()
    try:
        refused = trial.run(before=before)
        checked = trial.run("--check", before=before)
    finally:
        folder.chmod(0o755)
    assert refused == (2, "", f"{folder} cannot be written to (Permission denied): nothing was recorded.\n")
    assert checked[0] == 3
    trial.unchanged()
    assert list(trial.project.temporary.iterdir()) == []
