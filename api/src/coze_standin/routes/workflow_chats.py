"""workflows.chat.stream: a chat that a workflow answers."""

from __future__ import annotations

from coze_standin import sse
from coze_standin.calls import Call, Events
from coze_standin.errors import ERRORS
from coze_standin.records import Conversation
from coze_standin.routes import chat_events, chat_runs
from coze_standin.routes.conversations import open_conversation
from coze_standin.state import State


def stream(call: Call) -> Events:
    """workflows.chat.stream.

    An unknown conversation name (``CONVERSATION_NAME`` of the parameters) is an error in the stream, its code a string,
    as the documented example has the code; that example calls the event ``conversation.chat.failed``, the document's
    table and Coze Studio ``error``: undecided. A refusal before the run is JSON here; one user saw bare ``data`` lines.
    How the name of a conversation is otherwise used is not known.
    """
    state = call.state
    workflow = state.automation.workflows.get(call.need("workflow_id"))
    named = call.mapping("parameters").get("CONVERSATION_NAME")
    if named and named not in [one.name for one in state.messaging.conversations.all()]:  # it may be anything
        row = ERRORS["conversation-name"]
        return Events(sse.WORKFLOW_CHAT, (sse.WORKFLOW_CHAT.error(str(row.code), row.msg),))
    chat = chat_runs.start_chat(call, _conversation(call), "")
    stream = chat_events.stream_chat(state, chat)
    events = (*stream.events[:-1], ("done", {"debug_url": _debug_url(state, workflow.id, workflow.workspace_id)}))
    return Events(sse.WORKFLOW_CHAT, events, stream.finish)


def _conversation(call: Call) -> Conversation:
    given = call.body.get("conversation_id")
    return call.state.messaging.touch(str(given)) if given else open_conversation(call.state, "")


def _debug_url(state: State, workflow_id: str, space_id: str) -> str:
    execute_id = state.ids.new("EXECUTE_ID")
    host = state.account.profile.web.host
    url = f"https://{host}/work_flow?execute_id={execute_id}&space_id={space_id}&workflow_id={workflow_id}"
    return state.canaries.add("DEBUG_URL", url)
