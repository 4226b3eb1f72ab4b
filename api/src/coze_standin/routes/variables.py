"""variables.*: what a bot or an app remembers of a user."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from coze_standin.calls import Answer, Call, ok
from coze_standin.errors import ApiError
from coze_standin.project_records import Variable
from coze_standin.records import API_CONNECTOR, JSON
from coze_standin.state import Holder, State


def retrieve(call: Call) -> Answer:
    """variables.retrieve: those of the keywords that were set, in the order of the question; without keywords all.

    The documents' example has one that was never set, with its default and a time of 0: no bot here has a default.
    """
    held = call.state.integration.variables.get(_holder(call.state, call.query), {})
    asked = call.query.get("keywords")
    keywords = asked.split(",") if asked else list(held)
    return ok({"items": [_variable_json(held[each]) for each in keywords if each in held]})


def update(call: Call) -> Answer:
    """variables.update: any keyword is taken; whether the service wants it defined in the bot is not in the sources."""
    state, changes = call.state, call.objects("data")
    if not changes or not all(_is_text(each.get("keyword")) and _is_text(each.get("value")) for each in changes):
        raise ApiError("parameter")
    held = state.integration.variables.setdefault(_holder(state, call.body), {})
    for each in changes:
        before = held.get(each["keyword"])
        created = before.created_at if before else state.now
        held[each["keyword"]] = Variable(each["keyword"], each["value"], created, state.now)
    return ok()


def _holder(state: State, given: Mapping[str, Any]) -> Holder:
    """Whose variables the request names: of an app or else a bot, one of which it must name, on the API channel."""
    app_id, bot_id, user = (str(given.get(name) or "") for name in ("app_id", "bot_id", "connector_uid"))
    if not user or not (app_id or bot_id):
        raise ApiError("parameter")
    owner = state.projects.apps.get(app_id).id if app_id else state.bots.get(bot_id).id
    return Holder(owner, str(given.get("connector_id") or API_CONNECTOR), user)


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _variable_json(variable: Variable) -> JSON:
    return {
        "keyword": variable.keyword,
        "value": variable.value,
        "create_time": variable.created_at,
        "update_time": variable.updated_at,
    }
