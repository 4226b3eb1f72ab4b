"""workflows.runs.*: runs in one piece, in the background or in a stream, with their histories.

The run's ``parameters`` are taken up in its output, and two of them steer it: ``{"fail": true}`` ends it with status
``Fail`` and an error code, ``{"interrupt": true}`` makes a streamed run stop at a question until it is resumed.
``{"within": "loop"}``, ``batch`` or ``workflow`` puts the output node into a loop, a batch or a workflow of its own.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from coze_standin import secret_values, sse, wording
from coze_standin.calls import Answer, Call, Events, ok
from coze_standin.errors import ERRORS, ApiError, ErrorRow
from coze_standin.records import API_CONNECTOR, JSON, Interrupt, Node, Run
from coze_standin.state import State

SYNCHRONOUS, STREAMING, ASYNCHRONOUS = 0, 1, 2

_BACKGROUND_SECONDS = 0.3
_SYNCHRONOUS_SECONDS = (0.03, 0.12)
_MENTION = 0.4
_QUESTION_NODE = 2
"""The type of an interrupt at a question node."""


def create(call: Call) -> Answer:
    """workflows.runs.create.

    A failed synchronous run answers code, message and ``debug_url`` (captures of 2025-12); one that stops at a question
    is 6039. ``token`` and ``cost`` are the SDK's alone: no document and no capture has them.
    """
    state = call.state
    background = call.body.get("is_async") is True
    if call.mapping("parameters").get("interrupt") and not background:
        raise ApiError("interrupt")
    run = _start_run(call, ASYNCHRONOUS if background else SYNCHRONOUS)
    state.automation.runs.put(run.execute_id, run)
    if background:
        return ok(execute_id=run.execute_id, debug_url=debug_url(state, run))
    if run.error_code:
        page = {"debug_url": debug_url(state, run)}
        return Answer({"code": int(run.error_code), "msg": run.error_message, **page})
    done = ok(run.output, execute_id=run.execute_id, debug_url=debug_url(state, run), usage=dict(run.usage))
    return replace(done, pause=state.rng.uniform(*_SYNCHRONOUS_SECONDS))


def stream(call: Call) -> Events:
    """workflows.runs.stream. A workflow that does not exist is one event ``Error`` (a captured stream)."""
    if call.state.automation.workflows.find(call.need("workflow_id")) is None:
        row = ERRORS["workflow"]
        return Events(sse.WORKFLOW, (sse.WORKFLOW.error(row.code, row.msg),))
    run = _start_run(call, STREAMING)
    call.state.automation.runs.put(run.execute_id, run)
    if call.mapping("parameters").get("interrupt"):
        return Events(sse.WORKFLOW, (*_message_events(call.state, run), _interrupt(call.state, run)))
    return _stream_run(call.state, run, _message_count(call), _ping_place(call))


def _message_count(call: Call) -> int:
    return int(call.options["events"]) if call.scenario == "long-answer" else 0


def _ping_place(call: Call) -> int | None:
    return int(call.options["events"]) if call.scenario == "ping" else None


def resume(call: Call) -> Events:
    """workflows.runs.resume: the rest of the run takes up the answer; 4315 when the run has ended (official table)."""
    state = call.state
    workflow = state.automation.workflows.get(call.need("workflow_id"))
    waiting = state.automation.interrupts.find(call.need("event_id"))
    if waiting is None or waiting.workflow_id != workflow.id:
        raise ApiError("run-ended")
    state.automation.interrupts.remove(waiting.event_id)
    return _stream_run(state, replace(waiting.run, output=_output(state, call.need("resume_data"))))


def retrieve_history(call: Call) -> Answer:
    """workflows.runs.run_histories.retrieve: a list of one; 4314 for an execution that is not known."""
    state = call.state
    workflow = state.automation.workflows.get(call.path["workflow_id"])
    run = state.automation.runs.find(call.path["execute_id"])
    if run is None or run.workflow_id != workflow.id:
        raise ApiError("no-run")
    return ok([_history_json(state, run)])


def retrieve_node(call: Call) -> Answer:
    """workflows.runs.run_histories.execute_nodes.retrieve."""
    state = call.state
    state.automation.workflows.get(call.path["workflow_id"])
    run, wanted = state.automation.runs.get(call.path["execute_id"]), call.path["node_execute_uuid"]
    node = next((node for node in run.nodes if node.execute_uuid == wanted), None)
    if node is None:
        raise ApiError("missing", f"node_execute_uuid={wanted}")
    done = run.status(state.clock()) != "Running"
    return ok({"is_finish": done, "node_output": node.output if done else ""})


def debug_url(state: State, run: Run) -> str:
    """The page where a person looks at the run."""
    url = (
        f"https://{state.account.profile.web.host}/work_flow?execute_id={run.execute_id}"
        f"&space_id={state.automation.workflows.get(run.workflow_id).workspace_id}&workflow_id={run.workflow_id}&execute_mode=2"
    )
    return state.canaries.add("DEBUG_URL", url)


def usage(state: State) -> dict[str, int]:
    """A plausible number of tokens, the sum right."""
    given, taken = state.rng.randint(20, 400), state.rng.randint(10, 300)
    return {"input_count": given, "token_count": given + taken, "output_count": taken}


def _start_run(call: Call, mode: int) -> Run:
    state = call.state
    workflow = state.automation.workflows.get(call.need("workflow_id"))
    if call.body.get("bot_id") and call.body.get("app_id"):
        raise ApiError("parameter")
    parameters = call.mapping("parameters")
    failure = _failure(call.scenario, parameters)
    output = _output(state, _first_text(parameters))
    return Run(
        execute_id=state.ids.new("EXECUTE_ID"),
        workflow_id=workflow.id,
        bot_id=str(call.body.get("bot_id") or "0"),
        user_id=str(call.mapping("ext").get("user_id") or state.account.owner.user_id),
        mode=mode,
        logid=call.logid,
        created_at=state.now,
        ready_at={SYNCHRONOUS: 0.0, STREAMING: math.inf, ASYNCHRONOUS: state.clock() + _BACKGROUND_SECONDS}[mode],
        output="" if failure else output,
        error_code=str(failure.code) if failure else "",
        error_message=failure.msg if failure else "",
        nodes=_nodes(state, output, _place(state, str(parameters.get("within") or ""))),
        usage=usage(state),
    )


def _failure(scenario: str, parameters: Mapping[str, Any]) -> ErrorRow | None:
    if scenario == "workflow-timeout":
        return ERRORS["timeout"]
    return ERRORS["node"] if parameters.get("fail") else None


def _first_text(parameters: Mapping[str, Any]) -> str:
    """The text among the parameters that an output takes up: the first string, else all of them as JSON."""
    texts = [value for value in parameters.values() if isinstance(value, str) and value]
    return texts[0] if texts else sse.encode_json(dict(parameters))


def _output(state: State, question: str) -> str:
    """The output of the end node: a JSON object as a string."""
    owner = state.account.owner.email if state.rng.random() < _MENTION else ""
    return sse.encode_json({"output": wording.answer(state.account.profile.language, state.rng, question, owner)})


def _place(state: State, within: str) -> Mapping[str, int | str]:
    """What the status of an output node says of where it stands (official page of run histories, mirrored 2025-12).

    The page says that a node which ran several times gets a name made by chance: here it runs once, which is number 0.
    """
    if within == "workflow":
        return {"sub_execute_id": state.ids.new("EXECUTE_ID")}
    return {f"{within}_index": 0} if within in ("loop", "batch") else {}


def _nodes(state: State, output: str, place: Mapping[str, int | str]) -> tuple[Node, ...]:
    titles = ("Start", "LLM", "Message", "End")[-state.rng.randint(2, 4) :]
    return tuple(
        Node(secret_values.digits(state.rng, 6), title, state.ids.new("NODE_EXECUTE_UUID"), output, place)
        for title in titles
    )


def _message_events(state: State, run: Run, count: int = 0) -> list[sse.Event]:
    """The packets of the message node; ``count`` asks for so many."""
    text = wording.sentence(state.account.profile.language, state.rng).strip()
    texts = ["."] * count or wording.pieces(text, state.rng)
    last = len(texts) - 1
    return [
        ("Message", _message_json(run.nodes[-2], text, number, finished=number == last))
        for number, text in enumerate(texts)
    ]


def _message_json(node: Node, content: str, number: int, *, finished: bool) -> JSON:
    return {
        "content": content,
        "node_title": node.title,
        "node_seq_id": str(number),
        "node_is_finish": finished,
        "content_type": "text",
        "node_type": node.title,
        "node_id": node.node_id,
        "node_execute_uuid": node.execute_uuid,
    }


def _stream_run(state: State, run: Run, count: int = 0, ping: int | None = None) -> Events:
    """The rest of a streamed run: what it says, then its end or its error; it is over when the stream is."""
    state.automation.runs.put(run.execute_id, replace(run, ready_at=math.inf))
    messages = _message_events(state, run, count)
    if ping is not None:
        messages.insert(min(ping, len(messages)), ("PING", {"content": {}, "node_execute_uuid": ""}))
    events = (*messages, *(_error_events(state, run) if run.error_code else _end_events(state, run)))
    return Events(sse.WORKFLOW, events, lambda: _finish_run(state, run.execute_id))


def _end_events(state: State, run: Run) -> list[sse.Event]:
    packet = _message_json(run.nodes[-1], run.output, 0, finished=True)
    return [("Message", {**packet, "usage": dict(run.usage)}), _done(state, run)]


def _error_events(state: State, run: Run) -> list[sse.Event]:
    """An Error, with the page of the run, and then Done (captures of 2025-12)."""
    name, data = sse.WORKFLOW.error(int(run.error_code), run.error_message)
    code, msg = sse.WORKFLOW.error_keys
    page = debug_url(state, run)
    return [(name, {code: data[code], "node_execute_uuid": "", msg: data[msg], "debug_url": page}), _done(state, run)]


def _done(state: State, run: Run) -> sse.Event:
    """The end of a stream; its ``node_execute_uuid`` is empty (captures of 2025-12)."""
    return "Done", {"node_execute_uuid": "", "debug_url": debug_url(state, run)}


def _node_statuses(run: Run, ended: int) -> JSON:
    """Keyed by the titles of output nodes (official document, a capture of 2025-08)."""
    return {node.title: _node_status(node, ended) for node in run.nodes if node.title == "Message"}


def _finish_run(state: State, execute_id: str) -> None:
    state.automation.runs.put(execute_id, replace(state.automation.runs.get(execute_id), ready_at=state.clock()))


def _interrupt(state: State, run: Run) -> sse.Event:
    """The run stops at a question: its event id is what resuming asks for."""
    parts = (state.ids.new("EVENT_ID"), state.ids.new("EVENT_ID"))
    event_id = state.canaries.add("EVENT_ID", "/".join(parts))
    state.automation.interrupts.put(event_id, Interrupt(event_id, run.workflow_id, run))
    asked = {"event_id": event_id, "type": _QUESTION_NODE, "data": ""}
    return "Interrupt", {"interrupt_data": asked, "node_title": "Question"}


def _history_json(state: State, run: Run) -> JSON:
    status = run.status(state.clock())
    done, running = status == "Success", status == "Running"
    ended = run.created_at if running else max(run.created_at, int(run.ready_at))
    return {
        "execute_id": run.execute_id,
        "execute_status": status,
        "bot_id": run.bot_id,
        "connector_id": API_CONNECTOR,
        "connector_uid": run.user_id,
        "run_mode": run.mode,
        "logid": run.logid,
        "create_time": run.created_at,
        "update_time": ended,
        "output": sse.encode_json({"Output": run.output if done else "", "node_status": "{}"}),
        "token": "0",
        "error_code": "" if running else run.error_code,
        "error_message": "" if running else run.error_message,
        "debug_url": debug_url(state, run),
        "is_output_trimmed": False,
        "node_execute_status": {} if running else _node_statuses(run, ended),
        "usage": dict(run.usage) if done else {"input_count": 0, "token_count": 0, "output_count": 0},
    }


def _node_status(node: Node, ended: int) -> JSON:
    status = {"node_id": node.node_id, "is_finish": True, "update_time": ended, "node_execute_uuid": node.execute_uuid}
    return {**status, **node.place}
