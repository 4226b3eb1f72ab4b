"""api_apps.*: apps that Coze calls back, with their subscriptions to events."""

from __future__ import annotations

from dataclasses import replace

from coze_standin import secret_values
from coze_standin.calls import Answer, Call, ok
from coze_standin.errors import ApiError
from coze_standin.project_records import ApiApp
from coze_standin.records import JSON

_KINDS = {"normal": "name", "connector": "connector_id"}
"""What an app can be, and what its creation must then name (the SDK's documentation)."""


def create(call: Call) -> Answer:
    """api_apps.create."""
    state, kind = call.state, call.need("app_type")
    if kind not in _KINDS:
        raise ApiError("parameter")
    call.need(_KINDS[kind])
    app = ApiApp(
        id=state.ids.new("APP_ID"),
        kind=kind,
        name=str(call.body.get("name") or ""),
        connector_id=str(call.body.get("connector_id") or ""),
        verify_token=state.canaries.add("VERIFY_TOKEN", secret_values.token(state.rng, "", 32)),
    )
    return ok(_app_json(state.integration.api_apps.put(app.id, app)))


def update(call: Call) -> Answer:
    """api_apps.update: what the body leaves out stays as it is."""
    app = _requested_app(call)
    name, address = (str(call.body.get(key) or "") for key in ("name", "callback_url"))
    changed = replace(app, name=name or app.name, callback_url=address or app.callback_url)
    call.state.integration.api_apps.put(app.id, changed)
    return ok()


def delete(call: Call) -> Answer:
    """api_apps.delete: from then on it is 4200."""
    call.state.integration.api_apps.remove(call.path["app_id"])
    return ok()


def list_api_apps(call: Call) -> Answer:
    """api_apps.list, the last made first (the order is not in the sources)."""
    kind = call.query.get("app_type") or ""
    if kind and kind not in _KINDS:
        raise ApiError("parameter")
    apps = [one for one in reversed(call.state.integration.api_apps.all()) if kind in ("", one.kind)]
    page, following = call.token_page(apps, default_size=20)
    return ok(
        {"items": [_app_json(one) for one in page], "has_more": bool(following), "next_page_token": following},
    )


def subscribe(call: Call) -> Answer:
    """api_apps.events.create: none twice. What is said to an event that there is not is not known: it is taken."""
    app = _requested_app(call)
    events = dict.fromkeys([*app.events, *_event_types(call)])
    call.state.integration.api_apps.put(app.id, replace(app, events=tuple(events)))
    return ok()


def unsubscribe(call: Call) -> Answer:
    """api_apps.events.delete: an event that it is not subscribed to is no error here; no source says."""
    app, gone = _requested_app(call), _event_types(call)
    left = tuple(each for each in app.events if each not in gone)
    call.state.integration.api_apps.put(app.id, replace(app, events=left))
    return ok()


def list_events(call: Call) -> Answer:
    """api_apps.events.list, in the order of subscription; the name is that of the app (official document).

    How Coze describes an event is shown for one alone, in one language: the description is empty.
    """
    app = _requested_app(call)
    page, following = call.token_page(app.events, default_size=50)
    items = [{"api_app_id": app.id, "name": app.name, "description": "", "event_type": each} for each in page]
    more = {"next_page_token": following} if following else {}
    return ok({"items": items, "has_more": bool(following), **more})


def _requested_app(call: Call) -> ApiApp:
    return call.state.integration.api_apps.get(call.path["app_id"])


def _event_types(call: Call) -> list[str]:
    events = [*call.sequence("event_types")]
    if not events or not all(isinstance(each, str) and each for each in events):
        raise ApiError("parameter")
    return events


def _app_json(app: ApiApp) -> JSON:
    """The app; what was never given to it is left out, as the documents' examples do."""
    optional = {"connector_id": app.connector_id, "callback_url": app.callback_url}
    return {
        "id": app.id,
        **({"name": app.name} if app.name else {}),
        "app_type": app.kind,
        "verify_token": app.verify_token,
        **{name: value for name, value in optional.items() if value},
    }
