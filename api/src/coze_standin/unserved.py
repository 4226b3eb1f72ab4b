"""The operations of Coze that the stand-in lacks, so that a call to one is distinguished from a wrong path."""

from __future__ import annotations

import re

from coze_standin.errors import ERRORS, ErrorRow

_EVENTS = "/v1/api_apps/{app_id}/events"
_STAFF = "/v1/enterprises/{enterprise_id}/members"

UNSERVED: tuple[tuple[str, str, str], ...] = (
    ("api_apps.create", "POST", "/v1/api_apps"),
    ("api_apps.update", "PUT", "/v1/api_apps/{app_id}"),
    ("api_apps.delete", "DELETE", "/v1/api_apps/{app_id}"),
    ("api_apps.list", "GET", "/v1/api_apps"),
    ("api_apps.events.create", "POST", _EVENTS),
    ("api_apps.events.delete", "DELETE", _EVENTS),
    ("api_apps.events.list", "GET", _EVENTS),
    ("apps.list", "GET", "/v1/apps"),
    ("connectors.bots.update", "PUT", "/v1/connectors/{connector_id}/bots/{bot_id}"),
    ("enterprises.members.create", "POST", _STAFF),
    ("enterprises.members.update", "PUT", _STAFF + "/{user_id}"),
    ("enterprises.members.delete", "DELETE", _STAFF + "/{user_id}"),
    ("folders.list", "GET", "/v1/folders"),
    ("folders.retrieve", "GET", "/v1/folders/{folder_id}"),
    ("templates.duplicate", "POST", "/v1/templates/{template_id}/duplicate"),
    ("variables.retrieve", "GET", "/v1/variables"),
    ("variables.update", "PUT", "/v1/variables"),
)
"""Name in the SDK, method and path; a row goes away when the operation is served."""


def not_found(method: str, path: str) -> ErrorRow:
    """The error for a path that nothing serves; it names the operation of Coze that is lacking, if there is one."""
    row = ERRORS["path"]
    name = next((name for name, verb, route in UNSERVED if verb == method and _matches(route, path)), None)
    if name is None:
        return ErrorRow(row.code, f"not found: the stand-in knows no such {method} operation of Coze", row.status)
    return ErrorRow(row.code, f"not found: the stand-in does not serve {name}", row.status)


def _matches(route: str, path: str) -> bool:
    pattern = re.sub(r"\{\w+\}", "[^/]+", route)
    return re.fullmatch(pattern, path) is not None
