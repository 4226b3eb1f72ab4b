"""``coze.workflows.runs`` and the log over it: runs in one piece, in a stream, in the background, and their histories.

Coze lists no runs. The tests of the log start runs of their own, wait for their end, and read them back through
``WorkflowLog``; what they expect of a filter they derive from the whole log, so that it holds on any account.
``TestWorkflowFaults`` pins what becomes of runs that fail, which no account does on demand.
"""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cozepy import (
    AsyncCoze,
    ChatUsage,
    Coze,
    CozeAPIError,
    WorkflowEvent,
    WorkflowEventType,
    WorkflowExecuteStatus,
    WorkflowRunHistory,
    WorkflowRunHistoryNodeExecuteStatus,
    WorkflowRunMode,
    WorkflowRunResult,
)

from api.tests.coze.assertions import NOWHERE, Fault
from coze_cassettes import SentRequest
from coze_integration.workflow_log import AsyncWorkflowLog, WorkflowLog, WorkflowLogEntry, WorkflowLogPage

WAITS = (0.5, 2, 4, 8, 16)
"""Seconds between two looks at runs in the background: no cassette grows beyond reason, however slow they are."""

RUNS = 3
"""Runs in a log."""

WITHIN = ("loop", "batch", "workflow")
"""What the output node of a run is within."""

INPUTS = ("A note about harbours", "关于磁带的笔记", "A note about lighthouses 🙂")
"""What the runs of a log are given."""


@pytest.mark.vcr
class TestWorkflowOperations:
    def test_run_workflow_blocking(
        self,
        coze: Coze,
        mock_workflow_id: str,
        sample_workflow_inputs: dict[str, Any],
        sent_requests: list[SentRequest],
    ) -> None:
        """Given a published workflow
        When it is run and waited for
        Then one request is sent with the parameters as they are, and the output comes with its debug page.
        """
        result = coze.workflows.runs.create(workflow_id=mock_workflow_id, parameters=sample_workflow_inputs)

        assert_result(result)
        (sent,) = sent_requests
        assert (sent.method, sent.path) == ("POST", "/v1/workflow/run")
        assert sent.json() == {
            "workflow_id": mock_workflow_id,
            "parameters": sample_workflow_inputs,
            "is_async": False,
        }

    @pytest.mark.shared_cassette("test_run_workflow_blocking")
    async def test_async_run_workflow(
        self, async_coze: AsyncCoze, mock_workflow_id: str, sample_workflow_inputs: dict[str, Any]
    ) -> None:
        """Given a published workflow
        When the async client runs it and waits for it
        Then the wire is that of the sync client, and so is the result.
        """
        runs = async_coze.workflows.runs

        assert_result(await runs.create(workflow_id=mock_workflow_id, parameters=sample_workflow_inputs))

    def test_run_workflow_streaming(
        self,
        coze: Coze,
        mock_workflow_id: str,
        sample_workflow_inputs: dict[str, Any],
        sent_requests: list[SentRequest],
    ) -> None:
        """Given a published workflow
        When it is run in a stream
        Then its messages come numbered from 0 up to the end of its last node; Done is swallowed.
        """
        events = list(coze.workflows.runs.stream(workflow_id=mock_workflow_id, parameters=sample_workflow_inputs))

        assert_run_events(events)
        (sent,) = sent_requests
        assert (sent.method, sent.path) == ("POST", "/v1/workflow/stream_run")
        assert sent.json() == {"workflow_id": mock_workflow_id, "parameters": sample_workflow_inputs}

    @pytest.mark.shared_cassette("test_run_workflow_streaming")
    async def test_async_run_workflow_streaming(
        self, async_coze: AsyncCoze, mock_workflow_id: str, sample_workflow_inputs: dict[str, Any]
    ) -> None:
        """Given a published workflow
        When the async client runs it in a stream
        Then the wire is that of the sync client, and so are the events.
        """
        stream = async_coze.workflows.runs.stream(workflow_id=mock_workflow_id, parameters=sample_workflow_inputs)

        assert_run_events([event async for event in stream])

    def test_get_workflow_result(
        self, coze: Coze, mock_workflow_id: str, sample_workflow_inputs: dict[str, Any]
    ) -> None:
        """Given a workflow that is run in the background
        When its history is retrieved until it has ended
        Then the start gave an execute id and no output, and the history gives the output.
        """
        run = coze.workflows.runs.create(workflow_id=mock_workflow_id, parameters=sample_workflow_inputs, is_async=True)
        history = waited_for(coze, mock_workflow_id, run.execute_id or "")

        assert not run.data
        assert_history(history, run.execute_id or "")

    @pytest.mark.shared_cassette("test_get_workflow_result")
    async def test_async_get_workflow_result(
        self, async_coze: AsyncCoze, mock_workflow_id: str, sample_workflow_inputs: dict[str, Any]
    ) -> None:
        """Given a workflow that is run in the background by the async client
        When its history is retrieved until it has ended
        Then the wire is that of the sync client, and so is the history.
        """
        runs = async_coze.workflows.runs
        run = await runs.create(workflow_id=mock_workflow_id, parameters=sample_workflow_inputs, is_async=True)
        history = await awaited(async_coze, mock_workflow_id, run.execute_id or "")

        assert not run.data
        assert_history(history, run.execute_id or "")

    def test_retrieve_run_history(
        self, coze: Coze, mock_workflow_id: str, mock_workflow_run_id: str, sent_requests: list[SentRequest]
    ) -> None:
        """Given a run in the background that has ended
        When its history is retrieved
        Then it is the history of that run; both ids stand in the path.
        """
        history = coze.workflows.runs.run_histories.retrieve(
            workflow_id=mock_workflow_id, execute_id=mock_workflow_run_id
        )

        assert_history(history, mock_workflow_run_id)
        (sent,) = sent_requests
        assert sent.path == f"/v1/workflows/{mock_workflow_id}/run_histories/{mock_workflow_run_id}"

    @pytest.mark.shared_cassette("test_retrieve_run_history")
    async def test_async_retrieve_run_history(
        self, async_coze: AsyncCoze, mock_workflow_id: str, mock_workflow_run_id: str
    ) -> None:
        """Given a run in the background that has ended
        When the async client retrieves its history
        Then the wire is that of the sync client, and so is the history.
        """
        histories = async_coze.workflows.runs.run_histories

        assert_history(
            await histories.retrieve(workflow_id=mock_workflow_id, execute_id=mock_workflow_run_id),
            mock_workflow_run_id,
        )

    @pytest.mark.stand_in_only(reason="workflows whose output nodes are in a loop, a batch, a workflow of their own")
    def test_retrieve_where_a_node_ran(self, coze: Coze, mock_workflow_id: str) -> None:
        """Given runs whose output node is in a loop, in a batch, and in a workflow of its own
        When their histories are retrieved
        Then each says of the node which turn of the loop or batch it was, or which run of the other workflow.
        """
        runs = coze.workflows.runs
        found = []
        for within in WITHIN:
            run = runs.create(workflow_id=mock_workflow_id, parameters={"within": within})
            history = runs.run_histories.retrieve(workflow_id=mock_workflow_id, execute_id=run.execute_id or "")
            found += [*(history.node_execute_status or {}).values()]

        assert_places(found)

    @pytest.mark.shared_cassette("test_retrieve_where_a_node_ran")
    async def test_async_retrieve_where_a_node_ran(self, async_coze: AsyncCoze, mock_workflow_id: str) -> None:
        """Given runs whose output node is in a loop, in a batch, and in a workflow of its own
        When the async client retrieves their histories
        Then the wire is that of the sync client, and so are the nodes.
        """
        runs = async_coze.workflows.runs
        found = []
        for within in WITHIN:
            run = await runs.create(workflow_id=mock_workflow_id, parameters={"within": within})
            history = await runs.run_histories.retrieve(workflow_id=mock_workflow_id, execute_id=run.execute_id or "")
            found += [*(history.node_execute_status or {}).values()]

        assert_places(found)

    def test_retrieve_execute_nodes(
        self, coze: Coze, mock_workflow_id: str, mock_workflow_run_id: str, sent_requests: list[SentRequest]
    ) -> None:
        """Given a run in the background that has ended, of a workflow with an output node
        When the execution of each node that its history names is retrieved
        Then each has finished and gives its output; all three ids stand in the path.
        """
        run = {"workflow_id": mock_workflow_id, "execute_id": mock_workflow_run_id}
        histories = coze.workflows.runs.run_histories
        nodes = histories.retrieve(**run).node_execute_status or {}
        outputs = [
            histories.execute_nodes.retrieve(**run, node_execute_uuid=node.node_execute_uuid) for node in nodes.values()
        ]

        assert outputs
        for output in outputs:
            assert output.is_finish
            assert isinstance(output.node_output, str)
            assert output.response.logid
        path = f"/v1/workflows/{mock_workflow_id}/run_histories/{mock_workflow_run_id}/execute_nodes/"
        assert [sent.path for sent in sent_requests[1:]] == [path + node.node_execute_uuid for node in nodes.values()]

    @pytest.mark.shared_cassette("test_retrieve_execute_nodes")
    async def test_async_retrieve_execute_nodes(
        self, async_coze: AsyncCoze, mock_workflow_id: str, mock_workflow_run_id: str
    ) -> None:
        """Given a run in the background that has ended, of a workflow with an output node
        When the async client retrieves the execution of each node that its history names
        Then the wire is that of the sync client, and so are the outputs.
        """
        run = {"workflow_id": mock_workflow_id, "execute_id": mock_workflow_run_id}
        histories = async_coze.workflows.runs.run_histories
        nodes = (await histories.retrieve(**run)).node_execute_status or {}
        outputs = [
            await histories.execute_nodes.retrieve(**run, node_execute_uuid=node.node_execute_uuid)
            for node in nodes.values()
        ]

        assert outputs
        assert all(output.is_finish and isinstance(output.node_output, str) for output in outputs)

    def test_execute_node_that_does_not_exist(
        self,
        coze: Coze,
        mock_workflow_id: str,
        mock_workflow_run_id: str,
        assert_refused: Callable[[CozeAPIError], None],
    ) -> None:
        """Given a run, and an id that no execution of a node has
        When that execution is retrieved
        Then Coze's error is raised.
        """
        with pytest.raises(CozeAPIError) as error:
            coze.workflows.runs.run_histories.execute_nodes.retrieve(
                workflow_id=mock_workflow_id, execute_id=mock_workflow_run_id, node_execute_uuid=NOWHERE
            )

        assert_refused(error.value)

    @pytest.mark.shared_cassette("test_execute_node_that_does_not_exist")
    async def test_async_execute_node_that_does_not_exist(
        self,
        async_coze: AsyncCoze,
        mock_workflow_id: str,
        mock_workflow_run_id: str,
        assert_refused: Callable[[CozeAPIError], None],
    ) -> None:
        """Given a run, and an id that no execution of a node has
        When the async client retrieves that execution
        Then the error is that of the sync client.
        """
        with pytest.raises(CozeAPIError) as error:
            await async_coze.workflows.runs.run_histories.execute_nodes.retrieve(
                workflow_id=mock_workflow_id, execute_id=mock_workflow_run_id, node_execute_uuid=NOWHERE
            )

        assert_refused(error.value)

    def test_run_workflow_that_does_not_exist(self, coze: Coze, sample_workflow_inputs: dict[str, Any]) -> None:
        """Given an id that no workflow has
        When it is run, in one piece and in a stream
        Then Coze's error 4200 is raised at once, but the stream opens and has it as its one event.
        """
        with pytest.raises(CozeAPIError) as refused:
            coze.workflows.runs.create(workflow_id=NOWHERE, parameters=sample_workflow_inputs)
        (event,) = coze.workflows.runs.stream(workflow_id=NOWHERE, parameters=sample_workflow_inputs)

        assert refused.value.code == 4200
        assert event.event is WorkflowEventType.ERROR
        assert event.error is not None
        assert event.error.error_code == 4200
        assert refused.value.logid

    def test_list_workflow_logs_default(
        self, coze: Coze, mock_workflow_id: str, sent_requests: list[SentRequest]
    ) -> None:
        """Given three runs of a workflow
        When their log is listed with the defaults
        Then it has all three, the newest first, from one request a run.
        """
        log, execute_ids = WorkflowLog(coze), started(coze, mock_workflow_id)
        page = settled(log, mock_workflow_id, execute_ids)

        assert_log(page, execute_ids)
        assert [sent.path.rpartition("/")[2] for sent in sent_requests[-RUNS:]] == execute_ids

    @pytest.mark.shared_cassette("test_list_workflow_logs_default")
    async def test_async_list_workflow_logs_default(self, async_coze: AsyncCoze, mock_workflow_id: str) -> None:
        """Given three runs of a workflow, started by the async client
        When their log is listed with the defaults
        Then the wire is that of the sync client, and so is the log.
        """
        execute_ids = await astarted(async_coze, mock_workflow_id)
        page = await asettled(AsyncWorkflowLog(async_coze), mock_workflow_id, execute_ids)

        assert_log(page, execute_ids)

    def test_list_workflow_logs_by_status(self, coze: Coze, mock_workflow_id: str) -> None:
        """Given three runs of a workflow that have ended
        When their log is listed by each status
        Then each list has the runs of that status, and together they are the whole log.
        """
        log, execute_ids = WorkflowLog(coze), started(coze, mock_workflow_id)
        whole = settled(log, mock_workflow_id, execute_ids)
        by_status = {
            status: log.list(workflow_id=mock_workflow_id, execute_ids=execute_ids, status=status)
            for status in WorkflowExecuteStatus
        }

        for status, page in by_status.items():
            assert ids_of(page) == [entry.execute_id for entry in whole if entry.status is status]
        assert by_status[WorkflowExecuteStatus.RUNNING].total == 0
        assert sum(page.total for page in by_status.values()) == RUNS

    @pytest.mark.shared_cassette("test_list_workflow_logs_by_status")
    async def test_async_list_workflow_logs_by_status(self, async_coze: AsyncCoze, mock_workflow_id: str) -> None:
        """Given three runs of a workflow, started by the async client, that have ended
        When their log is listed by each status
        Then the wire is that of the sync client, and so are the lists.
        """
        log, execute_ids = AsyncWorkflowLog(async_coze), await astarted(async_coze, mock_workflow_id)
        whole = await asettled(log, mock_workflow_id, execute_ids)

        for status in WorkflowExecuteStatus:
            page = await log.list(workflow_id=mock_workflow_id, execute_ids=execute_ids, status=status)
            assert ids_of(page) == [entry.execute_id for entry in whole if entry.status is status]

    def test_list_workflow_logs_by_date(self, coze: Coze, mock_workflow_id: str) -> None:
        """Given three runs of a workflow that were started in different seconds
        When their log is listed since the start of the second, until it, and from it for one second
        Then since includes it, until leaves it out, and adjoining ranges have every run once.
        """
        log, execute_ids = WorkflowLog(coze), started(coze, mock_workflow_id, apart=1.1)
        whole = settled(log, mock_workflow_id, execute_ids)
        middle = whole.items[1].created_at

        def listed(since: datetime | None, until: datetime | None) -> list[str]:
            page = log.list(workflow_id=mock_workflow_id, execute_ids=execute_ids, since=since, until=until)
            return ids_of(page)

        newest_first = execute_ids[::-1]
        assert ids_of(whole) == newest_first
        assert listed(middle, None) == newest_first[:2]
        assert listed(None, middle) == newest_first[2:]
        assert listed(middle, middle + timedelta(seconds=1)) == newest_first[1:2]

    def test_list_workflow_logs_by_keyword(self, coze: Coze, mock_workflow_id: str) -> None:
        """Given three runs of a workflow
        When their log is listed by a word of one output, in other letters, and by a word of none
        Then the first list has the runs whose output has the word, and the second has no run.
        """
        log, execute_ids = WorkflowLog(coze), started(coze, mock_workflow_id)
        whole = settled(log, mock_workflow_id, execute_ids)
        word = rarest_word(whole)
        found = log.list(workflow_id=mock_workflow_id, execute_ids=execute_ids, keyword=word.swapcase())
        nothing = log.list(workflow_id=mock_workflow_id, execute_ids=execute_ids, keyword=f"no output has {word} twice")

        assert ids_of(found) == [entry.execute_id for entry in whole if word.casefold() in entry.output.casefold()]
        assert whole.items[0].execute_id in ids_of(found)
        assert nothing.total == 0
        assert nothing.items == ()

    def test_list_workflow_logs_paginated(
        self, coze: Coze, mock_workflow_id: str, sent_requests: list[SentRequest]
    ) -> None:
        """Given three runs of a workflow
        When their log is listed in pages of two, the first and then the second, and then the last page of one
        Then the second goes on where the first ended, nothing follows the last, which is full, and paging from the
        first on costs no further request.
        """
        log, execute_ids = WorkflowLog(coze), started(coze, mock_workflow_id)
        whole = settled(log, mock_workflow_id, execute_ids)
        first, second = (
            log.list(workflow_id=mock_workflow_id, execute_ids=execute_ids, page_num=number, page_size=2)
            for number in (1, 2)
        )
        last = log.list(workflow_id=mock_workflow_id, execute_ids=execute_ids, page_num=RUNS, page_size=1)
        sent = len(sent_requests)
        pages = list(first.iter_pages())

        assert [len(first.items), len(second.items)] == [2, RUNS - 2]
        assert [first.has_more, second.has_more, last.has_more] == [True, False, False]
        assert ids_of(list(last.items)) == ids_of(whole)[-1:]
        assert first.total == second.total == RUNS
        assert [entry.execute_id for page in (first, second) for entry in page.items] == ids_of(whole)
        assert pages == [first, second]
        assert len(sent_requests) == sent

    @pytest.mark.shared_cassette("test_list_workflow_logs_paginated")
    async def test_async_list_workflow_logs_paginated(self, async_coze: AsyncCoze, mock_workflow_id: str) -> None:
        """Given three runs of a workflow, started by the async client
        When their log is listed in the same pages
        Then the wire is that of the sync client, and so are the pages.
        """
        log, execute_ids = AsyncWorkflowLog(async_coze), await astarted(async_coze, mock_workflow_id)
        whole = await asettled(log, mock_workflow_id, execute_ids)
        first, second = [
            await log.list(workflow_id=mock_workflow_id, execute_ids=execute_ids, page_num=number, page_size=2)
            for number in (1, 2)
        ]
        last = await log.list(workflow_id=mock_workflow_id, execute_ids=execute_ids, page_num=RUNS, page_size=1)

        assert ids_of(list(last.items)) == ids_of(whole)[-1:]
        assert [entry.execute_id for page in (first, second) for entry in page.items] == ids_of(whole)
        assert list(first.iter_pages()) == [first, second]


def waited_for(coze: Coze, workflow_id: str, execute_id: str) -> WorkflowRunHistory:
    """The history of a run, once it is not running any more."""
    for seconds in WAITS:
        time.sleep(seconds)
        history = coze.workflows.runs.run_histories.retrieve(workflow_id=workflow_id, execute_id=execute_id)
        if history.execute_status is not WorkflowExecuteStatus.RUNNING:
            return history
    pytest.fail("the run is still running")


async def awaited(coze: AsyncCoze, workflow_id: str, execute_id: str) -> WorkflowRunHistory:
    """The same for the async client."""
    for seconds in WAITS:
        await asyncio.sleep(seconds)
        history = await coze.workflows.runs.run_histories.retrieve(workflow_id=workflow_id, execute_id=execute_id)
        if history.execute_status is not WorkflowExecuteStatus.RUNNING:
            return history
    pytest.fail("the run is still running")


# --- faults ---------------------------------------------------------------------------------------------------------


def the_error(events: Sequence[WorkflowEvent]) -> WorkflowEvent:
    """The one event of a stream that is not a message: the last one."""
    assert {event.event for event in events[:-1]} <= {WorkflowEventType.MESSAGE}
    return events[-1]


def assert_timed_out(events: Sequence[WorkflowEvent]) -> None:
    """A stream ends with an error event, which is an event like any other."""
    last = the_error(events)
    assert last.event is WorkflowEventType.ERROR
    assert last.error is not None
    assert last.error.error_code > 0
    assert last.error.error_message


def assert_places(nodes: Sequence[WorkflowRunHistoryNodeExecuteStatus]) -> None:
    """The first turn of a loop, that of a batch, and a run within another workflow; each has that alone."""
    looped, batched, nested = nodes
    assert (looped.loop_index, looped.batch_index, looped.sub_execute_id) == (0, None, None)
    assert (batched.loop_index, batched.batch_index, batched.sub_execute_id) == (None, 0, None)
    assert (nested.loop_index, nested.batch_index, bool(nested.sub_execute_id)) == (None, None, True)


def the_interrupt(events: Sequence[WorkflowEvent]) -> tuple[str, int]:
    """What resuming asks for: the event id and the type of the interrupt that ends a stream."""
    last = the_error(events)
    assert last.event is WorkflowEventType.INTERRUPT
    assert last.interrupt is not None
    assert last.interrupt.node_title
    return last.interrupt.interrupt_data.event_id, last.interrupt.interrupt_data.type


@pytest.mark.vcr
@pytest.mark.stand_in_only(reason="runs that fail or stop on demand")
class TestWorkflowFaults:
    def test_run_that_exceeds_its_time_limit(
        self, coze: Coze, mock_workflow_id: str, sample_workflow_inputs: dict[str, Any], fault: Fault
    ) -> None:
        """Given a workflow that exceeds its time limit
        When it is run and waited for
        Then CozeAPIError is raised with Coze's code, text and log id.
        """
        fault("POST", "/v1/workflow/run", "workflow-timeout")
        with pytest.raises(CozeAPIError) as refused:
            coze.workflows.runs.create(workflow_id=mock_workflow_id, parameters=sample_workflow_inputs)

        assert refused.value.code == 6023
        assert refused.value.msg
        assert refused.value.logid

    def test_stream_that_exceeds_its_time_limit(
        self, coze: Coze, mock_workflow_id: str, sample_workflow_inputs: dict[str, Any], fault: Fault
    ) -> None:
        """Given a workflow that exceeds its time limit
        When it is run in a stream
        Then the stream ends with an ERROR event, and nothing is raised: another answer than that of a chat.
        """
        fault("POST", "/v1/workflow/stream_run", "workflow-timeout")

        assert_timed_out(
            list(coze.workflows.runs.stream(workflow_id=mock_workflow_id, parameters=sample_workflow_inputs))
        )

    @pytest.mark.shared_cassette("test_stream_that_exceeds_its_time_limit")
    async def test_async_stream_that_exceeds_its_time_limit(
        self, async_coze: AsyncCoze, mock_workflow_id: str, sample_workflow_inputs: dict[str, Any]
    ) -> None:
        """Given a workflow that exceeds its time limit
        When the async client runs it in a stream
        Then the events are those of the sync client.
        """
        stream = async_coze.workflows.runs.stream(workflow_id=mock_workflow_id, parameters=sample_workflow_inputs)

        assert_timed_out([event async for event in stream])

    def test_log_of_a_run_that_exceeds_its_time_limit(self, coze: Coze, mock_workflow_id: str, fault: Fault) -> None:
        """Given three runs in the background of which one exceeds its time limit
        When their log is listed by the status FAIL, by SUCCESS, and by the text of the error in other letters
        Then the failed run, and no other, is found as such, with the error's code and text and without an output.
        """
        log = WorkflowLog(coze)
        fault("POST", "/v1/workflow/run", "workflow-timeout")
        execute_ids = started(coze, mock_workflow_id)
        whole = settled(log, mock_workflow_id, execute_ids)
        (entry,) = (entry for entry in whole if entry.status is WorkflowExecuteStatus.FAIL)

        def listed(**filters: Any) -> set[str]:
            return {
                one.execute_id for one in log.list(workflow_id=mock_workflow_id, execute_ids=execute_ids, **filters)
            }

        assert listed(status=WorkflowExecuteStatus.FAIL) == {execute_ids[0]} == {entry.execute_id}
        assert listed(status=WorkflowExecuteStatus.SUCCESS) == set(execute_ids[1:])
        assert listed(keyword=entry.error_message.upper()) == {execute_ids[0]}
        assert entry.error_code > 0
        assert json.loads(entry.output)["Output"] == ""

    def test_history_of_a_run_that_does_not_exist(self, coze: Coze, mock_workflow_id: str) -> None:
        """Given an execute id that no run has
        When its history is retrieved, and a log is listed with it
        Then Coze's error 4314 is raised, and the log names the id as missing.
        """
        with pytest.raises(CozeAPIError, match="code: 4314"):
            coze.workflows.runs.run_histories.retrieve(workflow_id=mock_workflow_id, execute_id=NOWHERE)
        page = WorkflowLog(coze).list(workflow_id=mock_workflow_id, execute_ids=[NOWHERE])

        assert page.total == 0
        assert page.missing == (NOWHERE,)

    @pytest.mark.shared_cassette("test_history_of_a_run_that_does_not_exist")
    async def test_async_history_of_a_run_that_does_not_exist(
        self, async_coze: AsyncCoze, mock_workflow_id: str
    ) -> None:
        """Given an execute id that no run has
        When the async client retrieves its history, and a log is listed with it
        Then Coze's error 4314 is raised, and the log names the id as missing.
        """
        with pytest.raises(CozeAPIError, match="code: 4314"):
            await async_coze.workflows.runs.run_histories.retrieve(workflow_id=mock_workflow_id, execute_id=NOWHERE)
        page = await AsyncWorkflowLog(async_coze).list(workflow_id=mock_workflow_id, execute_ids=[NOWHERE])

        assert page.missing == (NOWHERE,)

    def test_interrupt_and_resume(self, coze: Coze, mock_workflow_id: str, sent_requests: list[SentRequest]) -> None:
        """Given a streamed run that stops at a question
        When it is resumed with an answer
        Then the interrupt says what resuming asks for, and the run goes on to its end.
        """
        runs = coze.workflows.runs
        event_id, kind = the_interrupt(list(runs.stream(workflow_id=mock_workflow_id, parameters={"interrupt": True})))
        resumed = list(
            runs.resume(workflow_id=mock_workflow_id, event_id=event_id, resume_data="好的, go on", interrupt_type=kind)
        )

        assert_run_events(resumed)
        assert sent_requests[1].path == "/v1/workflow/stream_resume"
        assert sent_requests[1].json() == {
            "workflow_id": mock_workflow_id,
            "event_id": event_id,
            "resume_data": "好的, go on",
            "interrupt_type": kind,
        }

    @pytest.mark.shared_cassette("test_interrupt_and_resume")
    async def test_async_interrupt_and_resume(self, async_coze: AsyncCoze, mock_workflow_id: str) -> None:
        """Given a streamed run of the async client that stops at a question
        When it is resumed with an answer
        Then the wire is that of the sync client, and so are the events.
        """
        runs = async_coze.workflows.runs
        stream = runs.stream(workflow_id=mock_workflow_id, parameters={"interrupt": True})
        event_id, kind = the_interrupt([event async for event in stream])
        resumed = runs.resume(
            workflow_id=mock_workflow_id, event_id=event_id, resume_data="好的, go on", interrupt_type=kind
        )

        assert_run_events([event async for event in resumed])

    def test_ping_in_a_stream(
        self, coze: Coze, mock_workflow_id: str, sample_workflow_inputs: dict[str, Any], fault: Fault
    ) -> None:
        """Given a workflow that takes so long that Coze sends a PING to keep the stream open
        When it is run in a stream
        Then the PING comes as UNKNOWN, numbered like any event, and the stream goes on to its end.
        """
        fault("POST", "/v1/workflow/stream_run", "ping")

        assert_pinged(list(coze.workflows.runs.stream(workflow_id=mock_workflow_id, parameters=sample_workflow_inputs)))

    @pytest.mark.shared_cassette("test_ping_in_a_stream")
    async def test_async_ping_in_a_stream(
        self, async_coze: AsyncCoze, mock_workflow_id: str, sample_workflow_inputs: dict[str, Any]
    ) -> None:
        """Given a workflow that takes so long that Coze sends a PING to keep the stream open
        When the async client runs it in a stream
        Then the PING comes as it does to the sync client.
        """
        stream = async_coze.workflows.runs.stream(workflow_id=mock_workflow_id, parameters=sample_workflow_inputs)

        assert_pinged([event async for event in stream])


def assert_pinged(events: Sequence[WorkflowEvent]) -> None:
    """One event is a PING, which cozepy does not know; all are numbered, and the last ends its node."""
    assert [event.id for event in events] == list(range(len(events)))
    (ping,) = [event for event in events if event.event is WorkflowEventType.UNKNOWN]
    assert ping.unknown is not None
    assert ping.unknown["event"] == "PING"
    assert events[-1].message is not None
    assert events[-1].message.node_is_finish


# --- what the tests share -------------------------------------------------------------------------------------------


def assert_usage(usage: ChatUsage | None) -> None:
    """Token usage may be left out; where it is given, input and output give the total."""
    if usage is not None:
        assert usage.token_count == usage.input_count + usage.output_count


def assert_result(result: WorkflowRunResult) -> None:
    """A run in one piece has an output, a page to debug it, and the log id of its answer."""
    assert result.data
    assert result.debug_url.startswith("https://")
    assert result.response.logid
    assert_usage(result.usage)


def assert_run_events(events: Sequence[WorkflowEvent]) -> None:
    """The events of a run are numbered from 0, all of them messages, the last one the end of its node."""
    assert [event.id for event in events] == list(range(len(events)))
    assert {event.event for event in events} == {WorkflowEventType.MESSAGE}
    messages = [event.message for event in events if event.message is not None]
    assert len(messages) == len(events)
    assert all(message.node_title and message.node_seq_id.isdigit() for message in messages)
    assert messages[-1].node_is_finish
    assert_usage(messages[-1].usage)


def assert_history(history: WorkflowRunHistory, execute_id: str) -> None:
    """The history of a run in the background that has ended well."""
    assert history.execute_id == execute_id
    assert history.execute_status is WorkflowExecuteStatus.SUCCESS
    assert history.run_mode is WorkflowRunMode.ASYNCHRONOUS
    assert 0 < history.create_time <= history.update_time
    assert history.output
    assert history.error_code == 0
    assert history.debug_url.startswith("https://")
    assert history.logid
    assert history.response.logid
    assert history.logid != history.response.logid
    assert_usage(history.usage)


def started(coze: Coze, workflow_id: str, *, apart: float = 0) -> list[str]:
    """The execute ids of new runs in the background, in the order of their start, ``apart`` seconds apart."""
    ids = []
    for text in INPUTS:
        run = coze.workflows.runs.create(workflow_id=workflow_id, parameters={"input": text}, is_async=True)
        ids.append(run.execute_id or "")
        time.sleep(apart)
    return ids


async def astarted(coze: AsyncCoze, workflow_id: str) -> list[str]:
    """The same for the async client, all at once."""
    ids = []
    for text in INPUTS:
        run = await coze.workflows.runs.create(workflow_id=workflow_id, parameters={"input": text}, is_async=True)
        ids.append(run.execute_id or "")
    return ids


def settled(log: WorkflowLog, workflow_id: str, execute_ids: Sequence[str]) -> WorkflowLogPage:
    """The whole log of these runs, once none of them is running any more."""
    for seconds in WAITS:
        time.sleep(seconds)
        page = log.list(workflow_id=workflow_id, execute_ids=execute_ids)
        if ended(page):
            return page
    pytest.fail("the runs are still running")


async def asettled(log: AsyncWorkflowLog, workflow_id: str, execute_ids: Sequence[str]) -> WorkflowLogPage:
    """The same for the async client."""
    for seconds in WAITS:
        await asyncio.sleep(seconds)
        page = await log.list(workflow_id=workflow_id, execute_ids=execute_ids)
        if ended(page):
            return page
    pytest.fail("the runs are still running")


def ended(page: WorkflowLogPage) -> bool:
    """Whether no run of the log is running any more."""
    return not any(entry.status is WorkflowExecuteStatus.RUNNING for entry in page)


def assert_log(page: WorkflowLogPage, execute_ids: Sequence[str]) -> None:
    """The log has every run once, the newest first, and knows when each of them was."""
    assert sorted(entry.execute_id for entry in page) == sorted(execute_ids)
    assert page.total == len(execute_ids) == RUNS
    assert page.missing == ()
    assert not page.has_more
    times = [entry.created_at for entry in page]
    assert times == sorted(times, reverse=True)
    for entry in page:
        assert entry.run_mode is WorkflowRunMode.ASYNCHRONOUS
        assert entry.created_at.tzinfo is UTC
        assert entry.created_at <= entry.updated_at
        assert entry.output
        assert entry.logid


def ids_of(entries: WorkflowLogPage | list[WorkflowLogEntry]) -> list[str]:
    """The execute ids, in the order of the entries."""
    return [entry.execute_id for entry in entries]


def rarest_word(page: WorkflowLogPage) -> str:
    """A word from the output of the newest run that as few of the outputs as possible have."""
    words: list[str] = re.findall(r"\w{3,}", page.items[0].output)
    return min(words, key=lambda word: (sum(word in entry.output for entry in page), -len(word)))
