"""The operations of Coze that the stand-in lacks, so that a call to one is distinguished from a wrong path."""

from __future__ import annotations

import re

from coze_standin.errors import ERRORS, ErrorRow

UNSERVED: tuple[tuple[str, str, str], ...] = ()
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
