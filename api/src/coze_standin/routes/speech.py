"""websockets.audio.speech: text in, sound out."""

from __future__ import annotations

from typing import ClassVar

from coze_standin import sound
from coze_standin.calls import Call
from coze_standin.sse import Event
from coze_standin.talk import Answers, Said, Talk


class Speech(Talk):
    """Speaks what was appended, once it is complete.

    Whatever ``codec`` the client asks for, the sound is PCM: the stand-in knows no other. What Coze says to an empty
    text is not known; here nothing sounds.
    """

    def __init__(self, call: Call) -> None:
        super().__init__(call)
        self._text = ""

    def opened(self) -> Said:
        """The connection is there."""
        return Said((("speech.created", None),))

    def update(self, call: Call) -> Said:
        """speech.update: the settings as they are now."""
        return Said((("speech.updated", self.settle(call)),))

    def append(self, call: Call) -> Said:
        """input_text_buffer.append: nothing is said to it."""
        self._text += call.need("delta")
        return Said()

    def complete(self, _: Call) -> Said:
        """input_text_buffer.complete: the text is taken, and spoken."""
        text, self._text = self._text, ""
        return Said((("input_text_buffer.completed", None), *self._spoken(text), ("speech.audio.completed", None)))

    def _spoken(self, text: str) -> list[Event]:
        if not text:
            return []
        pieces = sound.chunks(text, self.state.chance, sound.rate_of(self.settings))
        start: Event = ("conversation.audio.sentence_start", {"text": text})
        return [start, *(("speech.audio.update", {"delta": piece}) for piece in pieces)]

    answers: ClassVar[Answers] = {
        "speech.update": update,
        "input_text_buffer.append": append,
        "input_text_buffer.complete": complete,
    }
