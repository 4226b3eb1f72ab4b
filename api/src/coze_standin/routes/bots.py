"""bots.*: drafts or published bots, in the old or the new version of the API."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from coze_standin.calls import Answer, Call, ok
from coze_standin.errors import ApiError
from coze_standin.project_records import App
from coze_standin.records import JSON, Bot
from coze_standin.routes.bot_shapes import bot_json, sent_settings, version_of

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
        settings=sent_settings(call),
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
        settings={**bot.settings, **sent_settings(call)},
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
    return ok({"bot_id": bot.id, "version": version_of(published)})


def unpublish(call: Call) -> Answer:
    """bots.unpublish: the bot is a draft again."""
    state = call.state
    bot = state.bots.get(call.path["bot_id"])
    call.need("connector_id")
    state.bots.put(bot.id, replace(bot, published_at=0))
    return ok()


def retrieve_online(call: Call) -> Answer:
    """bots.retrieve, version 1: published bots only, 4015 for a draft."""
    return ok(bot_json(call.state, _published_version(call.state.bots.get(call.ask("bot_id")))))


def retrieve(call: Call) -> Answer:
    """bots.retrieve, version 2: the published bot, or with ``is_published=false`` the draft."""
    bot = call.state.bots.get(call.path["bot_id"])
    is_draft = call.query.get("is_published") == "false"
    return ok(bot_json(call.state, bot if is_draft else _published_version(bot)))


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
