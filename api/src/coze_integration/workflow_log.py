"""A workflow's log, filtered, in pages: the client's own view of run histories, not an operation of Coze.

Coze has no call that lists the runs of a workflow. What it has is ``workflows.runs.run_histories.retrieve``: one run,
by its execute id. So the caller keeps the execute ids of the runs it started, and this module retrieves each of them,
one request a run, one after another, and then filters, sorts and cuts into pages on this side of the wire.

    page = WorkflowLog(coze).list(workflow_id=workflow, execute_ids=ids, status=WorkflowExecuteStatus.FAIL)
    for entry in page:
        print(entry.created_at, entry.error_message)
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from cozepy import AsyncCoze, Coze, CozeAPIError, WorkflowExecuteStatus, WorkflowRunHistory, WorkflowRunMode

_NO_RUN = 4314
"""Coze's code for an execution that it does not know."""

DEFAULT_PAGE_SIZE = 20
"""Entries in a page, as in Coze's own lists."""


@dataclass(frozen=True)
class WorkflowLogEntry:
    """One run of a workflow.

    ``created_at`` and ``updated_at`` are aware, in UTC, to the second. ``output`` is what the workflow gave back,
    mostly JSON as text, cut off by Coze when ``is_output_trimmed``. ``error_code`` is 0 for a run without an error.
    ``logid`` is the run's own, not that of the request that asked for it. ``token_count`` is None when Coze did not
    tell.
    """

    execute_id: str
    status: WorkflowExecuteStatus
    run_mode: WorkflowRunMode
    created_at: datetime
    updated_at: datetime
    output: str
    is_output_trimmed: bool
    error_code: int
    error_message: str
    bot_id: str
    connector_id: str
    connector_uid: str
    logid: str
    debug_url: str
    token_count: int | None


@dataclass(frozen=True)
class WorkflowLogFilter:
    """Which entries are wanted; what is None, or an empty keyword, asks for nothing.

    ``since`` is inclusive and ``until`` exclusive, both compared with the start of the run, so that adjoining ranges
    hold every run once. Both must be aware: a naive one raises ``ValueError``. ``keyword`` is looked for without regard
    to case in the output and in the error message; an output that is JSON is also searched as the text it stands
    for, so that a Chinese keyword finds what was escaped.
    """

    status: WorkflowExecuteStatus | None = None
    since: datetime | None = None
    until: datetime | None = None
    keyword: str | None = None

    def __post_init__(self) -> None:
        for name, moment in (("since", self.since), ("until", self.until)):
            if moment is not None and moment.utcoffset() is None:
                raise ValueError(f"{name} has no time zone: give an aware datetime, such as datetime(..., tzinfo=UTC)")

    def accepts(self, entry: WorkflowLogEntry) -> bool:
        """Whether the entry is wanted by every criterion."""
        return (
            (self.status is None or entry.status == self.status)
            and (self.since is None or self.since <= entry.created_at)
            and (self.until is None or entry.created_at < self.until)
            and (not self.keyword or _mentions(entry, self.keyword.casefold()))
        )


@dataclass(frozen=True)
class WorkflowLogPage:
    """One page of a log, newest run first; runs of the same second in the order in which their ids were given.

    ``matched`` holds all entries that passed the filter, so that the other pages cost no request and belong to the
    same moment. ``missing`` holds the execute ids that Coze does not know for this workflow. ``page_num`` counts from
    1; a page past the end is empty.
    """

    matched: tuple[WorkflowLogEntry, ...]
    missing: tuple[str, ...] = ()
    page_num: int = 1
    page_size: int = DEFAULT_PAGE_SIZE

    def __post_init__(self) -> None:
        _check_page(self.page_num, self.page_size)

    @property
    def items(self) -> tuple[WorkflowLogEntry, ...]:
        """The entries of this page, at most ``page_size``."""
        start = (self.page_num - 1) * self.page_size
        return self.matched[start : start + self.page_size]

    @property
    def total(self) -> int:
        """The number of entries on all pages."""
        return len(self.matched)

    @property
    def has_more(self) -> bool:
        """Whether a later page has entries."""
        return self.page_num * self.page_size < self.total

    def iter_pages(self) -> Iterator[WorkflowLogPage]:
        """This page and those after it; no request is sent, in the async log neither."""
        page = self
        yield page
        while page.has_more:
            page = replace(page, page_num=page.page_num + 1)
            yield page

    def __iter__(self) -> Iterator[WorkflowLogEntry]:
        """The entries of this page and of those after it, as cozepy's own pages iterate."""
        for page in self.iter_pages():
            yield from page.items


class WorkflowLog:
    """The logs of workflows, read through a sync client."""

    def __init__(self, coze: Coze) -> None:
        self._histories = coze.workflows.runs.run_histories

    def list(
        self,
        *,
        workflow_id: str,
        execute_ids: Collection[str],
        status: WorkflowExecuteStatus | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        keyword: str | None = None,
        page_num: int = 1,
        page_size: int = DEFAULT_PAGE_SIZE,
    ) -> WorkflowLogPage:
        """One page of the runs ``execute_ids`` of ``workflow_id`` that pass the filter, newest first.

        Sends one request for each different execute id, whatever the filter and the page; a set is taken in sorted
        order. ``status``, ``since``, ``until`` and ``keyword`` are those of ``WorkflowLogFilter``.
        Raises ``ValueError`` for a naive date, a page number or size below 1, or a bare string as ``execute_ids``,
        before anything is sent; ``cozepy.CozeAPIError`` when Coze refuses a request.
        """
        wanted = WorkflowLogFilter(status, since, until, keyword)
        _check_page(page_num, page_size)
        histories = {each: self._retrieve(workflow_id, each) for each in _distinct(execute_ids)}
        return page_of(histories, wanted, page_num=page_num, page_size=page_size)

    def _retrieve(self, workflow_id: str, execute_id: str) -> WorkflowRunHistory | None:
        try:
            return self._histories.retrieve(workflow_id=workflow_id, execute_id=execute_id)
        except IndexError:  # cozepy 0.20.0 takes the first of an empty list
            return None
        except CozeAPIError as error:
            if error.code != _NO_RUN:
                raise
            return None


class AsyncWorkflowLog:
    """The logs of workflows, read through an async client."""

    def __init__(self, coze: AsyncCoze) -> None:
        self._histories = coze.workflows.runs.run_histories

    async def list(
        self,
        *,
        workflow_id: str,
        execute_ids: Collection[str],
        status: WorkflowExecuteStatus | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        keyword: str | None = None,
        page_num: int = 1,
        page_size: int = DEFAULT_PAGE_SIZE,
    ) -> WorkflowLogPage:
        """The async counterpart of ``WorkflowLog.list``; it too sends one request after another."""
        wanted = WorkflowLogFilter(status, since, until, keyword)
        _check_page(page_num, page_size)
        histories = {each: await self._retrieve(workflow_id, each) for each in _distinct(execute_ids)}
        return page_of(histories, wanted, page_num=page_num, page_size=page_size)

    async def _retrieve(self, workflow_id: str, execute_id: str) -> WorkflowRunHistory | None:
        try:
            return await self._histories.retrieve(workflow_id=workflow_id, execute_id=execute_id)
        except IndexError:  # as in the sync log
            return None
        except CozeAPIError as error:
            if error.code != _NO_RUN:
                raise
            return None


def page_of(
    histories: Mapping[str, WorkflowRunHistory | None],
    wanted: WorkflowLogFilter,
    *,
    page_num: int = 1,
    page_size: int = DEFAULT_PAGE_SIZE,
) -> WorkflowLogPage:
    """A page made of what was retrieved: for each execute id its run history, or None where Coze has none."""
    entries = [entry_of(history) for history in histories.values() if history is not None]
    matched = sorted(filter(wanted.accepts, entries), key=lambda entry: entry.created_at, reverse=True)
    missing = tuple(execute_id for execute_id, history in histories.items() if history is None)
    return WorkflowLogPage(tuple(matched), missing, page_num, page_size)


def entry_of(history: WorkflowRunHistory) -> WorkflowLogEntry:
    """The entry that a run history makes; its times are Unix times in seconds."""
    return WorkflowLogEntry(
        execute_id=history.execute_id,
        status=history.execute_status,
        run_mode=history.run_mode,
        created_at=datetime.fromtimestamp(history.create_time, UTC),
        updated_at=datetime.fromtimestamp(history.update_time, UTC),
        output=history.output,
        is_output_trimmed=history.is_output_trimmed,
        error_code=history.error_code,
        error_message=history.error_message or "",
        bot_id=history.bot_id,
        connector_id=history.connector_id,
        connector_uid=history.connector_uid,
        logid=history.logid,
        debug_url=history.debug_url,
        token_count=None if history.usage is None else history.usage.token_count,
    )


def _check_page(page_num: int, page_size: int) -> None:
    for name, value in (("page_num", page_num), ("page_size", page_size)):
        if value < 1:
            raise ValueError(f"{name} must be 1 or more, not {value}")


def _distinct(execute_ids: Collection[str]) -> tuple[str, ...]:
    if isinstance(execute_ids, str):  # a Collection[str] to a type checker
        raise ValueError("execute_ids must be a collection of ids, not one string: put the id in a list")  # noqa: TRY004
    ordered = sorted(execute_ids) if isinstance(execute_ids, AbstractSet) else execute_ids
    return tuple(dict.fromkeys(ordered))


def _mentions(entry: WorkflowLogEntry, keyword: str) -> bool:
    return any(keyword in text.casefold() for text in (entry.error_message, *_texts(entry.output)))


def _texts(value: Any) -> Iterator[str]:
    """The strings in a JSON value, and those in every string that is JSON itself."""
    waiting = [value]
    while waiting:
        match waiting.pop():
            case str() as text:
                yield text
                waiting.append(_decode(text))
            case list() as items:
                waiting.extend(items)
            case dict() as members:
                waiting.extend((*members, *members.values()))


def _decode(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None
