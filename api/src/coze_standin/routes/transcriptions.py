"""websockets.audio.transcriptions: sound in, text out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import accumulate
from typing import ClassVar

from coze_standin import wording
from coze_standin.calls import Call
from coze_standin.records import JSON
from coze_standin.state import State
from coze_standin.ws_session import INPUT_AUDIO, EventHandlers, Reply, WsSession, decode_audio

_BYTES_A_SENTENCE = 48_000
_MOST_SENTENCES = 4


class Transcriptions(WsSession):
    """Pretends to understand what was appended, once it is complete: the longer the sound, the more was said.

    What Coze says to no sound at all is not known; here no text is recognised.
    """

    defaults: ClassVar[JSON] = {"input_audio": INPUT_AUDIO}
    codecs: ClassVar[Mapping[str, Sequence[str]]] = {"input_audio": ("pcm", "opus")}

    def __init__(self, call: Call) -> None:
        super().__init__(call)
        self._bytes = 0

    def open(self) -> Reply:
        """The connection is there."""
        return Reply((("transcriptions.created", None),))

    def update(self, call: Call) -> Reply:
        """transcriptions.update: the settings as they are now."""
        return Reply((("transcriptions.updated", self.update_settings(call)),))

    def append(self, call: Call) -> Reply:
        """input_audio_buffer.append: nothing is said to it."""
        self._bytes += len(decode_audio(call))
        return Reply()

    def clear(self, _: Call) -> Reply:
        """input_audio_buffer.clear: what was appended is forgotten."""
        self._bytes = 0
        return Reply((("input_audio_buffer.cleared", None),))

    def complete(self, _: Call) -> Reply:
        """input_audio_buffer.complete: the sound is taken; each update holds all the text so far."""
        size, self._bytes = self._bytes, 0
        texts = transcribe(self.state, size)
        updates = (("transcriptions.message.update", {"content": text}) for text in texts)
        return Reply((("input_audio_buffer.completed", None), *updates, ("transcriptions.message.completed", None)))

    handlers: ClassVar[EventHandlers] = {
        "transcriptions.update": update,
        "input_audio_buffer.append": append,
        "input_audio_buffer.clear": clear,
        "input_audio_buffer.complete": complete,
    }


def transcribe(state: State, size: int) -> list[str]:
    """The text that ``size`` bytes of sound hold, as it grows; the last is the whole. None for no sound."""
    if not size:
        return []
    language, rng = state.account.profile.language, state.rng
    count = min(_MOST_SENTENCES, 1 + size // _BYTES_A_SENTENCE)
    text = "".join(wording.sentence(language, rng) for _ in range(count)).strip()
    return list(accumulate(wording.pieces(text, rng)))
