"""Recording a real server again: an unchanged API leaves every byte, one changed field is one finding and a small diff.

The server is a fresh stand-in the second time: ids, times, counters, wording, cuts and the order of headers differ from
recording to recording. `.ci/run` records the whole suite again, and every cassette must be unchanged.
"""

from __future__ import annotations

import difflib
import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from coze_cassettes.cassette import format as cassette_format
from coze_cassettes.cassette import store
from coze_cassettes.cassette.model import Cassette
from coze_cassettes.diff import Severity, compare, rebase
from coze_standin import running

pytestmark = pytest.mark.loopback

INI = """
[pytest]
addopts =
  -p no:randomly -p no:cacheprovider -p no:hypothesispytest -p no:xdist -p no:xdist.looponfail -p no:pytest_cov
  -p no:anyio -p no:asyncio
coze_tests = .
cassettes_dir = cassettes
"""

SUITE = """
import json, os, time
import httpx, pytest

pytestmark = pytest.mark.vcr
APIS = json.loads(os.environ["APIS"])

@pytest.fixture(autouse=True, params=APIS)
def api(request, account, shared_ssl_context):
    base = os.environ["COZE_API_BASE"]
    with account.unrecorded_context(), httpx.Client(base_url=base, verify=shared_ssl_context) as control:
        control.delete("/_standin/changes").raise_for_status()
        for change in APIS[request.param]:
            control.post("/_standin/changes", json={"change": change}).raise_for_status()

@pytest.fixture
def client(account, shared_ssl_context):
    headers = {"Authorization": "Bearer " + account.value("API_TOKEN")}
    with httpx.Client(base_url="https://api.coze.com", headers=headers, verify=shared_ssl_context) as client:
        yield client

def test_bot(client, account):
    client.get("/v1/bot/get_online_info", params={"bot_id": account.value("BOT_ID")})

def test_bots(client, account):
    for page in (1, 2):
        params = {"space_id": account.value("WORKSPACE_ID"), "page_size": 2, "page_index": page}
        client.get("/v1/space/published_bots_list", params=params)

def test_chat(client, account):
    question = {"role": "user", "content": "Tell me of films", "content_type": "text"}
    body = {"bot_id": account.value("BOT_ID"), "user_id": "someone", "stream": True, "additional_messages": [question]}
    with client.stream("POST", "/v3/chat", json=body) as answer:
        assert [line for line in answer.iter_lines()]

def test_conversation(client, account):
    made = client.post("/v1/conversation/create", json={"bot_id": account.value("BOT_ID"), "meta_data": {"a": "b"}})
    conversation = made.json()["data"]["id"]
    client.get("/v1/conversation/retrieve", params={"conversation_id": conversation})
    client.delete(f"/v1/conversations/{conversation}")

def test_run(client, account):
    workflow = account.value("WORKFLOW_ID")
    body = {"workflow_id": workflow, "parameters": {"input": "films"}}
    client.post("/v1/workflow/run", json=body)
    run = client.post("/v1/workflow/run", json={**body, "is_async": True}).json()["execute_id"]
    time.sleep(0.6)
    client.get(f"/v1/workflows/{workflow}/run_histories/{run}")

def test_speech(account):
    import cozepy
    from cozepy import InputTextBufferAppendEvent as Append
    from cozepy import WebsocketsEventType as Type
    coze = cozepy.Coze(auth=cozepy.TokenAuth(account.value("API_TOKEN")))
    with coze.websockets.audio.speech.create(on_event={})() as speech:
        speech.input_text_buffer_append(Append.Data(delta="Films turn."))
        speech.input_text_buffer_complete()
        speech.wait([Type.SPEECH_AUDIO_COMPLETED], wait_all=False)
"""
"""Tests that read off an answer only what the next request needs: whatever else it holds may change.

Each meets every API that is asked for, one after the other.
"""

Recorded = Mapping[str, Cassette]
"""The cassettes by the names of their tests."""

NOISE = re.compile(r"  (?:recorded_at|digest): ")
"""Lines of metadata, which differ whenever a file is written."""

MOST_LINES = 5
"""Lines that a diff may have for one place."""


def record(folder: Path, apis: Mapping[str, Sequence[str]]) -> Mapping[str, Recorded]:
    """What the suite records from a fresh stand-in, by the name of the API: of each the changes are given."""
    folder.mkdir()
    (folder / "pytest.ini").write_text(INI)
    (folder / "test_it.py").write_text(SUITE)
    known = {"PATH": "", "PYTHONPATH": ":".join(filter(None, sys.path)), "APIS": json.dumps(apis)}
    bytecode = {name: value for name, value in os.environ.items() if name == "PYTHONPYCACHEPREFIX"}
    with running("a") as stand_in:
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "--record-mode=all", "--recorded-from", "stand-in"],
            cwd=folder,
            env={**bytecode, **known, **stand_in.environment},
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 0, done.stdout + done.stderr
    recorded: dict[str, dict[str, Cassette]] = {api: {} for api in apis}
    for path in store.files(folder / "cassettes"):
        test, _, api = path.stem.removesuffix("]").partition("[")
        recorded[api][test] = store.read(path)
    return recorded


@pytest.fixture(scope="module")
def committed(tmp_path_factory: pytest.TempPathFactory) -> Recorded:
    """The first recording."""
    return record(tmp_path_factory.mktemp("drift") / "first", {"same": ()})["same"]


@pytest.fixture(scope="module")
def again(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Recorded]:
    """The second recording, of the same API and of each changed one."""
    kinds = {kind: [drift.change for drift in drifts] for kind, drifts in DRIFTS.items()}
    apis = {"same": (), ONE_CHANGE: kinds["rename"][:1], "status": STATUS, **kinds}
    return record(tmp_path_factory.mktemp("drift") / "again", apis)


def text(cassette: Cassette) -> str:
    """The file as a reviewer sees it."""
    return cassette_format.dumps(store.seal(cassette))


def changed_lines(old: Cassette, new: Cassette) -> list[str]:
    """The lines that a diff of the two files shows, metadata left out."""
    before, after = text(old).splitlines(), text(new).splitlines()
    codes = difflib.SequenceMatcher(None, before, after, autojunk=False).get_opcodes()
    lines = (
        line
        for placeholder, *places in codes
        if placeholder != "equal"
        for line in _side_by_side(before, after, *places)
    )
    return [line for line in lines if not NOISE.match(line)]


def _side_by_side(old: list[str], new: list[str], low: int, high: int, new_low: int, new_high: int) -> list[str]:
    return [*old[low:high], *new[new_low:new_high]]


def test_recording_an_unchanged_api_again_leaves_every_byte(committed: Recorded, again: Mapping[str, Recorded]) -> None:
    """A second recording differs in nothing that counts, and what is taken over is the first one."""
    second = again["same"]
    assert second["test_chat"].interactions != committed["test_chat"].interactions
    tests = ["test_bot", "test_bots", "test_chat", "test_conversation", "test_run", "test_speech"]
    assert list(second) == list(committed) == tests
    for name, old in committed.items():
        assert compare(old, second[name]).changes == (), name
        assert rebase(old, second[name]).interactions == old.interactions, name
        assert changed_lines(old, rebase(old, second[name])) == [], name


@dataclass(frozen=True)
class Drift:
    """A change of the API, in which test it shows, and where: the place of each finding, and how often in the file."""

    change: str
    test: str
    found: Mapping[str, int]


FRAMES = {
    "speech.created": 1,
    "input_text_buffer.completed": 1,
    "conversation.audio.sentence_start": 1,
    "speech.audio.update": 6,
    "speech.audio.completed": 1,
}
"""The frames of a speech by their event, and how many they are at most."""

SENTENCE = "event conversation.audio.sentence_start $.data.text"

EVENTS = ("created", "in_progress", "completed")

DRIFTS = {
    "rename": [
        Drift("bots.retrieve:rename:description", "test_bot", {"$.data.description": 1}),
        Drift("bots.list:rename:space_bots[].icon_url:icon", "test_bots", {"$.data.space_bots[].icon_url": 4}),
        Drift(
            "chat.create:rename:last_error.msg:message",
            "test_chat",
            {f"event conversation.chat.{name} $.last_error.msg": 1 for name in EVENTS},
        ),
        Drift("conversations.create:rename:last_section_id", "test_conversation", {"$.data.last_section_id": 1}),
        Drift("workflows.runs.run_histories.retrieve:rename:output", "test_run", {"$.data[].output": 1}),
        Drift("websockets.audio.speech.create:rename:text", "test_speech", {SENTENCE: 1}),
    ],
    "remove": [
        Drift("bots.retrieve:remove:onboarding_info.prologue", "test_bot", {"$.data.onboarding_info.prologue": 1}),
        Drift("bots.list:remove:total", "test_bots", {"$.data.total": 2}),
        Drift(
            "chat.create:remove:last_error",
            "test_chat",
            {f"event conversation.chat.{name} $.last_error": 1 for name in EVENTS},
        ),
        Drift("conversations.retrieve:remove:created_at", "test_conversation", {"$.data.created_at": 1}),
        Drift("workflows.runs.run_histories.retrieve:remove:run_mode", "test_run", {"$.data[].run_mode": 1}),
        Drift(
            "websockets.audio.speech.create:remove:detail.respond_at",
            "test_speech",
            {f"event {name} $.detail.respond_at": count for name, count in FRAMES.items()},
        ),
    ],
    "retype": [
        Drift("bots.retrieve:retype:bot_mode:string", "test_bot", {"$.data.bot_mode": 1}),
        Drift("bots.list:retype:space_bots.description", "test_bots", {"$.data.space_bots[].description": 4}),
        Drift(
            "chat.create:retype:status",
            "test_chat",
            {f"event conversation.chat.{name} $.status": 1 for name in EVENTS},
        ),
        Drift("conversations.delete:retype:$.code", "test_conversation", {"$.code": 1}),
        Drift("workflows.runs.create:retype:debug_url:null", "test_run", {"$.debug_url": 2}),
        Drift("websockets.audio.speech.create:retype:text", "test_speech", {SENTENCE: 1}),
    ],
    "add": [
        Drift("bots.retrieve:add:badge", "test_bot", {"$.data.badge": 1}),
        Drift("bots.list:add:space_bots[].badge:7", "test_bots", {"$.data.space_bots[].badge": 4}),
        Drift(
            'chat.create:add:last_error.badge:{"gold":true}',
            "test_chat",
            {f"event conversation.chat.{name} $.last_error.badge": 1 for name in EVENTS},
        ),
        Drift("conversations.retrieve:add:meta_data.badge", "test_conversation", {"$.data.meta_data.badge": 1}),
        Drift("workflows.runs.run_histories.retrieve:add:usage.badge:7", "test_run", {"$.data[].usage.badge": 1}),
        Drift(
            "websockets.audio.speech.create:add:$.badge:7",
            "test_speech",
            {f"event {name} $.badge": count for name, count in FRAMES.items()},
        ),
    ],
}
"""A change of each kind for several operations; each shows in one test, so that a recording can have them all."""

KINDS = {
    "rename": (Severity.BREAKING, "renamed"),
    "remove": (Severity.BREAKING, "removed"),
    "retype": (Severity.BREAKING, "retyped"),
    "add": (Severity.INFO, "added"),
}
"""What each kind is found as."""


def assert_drift(drift: Drift, kind: str, old: Cassette, new: Cassette) -> None:
    """The findings are those of the change, again in what is taken over, whose diff is short."""
    severity, name = KINDS[kind]
    comparison, taken = compare(old, new), rebase(old, new)
    findings = {(each.severity, each.place, each.kind) for each in comparison.changes}
    assert findings == {(severity, place, name) for place in drift.found}, drift.change
    assert compare(old, taken).changes == comparison.changes, drift.change
    lines = changed_lines(old, taken)
    assert 0 < len(lines) <= MOST_LINES * sum(drift.found.values()), (drift.change, lines)


@pytest.mark.parametrize("kind", DRIFTS)
def test_one_changed_field_is_one_finding_and_a_small_diff(
    kind: str, committed: Recorded, again: Mapping[str, Recorded]
) -> None:
    """Each test shows the one change of its operation; in the file nothing else differs."""
    for drift in DRIFTS[kind]:
        assert_drift(drift, kind, committed[drift.test], again[kind][drift.test])


ONE_CHANGE = "one change"


def test_a_change_touches_no_other_cassette(committed: Recorded, again: Mapping[str, Recorded]) -> None:
    """With one field changed, the recordings of all other operations are what they were."""
    drift, second = DRIFTS["rename"][0], again[ONE_CHANGE]
    assert_drift(drift, "rename", committed[drift.test], second[drift.test])
    others = [name for name in committed if name != drift.test]
    assert len(others) == len(second) - 1
    assert [name for name in others if compare(committed[name], second[name]).changed] == []
    assert [str(each) for each in compare(committed["test_bot"], second["test_bot"]).changes] == [
        "breaking: GET /v1/bot/get_online_info?bot_id=BOT_ID: $.data.description: is now called description_renamed"
    ]


STATUS = ("users.me:status:500", "bots.retrieve:status:201")


def test_another_status_is_breaking(committed: Recorded, again: Mapping[str, Recorded]) -> None:
    """An answer with another HTTP status is one finding, and one changed line."""
    old, new = committed["test_bot"], again["status"]["test_bot"]
    assert [(each.severity, each.place) for each in compare(old, new).changes] == [(Severity.BREAKING, "status")]
    assert {line.split(":")[0].strip() for line in changed_lines(old, rebase(old, new))} <= {"code", "message"}
