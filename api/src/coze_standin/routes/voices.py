"""audio.voices.*: the voices of an account, with the training of its own."""

from __future__ import annotations

from dataclasses import replace

from coze_standin.calls import Answer, Call, ok
from coze_standin.errors import ApiError
from coze_standin.records import JSON, Voice
from coze_standin.state import State

_FORMATS = ("wav", "mp3", "ogg", "m4a", "aac", "pcm")
_LANGUAGES = {
    "zh": "中文",
    "en": "English",
    "ja": "日本語",
    "es": "Español",
    "id": "Bahasa Indonesia",
    "pt": "Português",
}
_BOOLS = {"": False, "false": False, "true": True}


def list_voices(call: Call) -> Answer:
    """audio.voices.list: ``filter_system_voice`` leaves out the voices that everybody has.

    The document's example has no ``state``, which the SDK needs; whether the service sends it is not known. Nor is in
    what order the voices come: here the system's first.
    """
    model, state = call.query.get("model_type") or "", call.query.get("voice_state") or "all"
    own_only = _BOOLS.get(call.query.get("filter_system_voice") or "")
    if own_only is None or model not in ("", "big", "small") or state not in ("init", "cloned", "all"):
        raise ApiError("parameter")
    voices = [
        one
        for one in call.state.audio.voices.all()
        if not (own_only and one.is_system) and model in ("", one.model) and state in ("all", one.state)
    ]
    page, has_more = call.page(voices, default_size=100)
    return ok({"voice_list": [_voice_json(one) for one in page], "has_more": has_more})


def clone(call: Call) -> Answer:
    """audio.voices.clone: trains the account's voice, or the one that is named.

    The document's example has ``voice_id`` alone, with which the SDK fails; the whole voice is what its model needs.
    What the service answers, and to a voice that cannot be trained any more, is not known: here 4000.
    """
    state, name = call.state, call.need("voice_name")
    if call.need("audio_format") not in _FORMATS:
        raise ApiError("parameter")
    call.file()
    trained = _trainable(state, str(call.body.get("voice_id") or ""))
    language = str(call.body.get("language") or trained.language_code)
    if language not in _LANGUAGES:
        raise ApiError("parameter")
    voice = replace(
        trained,
        name=name,
        language_code=language,
        preview_text=str(call.body.get("preview_text") or state.account.profile.voices.preview),
        preview_audio=state.maker.image("AUDIO_URL"),
        trainings=trained.trainings - 1,
        updated_at=state.now,
        state="cloned",
    )
    return ok(_voice_json(state.audio.voices.put(voice.id, voice)))


def _trainable(state: State, voice_id: str) -> Voice:
    own = [one for one in state.audio.voices.all() if not one.is_system and one.trainings]
    voice = state.audio.voices.get(voice_id) if voice_id else next(iter(own), None)
    if voice is None or voice not in own:
        raise ApiError("parameter")
    return voice


def _voice_json(voice: Voice) -> JSON:
    return {
        "voice_id": voice.id,
        "name": voice.name,
        "is_system_voice": voice.is_system,
        "language_code": voice.language_code,
        "language_name": _LANGUAGES[voice.language_code],
        "preview_text": voice.preview_text,
        "preview_audio": voice.preview_audio,
        "available_training_times": voice.trainings,
        "create_time": voice.created_at,
        "update_time": voice.updated_at,
        "model_type": voice.model,
        "state": voice.state,
    }
