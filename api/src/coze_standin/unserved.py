"""The operations of Coze that the stand-in lacks, so that a call to one is distinguished from a wrong path."""

from __future__ import annotations

import re

from coze_standin.errors import ERRORS, ErrorRow

_AUDIO = "/v1/audio"
_FEATURES = _AUDIO + "/voiceprint_groups/{group_id}/features"

UNSERVED: tuple[tuple[str, str, str], ...] = (
    ("audio.live.retrieve", "GET", _AUDIO + "/live/{live_id}"),
    ("audio.rooms.create", "POST", _AUDIO + "/rooms"),
    ("audio.speech.create", "POST", _AUDIO + "/speech"),
    ("audio.transcriptions.create", "POST", _AUDIO + "/transcriptions"),
    ("audio.voiceprint_groups.create", "POST", _AUDIO + "/voiceprint_groups"),
    ("audio.voiceprint_groups.list", "GET", _AUDIO + "/voiceprint_groups"),
    ("audio.voiceprint_groups.update", "PUT", _AUDIO + "/voiceprint_groups/{group_id}"),
    ("audio.voiceprint_groups.delete", "DELETE", _AUDIO + "/voiceprint_groups/{group_id}"),
    (
        "audio.voiceprint_groups.speaker_identify",
        "POST",
        _AUDIO + "/voiceprint_groups/{group_id}/speaker_identify",
    ),
    ("audio.voiceprint_groups.features.create", "POST", _FEATURES),
    ("audio.voiceprint_groups.features.list", "GET", _FEATURES),
    ("audio.voiceprint_groups.features.update", "PUT", _FEATURES + "/{feature_id}"),
    ("audio.voiceprint_groups.features.delete", "DELETE", _FEATURES + "/{feature_id}"),
    ("audio.voices.clone", "POST", _AUDIO + "/voices/clone"),
    ("audio.voices.list", "GET", _AUDIO + "/voices"),
)
"""Name in the SDK, method and path; a row goes away when the operation is served."""


def not_found(method: str, path: str) -> ErrorRow:
    """The error for a path that nothing serves; it names the operation of Coze that is lacking, if there is one."""
    row = ERRORS["path"]
    name = next((name for name, verb, route in UNSERVED if verb == method and _matches(route, path)), None)
    if name is None:
        return ErrorRow(row.code, f"not found: {method} is no operation of Coze that the stand-in knows", row.status)
    return ErrorRow(row.code, f"not found: the stand-in does not serve {name}", row.status)


def _matches(route: str, path: str) -> bool:
    pattern = re.sub(r"\{\w+\}", "[^/]+", route)
    return re.fullmatch(pattern, path) is not None
