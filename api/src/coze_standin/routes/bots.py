"""bots.*: drafts or published bots, in the old or the new version of the API."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from coze_standin.calls import Answer, Call, ok
from coze_standin.errors import ApiError
from coze_standin.project_records import App
from coze_standin.records import JSON, Bot

_SETTINGS = ("prompt_info", "onboarding_info", "suggest_reply_info", "knowledge")
"""Parts of the body that are kept."""

_UNSHOWN = ("suggest_reply_info", "knowledge")
"""Parts that no documented answer has as they were sent."""

PUBLISH_STATUS: dict[str, Callable[[Bot | App], bool]] = {
    "all": lambda bot: bool(bot.id),
    "published_online": lambda bot: bot.published_at >= bot.updated_at > 0,
    "published_draft": lambda bot: 0 < bot.published_at < bot.updated_at,
    "unpublished_draft": lambda bot: not bot.published_at,
}
"""What each value of ``publish_status`` lists; ``published_draft`` is taken for: published, and changed since."""


def create(call: Call) -> Answer:
    """bots.create."""
    state = call.state
    bot = Bot(
        id=state.ids.new("BOT_ID"),
        workspace_id=state.workspaces.get(call.need("space_id")).id,
        name=call.need("name"),
        description=str(call.body.get("description") or ""),
        icon_url=state.maker.image("ICON_URL"),
        created_at=state.now,
        updated_at=state.now,
        settings=_settings(call),
    )
    state.bots.put(bot.id, bot)
    return ok({"bot_id": bot.id})


def update(call: Call) -> Answer:
    """bots.update: what the body leaves out stays as it is."""
    state = call.state
    bot = state.bots.get(call.need("bot_id"))
    changed = replace(
        bot,
        name=str(call.body.get("name") or bot.name),
        description=str(call.body.get("description") or bot.description),
        updated_at=max(state.now, bot.published_at + 1),
        settings={**bot.settings, **_settings(call)},
    )
    state.bots.put(bot.id, changed)
    return ok()


def publish(call: Call) -> Answer:
    """bots.publish: to whatever channels the body names; the stand-in knows one state, published."""
    state = call.state
    bot = state.bots.get(call.need("bot_id"))
    if not call.sequence("connector_ids"):
        raise ApiError("parameter")
    published = state.bots.put(bot.id, replace(bot, published_at=max(state.now, bot.updated_at)))
    return ok({"bot_id": bot.id, "version": _version(published)})


def unpublish(call: Call) -> Answer:
    """bots.unpublish: the bot is a draft again."""
    state = call.state
    bot = state.bots.get(call.path["bot_id"])
    call.need("connector_id")
    state.bots.put(bot.id, replace(bot, published_at=0))
    return ok()


def retrieve_online(call: Call) -> Answer:
    """bots.retrieve, version 1: published bots only, 4015 for a draft."""
    return ok(_bot_json(call, _published_version(call.state.bots.get(call.ask("bot_id")))))


def retrieve(call: Call) -> Answer:
    """bots.retrieve, version 2: the draft, or with ``is_published=true`` the published bot.

    What the service does without ``is_published`` is not in the sources: the draft is given, which always exists.
    """
    bot = call.state.bots.get(call.path["bot_id"])
    return ok(_bot_json(call, _published_version(bot) if call.query.get("is_published") == "true" else bot))


def list_published(call: Call) -> Answer:
    """bots.list, version 1: the published bots of a workspace, the last published first."""
    bots = [bot for bot in _of_workspace(call, "space_id") if bot.published_at]
    bots.sort(key=lambda bot: bot.published_at, reverse=True)
    page, _ = call.page(bots, "page_index")
    return ok({"space_bots": [_published_json(bot) for bot in page], "total": len(bots)})


def list_bots(call: Call) -> Answer:
    """bots.list, version 2: the bots of a workspace, the last changed first.

    cozepy sends ``page_index`` where the documents say ``page_num``; which of them the service reads is not known.
    Here the one that was sent counts. Without ``publish_status`` all bots are listed, drafts too.
    """
    keep = PUBLISH_STATUS.get(call.query.get("publish_status") or "all")
    if keep is None:
        raise ApiError("parameter")
    bots = sorted(filter(keep, _of_workspace(call, "workspace_id")), key=lambda bot: bot.updated_at, reverse=True)
    page, _ = call.page(bots, "page_index" if "page_index" in call.query else "page_num")
    return ok({"items": [_listed_json(call, bot) for bot in page], "total": len(bots)})


def _of_workspace(call: Call, parameter: str) -> list[Bot]:
    workspace = call.state.workspaces.get(call.ask(parameter))
    return [bot for bot in call.state.bots.all() if bot.workspace_id == workspace.id]


def _published_version(bot: Bot) -> Bot:
    if not bot.published_at:
        raise ApiError("unpublished", bot.id)
    return bot


def _settings(call: Call) -> JSON:
    settings = {name: call.mapping(name) for name in _SETTINGS if call.body.get(name)}
    model = call.mapping("model_info_config")
    return {**settings, **({"model_info": dict(model)} if model else {})}


def _version(bot: Bot) -> str:
    return f"{bot.published_at}000"


def _bot_json(call: Call, bot: Bot) -> JSON:
    """The bot as retrieve shows it. Parts that were never set are absent, except those that every example has."""
    defaults = {
        "prompt_info": {"prompt": ""},
        "onboarding_info": {"prologue": "", "suggested_questions": []},
        "bot_mode": 0,
        "plugin_info_list": [],
    }
    return {
        "bot_id": bot.id,
        "name": bot.name,
        "description": bot.description,
        "icon_url": bot.icon_url,
        "create_time": bot.created_at,
        "update_time": bot.updated_at,
        "version": _version(bot),
        **defaults,
        **{name: value for name, value in bot.settings.items() if name not in _UNSHOWN},
        "knowledge": {"knowledge_infos": _knowledge(call, bot)},
        **({"folder_id": bot.folder_id, "owner_user_id": call.state.account.owner.user_id} if bot.folder_id else {}),
    }


def _knowledge(call: Call, bot: Bot) -> list[JSON]:
    """The knowledge bases that the bot uses, as OpenAPI and documents have them; cozepy's model has a request's."""
    ids = bot.settings.get("knowledge", {}).get("dataset_ids") or []
    found = [call.state.knowledge.datasets.find(str(one)) for one in ids if isinstance(ids, list)]
    return [{"id": one.id, "name": one.name} for one in found if one]


def _published_json(bot: Bot) -> JSON:
    return {
        "bot_id": bot.id,
        "bot_name": bot.name,
        "description": bot.description,
        "icon_url": bot.icon_url,
        "publish_time": str(bot.published_at),
    }


def _listed_json(call: Call, bot: Bot) -> JSON:
    times = {"published_at": bot.published_at} if bot.published_at and call.state.has("published_at") else {}
    return {
        "id": bot.id,
        "name": bot.name,
        "description": bot.description,
        "icon_url": bot.icon_url,
        "is_published": bool(bot.published_at),
        "updated_at": bot.updated_at,
        **times,
        "owner_user_id": call.state.account.owner.user_id,
        **({"folder_id": bot.folder_id} if bot.folder_id else {}),
    }
