"""audio.voiceprint_groups.*: groups, their voiceprints ("features"), who is speaking."""

from __future__ import annotations

from dataclasses import replace

from coze_standin.accounts import Person
from coze_standin.calls import Answer, Call, ok, whole_number
from coze_standin.errors import ApiError
from coze_standin.records import JSON, Voiceprint, VoiceprintGroup
from coze_standin.state import State

_DIGITS = 4
"""The longest ``top_k``."""


def create_group(call: Call) -> Answer:
    """audio.voiceprint_groups.create."""
    state, name = call.state, call.need("name")
    group = VoiceprintGroup(
        id=state.ids.new("GROUP_ID"),
        name=name,
        desc=_text(call, "desc", ""),
        icon_url=state.maker.image("ICON_URL"),
        creator=state.account.owner,
        created_at=state.now,
        updated_at=state.now,
    )
    return ok({"id": state.audio.groups.put(group.id, group).id})


def list_groups(call: Call) -> Answer:
    """audio.voiceprint_groups.list: ``name``, ``group_id`` and ``user_id`` select.

    The document's example has a number as ``user_info.id``, which the SDK cannot read; here it is text. Whether
    ``name`` must be the whole name is not known: here it must.
    """
    wanted = {name: call.query.get(name) for name in ("name", "group_id", "user_id")}
    groups = [one for one in call.state.audio.groups.all() if _is_wanted(one, wanted)]
    page, _ = call.page(groups, default_size=10)
    return ok({"items": [_group_json(call.state, one) for one in page], "total": len(groups)})


def update_group(call: Call) -> Answer:
    """audio.voiceprint_groups.update: what is left out stays."""
    group = call.state.audio.groups.get(call.path["group_id"])
    name, desc = _text(call, "name", group.name), _text(call, "desc", group.desc)
    call.state.audio.groups.put(group.id, replace(group, name=name, desc=desc, updated_at=call.state.now))
    return ok()


def delete_group(call: Call) -> Answer:
    """audio.voiceprint_groups.delete: its voiceprints go with it."""
    group = call.state.audio.groups.remove(call.path["group_id"])
    for one in call.state.audio.voiceprints_of(group.id):
        call.state.audio.voiceprints.remove(one.id)
    return ok()


def identify(call: Call) -> Answer:
    """audio.voiceprint_groups.speaker_identify: a score for each voiceprint, the highest first.

    What scores mean, and how many come without ``top_k``, is not known: here all of the group, from 0 to 100.
    """
    state = call.state
    voiceprints = state.audio.voiceprints_of(state.audio.groups.get(call.path["group_id"]).id)
    call.file()
    most = _top_k(call, len(voiceprints))
    scored = sorted(((state.rng.uniform(0, 100), one) for one in voiceprints), key=lambda each: -each[0])
    scores = [
        {"feature_id": one.id, "feature_name": one.name, "feature_desc": one.desc, "score": score}
        for score, one in scored[:most]
    ]
    return ok({"feature_score_list": scores})


def create(call: Call) -> Answer:
    """audio.voiceprint_groups.features.create."""
    state, name = call.state, call.need("name")
    group = state.audio.groups.get(call.path["group_id"])
    call.file()
    voiceprint = Voiceprint(
        id=state.ids.new("FEATURE_ID"),
        group_id=group.id,
        name=name,
        desc=_text(call, "desc", ""),
        icon_url=state.maker.image("ICON_URL"),
        audio_url=state.maker.image("AUDIO_URL"),
        creator=state.account.owner,
        created_at=state.now,
        updated_at=state.now,
    )
    return ok({"id": state.audio.voiceprints.put(voiceprint.id, voiceprint).id})


def list_voiceprints(call: Call) -> Answer:
    """audio.voiceprint_groups.features.list; ``user_info.id`` as in the list of groups."""
    audio = call.state.audio
    voiceprints = audio.voiceprints_of(audio.groups.get(call.path["group_id"]).id)
    page, _ = call.page(voiceprints, default_size=10)
    return ok({"items": [_voiceprint_json(one) for one in page], "total": len(voiceprints)})


def update(call: Call) -> Answer:
    """audio.voiceprint_groups.features.update: what is left out stays, a new sound has a new address."""
    state = call.state
    voiceprint = state.audio.voiceprint_in(call.path["group_id"], call.path["feature_id"])
    changed = replace(
        voiceprint,
        name=_text(call, "name", voiceprint.name),
        desc=_text(call, "desc", voiceprint.desc),
        audio_url=state.maker.image("AUDIO_URL") if call.upload else voiceprint.audio_url,
        updated_at=state.now,
    )
    state.audio.voiceprints.put(changed.id, changed)
    return ok()


def delete(call: Call) -> Answer:
    """audio.voiceprint_groups.features.delete."""
    voiceprint = call.state.audio.voiceprint_in(call.path["group_id"], call.path["feature_id"])
    call.state.audio.voiceprints.remove(voiceprint.id)
    return ok()


def _text(call: Call, name: str, default: str) -> str:
    value = call.body.get(name)
    if value is not None and not isinstance(value, str):
        raise ApiError("parameter")
    return value or default


def _top_k(call: Call, default: int) -> int:
    return whole_number(_text(call, "top_k", str(default)), _DIGITS)


def _is_wanted(group: VoiceprintGroup, wanted: JSON) -> bool:
    has = {"name": group.name, "group_id": group.id, "user_id": group.creator.user_id}
    return all(not value or has[name] == value for name, value in wanted.items())


def _group_json(state: State, group: VoiceprintGroup) -> JSON:
    return {
        "id": group.id,
        "name": group.name,
        "desc": group.desc,
        "created_at": group.created_at,
        "updated_at": group.updated_at,
        "icon_url": group.icon_url,
        "feature_count": len(state.audio.voiceprints_of(group.id)),
        "user_info": _user_json(group.creator),
    }


def _voiceprint_json(voiceprint: Voiceprint) -> JSON:
    return {
        "id": voiceprint.id,
        "group_id": voiceprint.group_id,
        "name": voiceprint.name,
        "audio_url": voiceprint.audio_url,
        "created_at": voiceprint.created_at,
        "updated_at": voiceprint.updated_at,
        "desc": voiceprint.desc,
        "icon_url": voiceprint.icon_url,
        "user_info": _user_json(voiceprint.creator),
    }


def _user_json(person: Person) -> JSON:
    return {
        "id": person.user_id,
        "name": person.user_name,
        "nickname": person.nick_name,
        "avatar_url": person.avatar_url,
    }
