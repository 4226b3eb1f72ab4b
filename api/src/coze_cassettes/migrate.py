"""Brings cassettes of stock vcrpy, YAML or JSON, into this format, scrubbed: how another team migrates."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from vcr.serialize import deserialize
from vcr.serializers import jsonserializer, yamlserializer

from coze_cassettes.cassette import format as cassette_format
from coze_cassettes.cassette import provenance, store
from coze_cassettes.cassette.model import Cassette, Interaction, Metadata, header
from coze_cassettes.errors import CassetteError, InvalidCassette, UnsafeCassette
from coze_cassettes.inspection.scan import inspect
from coze_cassettes.scrubbing import scrub
from coze_cassettes.scrubbing.environment import ConfiguredValues
from coze_cassettes.session import clock
from coze_cassettes.session.vcr_values import request_from_vcr, response_from_vcr

SERIALIZERS: Final[dict[str, Any]] = {".yaml": yamlserializer, ".yml": yamlserializer, ".json": jsonserializer}
"""vcrpy's own readers by the suffix of a file."""

UNKNOWN: Final = "unknown"
_SDK = re.compile(r"cozepy/(\S+)")


@dataclass(frozen=True)
class Migrated:
    """What became of one file: the file it is now, or the sentence that says why it was left as it was.

    A file that is in this format already is its own target, and ``done_before``.
    """

    source: Path
    target: Path | None = None
    problem: str = ""
    done_before: bool = False


def migrate(paths: Sequence[Path], configured: ConfiguredValues) -> list[Migrated]:
    """Migrate files, and all cassettes in folders, in place; a JSON file becomes a YAML file of the same name."""
    return [_migrate(path, configured) for path in _candidates(paths)]


def _candidates(paths: Sequence[Path]) -> list[Path]:
    found: list[Path] = []
    for path in paths:
        inside = sorted(each for each in path.rglob("*") if each.suffix in SERIALIZERS) if path.is_dir() else [path]
        found += [each for each in inside if each not in found]
    return found


def _migrate(path: Path, configured: ConfiguredValues) -> Migrated:
    if _is_ours(path):
        return Migrated(path, path, done_before=True)
    try:
        target = path.with_suffix(store.SUFFIX)
        if target != path and target.exists():
            raise InvalidCassette(f"{target.name} exists already")
        store.write(target, convert(path, configured))
    except (CassetteError, OSError) as error:
        return Migrated(path, problem=f"{path}: left as it is, {error}")
    if target != path:
        path.unlink()
    return Migrated(path, target)


def convert(path: Path, configured: ConfiguredValues) -> Cassette:
    """A cassette of stock vcrpy in this format; raises if it cannot be read, is not Coze's, or would not be clean."""
    interactions = _read(path)
    recorded = _recorded_at(interactions, path)
    clean = scrub.scrub(interactions, configured, clock.shift_from(recorded.timestamp()))
    begun = recorded.isoformat().replace("+00:00", "Z")
    metadata = Metadata(_origin(interactions), begun, _sdk(interactions), placeholders=clean.bare)
    cassette = store.seal(Cassette(clean.interactions, metadata))
    values = {*clean.table.replacements(), *configured.placeholders}
    if findings := inspect(cassette, cassette_format.dumps(cassette), values):
        raise UnsafeCassette("after scrubbing the inspector still finds " + ", ".join(str(each) for each in findings))
    return cassette


def _read(path: Path) -> tuple[Interaction, ...]:
    text = _text(path)
    serializer = SERIALIZERS.get(path.suffix)
    if serializer is None:
        raise InvalidCassette(f"a cassette ends in {', '.join(SERIALIZERS)}")
    try:
        requests, responses, *_ = deserialize(text, serializer)
        pairs = zip(requests, responses, strict=True)
        return tuple(Interaction(request_from_vcr(request), response_from_vcr(response)) for request, response in pairs)
    except Exception as error:
        # Whatever vcrpy's readers meet in a file: the file is named and left; its text is not quoted.
        raise InvalidCassette(f"not a cassette that vcrpy reads ({type(error).__name__})") from error


def _text(path: Path) -> str:
    try:
        text = path.read_text("utf-8")
    except UnicodeDecodeError as error:
        raise InvalidCassette("not valid UTF-8") from error
    return text


def _is_ours(path: Path) -> bool:
    """Whether a file is a sound cassette in this format."""
    try:
        store.read(path)
    except InvalidCassette:
        return False
    return True


def _origin(interactions: Sequence[Interaction]) -> str:
    if not interactions:
        raise InvalidCassette("it has no interactions")
    if any(header(each.response.headers, provenance.STAND_IN_HEADER) for each in interactions):
        return provenance.STAND_IN
    host = urlsplit(interactions[0].request.uri).hostname or ""
    recorded_from = provenance.of_target(interactions[0].request.uri)
    if recorded_from == "coze-studio" and not _speaks_coze(interactions):
        raise InvalidCassette(f"its requests to {host} are not Coze's")
    return recorded_from


def _speaks_coze(interactions: Sequence[Interaction]) -> bool:
    """Whether a logid in some answer shows that a self-hosted Coze was at the other end."""
    return any(header(each.response.headers, name) for each in interactions for name in ("x-tt-logid", "x-log-id"))


def _recorded_at(interactions: Sequence[Interaction], path: Path) -> datetime:
    """When it was recorded: the first Date that an answer has, or else the file's own time."""
    dates = [date for each in interactions if (date := header(each.response.headers, "date"))]
    try:
        found = parsedate_to_datetime(dates[0])
    except (IndexError, ValueError):
        found = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    return found.astimezone(UTC).replace(microsecond=0)


def _sdk(interactions: Sequence[Interaction]) -> str:
    agents = (_SDK.search(header(each.request.headers, "user-agent")) for each in interactions)
    return next((match[1] for match in agents if match), UNKNOWN)
