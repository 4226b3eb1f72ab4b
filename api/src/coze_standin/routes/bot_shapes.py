"""The bot as bots.retrieve answers it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from coze_standin.calls import Call
from coze_standin.records import JSON, Bot, Workflow
from coze_standin.state import State

_IMAGE: Final[JSON] = {
    "image_url": "",
    "theme_color": "",
    "canvas_position": {},
    "gradient_position": {},
    "origin_image_url": "",
}

_DEFAULTS: Final[Mapping[str, Any]] = {
    "prompt_info": {"prompt": ""},
    "onboarding_info": {"prologue": "", "suggested_questions": []},
    "bot_mode": 0,
    "plugin_info_list": [],
    "variables": [],
    "voice_info_list": [],
    "shortcut_commands": [],
    "background_image_info": {"web_background_image": _IMAGE, "mobile_background_image": _IMAGE},
    "default_user_input_type": "text",
}
"""The parts that were never set, as the example of the documents has them; ``media_config`` it lacks."""

_SENT: Final[Mapping[str, tuple[str, ...]]] = {
    "prompt_info": ("prompt", "prompt_mode", "prefix_prompt_info"),
    "onboarding_info": ("prologue", "suggested_questions"),
    "suggest_reply_info": ("reply_mode", "customized_prompt"),
    "knowledge": ("dataset_ids", "auto_call", "search_strategy"),
}
"""Parts of a request that are kept, with their fields."""

_MODEL: Final = (
    *("model_id", "model_name", "temperature", "context_round", "max_tokens", "top_k", "top_p", "response_format"),
    *("presence_penalty", "frequency_penalty", "parameters", "api_mode"),
)
"""Fields of a model that an answer can have; one that is not configured is left out, says the OpenAPI file."""

_UNSHOWN: Final = ("suggest_reply_info", "knowledge", "workflow_id_list")
"""Parts that no documented answer has as they were sent."""


def sent_settings(call: Call) -> JSON:
    """The parts of a bot that a request sets.

    An example of cozepy sends a plain list as ``workflow_id_list``, where its model and the documents have an object:
    the list binds nothing here.
    """
    settings = {name: _pick(call.mapping(name), fields) for name, fields in _SENT.items() if call.body.get(name)}
    bound = call.body.get("workflow_id_list")
    if isinstance(bound, Mapping):
        settings["workflow_id_list"] = _pick(bound, ("ids",))
    model = _pick(call.mapping("model_info_config"), _MODEL)
    return {**settings, **({"model_info": model} if model else {})}


def _pick(part: Mapping[str, Any], fields: tuple[str, ...]) -> JSON:
    return {name: part[name] for name in fields if name in part}


def version_of(bot: Bot) -> str:
    """The version that a bot was published as."""
    return f"{bot.published_at}000"


def bot_json(state: State, bot: Bot) -> JSON:
    """The bot with its parts; those that were never set have their defaults."""
    return {
        "bot_id": bot.id,
        "name": bot.name,
        "description": bot.description,
        "icon_url": bot.icon_url,
        "create_time": bot.created_at,
        "update_time": bot.updated_at,
        "version": version_of(bot),
        **_DEFAULTS,
        **{name: value for name, value in bot.settings.items() if name not in _UNSHOWN},
        "knowledge": {"knowledge_infos": _knowledge(state, bot)},
        "workflow_info_list": [_workflow_json(one) for one in _workflows(state, bot)],
        "owner_user_id": state.account.owner.user_id,
        **({"folder_id": bot.folder_id} if bot.folder_id else {}),
    }


def _knowledge(state: State, bot: Bot) -> list[JSON]:
    """The knowledge bases that the bot uses, as OpenAPI and documents have them; cozepy's model has a request's."""
    ids = bot.settings.get("knowledge", {}).get("dataset_ids")
    found = [state.knowledge.datasets.find(str(one)) for one in (ids if isinstance(ids, list) else [])]
    return [{"id": one.id, "name": one.name} for one in found if one]


def _workflows(state: State, bot: Bot) -> list[Workflow]:
    """The workflows that the bot uses."""
    ids = bot.settings.get("workflow_id_list", {}).get("ids") or []
    named = [str(one.get("id")) for one in ids if isinstance(one, dict)] if isinstance(ids, list) else []
    return [found for one in named if (found := state.automation.workflows.find(one))]


def _workflow_json(workflow: Workflow) -> JSON:
    return {
        "id": workflow.id,
        "name": workflow.name,
        "icon_url": workflow.icon_url,
        "description": workflow.description,
    }
