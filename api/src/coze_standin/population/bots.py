"""Puts the bots with their workflows into an account."""

from __future__ import annotations

from typing import Any

from coze_standin import secret_values, wording
from coze_standin.accounts import Account
from coze_standin.population.moments import DAY, fixed_rng, past
from coze_standin.population.projects import folder_for
from coze_standin.records import (
    Bot,
    Workflow,
)
from coze_standin.state import State


def add_bots(state: State) -> None:
    """The bots of the profile, published ones first; the first is the configured one."""
    profile = state.account.profile
    names = [(name, True) for name in profile.bots.published] + [(name, False) for name in profile.bots.drafts]
    for place, (name, published) in enumerate(names):
        made = past(state, 300 - 7 * place)
        bot = Bot(
            id=state.ids.at("BOT_ID", made),
            workspace_id=state.configured.workspace_id,
            name=name,
            description=profile.bots.description.format(name=name),
            icon_url=state.maker.image("ICON_URL"),
            created_at=made,
            updated_at=made + DAY,
            published_at=made + DAY + state.rng.randint(1, 90) if published else 0,
            folder_id=folder_for(state, place),
            settings=_settings(state, state.account, name),
        )
        state.bots.put(bot.id, bot)
        state.configured.bot_id = state.configured.bot_id or bot.id


def _settings(state: State, account: Account, name: str) -> dict[str, Any]:
    """The parts of a bot, with the canaries that people write into a prompt."""
    profile, owner = account.profile, account.owner
    settled = fixed_rng(profile.bots.prompt, name)
    prompt = profile.bots.prompt.format(
        email=owner.email,
        phone=owner.phone,
        ip=account.ip,
        key=account.api_key,
        verify=account.verify_token,
        jwt=account.jwt,
        pem=account.pem,
    )
    settings: dict[str, Any] = {
        "prompt_info": {"prompt": prompt},
        "onboarding_info": {
            "prologue": profile.bots.prologue.format(name=name),
            "suggested_questions": wording.follow_ups(profile.language, settled),
        },
        "model_info": {
            "model_id": secret_values.digits(state.rng, 10),
            "model_name": profile.bots.model_name,
            "temperature": round(settled.uniform(0, 1), 2),
            "context_round": settled.randint(1, 30),
            "max_tokens": settled.choice((1024, 2048, 4096)),
        },
    }
    if state.has("plugins"):
        settings["plugin_info_list"] = [_plugin(state, profile.workflows.description)]
    settings["model_info"].update(top_p=1.0, presence_penalty=0.0, frequency_penalty=0.0)
    if state.has("bot_details"):
        settings["prompt_info"].update(prompt_mode="standard")
        settings["model_info"].update(
            top_k=50, response_format="text", parameters={"thinking_type": "disabled"}, api_mode="chat_api"
        )
        settings.update(_details(state))
    return settings


def _details(state: State) -> dict[str, Any]:
    """The parts that most bots lack: what they run, remember, say aloud, offer and look like.

    ``variable_type`` of a variable is in no document; cozepy requires it, and the OpenAPI file has its values.
    """
    profile, voice = state.account.profile, state.audio.voices.all()[0]
    variable = {
        "enable": True,
        "channel": "custom",
        "keyword": "city",
        "description": profile.projects.description,
        "default_value": "",
        "prompt_enable": True,
        "variable_type": "KVVariable",
    }
    return {
        "workflow_id_list": {"ids": [{"id": state.configured.workflow_id}]},
        "variables": [variable],
        "voice_info_list": [{"voice_id": voice.id, "language_code": voice.language_code}],
        "shortcut_commands": [_shortcut(state)],
        "background_image_info": {
            "web_background_image": _background(state, 1280, 720),
            "mobile_background_image": _background(state, 390, 844),
        },
        "media_config": {"is_voice_call_closed": False},
    }


def _shortcut(state: State) -> dict[str, Any]:
    """A command that asks the plugin; ``agent_id`` comes only with several agents."""
    profile = state.account.profile
    component = {
        "name": "query",
        "description": profile.workflows.description,
        "type": "text",
        "tool_parameter": "query",
        "default_value": "",
        "is_hide": False,
    }
    return {
        "id": state.ids.new("SHORTCUT_ID"),
        "name": profile.workflows.names[0],
        "command": "/search",
        "description": profile.workflows.description,
        "query_template": profile.conversations.opening_question,
        "icon_url": state.maker.image("ICON_URL"),
        "components": [component],
        "tool": {"name": "search", "type": "plugin"},
    }


def _background(state: State, width: int, height: int) -> dict[str, Any]:
    return {
        "image_url": state.maker.image("ICON_URL"),
        "theme_color": "#1F2A44",
        "canvas_position": {"top": 0.0, "left": 12.5, "width": float(width), "height": float(height)},
        "gradient_position": {"left": 0.0, "right": float(width)},
        "origin_image_url": state.maker.image("ICON_URL"),
    }


def _plugin(state: State, description: str) -> dict[str, Any]:
    api = {"api_id": state.ids.new("API_ID"), "name": "search", "description": description}
    return {
        "plugin_id": state.ids.new("PLUGIN_ID"),
        "name": "search",
        "description": description,
        "icon_url": state.maker.image("ICON_URL"),
        "api_info_list": [api],
    }


def add_workflows(state: State) -> None:
    """The workflows of the profile; the first is the configured one, the last answers chats."""
    profile = state.account.profile
    for place, name in enumerate(profile.workflows.names):
        made = past(state, 200 - 5 * place)
        count = profile.workflows.versions - place
        workflow = Workflow(
            id=state.ids.at("WORKFLOW_ID", made),
            workspace_id=state.configured.workspace_id,
            name=name,
            description=profile.workflows.description,
            icon_url=state.maker.image("ICON_URL"),
            created_at=made,
            updated_at=made + count * DAY,
            creator=state.account.people[place % len(state.account.people)],
            versions=tuple((f"v0.0.{number}", made + number * DAY) for number in range(count, 0, -1)),
        )
        state.automation.workflows.put(workflow.id, workflow)
        state.configured.workflow_id = state.configured.workflow_id or workflow.id
        state.configured.chatflow_id = workflow.id
