"""What the stand-in remembers beside bots or chats: projects, callbacks, channels, enterprises."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from coze_standin.accounts import Person


@dataclass(frozen=True)
class App:
    """An app of a workspace; ``published_at`` is 0 while it is a draft."""

    id: str
    workspace_id: str
    name: str
    description: str
    icon_url: str
    updated_at: int
    published_at: int = 0
    folder_id: str = ""


@dataclass(frozen=True)
class Folder:
    """A folder of a workspace; ``kind`` is ``development`` or ``library``, ``parent_id`` empty at the top."""

    id: str
    workspace_id: str
    name: str
    description: str
    kind: str
    creator: Person
    parent_id: str = ""


@dataclass(frozen=True)
class Template:
    """A template of the store: what a copy of it is called if nobody names it."""

    id: str
    name: str
    description: str


@dataclass(frozen=True)
class ApiApp:
    """An app that Coze calls back; ``kind`` is ``normal`` or ``connector``, ``events`` what it is subscribed to."""

    id: str
    kind: str
    name: str
    connector_id: str
    verify_token: str
    callback_url: str = ""
    events: tuple[str, ...] = ()


@dataclass(frozen=True)
class Variable:
    """The value of a variable for one user."""

    keyword: str
    value: str
    created_at: int
    updated_at: int


@dataclass(frozen=True)
class Enterprise:
    """An enterprise; ``roles`` maps the user ids of its members to roles."""

    id: str
    roles: Mapping[str, str]


@dataclass(frozen=True)
class Channel:
    """A channel of one's own; ``audits`` maps the ids of bots to the last result of their review and its reason."""

    id: str
    audits: Mapping[str, tuple[int, str]] = field(default_factory=dict)
