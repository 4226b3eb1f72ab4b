"""apps.*: the apps of a workspace."""

from __future__ import annotations

from coze_standin.calls import Answer, Call, ok
from coze_standin.errors import ApiError
from coze_standin.project_records import App
from coze_standin.records import API_CONNECTOR, JSON
from coze_standin.routes.bots import PUBLISH_STATUS


def list_apps(call: Call) -> Answer:
    """apps.list of a workspace, the last changed first.

    cozepy sends ``page_index`` where the documents say ``page_num``; which of them the service reads is not known. Here
    the one that was sent counts. An app is published to the API channel alone: with another ``connector_id`` none is.
    The order, and what comes without ``publish_status``, are not in the sources: all apps do.
    """
    workspace = call.state.workspaces.get(call.ask("workspace_id"))
    keep = PUBLISH_STATUS.get(call.query.get("publish_status") or "all")
    if keep is None:
        raise ApiError("parameter")
    known = (call.query.get("connector_id") or API_CONNECTOR) == API_CONNECTOR
    apps = [one for one in call.state.projects.apps.all() if known and one.workspace_id == workspace.id and keep(one)]
    apps.sort(key=lambda app: app.updated_at, reverse=True)
    page, _ = call.page(apps, "page_index" if "page_index" in call.query else "page_num")
    return ok({"items": [_app_json(call, app) for app in page], "total": len(apps)})


def _app_json(call: Call, app: App) -> JSON:
    return {
        "id": app.id,
        "name": app.name,
        "description": app.description,
        "icon_url": app.icon_url,
        "is_published": bool(app.published_at),
        "owner_user_id": call.state.account.owner.user_id,
        "updated_at": app.updated_at,
        **({"published_at": app.published_at} if app.published_at else {}),
        **({"folder_id": app.folder_id} if app.folder_id else {}),
    }
