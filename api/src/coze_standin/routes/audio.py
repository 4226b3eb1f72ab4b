"""audio.speech, audio.transcriptions, audio.rooms, audio.live over HTTP."""

from __future__ import annotations

import io
import wave

from coze_standin import secret_values, sound
from coze_standin.calls import Answer, Call, Sound, ok
from coze_standin.errors import ApiError
from coze_standin.routes.transcriptions import transcribe

_FORMATS = ("wav", "pcm", "ogg_opus", "mp3")
_RATES = (8_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000)
_LONGEST_TEXT = 1024
"""Characters of a speech (the SDK's docstring, as are the formats and rates)."""

_SOUND_TYPE = "audio/mpeg"
"""What the SDK's own tests answer with. What the service says of each format is not known."""


def create_speech(call: Call) -> Sound:
    """audio.speech.create: a tone, as WAV or as bare PCM, whatever other format is asked for."""
    text, kind = call.need("input"), call.need("response_format")
    rate = call.choice("sample_rate", _RATES)
    call.state.audio.voices.get(call.need("voice_id"))
    if kind not in _FORMATS or len(text) > _LONGEST_TEXT:
        raise ApiError("parameter")
    pcm = sound.synthesize(text, call.state.rng, rate)
    return Sound(_wav(pcm, rate) if kind == "wav" else pcm, _SOUND_TYPE)


def create_transcription(call: Call) -> Answer:
    """audio.transcriptions.create: the longer the file, the more was said."""
    return ok({"text": transcribe(call.state, call.file().size)[-1]})


def create_room(call: Call) -> Answer:
    """audio.rooms.create: for a published bot.

    How ids and token are written is not known. A ``uid`` that is sent comes back; whether the service does so is not
    known either.
    """
    state, add, rng = call.state, call.state.canaries.add, call.state.rng
    bot = state.bots.get(call.need("bot_id"))
    if not bot.published_at:
        raise ApiError("unpublished", bot.id)
    call.mapping("config")
    return ok(
        {
            "token": add("ROOM_TOKEN", secret_values.token(rng, "", 96)),
            "uid": str(call.body.get("uid") or add("USER_ID", secret_values.digits(rng, 16))),
            "room_id": state.ids.new("ROOM_ID"),
            "app_id": add("APP_ID", secret_values.hexadecimal(rng, 24)),
        }
    )


def retrieve_live(call: Call) -> Answer:
    """audio.live.retrieve: no document has it, and no operation of cozepy makes a live stream."""
    live = call.state.audio.lives.get(call.path["live_id"])
    streams = [{"stream_id": each, "name": name, "live_type": kind} for each, name, kind in live.streams]
    return ok({"app_id": live.app_id, "stream_infos": streams})


def _wav(pcm: bytes, rate: int) -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as written:
        written.setnchannels(1)
        written.setsampwidth(2)
        written.setframerate(rate)
        written.writeframes(pcm)
    return file.getvalue()
