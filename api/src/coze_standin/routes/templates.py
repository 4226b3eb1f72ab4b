"""templates.*: copies of what the store offers."""

from __future__ import annotations

from coze_standin.calls import Answer, Call, ok
from coze_standin.records import Bot


def duplicate(call: Call) -> Answer:
    """templates.duplicate: a draft of a bot in the workspace.

    Only models of the SDK know this operation, and of entities only ``agent``. What the copy is called without ``name``
    is not known: as the template is.
    """
    state = call.state
    template = state.projects.templates.get(call.path["template_id"])
    bot = Bot(
        id=state.ids.new("BOT_ID"),
        workspace_id=state.workspaces.get(call.need("workspace_id")).id,
        name=str(call.body.get("name") or template.name),
        description=template.description,
        icon_url=state.maker.image("ICON_URL"),
        created_at=state.now,
        updated_at=state.now,
    )
    return ok({"entity_id": state.bots.put(bot.id, bot).id, "entity_type": "agent"})
