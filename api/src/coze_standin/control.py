"""The control plane under ``/_standin/``: account, canaries, faults, changes."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from coze_standin.changes import Changes, parse_change
from coze_standin.faults import Faults, InvalidFault, parse_fault
from coze_standin.operations import NAMES
from coze_standin.parsing import read_json
from coze_standin.state import State

PREFIX = "/_standin/"


def environment(state: State, url: str) -> dict[str, str]:
    """What a recording against the stand-in at ``url`` needs in its environment."""
    return {
        "COZE_API_TOKEN": state.account.token,
        "COZE_API_BASE": url,
        "COZE_WORKSPACE_ID": state.configured.workspace_id,
        "COZE_BOT_ID": state.configured.bot_id,
        "COZE_WORKFLOW_ID": state.configured.workflow_id,
        "COZE_LIVE_ID": state.configured.live_id,
        "COZE_CHATFLOW_ID": state.configured.chatflow_id,
        "COZE_CONNECTOR_ID": state.configured.connector_id,
        "COZE_ENTERPRISE_ID": state.configured.enterprise_id,
        "COZE_FOLDER_ID": state.configured.folder_id,
        "COZE_GUEST_ID": state.configured.guest_id,
        "COZE_MEMBER_ID": state.configured.member_id,
        "COZE_TEMPLATE_ID": state.configured.template_id,
    }


class Control:
    """The endpoints; they take no token, and nothing of them belongs into a recording."""

    def __init__(self, state: State, faults: Faults, changes: Changes) -> None:
        self._state = state
        self._faults = faults
        self._changes = changes

    def routes(self) -> list[Route]:
        """The endpoints as routes."""
        return [
            Route(PREFIX + "environment", self.environment, methods=["GET"]),
            Route(PREFIX + "canaries", self.canaries, methods=["GET"]),
            Route(PREFIX + "oauth", self.oauth, methods=["GET"]),
            Route(PREFIX + "faults", self.arm, methods=["POST"]),
            Route(PREFIX + "faults", self.clear, methods=["DELETE"]),
            Route(PREFIX + "changes", self.applied, methods=["GET"]),
            Route(PREFIX + "changes", self.change, methods=["POST"]),
            Route(PREFIX + "changes", self.restore, methods=["DELETE"]),
        ]

    async def environment(self, request: Request) -> Response:
        """GET environment."""
        return JSONResponse(environment(self._state, str(request.base_url).rstrip("/")))

    async def canaries(self, _: Request) -> Response:
        """GET canaries."""
        return JSONResponse({"canaries": self._state.canaries.as_json()})

    async def oauth(self, _: Request) -> Response:
        """GET oauth: client id, secret, key and a fresh authorization code."""
        return JSONResponse(self._state.oauth.credentials())

    async def arm(self, request: Request) -> Response:
        """POST faults: ``{"method", "path", "fault", "times", ...options}``; 400 with the reason if that is wrong."""
        try:
            self._faults.arm(parse_fault(read_json(await request.body())))
        except (InvalidFault, ValueError) as error:
            return JSONResponse({"error": str(error)}, status_code=400)
        return JSONResponse({})

    async def clear(self, _: Request) -> Response:
        """DELETE faults: none waits any more."""
        self._faults.clear()
        return JSONResponse({})

    async def applied(self, _: Request) -> Response:
        """GET changes: of each in force, in their order, whether it has made an answer differ."""
        return JSONResponse({"applied": self._changes.applied_flags()})

    async def change(self, request: Request) -> Response:
        """POST changes: ``{"change": "OPERATION:KIND:FIELD[:NEW]"}``; 400 with the reason if that is wrong."""
        try:
            self._changes.add(parse_change(str(read_json(await request.body())["change"]), NAMES))
        except (ValueError, LookupError, TypeError) as error:
            return JSONResponse({"error": str(error)}, status_code=400)
        return JSONResponse({})

    async def restore(self, _: Request) -> Response:
        """DELETE changes: the API is what it was."""
        self._changes.clear()
        return JSONResponse({})
