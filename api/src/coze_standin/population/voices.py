"""Puts voices into an account, with a live stream."""

from __future__ import annotations

from coze_standin import secret_values
from coze_standin.population.moments import past
from coze_standin.records import (
    Live,
    Voice,
)
from coze_standin.state import State

_TRAININGS = 10
"""How often a voice can be trained (the SDK's docstring)."""


def add_voices(state: State) -> None:
    """The voices that everybody has, and one of the account's own that is still to be trained."""
    profile = state.account.profile
    names = [(name, True) for name in profile.voices.system] + [("", False)]
    for place, (name, is_system) in enumerate(names):
        made = past(state, 400 - place)
        voice = Voice(
            id=state.ids.at("VOICE_ID", made),
            name=name,
            is_system=is_system,
            language_code="zh" if profile.name == "a" else "en",
            preview_text=profile.voices.preview if is_system else "",
            preview_audio=state.maker.image("AUDIO_URL") if is_system else "",
            trainings=0 if is_system else _TRAININGS,
            created_at=made,
            updated_at=made,
            model="small" if place == 1 else "big",
            state="cloned" if is_system else "init",
        )
        state.audio.voices.put(voice.id, voice)


def add_live(state: State) -> None:
    """One live stream with a translation."""
    made, add = past(state, 3), state.canaries.add
    names = (("main", "origin"), ("translated", "translation"))
    streams = tuple((add("STREAM_ID", secret_values.hexadecimal(state.rng, 24)), *each) for each in names)
    live = Live(state.ids.at("LIVE_ID", made), add("APP_ID", secret_values.hexadecimal(state.rng, 24)), streams)
    state.audio.lives.put(live.id, live)
    state.configured.live_id = live.id
