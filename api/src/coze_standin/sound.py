"""What the voices of the stand-in sound like: a tone, as long as the text."""

from __future__ import annotations

import base64
import math
import random
import struct
from itertools import pairwise

RATE = 24_000
"""Samples a second, 16 bits each, one channel: what Coze sends where nobody asks for another rate."""

_SECONDS = 0.03
_SECONDS_A_CHARACTER = 0.004
_LOUDNESS = 9_000
_MAX_CHUNKS = 6


def synthesize(text: str, rng: random.Random, rate: int = RATE) -> bytes:
    """``text`` as PCM: a sine whose pitch, and by a tenth its length, differ from one time to the next."""
    seconds = (_SECONDS + _SECONDS_A_CHARACTER * len(text)) * rng.uniform(0.9, 1.1)
    turn = 2 * math.pi * rng.uniform(150, 420) / rate
    samples = [round(_LOUDNESS * math.sin(turn * place)) for place in range(int(seconds * rate))]
    return struct.pack(f"<{len(samples)}h", *samples)


def chunks(text: str, rng: random.Random, rate: int = RATE) -> list[str]:
    """The same in base64, cut between samples into pieces whose number and sizes vary."""
    pcm = synthesize(text, rng, rate)
    places = rng.sample(range(1, len(pcm) // 2), rng.randint(1, _MAX_CHUNKS - 1))
    edges = sorted({0, len(pcm), *(2 * place for place in places)})
    return [base64.b64encode(pcm[start:end]).decode() for start, end in pairwise(edges)]


def rate_of(settings: object) -> int:
    """The sample rate in ``output_audio`` of the settings of a connection; Coze's own without one."""
    audio = settings.get("output_audio") if isinstance(settings, dict) else None
    config = audio.get("pcm_config") if isinstance(audio, dict) else None
    rate = config.get("sample_rate") if isinstance(config, dict) else None
    return rate if isinstance(rate, int) and 8_000 <= rate <= 48_000 else RATE  # noqa: PLR2004  (what Coze takes)
