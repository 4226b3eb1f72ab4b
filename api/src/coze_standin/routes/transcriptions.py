"""websockets.audio.transcriptions: sound in, text out."""

from __future__ import annotations

from itertools import accumulate
from typing import ClassVar

from coze_standin import wording
from coze_standin.calls import Call
from coze_standin.state import State
from coze_standin.talk import Answers, Said, Talk, decoded

_BYTES_A_SENTENCE = 48_000
_MOST_SENTENCES = 4


class Transcriptions(Talk):
    """Pretends to understand what was appended, once it is complete: the longer the sound, the more was said.

    What Coze says to no sound at all is not known; here no text is recognised.
    """

    def __init__(self, call: Call) -> None:
        super().__init__(call)
        self._bytes = 0

    def opened(self) -> Said:
        """The connection is there."""
        return Said((("transcriptions.created", None),))

    def update(self, call: Call) -> Said:
        """transcriptions.update: the settings as they are now."""
        return Said((("transcriptions.updated", self.settle(call)),))

    def append(self, call: Call) -> Said:
        """input_audio_buffer.append: nothing is said to it."""
        self._bytes += len(decoded(call))
        return Said()

    def clear(self, _: Call) -> Said:
        """input_audio_buffer.clear: what was appended is forgotten."""
        self._bytes = 0
        return Said((("input_audio_buffer.cleared", None),))

    def complete(self, _: Call) -> Said:
        """input_audio_buffer.complete: the sound is taken; each update holds all the text so far."""
        size, self._bytes = self._bytes, 0
        texts = recognised(self.state, size)
        updates = (("transcriptions.message.update", {"content": text}) for text in texts)
        return Said((("input_audio_buffer.completed", None), *updates, ("transcriptions.message.completed", None)))

    answers: ClassVar[Answers] = {
        "transcriptions.update": update,
        "input_audio_buffer.append": append,
        "input_audio_buffer.clear": clear,
        "input_audio_buffer.complete": complete,
    }


def recognised(state: State, size: int) -> list[str]:
    """The text that ``size`` bytes of sound hold, as it grows; the last is the whole. None for no sound."""
    if not size:
        return []
    language, chance = state.account.profile.language, state.chance
    count = min(_MOST_SENTENCES, 1 + size // _BYTES_A_SENTENCE)
    text = "".join(wording.sentence(language, chance) for _ in range(count)).strip()
    return list(accumulate(wording.pieces(text, chance)))
