"""The proof: a canary of any kind, at any place, is gone from the cassette, and the inspector would find it."""

from __future__ import annotations

import base64
import gzip
import itertools
import json
import random
import re
import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final
from urllib.parse import quote, quote_plus

import brotli  # type: ignore[import-untyped]  # it has no annotations
import pytest
import zstandard
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from coze_cassettes.cassette import format as cassette_format
from coze_cassettes.cassette import store, websocket_messages
from coze_cassettes.cassette.model import SWITCHED, Cassette, Interaction, Metadata, Request, Response
from coze_cassettes.cassette.websocket_messages import Closed, Message, Received
from coze_cassettes.inspection.scan import inspect
from coze_cassettes.inspection.values import spellings_of
from coze_cassettes.scrubbing.environment import ConfiguredValues
from coze_cassettes.scrubbing.normalise import normalise
from coze_cassettes.scrubbing.rules import RULES
from coze_cassettes.scrubbing.rules.model import Form, Rule, Where
from coze_cassettes.scrubbing.rules.rule_set import RuleSet
from coze_cassettes.scrubbing.scrub import scrub
from coze_cassettes.session.player import Player
from coze_cassettes.session.session import Settings
from coze_cassettes.session.websocket_player import ReplayedWebSocket
from coze_cassettes.testing import canaries

API: Final = "https://api.coze.com"
METADATA: Final = Metadata("stand-in", "2026-01-01T00:00:00Z", "0.20.0")
NEUTRAL: Final = "note"
"""The key of a value that only its looks give away."""

BATCH: Final = 8
"""Canaries in one generated cassette."""

MANY: Final = 5 * settings().max_examples // 2
"""Generated cassettes of the proof: 2,000 values, or 10,000 in the long one."""


# --- the canaries ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Kind:
    """A kind of value: its name, how one is made, and the field that names it, if its looks do not."""

    name: str
    example: str
    key: str = ""


KINDS: Final = (
    *(Kind(name, example) for name, example in canaries.PATTERNS.items()),
    *(Kind(name, example, key) for name, (key, example) in {**canaries.NAMES, **canaries.IDENTIFIERS}.items()),
    Kind(canaries.CONFIGURED, canaries.CONFIGURED_VALUE),
)


@dataclass(frozen=True)
class Canary:
    """One value with the field that it is put into."""

    kind: Kind
    value: str

    @property
    def key(self) -> str:
        """The name of the field."""
        return self.kind.key or NEUTRAL

    @property
    def is_configured(self) -> bool:
        """Whether the environment tells of it."""
        return self.kind.name == canaries.CONFIGURED


def made(kind: Kind, chance: random.Random) -> Canary:
    """A value of a kind, made now."""
    return Canary(kind, canaries.fill(kind.example, chance))


# --- where they stand ------------------------------------------------------------------------------------------------

Headers = tuple[tuple[str, str], ...]
JSON: Final[Headers] = (("content-type", "application/json"),)
STREAM: Final[Headers] = (("content-type", "text/event-stream"),)
PLAIN: Final[Headers] = (("content-type", "text/plain"),)
FORM: Final[Headers] = (("content-type", "application/x-www-form-urlencoded"),)
MULTIPART: Final[Headers] = (("content-type", "multipart/form-data; boundary=cut"),)


def sent(path: str = "/v1/things", headers: Headers = (), body: bytes = b"") -> Interaction:
    """An interaction with something in its request."""
    return Interaction(Request("POST", API + path, headers, body), Response(200, "OK", JSON, b"{}"))


def answered(body: bytes, headers: Headers = JSON, path: str = "/v1/things") -> Interaction:
    """An interaction with something in its response."""
    return Interaction(Request("GET", API + path), Response(200, "OK", headers, body))


def dumped(value: object) -> bytes:
    """JSON as a server writes it."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def field(each: Canary) -> dict[str, str]:
    """The value under its key: alone if the key says what it is, else in a sentence."""
    return {each.key: each.value if each.kind.key else f"see {each.value} there"}


def part(head: str, content: bytes) -> bytes:
    """A multipart body of one part."""
    return f"--cut\r\nContent-Disposition: form-data; {head}\r\n\r\n".encode() + content + b"\r\n--cut--\r\n"


def in_pieces(text: str, chance: random.Random) -> list[str]:
    """A text cut into two to seven pieces."""
    cuts = sorted(chance.sample(range(1, len(text)), min(chance.randint(1, 6), len(text) - 1)))
    return [text[start:end] for start, end in zip([0, *cuts], [*cuts, len(text)], strict=True)]


def chat_stream(each: Canary, chance: random.Random) -> Interaction:
    """Deltas of a chat, and the whole message behind them."""
    text = f"see {each.value} there"
    events = [("delta", piece) for piece in in_pieces(text, chance)] + [("completed", text)]
    lines = (
        f"event:conversation.message.{name}\ndata:{dumped({'id': 'm', 'content': piece}).decode()}\n\n"
        for name, piece in events
    )
    return answered("".join(lines).encode(), STREAM)


def workflow_stream(each: Canary, chance: random.Random) -> Interaction:
    """Messages of the nodes of a workflow, each with a piece."""
    pieces = enumerate(in_pieces(f"see {each.value} there", chance))
    events = ({"content": piece, "node_title": "End", "node_seq_id": str(number)} for number, piece in pieces)
    lines = (f"id: {number}\nevent: Message\ndata: {json.dumps(event)}\n\n" for number, event in enumerate(events))
    return answered("".join(lines).encode(), STREAM)


def spoken(sent: Iterable[Received] = (), came: Iterable[Received] = ()) -> Interaction:
    """A WebSocket with some messages."""
    request = Request("GET", "wss://ws.coze.com/v1/chat?bot_id=BOT_ID", (), websocket_messages.dump(sent))
    return Interaction(request, Response(101, "Switching Protocols", (), websocket_messages.dump(came)))


def message(kind: str, data: object, end: str = "") -> Message:
    """One message as Coze writes it."""
    return Message(dumped({"id": f"e-{kind}", "event_type": kind, "data": data}).decode() + end)


def came(*messages: Message) -> Interaction:
    """A websocket over which messages were received after one was sent."""
    return spoken([message("chat.update", {})], [replace(each, after=1) for each in messages])


def chat_frames(each: Canary, chance: random.Random) -> Interaction:
    """Deltas of a chat that come over a websocket, with sound between them, and the whole message behind them."""
    text = f"see {each.value} there"
    said = [message("conversation.message.delta", {"id": "m", "content": it}) for it in in_pieces(text, chance)]
    sound = [message("conversation.audio.delta", {"id": "m", "content": b64(chance.randbytes(64))}) for _ in said]
    mingled = [one for pair in zip(said, sound, strict=True) for one in pair]
    return came(*mingled, message("conversation.message.completed", {"id": "m", "content": text}))


def text_frames(each: Canary, chance: random.Random) -> Interaction:
    """A text that is sent over a websocket in pieces."""
    pieces = in_pieces(f"see {each.value} there", chance)
    return spoken([message("input_text_buffer.append", {"delta": piece}) for piece in pieces])


def packed(each: Canary, encoding: str, pack: Callable[[bytes], bytes]) -> Interaction:
    """A compressed answer."""
    return answered(pack(dumped(field(each))), (*JSON, ("content-encoding", encoding)))


def wide(text: str) -> str:
    """The same in full-width characters."""
    return "".join(chr(ord(char) + 0xFEE0) if "!" <= char <= "~" else char for char in text)


def b64(raw: bytes, *, url_safe: bool = False) -> str:
    """Base64 without padding in the URL-safe alphabet, with it in the other."""
    return base64.urlsafe_b64encode(raw).decode().rstrip("=") if url_safe else base64.b64encode(raw).decode()


def file_name(value: str) -> str:
    """A value as a client writes it into the name of a file."""
    return value.replace('"', "%22").replace("\n", "%0A")


Place = Callable[[Canary, random.Random], Interaction]

WITH_KEY: Final[Mapping[str, Place]] = {
    "query": lambda each, _: sent(
        "/v1/things?" + "&".join(f"{key}={quote_plus(text)}" for key, text in field(each).items())
    ),
    "JSON value sent": lambda each, _: sent(headers=JSON, body=dumped({"a": [field(each)]})),
    "JSON value": lambda each, _: answered(dumped({"data": {"list": [field(each)]}})),
    "JSON escaped": lambda each, _: answered(json.dumps(field(each)).encode()),
    "nested JSON": lambda each, chance: answered(
        dumped({"out": nested(dumped(field(each)).decode(), chance.randint(1, 4))})
    ),
    "nested JSON sent": lambda each, _: sent(
        headers=JSON, body=dumped({"parameters": nested(dumped(field(each)).decode(), 2)})
    ),
    "fragment in a text": lambda each, _: answered(dumped({"msg": f"error: {dumped(field(each)).decode()} at 3"})),
    "event data": lambda each, _: answered(b"event: Message\ndata: " + dumped(field(each)) + b"\n\n", STREAM),
    "cut-off event": lambda each, _: answered(
        b"event: Message\ndata: " + dumped({**field(each), "z": "tail"})[:-4], STREAM
    ),
    "form": lambda each, _: sent(
        headers=FORM, body="&".join(f"{key}={quote_plus(text)}" for key, text in field(each).items()).encode()
    ),
    "multipart field": lambda each, _: sent(
        headers=MULTIPART, body=part(f'name="{each.key}"', next(iter(field(each).values())).encode())
    ),
    "JSON in a file": lambda each, _: sent(
        headers=MULTIPART, body=part('name="file"; filename="a.json"', dumped(field(each)))
    ),
    "base64 of JSON": lambda each, _: answered(dumped({"blob": b64(dumped(field(each)))})),
    "gzip body": lambda each, _: packed(each, "gzip", gzip.compress),
    "deflate body": lambda each, _: packed(each, "deflate", zlib.compress),
    "br body": lambda each, _: packed(each, "br", brotli.compress),
    "zstd body": lambda each, _: packed(each, "zstd", zstandard.compress),
    "gzip in base64": lambda each, _: answered(dumped({"blob": b64(gzip.compress(dumped(field(each))))})),
    "websocket message": lambda each, _: came(message("chat.updated", {"chat_config": field(each)})),
    "websocket message sent": lambda each, _: spoken([message("chat.update", {"chat_config": field(each)})]),
    "websocket message with a line end": lambda each, _: came(message("chat.updated", field(each), "\n")),
    "websocket message of several lines": lambda each, _: came(
        Message(json.dumps({"event_type": "chat.updated", "data": field(each)}, ensure_ascii=False, indent=2))
    ),
}
"""Places where a field has a name."""

WITHOUT_KEY: Final[Mapping[str, Place]] = {
    "header": lambda each, _: answered(
        b"", (*PLAIN, ("location", f"https://app.example/back?state={quote(each.value, safe='')}"))
    ),
    "path": lambda each, _: sent(f"/v1/things/{quote(each.value, safe='')}/items"),
    "JSON key": lambda each, _: answered(dumped({f"the {each.value} key": 1})),
    "plain text": lambda each, _: answered(f"see {each.value} there".encode(), PLAIN),
    "chat deltas": chat_stream,
    "workflow messages": workflow_stream,
    "websocket deltas": chat_frames,
    "websocket deltas sent": text_frames,
    "binary websocket message": lambda each, _: came(Message(b"\xff\xfe\0" + each.value.encode() + b"\0\xff")),
    "sound of a websocket": lambda each, _: came(
        message("speech.audio.update", {"delta": b64(b"\xff\xfe\0" * 9 + each.value.encode() + b"\0\xff" * 9)})
    ),
    "reason of a closed websocket": lambda each, _: spoken((), [Closed(1008, f"see {each.value} there", 0)]),
    "text file": lambda each, _: sent(
        headers=MULTIPART, body=part('name="file"; filename="a.txt"', f"a\nsee {each.value} \nb".encode())
    ),
    "file name": lambda each, _: sent(
        headers=MULTIPART, body=part(f'name="file"; filename="{file_name(each.value)}.txt"', b"x")
    ),
    "binary file": lambda each, _: sent(
        headers=MULTIPART, body=part('name="file"; filename="a.bin"', b"\xff\xfe\0" + each.value.encode() + b"\0\xff")
    ),
    "gzip file": lambda each, _: sent(
        headers=MULTIPART, body=part('name="file"; filename="a.gz"', gzip.compress(f"see {each.value} there".encode()))
    ),
    "base64": lambda each, _: answered(dumped({"blob": b64(f"see {each.value} there".encode())})),
    "base64 url-safe": lambda each, _: sent(
        headers=JSON, body=dumped({"blob": b64(f"<{each.value}>".encode(), url_safe=True)})
    ),
    "base64 on lines": lambda each, _: answered(
        base64.encodebytes(f"{'x ' * 40}see {each.value} there {'y ' * 30}".encode()), PLAIN
    ),
    "percent-encoding": lambda each, _: answered(f"go to {quote(f'/a?x={each.value}&y', safe='')} now".encode(), PLAIN),
    "escapes in a text": lambda each, _: answered(
        "".join(f"\\u{ord(char):04x}" for char in f"see {each.value} there").encode(), PLAIN
    ),
    "full-width": lambda each, _: answered(dumped({"msg": f"见 {wide(each.value)} 。"})),
}
"""Places where nothing says what the value is."""

PLACES: Final[Mapping[str, Place]] = {**WITH_KEY, **WITHOUT_KEY}


def nested(text: str, depth: int) -> str:
    """JSON in a string in JSON."""
    return text if depth == 0 else nested(dumped({"in": text}).decode(), depth - 1)


def interactions_with(place: str, each: Canary, chance: random.Random) -> tuple[Interaction, ...]:
    """The traffic with a value in one place; if nothing there says what it is, a field before it does."""
    interaction = PLACES[place](each, chance)
    if not each.kind.key or place in WITH_KEY:
        return (interaction,)
    return (sent(f"/v1/things?{each.key}={quote_plus(each.value)}"), interaction)


# --- what must hold -------------------------------------------------------------------------------------------------


def everything_in(interactions: tuple[Interaction, ...]) -> str:
    """All that crossed the wire, as one text."""
    raw = (each for one in interactions for each in (one.request.uri.encode(), one.request.body, one.response.body))
    headers = (value for one in interactions for _, value in (*one.request.headers, *one.response.headers))
    return "\n".join([*(each.decode("utf-8", "replace") for each in raw), *headers])


def forms_of(value: str) -> set[str]:
    """A value in every encoding in which it must not be found."""
    return {*spellings_of(value), wide(value), "".join(f"\\u{ord(char):04x}" for char in value)}


def traffic_with(pairs: list[tuple[Canary, str]], seed: float) -> tuple[Interaction, ...]:
    """The traffic with every value in its place, the same for the same seed."""
    return tuple(
        one
        for each, place in pairs
        for one in interactions_with(place, each, random.Random(f"{seed}{place}"))  # noqa: S311 - no key is made of it
    )


def playing(cassette: Cassette) -> Player:
    """A session that replays a cassette."""
    player = Player("a test", Path("a/b.yaml"), Settings(), pytest.fail)
    player.begin(cassette)
    return player


def replays(sent_again: Interaction, recorded: Interaction, player: Player) -> bool:
    """Whether what a test sends once more is what was recorded: a request, or message by message."""
    if recorded.response.status != SWITCHED:
        found = player.find(sent_again.request)
        return found is not None and player.cassette.interactions[found].request == recorded.request
    websocket = ReplayedWebSocket(recorded, player.difference, player.scrub)
    complaints = [websocket.send(each.data) for each in websocket_messages.sent_messages(sent_again)]
    return not any(complaints) and not websocket.unsent()


def check(pairs: list[tuple[Canary, str]], chance: random.Random) -> None:
    """Scrub, and see that nothing is left, that it replays, that scrubbing again changes nothing."""
    seed, configured, at_replay = chance.random(), ConfiguredValues(), []
    for number, (each, place) in enumerate(pairs):
        placeholder = f"SECRET_P{number}" if each.is_configured else ""
        configured = configured.add(placeholder, each.value, secret=True) if placeholder else configured
        at_replay.append((replace(each, value=placeholder or each.value), place))
    traffic = traffic_with(pairs, seed)
    clean = scrub(traffic, configured)
    cassette = store.seal(Cassette(clean.interactions, METADATA))
    text, wire = cassette_format.dumps(cassette), everything_in(clean.interactions)
    for each, place in pairs:
        assert not any(form in text or form in wire for form in forms_of(each.value)), f"{each.kind.name} in {place}"
    assert scrub(clean.interactions, configured).interactions == clean.interactions
    findings = inspect(cassette, text, {*clean.table.replacements(), *configured.placeholders})
    assert [str(each) for each in findings] == []
    player = playing(cassette)
    for sent_again, recorded in zip(traffic_with(at_replay, seed), clean.interactions, strict=True):
        assert replays(sent_again, recorded, player)


SOME: Final = [
    (KINDS[number % len(KINDS)], list(PLACES)[number % len(PLACES)]) for number in range(max(len(KINDS), len(PLACES)))
]
"""Pairs that have each kind and each place at least once."""

ALL: Final = list(itertools.product(KINDS, PLACES))


def batches(pairs: list[tuple[Kind, str]]) -> list[list[tuple[Kind, str]]]:
    """A few pairs at a time, which share a cassette."""
    return [pairs[start : start + BATCH] for start in range(0, len(pairs), BATCH)]


@pytest.mark.parametrize(
    "batch", [*batches(SOME), *(pytest.param(each, marks=pytest.mark.proof) for each in batches(ALL))]
)
def test_no_canary_is_left(batch: list[tuple[Kind, str]], chance: random.Random) -> None:
    """Every kind of value and every place, made now; in the proof every kind in every place."""
    check([(made(kind, chance), place) for kind, place in batch], chance)


def test_the_quick_run_leaves_out_no_kind_and_no_place() -> None:
    """It has fewer pairs only."""
    assert {kind for kind, _ in SOME} == set(KINDS)
    assert {place for _, place in SOME} == set(PLACES)


plans = st.lists(st.tuples(st.sampled_from(KINDS), st.sampled_from(list(PLACES))), min_size=BATCH, max_size=BATCH)
chances = st.integers(0, 2**64).map(random.Random)
"""Sources of values that are never the same twice: a literal of a test is not a value of the account."""


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(plans, chances)
def test_no_canary_among_others_is_left(plan: list[tuple[Kind, str]], chance: random.Random) -> None:
    """Eight values in one cassette, whichever and wherever."""
    check([(made(kind, chance), place) for kind, place in plan], chance)


@pytest.mark.proof
@pytest.mark.slow
@settings(
    max_examples=MANY,
    suppress_health_check=[HealthCheck.too_slow],
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)
@given(plans, chances)
def test_nothing_of_thousands_is_left(plan: list[tuple[Kind, str]], chance: random.Random) -> None:
    """The same, 2,000 values and more."""
    check([(made(kind, chance), place) for kind, place in plan], chance)


# --- what the inspector finds by itself -----------------------------------------------------------------------------


def found_alone(each: Canary, place: str, chance: random.Random) -> bool:
    """Whether the inspector finds a value that nobody scrubbed."""
    request, response = (one := normalise(PLACES[place](each, chance))).request, one.response
    cassette = Cassette((Interaction(request, response),), METADATA)
    return bool(inspect(cassette, "", {each.value} if each.is_configured else ()))


def table(rows: Mapping[str, Mapping[str, bool]]) -> str:
    """Kinds and places, with what was missed."""
    lines = [f"{'kind':24} {'found':>9}  missed in"]
    for kind, by_place in rows.items():
        missed = [place for place, found in by_place.items() if not found]
        share = f"{len(by_place) - len(missed)}/{len(by_place)}"
        lines.append(f"{kind:24} {share:>9}  {', '.join(missed) or '-'}")
    return "\n".join(lines)


@pytest.mark.parametrize("pairs", [SOME, pytest.param(ALL, marks=pytest.mark.proof)], ids=["some", "all"])
def test_the_inspector_finds_by_itself_what_has_a_shape_a_name_or_is_known(
    pairs: list[tuple[Kind, str]], chance: random.Random
) -> None:
    """With the scrubber switched off, every kind is found in every place where something tells what it is."""
    rows: dict[str, dict[str, bool]] = {}
    for kind, place in pairs:
        if place in WITH_KEY or not kind.key:
            rows.setdefault(kind.name, {})[place] = found_alone(made(kind, chance), place, chance)
    shown = table(rows)
    print(f"\nThe inspector alone, scrubber off:\n{shown}")  # noqa: T201 - with -s, the table is the result
    assert all(found for by_place in rows.values() for found in by_place.values()), shown


UNFOUND: Final = {
    "eight letters": "{A8}",
    "a name": "{HAN}",
    "a short number": "{D5}",
    "twelve letters": "{A12}",
    "short hexadecimal": "f{X4}e{X4}d{X4}",
}
"""Values without a shape, to be put under a key that says nothing: none is by chance a telephone number."""


def test_what_the_inspector_cannot_tell_is_listed(chance: random.Random) -> None:
    """An opaque value under a neutral key is not found: that is a limit, not an oversight."""
    rows = {
        name: {
            place: found_alone(made(Kind(name, example), chance), place, chance) for place in ("JSON value", "query")
        }
        for name, example in UNFOUND.items()
    }
    print(f"\nWhat the inspector cannot tell:\n{table(rows)}")  # noqa: T201 - with -s, the table is the result
    assert not any(found for by_place in rows.values() for found in by_place.values())


# --- what each rule is good for -------------------------------------------------------------------------------------


def example_of(rule: Rule, example: str) -> Interaction:
    """The traffic of a rule's example."""
    if rule.where is Where.HEADER:
        name, _, value = example.partition(": ")
        longest = max(re.findall(r"[A-Za-z0-9]+", value), key=len)
        return answered(f"and again {longest}".encode(), (*PLAIN, (name, value)))
    if rule.where is Where.PATH:
        return sent(example)
    return answered(example.encode(), JSON if example.startswith("{") else PLAIN, rule.at)


def is_left(rule: Rule) -> tuple[bool, bool]:
    """Whether anything of the canary in a rule's example is left, with the rule, and when it alone is deleted.

    The rule for what nobody knows would take its place.
    """
    example = canaries.fill(rule.hit, random.Random(rule.id))  # noqa: S311 - one example that needs the rule
    values = set(re.findall(r"[A-Za-z0-9.:]{4,}", example)) - set(re.findall(r"[A-Za-z0-9.:]{4,}", rule.hit))
    values |= set(re.findall("[\u4e00-\u9fff]{3}", example)) - set(re.findall("[\u4e00-\u9fff]{3}", rule.hit))
    others = RuleSet(tuple(each for each in RULES if each is not rule and not each.unless))
    with_it, without = (
        everything_in(scrub([example_of(rule, example)], rules=rules).interactions) for rules in (None, others)
    )
    return any(value in with_it for value in values), any(value in without for value in values)


@pytest.mark.parametrize("rules", [RULES[::8], pytest.param(RULES, marks=pytest.mark.proof)], ids=["some", "all"])
def test_without_a_rule_something_gets_through(rules: Sequence[Rule]) -> None:
    """The canary of a rule's example is left if this one rule is deleted, and gone with it."""
    left = {rule.id: is_left(rule) for rule in rules if rule.form is not Form.SHIFT}
    assert {name: each for name, each in left.items() if each != (False, True)} == {}
