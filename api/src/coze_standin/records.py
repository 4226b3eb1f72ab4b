"""What the stand-in remembers: one frozen record for each kind of thing; a change is a new record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from coze_standin.accounts import Person

JSON = dict[str, Any]

API_CONNECTOR = "1024"
"""The channel "Agent as API"; a constant of Coze, not of an account."""


@dataclass(frozen=True)
class Workspace:
    """A workspace; ``kind`` is ``personal`` or ``team``, ``roles`` maps the user ids of its members to roles."""

    id: str
    name: str
    icon_url: str
    kind: str
    enterprise_id: str
    roles: Mapping[str, str]


@dataclass(frozen=True)
class Bot:
    """A bot; ``published_at`` is 0 while it is a draft, ``settings`` holds the further parts of its answer."""

    id: str
    workspace_id: str
    name: str
    description: str
    icon_url: str
    created_at: int
    updated_at: int
    published_at: int = 0
    folder_id: str = ""
    settings: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Conversation:
    """A conversation; clearing its context gives it a new ``section_id``."""

    id: str
    bot_id: str
    name: str
    meta_data: Mapping[str, str]
    created_at: int
    updated_at: int
    section_id: str
    connector_id: str


@dataclass(frozen=True)
class Message:
    """A message of a conversation; ``reasoning`` is what a model thinks before it answers."""

    id: str
    conversation_id: str
    section_id: str
    bot_id: str
    chat_id: str
    role: str
    type: str
    content: str
    content_type: str
    meta_data: Mapping[str, str]
    created_at: int
    updated_at: int
    reasoning: str = ""


@dataclass(frozen=True)
class Chat:
    """A chat: ``outcome`` is the status it reaches at ``ready_at`` (Unix time); before that it is in progress.

    ``outcome`` is ``completed``, ``failed``, ``requires_action`` or ``canceled``; ``messages`` are what the bot
    says, ``asked`` what the caller sent. ``saved`` is ``auto_save_history``. ``tool_call_id`` is set while the
    chat waits for the output of a tool, ``interrupted_at`` when it began to (Unix time). ``deltas`` is how many of them
    an answer is cut into (0: as it comes), ``error_code`` the code of a failure.
    """

    id: str
    conversation_id: str
    section_id: str
    bot_id: str
    created_at: int
    ready_at: float
    outcome: str
    asked: tuple[Message, ...]
    messages: tuple[Message, ...]
    input_count: int
    output_count: int
    meta_data: Mapping[str, str]
    saved: bool = True
    tool_call_id: str = ""
    interrupted_at: int = 0
    deltas: int = 0
    error_code: int = 0

    def status(self, now: float) -> str:
        """The status at ``now``."""
        return self.outcome if now >= self.ready_at else "in_progress"


@dataclass(frozen=True)
class Workflow:
    """A workflow with its published versions, newest first: ``(version, Unix time)``."""

    id: str
    workspace_id: str
    name: str
    description: str
    icon_url: str
    created_at: int
    updated_at: int
    creator: Person
    versions: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class Node:
    """One execution of a node of a workflow; ``place`` is what its status says beside, of a loop for instance."""

    node_id: str
    title: str
    execute_uuid: str
    output: str
    place: Mapping[str, int | str] = field(default_factory=dict)


@dataclass(frozen=True)
class Run:
    """A run of a workflow; ``mode`` 0 synchronous, 1 streaming, 2 asynchronous, done at ``ready_at`` (Unix time)."""

    execute_id: str
    workflow_id: str
    bot_id: str
    user_id: str
    mode: int
    logid: str
    created_at: int
    ready_at: float
    output: str
    error_code: str
    error_message: str
    nodes: tuple[Node, ...]
    usage: Mapping[str, int]

    def status(self, now: float) -> str:
        """``Running``, then ``Success`` or ``Fail``."""
        if now < self.ready_at:
            return "Running"
        return "Fail" if self.error_code else "Success"


@dataclass(frozen=True)
class Interrupt:
    """A streamed run that waits for an answer before it goes on."""

    event_id: str
    workflow_id: str
    run: Run


@dataclass(frozen=True)
class Dataset:
    """A knowledge base: ``format_type`` is 0 for text, 1 for tables, 2 for images; ``icon_uri`` names its icon.

    ``chunk_strategy`` is empty until the first upload that brings one; it then holds for every later document.
    """

    id: str
    workspace_id: str
    name: str
    description: str
    icon_url: str
    icon_uri: str
    format_type: int
    creator: Person
    created_at: int
    updated_at: int
    chunk_strategy: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Document:
    """A document or an image of a knowledge base, processed at ``ready_at`` (Unix time); its content is not kept.

    ``type`` is the ending of its name, ``source_type`` 0 for a file in the request, 1 for a web page, 5 for an uploaded
    file, ``update_interval`` in hours. ``caption`` is what is said of an image, ``uri`` what an uploaded
    file is stored as.
    """

    id: str
    dataset_id: str
    name: str
    type: str
    format_type: int
    source_type: int
    size: int
    char_count: int
    slice_count: int
    url: str
    uri: str
    creator: Person
    created_at: int
    updated_at: int
    ready_at: float = 0.0
    hit_count: int = 0
    update_type: int = 0
    update_interval: int = 0
    caption: str = ""

    def done(self, now: float) -> bool:
        """Whether it is processed at ``now``."""
        return now >= self.ready_at

    def progress(self, now: float) -> int:
        """How far its processing is at ``now``, in percent."""
        if self.done(now):
            return 100
        return int(99 * (now - self.created_at) / (self.ready_at - self.created_at))


@dataclass(frozen=True)
class Voice:
    """A voice; ``model`` is ``big`` or ``small``, ``trainings`` how often it can still be trained.

    ``state`` is ``init`` before the first training and ``cloned`` after it.
    """

    id: str
    name: str
    is_system: bool
    language_code: str
    preview_text: str
    preview_audio: str
    trainings: int
    created_at: int
    updated_at: int
    model: str
    state: str


@dataclass(frozen=True)
class VoiceprintGroup:
    """A group of voiceprints."""

    id: str
    name: str
    desc: str
    icon_url: str
    creator: Person
    created_at: int
    updated_at: int


@dataclass(frozen=True)
class Voiceprint:
    """A voiceprint (a "feature") of a group; its sound is not kept."""

    id: str
    group_id: str
    name: str
    desc: str
    icon_url: str
    audio_url: str
    creator: Person
    created_at: int
    updated_at: int


@dataclass(frozen=True)
class Live:
    """A live stream: ``streams`` are id, name and ``origin`` or ``translation`` of each."""

    id: str
    app_id: str
    streams: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True)
class File:
    """An uploaded file; its content is not kept."""

    id: str
    bytes: int
    created_at: int
    file_name: str
