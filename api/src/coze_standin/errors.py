"""The errors of Coze: one row each."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ErrorRow:
    """One error answer: ``code`` and ``msg`` of the body, the HTTP status, and where they are known from.

    ``msg`` is a format string; ``{subject}`` is what the request named.
    """

    code: int
    msg: str
    status: int = 200
    source: str = ""


_TABLE = "official table of codes, mirrored 2025-12; the text is the table's"
_STUDIO = "Coze Studio's table of workflow errors"
_REALTIME = "official page of realtime codes: the code; the text is not known"

ERRORS: dict[str, ErrorRow] = {
    "authentication": ErrorRow(4100, "authentication is invalid", 401, "coze-py #78 (2024-10), still seen 2025-11"),
    "permission": ErrorRow(
        4101,
        "The token you entered is incorrect. Please try again. For more information, refer to "
        "https://{subject}/docs/developer_guides/authentication",
        source="answer of 2026-10 to a chat without a token; it names the documents of its own host",
    ),
    "expired": ErrorRow(700012006, "access token invalid", 401, "answers of 2026-10"),
    "parameter": ErrorRow(4000, "Request parameter error", source="official document of workflow streams"),
    "body": ErrorRow(
        4000,
        "The field http body provided is not a valid json or chat request. Please check your input.",
        source="xiaozhi-esp32-server #256",
    ),
    "path": ErrorRow(404, "not found", 404, "Coze Studio's router; what the service answers is not known"),
    "unpublished": ErrorRow(
        4015,
        "The bot_id {subject} has not been published to the channel Agent As API. Please refer to the 'Publish' "
        "section of the "
        "documentation at https://www.coze.cn/docs/guides to publish your Bot to the corresponding channel.",
        source="an answer that a user published",
    ),
    "rate": ErrorRow(4008, "用户限流", 429, _TABLE + "; no 429 was ever captured, the status is what it means"),
    "finished": ErrorRow(4104, "当前对话不支持取消", source=_TABLE),
    "missing": ErrorRow(
        4200,
        "Requested resource {subject} does not exist. Ensure you are the correct resource identifier.",
        source="answers of 2026-10",
    ),
    "workflow": ErrorRow(
        4200, "Workflow not found. Please verify the workflow exists.", source="a captured stream; " + _STUDIO
    ),
    "server": ErrorRow(
        5000,
        "We're currently experiencing server issues. Please try your request again after a short delay. If the problem "
        "persists, contact our support team.",
        source="coze-js #179",
    ),
    "interval": ErrorRow(5000, "event interval error", source="recorded stream in cozepy's tests"),
    "timeout": ErrorRow(
        6023,
        "Workflow execution timed out. Please check for long-running operations, optimize if possible, or retry later.",
        source=_STUDIO,
    ),
    "unpublished-workflow": ErrorRow(6031, "unknown", source=_STUDIO + ": the code; the text is not known"),
    "interrupt": ErrorRow(6039, "unknown", source=_STUDIO + ": the code; the text is not known"),
    "node": ErrorRow(
        720701013,
        "the workflow failed at a node",
        source="a user's note has the code; the text is not known, captures of 2025-12 show others of this range",
    ),
    "conversation-name": ErrorRow(720702204, "会话名不存在", source="official document of workflow chats"),
    "occupied": ErrorRow(
        4016,
        "Conversation occupied: Another chat is currently active. Please wait for the ongoing chat to complete or "
        "create a new conversation to start a separate chat. Ensure only one chat runs at a time within the same "
        "conversation.",
        source="an answer that a user published",
    ),
    "unsaved": ErrorRow(4007, "流false仅在自动保存为true时允许", source=_TABLE),
    "no-run": ErrorRow(4314, "未找到执行记录", source=_TABLE),
    "run-ended": ErrorRow(4315, "执行已结束", source=_TABLE),
    "empty-file": ErrorRow(4300, "上传文件时文件为空", source=_TABLE),
    "free-quota": ErrorRow(
        4028,
        "Your free quota has been used up. Please upgrade to a paid plan to continue: "
        "https://console.volcengine.com/coze-pro",
        source="coze-py #425 (2026-03)",
    ),
    "realtime-4027": ErrorRow(4027, "unknown", source=_REALTIME),
    "realtime-4029": ErrorRow(4029, "unknown", source=_REALTIME),
    "invalid-chat": ErrorRow(4001, "Invalid chat（包括chat id错误，chat 找不到）", source=_TABLE),
    "invalid-conversation": ErrorRow(
        4002, "invalid conversation（包括conversation id错误，conversation 找不到）", source=_TABLE
    ),
    "meta-data": ErrorRow(4003, "meta data 超过限制", source=_TABLE),
    "additional-messages": ErrorRow(4004, "additional messages超过限制", source=_TABLE),
    "invalid-message": ErrorRow(4005, "invalid message（包括message id错误，message content错误）", source=_TABLE),
    "invalid-bot": ErrorRow(4006, "invalid bot（包括bot id错误，bot 找不到）", source=_TABLE),
    "system-rate": ErrorRow(4009, "已达系统请求上限，请稍后重试", source=_TABLE),
    "prompt-tokens": ErrorRow(4010, "当前问题请求的 prompt token 数量超过模型上限", source=_TABLE),
    "balance": ErrorRow(4011, "当前账户的 Coze Token 余额不足", source=_TABLE),
    "invalid-model": ErrorRow(4012, "invalid model", source=_TABLE),
    "model": ErrorRow(4013, "模型错误", source=_TABLE + "; coze-js alone takes it for a rate limit"),
    "unanswerable": ErrorRow(4014, "问题无法回答", source=_TABLE),
    "volcano-balance": ErrorRow(4019, "火山Bot调用按量余额不足", source=_TABLE),
    "volcano-rate": ErrorRow(4020, "火山Bot调用超出RPM峰值", source=_TABLE),
    "no-workflow": ErrorRow(4021, "工作流未配置", source=_TABLE),
    "model-arrears": ErrorRow(4022, "模型欠费", source=_TABLE),
    "risk": ErrorRow(4102, "命中风控拦截", source=_TABLE),
    "sensitive": ErrorRow(4105, "内容包含敏感信息,请修改后重新提交", source=_TABLE),
    "already-member": ErrorRow(
        4201, "企业/团队人员已存在，请勿重复添加。组织成员已经存在，请不要重复加入。", source=_TABLE
    ),
    "several-files": ErrorRow(4301, "文件上传时超过一个", source=_TABLE),
    "file-too-large": ErrorRow(4302, "文件上传大小超过限制", source=_TABLE),
    "file-type": ErrorRow(4303, "文件类型不支持", source=_TABLE),
    "invalid-file": ErrorRow(4304, "文件无效", source=_TABLE),
    "not-in-enterprise": ErrorRow(702042162, "unknown", source="official document: the code; the text is not known"),
    "publish": ErrorRow(702042078, "unknown", source="coze-java #47: the code; the text is not known"),
}
"""What is refused, by the name that the code of this package uses.

A code that no handler raises comes with the fault ``error``, its number as option. Where no source has a text the row
says "unknown". Sources say a HTTP status only for 4100 and 700012006 (401) and 4101 (200); elsewhere it is 200, the
status of most of Coze's errors. 4018, 4023 and 4024, which users saw, are in no table. Of an unknown
chat, conversation or message the table says 4001, 4002 and 4005, but no answer was captured: 4200 stays.
"""


class ApiError(Exception):
    """A handler refuses the request; the application answers with the row's body."""

    def __init__(self, name: str, subject: str = "") -> None:
        self.row = ERRORS[name]
        self.msg = self.row.msg.format(subject=subject)
        super().__init__(f"{self.row.code}: {self.msg}")


def error_of(code: int) -> ErrorRow:
    """The first row of that code; LookupError if there is none."""
    return next(row for row in ERRORS.values() if row.code == code)
