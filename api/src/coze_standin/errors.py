"""The errors of Coze: one row each, and the exception that carries a row out of a handler."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ErrorRow:
    """One error answer: ``code`` and ``msg`` of the body, and the HTTP status.

    ``msg`` is a format string; ``{subject}`` is what the request named.
    """

    code: int
    msg: str
    status: int = 200


ERRORS: dict[str, ErrorRow] = {
    "authentication": ErrorRow(4100, "authentication is invalid", 401),
    "permission": ErrorRow(
        4101,
        "The token you entered is incorrect. Please try again. For more information, refer to "
        "https://coze.com/docs/developer_guides/authentication",
    ),
    "expired": ErrorRow(700012006, "access token invalid", 401),
    "parameter": ErrorRow(4000, "Request parameter error"),
    "body": ErrorRow(4000, "The field http body provided is not a valid json or chat request"),
    "path": ErrorRow(404, "not found", 404),
    "unpublished": ErrorRow(4015, "The bot_id {subject} has not been published to the channel Agent As API"),
    "rate": ErrorRow(4013, "rate limit", 429),
    "finished": ErrorRow(4104, "the chat cannot be cancelled"),
    "missing": ErrorRow(
        4200,
        "Requested resource {subject} does not exist. Please check if the provided parameters are correct and refer "
        "to the Coze API documentation.",
    ),
    "server": ErrorRow(5000, "We're currently experiencing server issues"),
    "interval": ErrorRow(5000, "event interval error"),
    "timeout": ErrorRow(5000, "the workflow exceeded its time limit"),
    "node": ErrorRow(5000, "the workflow failed at a node"),
    "conversation-name": ErrorRow(720702204, "会话名不存在"),
}
"""What is refused, by the name that the code of this package uses.

Sources say a HTTP status only for 4100 and 700012006 (401), 4101 (200) and an unknown path (404). Where it is
unknown the row says 200, the status of most of Coze's errors; 429 for the rate limit is what the status means. The
texts of 4013, 4104 and of the last 5000 rows are unknown too, and Coze's code for a workflow that ran out of time is
not documented: 5000, its server error, stands in.
"""


class ApiError(Exception):
    """A handler refuses the request; the application answers with the row's body."""

    def __init__(self, name: str, subject: str = "") -> None:
        self.row = ERRORS[name]
        self.msg = self.row.msg.format(subject=subject)
        super().__init__(f"{self.row.code}: {self.msg}")
