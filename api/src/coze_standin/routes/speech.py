"""websockets.audio.speech: text in, sound out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

from coze_standin import sound
from coze_standin.calls import Call
from coze_standin.records import JSON
from coze_standin.sse import Event
from coze_standin.ws_session import OUTPUT_AUDIO, OUTPUT_CODECS, EventHandlers, Reply, WsSession


class Speech(WsSession):
    """Speaks what was appended, once it is complete.

    Whatever ``codec`` the client asks for, the sound is PCM: the stand-in knows no other. What Coze says to an empty
    text is not known; here nothing sounds.
    """

    defaults: ClassVar[JSON] = {"output_audio": OUTPUT_AUDIO}
    codecs: ClassVar[Mapping[str, Sequence[str]]] = {"output_audio": OUTPUT_CODECS}

    def __init__(self, call: Call) -> None:
        super().__init__(call)
        self._text = ""

    def open(self) -> Reply:
        """The connection is there."""
        return Reply((("speech.created", None),))

    def update(self, call: Call) -> Reply:
        """speech.update: the settings as they are now."""
        return Reply((("speech.updated", self.update_settings(call)),))

    def append(self, call: Call) -> Reply:
        """input_text_buffer.append: nothing is said to it."""
        self._text += call.need("delta")
        return Reply()

    def complete(self, _: Call) -> Reply:
        """input_text_buffer.complete: the text is taken, and spoken."""
        text, self._text = self._text, ""
        return Reply((("input_text_buffer.completed", None), *self._speak(text), ("speech.audio.completed", None)))

    def _speak(self, text: str) -> list[Event]:
        if not text:
            return []
        pieces = sound.chunks(text, self.state.rng, sound.rate_of(self.settings))
        start: Event = ("conversation.audio.sentence_start", {"text": text})
        return [start, *(("speech.audio.update", {"delta": piece}) for piece in pieces)]

    handlers: ClassVar[EventHandlers] = {
        "speech.update": update,
        "input_text_buffer.append": append,
        "input_text_buffer.complete": complete,
    }
