"""Measures the inspector in memory, on one core: ``python -P benchmarks/inspect.py [FOLDER]``."""

from __future__ import annotations

import json
import random
import statistics
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from coze_cassettes.cassette import format as cassette_format
from coze_cassettes.cassette import store
from coze_cassettes.cassette.model import Cassette, Interaction, Metadata, Request, Response
from coze_cassettes.inspection.scan import inspect
from coze_cassettes.testing import canaries

MEGABYTE: Final = 1_000_000
WANTED: Final = MEGABYTE
"""Bytes of cassettes in one round: what there is, over and over."""

ROUNDS: Final = 3
VALUES: Final = 30
"""Values that a recording of one test replaces, as a rule."""

_WORDS: Final = (
    "今天",
    "天气",
    "很好",
    "，",
    "the",
    "weather",
    "is",
    "fine",
    "today",
    "and",
    "我们",
    "一起",
    "a",
    "walk",
    "。",
)
_METADATA: Final = Metadata("stand-in", "2026-01-01T00:00:00Z", "0.20.0")


def stream(chance: random.Random) -> Cassette:
    """A long answer of a chat, piece by piece."""
    ids = {"id": "MESSAGE_ID_1", "conversation_id": "CONVERSATION_ID_1", "bot_id": "BOT_ID", "chat_id": "CHAT_ID_1"}
    deltas = (
        {**ids, "role": "assistant", "type": "answer", "content": chance.choice(_WORDS), "content_type": "text"}
        for _ in range(400)
    )
    lines = (f"event:conversation.message.delta\ndata:{json.dumps(each, ensure_ascii=False)}\n\n" for each in deltas)
    response = Response(200, "OK", (("content-type", "text/event-stream"),), "".join(lines).encode())
    return Cassette((Interaction(Request("POST", "https://api.coze.com/v3/chat"), response),), _METADATA)


def mix(folder: Path) -> list[tuple[Cassette, str, int]]:
    """The cassettes of a folder and a long stream for every ten of them, with text and size in bytes, repeated."""
    chance = random.Random(1)  # noqa: S311 - the words of a text, not a key
    cassettes = [store.read(path) for path in store.files(folder)]
    cassettes += [stream(chance) for _ in range(len(cassettes) // 10 + 1)]
    sized = [(each, text := cassette_format.dumps(each), len(text.encode())) for each in cassettes]
    return sized * (WANTED // sum(size for *_, size in sized) + 1)


def speed(cassettes: Sequence[tuple[Cassette, str, int]], values: Sequence[str]) -> float:
    """Megabytes a second of processor time."""
    begin = time.process_time()
    for cassette, text, _ in cassettes:
        inspect(cassette, text, values)
    return sum(size for *_, size in cassettes) / MEGABYTE / (time.process_time() - begin)


def main() -> None:
    """Print the median speed without values, as in a check, and with values, as at a save."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path("cassettes")
    cassettes = mix(folder)
    chance = random.SystemRandom()
    values = [canaries.fill("{A20}", chance) for _ in range(VALUES)]
    size = sum(size for *_, size in cassettes) / MEGABYTE
    for name, wanted in (("check", ()), (f"save, {VALUES} values", values)):
        rates = [speed(cassettes, wanted) for _ in range(ROUNDS)]
        rounds = f"median of {ROUNDS} over {size:.1f} MB, {min(rates):.1f} to {max(rates):.1f}"
        sys.stdout.write(f"inspector, {name}: {statistics.median(rates):.1f} MB/s ({rounds})\n")


if __name__ == "__main__":
    main()
