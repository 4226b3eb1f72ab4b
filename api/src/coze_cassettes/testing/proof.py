"""Draws cases of canaries from the tables, to say what of each is left."""

from __future__ import annotations

import base64
import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final, NoReturn

from coze_cassettes.cassette import format as cassette_format
from coze_cassettes.cassette import store
from coze_cassettes.cassette.model import SWITCHED, Cassette, Interaction, Metadata
from coze_cassettes.codecs import containers
from coze_cassettes.codecs.encodings import ENCODINGS, cores, to_text
from coze_cassettes.errors import UnreadableBody
from coze_cassettes.inspection.scan import inspect
from coze_cassettes.scrubbing.environment import ConfiguredValues
from coze_cassettes.scrubbing.normalise import normalise
from coze_cassettes.scrubbing.scrub import scrub
from coze_cassettes.session.player import Player
from coze_cassettes.session.session import Settings
from coze_cassettes.testing.kinds import KINDS, Kind
from coze_cassettes.testing.places import PLACES, Place
from coze_cassettes.testing.surroundings import CASES, ENCODERS, PLAIN, PROSE, STRUCTURES, around, spell

_METADATA: Final = Metadata("stand-in", "2026-01-01T00:00:00Z", "0.20.0")
_CONFIGURED: Final = "SECRET_CANARY"
_OF_BYTES: Final = tuple(row.name for row in ENCODINGS if row.charset)
"""Encodings whose text is no UTF-8."""

_OF_LINES: Final = tuple(row.name for row in ENCODINGS if "\n" in row.encode("a" * 99))
"""Encodings that write a text in lines."""

_OF_WORDS: Final = ("base85", "Ascii85", "form")
"""Encodings whose text ends at a blank, or begins at a name."""

_BARE: Final = 0.5
"""Share of the cases in which a value is known by its look: the others have a name in one of many syntaxes."""

_SINGLE: Final = {row.name for row in ENCODINGS if row.group == 1}


@dataclass(frozen=True)
class Case:
    """A value with all that is drawn around it; ``seed`` makes the same case again."""

    seed: int
    kind: Kind
    value: str
    surrounding: str
    encoding: str
    place: str
    text: str = field(repr=False)
    echo: str = field(default="", repr=False)
    """The value once more, somewhere where nothing but the first place gives it away."""

    def __str__(self) -> str:
        """All but the value, which a report must not show."""
        return f"{self.seed}: {self.kind.name} as {self.surrounding} in {self.encoding} at {self.place}"


def draw(seed: int, value: str = "") -> Case:
    """A case from a seed; with another value in place of the one that is made."""
    chance = random.Random(seed)  # noqa: S311 - no key is made of it
    is_bare = chance.random() < _BARE
    kind = chance.choice([each for each in KINDS if each.bare == is_bare])
    made = kind.make(chance)
    value = value or made
    surrounding, text = _surround(kind, value, chance)
    place = chance.choice(list(PLACES))
    if (PLACES[place].is_line and "\n" in text) or (PLACES[place].is_growing and not kind.bare):
        place = "JSON string"
    encoding = chance.choice(_encodings_of(PLACES[place], text))
    encoded = ENCODERS[encoding](text)
    if encoding != PLAIN and kind.bare and chance.random() < 0.5:  # noqa: PLR2004 - half of them
        encoded = f"blob {encoded} end"
    if PLACES[place].is_line:
        encoded = " ".join(encoded.split())
    echo = _echo(kind, value, chance)
    return Case(seed, kind, value, surrounding, encoding, place, encoded, echo)


def _encodings_of(place: Place, text: str) -> Sequence[str]:
    """The encodings that a text can have in a place."""
    if place.is_plain:
        return [PLAIN]
    left_out = {
        *(_OF_LINES if place.is_line else ()),
        *(() if place.holds_bytes and text.isascii() else _OF_BYTES),
        *(_OF_WORDS if place.is_word else ()),
    }
    return [PLAIN, *(name for name in ENCODERS if name not in left_out)]


def _surround(kind: Kind, value: str, chance: random.Random) -> tuple[str, str]:
    """What stands around a value: neighbours, or the name that gives it away."""
    if kind.bare:
        before, after = around(chance, kind.touching)
        return f"{before!r} and {after!r}", before + value + after
    name = spell(chance, chance.choice(list(kind.names)))
    syntaxes = {**STRUCTURES, **(PROSE if kind.text else {})}
    syntax = chance.choice([each for each in syntaxes if name.isascii() or each not in _OF_ASCII])
    return f"{name} in {syntax}", syntaxes[syntax](name, value)


_OF_ASCII: Final = (
    "XML",
    "XML attribute",
    "CDATA",
    "option",
    "environment",
    "Dockerfile",
    "system property",
    "item of YAML",
    "set",
)
"""Syntaxes whose names are not Chinese."""

_LONG: Final = 12


def _echo(kind: Kind, value: str, chance: random.Random) -> str:
    """A known value in another case or in an encoding, or nothing."""
    encoders = {**ENCODERS, **(CASES if kind.configured or kind.names else {})}
    name = chance.choice(["", *(each for each in encoders if each not in _OF_BYTES)])
    return f"and {encoders[name](value)} again" if name and _is_echoed(kind, value) else ""


def _is_echoed(kind: Kind, value: str) -> bool:
    return len(value) >= _LONG and "\n" not in value and not kind.is_word


LEFT: Final = ("the value is left", "the encoded value is left", "the encoded value is left in part")
CHANGED: Final = "scrubbing again changes it"
NOT_REPLAYED: Final = "it does not replay"

# --- what is left ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Outcome:
    """What came of a case: ``problems`` are empty if all is as promised; ``refused`` says that nothing was saved."""

    case: Case
    problems: Sequence[str] = ()
    is_found_alone: bool = True
    refused: str = ""


def judge(case: Case) -> Outcome:
    """Scrub a case, see that nothing is left, that it replays, that the inspector finds it by itself."""
    traffic = _traffic(case)
    known = ConfiguredValues().add(_CONFIGURED, case.value, secret=True) if case.kind.configured else ConfiguredValues()
    alone = _is_found_alone(traffic[:1], known)
    try:
        clean = scrub(traffic, known)
    except UnreadableBody as error:
        return Outcome(case, (), alone, f"unreadable: {error}")
    cassette = store.seal(Cassette(clean.interactions, replace(_METADATA, placeholders=clean.bare)))
    text = cassette_format.dumps(cassette)
    problems = [*_left(case, cassette, text)]
    if scrub(clean.interactions, known, bare=clean.bare).interactions != clean.interactions:
        problems.append(CHANGED)
    findings = inspect(cassette, text, {*clean.table.replacements(), *known.placeholders})
    if findings and not problems:
        return Outcome(case, (), alone, f"inspector: {', '.join(map(str, findings))}")
    if not case.kind.configured and not all(_replays(traffic, cassette)):
        problems.append(NOT_REPLAYED)
    return Outcome(case, problems, alone)


def _traffic(case: Case) -> tuple[Interaction, ...]:
    chance = random.Random(f"place {case.seed}")  # noqa: S311 - other bytes than those of its value
    first = PLACES[case.place].make(case.text, chance)
    return (first, PLACES["JSON string"].make(case.echo, chance)) if case.echo else (first,)


def _is_found_alone(traffic: Sequence[Interaction], known: ConfiguredValues) -> bool:
    cassette = Cassette(tuple(map(normalise, traffic)), _METADATA)
    return bool(inspect(cassette, "", known.placeholders))


def _left(case: Case, cassette: Cassette, text: str) -> Iterator[str]:
    """Where the value still stands: as it is, or in the encoding in which it was put there."""
    shown = "\n".join([text, *_wire(cassette)])
    if _holds(shown, case.value):
        yield LEFT[0]
    elif case.encoding in _SINGLE and case.encoding in ENCODERS and ENCODERS[case.encoding](case.value) in shown:
        yield LEFT[1]
    elif case.encoding not in _SINGLE and any(core in shown for core in _cores(case)):
        yield LEFT[2]


def _holds(shown: str, value: str) -> bool:
    """Whether a value stands in a text; a short word on its own only."""
    if len(value) >= _LONG:
        return value in shown
    return re.search(rf"(?<![A-Za-z0-9]){re.escape(value)}(?![A-Za-z0-9])", shown) is not None


def _cores(case: Case) -> Sequence[str]:
    return [core for core, name in cores(case.value).items() if name == case.encoding and len(core) >= _LONG]


def _wire(cassette: Cassette) -> Iterator[str]:
    """All that crossed the wire, files opened."""
    for interaction in cassette.interactions:
        request, response = interaction.request, interaction.response
        yield request.uri
        yield response.reason
        yield from (value for _, value in (*request.headers, *response.headers))
        yield from map(to_text, (*_open(request.body), *_open(response.body)))


_BASE64_FILE = re.compile(rb'"file_base64":"([A-Za-z0-9+/=]+)"')
_PART = re.compile(rb"\r\n\r\n(.*)\r\n--", re.DOTALL)


def _open(body: bytes) -> Iterator[bytes]:
    """Bytes, and what is packed in them."""
    waiting = [body]
    while waiting:
        data = waiting.pop()
        yield data
        waiting += [base64.b64decode(match[1]) for match in _BASE64_FILE.finditer(data)]
        waiting += [match[1] for match in _PART.finditer(data)]
        try:
            opened = containers.open_container(data)
        except UnreadableBody:
            continue
        waiting += [member for member in (opened.members if opened else ()) if member != data]


# --- replay ---------------------------------------------------------------------------------------------------------


class _NotFound(Exception):
    """A replay has no answer."""


def _fail(message: str) -> NoReturn:
    raise _NotFound(message)


def _replays(live: Sequence[Interaction], cassette: Cassette) -> Iterator[bool]:
    """Whether each request, sent again with the same literals, is found."""
    player = Player("a case", Path("a/b.yaml"), Settings(), _fail)
    player.begin(cassette, {})
    for sent, recorded in zip(live, cassette.interactions, strict=True):
        if recorded.response.status == SWITCHED:
            continue
        found = player.find(normalise(sent).request)
        yield found is not None and player.cassette.interactions[found].request == recorded.request


# --- many -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Summary:
    """What came of many cases: each case that is not as promised, by what is wrong."""

    count: int = 0
    left: Sequence[str] = ()
    changed: Sequence[str] = ()
    not_replayed: Sequence[str] = ()
    overlooked: Sequence[str] = ()
    refused: Sequence[str] = ()

    def __add__(self, other: Summary) -> Summary:
        """Both together."""
        names = ("left", "changed", "not_replayed", "overlooked", "refused")
        lists = ((*getattr(self, name), *getattr(other, name)) for name in names)
        return Summary(self.count + other.count, *lists)

    def __str__(self) -> str:
        """The counts, and the cases, whose values are made again from their seeds."""
        rows = {
            "values left": self.left,
            "changed when scrubbed again": self.changed,
            "not found again at replay": self.not_replayed,
            "overlooked by the inspector alone": self.overlooked,
            "refused (nothing is saved)": self.refused,
        }
        lines = [f"{self.count} cases", *(f"{len(cases):6} {name}" for name, cases in rows.items())]
        return "\n".join([*lines, *(f"  {name}: {case}" for name, cases in rows.items() for case in cases)])


def summarize(seeds: range) -> Summary:
    """What comes of the cases of some seeds."""
    outcomes = [judge(draw(seed)) for seed in seeds]

    def cases(*problems: str) -> Sequence[str]:
        return [str(each.case) for each in outcomes if set(problems) & set(each.problems)]

    return Summary(
        len(outcomes),
        cases(*LEFT),
        cases(CHANGED),
        cases(NOT_REPLAYED),
        [str(each.case) for each in outcomes if not each.is_found_alone],
        [f"{each.case}: {each.refused}" for each in outcomes if each.refused],
    )
