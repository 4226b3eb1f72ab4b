"""The state of the stand-in: everything that exists in its account, by id."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from coze_standin.accounts import Account, Maker
from coze_standin.canaries import Canaries
from coze_standin.errors import ApiError
from coze_standin.ids import Ids
from coze_standin.oauth_apps import OAuthApps
from coze_standin.project_records import ApiApp, App, Channel, Enterprise, Folder, Template, Variable
from coze_standin.records import (
    Bot,
    Chat,
    Conversation,
    Dataset,
    Document,
    File,
    Interrupt,
    Live,
    Message,
    Run,
    Voice,
    Voiceprint,
    VoiceprintGroup,
    Workflow,
    Workspace,
)

T = TypeVar("T")
Clock = Callable[[], float]


class Table(Generic[T]):
    """Records by id, oldest first.

    ``parameter`` is what Coze's error calls an id that is not there, ``error`` the row of that error.
    """

    def __init__(self, parameter: str, error: str = "missing") -> None:
        self._parameter = parameter
        self._error = error
        self._records: dict[str, T] = {}

    def put(self, key: str, record: T) -> T:
        """Add or replace; a replaced record keeps its place."""
        self._records[key] = record
        return record

    def get(self, key: str) -> T:
        """The record, or the table's error."""
        if key not in self._records:
            raise ApiError(self._error, f"{self._parameter}={key}")
        return self._records[key]

    def find(self, key: str) -> T | None:
        """The record, or nothing."""
        return self._records.get(key)

    def remove(self, key: str) -> T:
        """Take the record away and give it back, or raise the table's error."""
        record = self.get(key)
        del self._records[key]
        return record

    def all(self) -> list[T]:
        """Every record, oldest first."""
        return list(self._records.values())


class Messaging:
    """Conversations, their messages and feedback, and the chats that write into them."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.conversations: Table[Conversation] = Table("conversation_id")
        self.messages: Table[Message] = Table("message_id")
        self.chats: Table[Chat] = Table("chat_id")
        self.feedback: dict[tuple[str, str], str] = {}

    def message_in(self, conversation_id: str, message_id: str) -> Message:
        """A message of that conversation, or a refusal with 4200."""
        message = self.messages.get(message_id)
        if self.conversations.get(conversation_id).id != message.conversation_id:
            raise ApiError("missing", f"message_id={message_id}")
        return message

    def chat_in(self, conversation_id: str, chat_id: str) -> Chat:
        """A chat of that conversation, or a refusal with 4200."""
        chat = self.chats.get(chat_id)
        if self.conversations.get(conversation_id).id != chat.conversation_id:
            raise ApiError("missing", f"chat_id={chat_id}")
        return chat

    def messages_of(self, conversation_id: str) -> list[Message]:
        """The messages of a conversation, oldest first, without the answers of chats that still run."""
        return [one for one in self.messages.all() if one.conversation_id == conversation_id and self._is_listed(one)]

    def _is_listed(self, message: Message) -> bool:
        chat = self.chats.find(message.chat_id) if message.role == "assistant" else None
        return chat is None or chat.status(self._clock()) == "completed"

    def touch(self, conversation_id: str) -> Conversation:
        """The conversation, updated now."""
        conversation = self.conversations.get(conversation_id)
        return self.conversations.put(conversation_id, replace(conversation, updated_at=int(self._clock())))


class Automation:
    """Workflows, their runs, and the runs that wait for an answer."""

    def __init__(self) -> None:
        self.workflows: Table[Workflow] = Table("workflow_id")
        self.runs: Table[Run] = Table("execute_id")
        self.interrupts: Table[Interrupt] = Table("event_id")


class Knowledge:
    """Knowledge bases and their documents."""

    def __init__(self) -> None:
        self.datasets: Table[Dataset] = Table("dataset_id")
        self.documents: Table[Document] = Table("document_id")

    def document_in(self, dataset_id: str, document_id: str) -> Document:
        """A document of that knowledge base, or a refusal with 4200."""
        document = self.documents.get(document_id)
        if self.datasets.get(dataset_id).id != document.dataset_id:
            raise ApiError("missing", f"document_id={document_id}")
        return document

    def documents_of(self, dataset_id: str) -> list[Document]:
        """The documents of a knowledge base, oldest first."""
        return [one for one in self.documents.all() if one.dataset_id == dataset_id]


class Audio:
    """Voices, groups of voiceprints, and live streams."""

    def __init__(self) -> None:
        self.voices: Table[Voice] = Table("voice_id")
        self.groups: Table[VoiceprintGroup] = Table("group_id")
        self.voiceprints: Table[Voiceprint] = Table("feature_id")
        self.lives: Table[Live] = Table("live_id")

    def voiceprint_in(self, group_id: str, feature_id: str) -> Voiceprint:
        """A voiceprint of that group, or a refusal with 4200."""
        voiceprint = self.voiceprints.get(feature_id)
        if self.groups.get(group_id).id != voiceprint.group_id:
            raise ApiError("missing", f"feature_id={feature_id}")
        return voiceprint

    def voiceprints_of(self, group_id: str) -> list[Voiceprint]:
        """The voiceprints of a group, oldest first."""
        return [one for one in self.voiceprints.all() if one.group_id == group_id]


class Projects:
    """What a workspace holds beside its bots: apps and folders; and the templates of the store."""

    def __init__(self) -> None:
        self.apps: Table[App] = Table("app_id")
        self.folders: Table[Folder] = Table("folder_id")
        self.templates: Table[Template] = Table("template_id")


@dataclass(frozen=True)
class Holder:
    """Whose variables: of a bot or an app (``owner_id``), on a channel, for one of its users."""

    owner_id: str
    connector_id: str
    connector_uid: str


class Integration:
    """How other systems meet Coze: apps that are called back, channels of one's own, variables of their users."""

    def __init__(self) -> None:
        self.api_apps: Table[ApiApp] = Table("api_app_id")
        self.channels: Table[Channel] = Table("connector_id")
        self.variables: dict[Holder, dict[str, Variable]] = {}


@dataclass
class Configured:
    """What the variables of the environment name: ``COZE_WORKSPACE_ID``, ``COZE_BOT_ID`` and so on.

    ``member_id`` is a user of the enterprise who is in no workspace, ``guest_id`` one who is not in the enterprise.
    """

    workspace_id: str = ""
    bot_id: str = ""
    workflow_id: str = ""
    live_id: str = ""
    chatflow_id: str = ""
    connector_id: str = ""
    enterprise_id: str = ""
    folder_id: str = ""
    guest_id: str = ""
    member_id: str = ""
    template_id: str = ""


class State:
    """One account at work: its records by area, and the sources of ids, of randomness and of time."""

    def __init__(
        self,
        account: Account,
        maker: Maker,
        rng: random.Random,
        canaries: Canaries,
        clock: Clock = time.time,
    ) -> None:
        self.account = account
        self.maker = maker
        self.rng = rng
        self.canaries = canaries
        self.clock = clock
        self.ids = Ids(rng, canaries, clock)
        self.tokens = {account.token}
        self.oauth = OAuthApps(rng, canaries)
        self.enterprises: Table[Enterprise] = Table("enterprise_id")
        self.workspaces: Table[Workspace] = Table("workspace_id", "parameter")
        self.bots: Table[Bot] = Table("bot_id")
        self.files: Table[File] = Table("file_id")
        self.messaging = Messaging(clock)
        self.automation = Automation()
        self.knowledge = Knowledge()
        self.audio = Audio()
        self.projects = Projects()
        self.integration = Integration()
        self.configured = Configured()

    @property
    def now(self) -> int:
        """Unix time in whole seconds."""
        return int(self.clock())

    def has(self, field: str) -> bool:
        """Whether this account's answers carry the optional field."""
        return field in self.account.profile.optional
