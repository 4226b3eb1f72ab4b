"""The state of the stand-in: everything that exists in its account, by id."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Generic, TypeVar

from coze_standin.accounts import Account, Maker
from coze_standin.errors import Refusal
from coze_standin.ids import Ids
from coze_standin.oauth_apps import OAuthApps
from coze_standin.planted import Planted
from coze_standin.records import (
    Bot,
    Chat,
    Conversation,
    Dataset,
    Document,
    File,
    Interrupt,
    Message,
    Run,
    Workflow,
    Workspace,
)

T = TypeVar("T")


class Shelf(Generic[T]):
    """Records by id, oldest first; ``parameter`` is what Coze's error calls an id that is not there."""

    def __init__(self, parameter: str) -> None:
        self._parameter = parameter
        self._records: dict[str, T] = {}

    def put(self, key: str, record: T) -> T:
        """Add or replace; a replaced record keeps its place."""
        self._records[key] = record
        return record

    def get(self, key: str) -> T:
        """The record, or a refusal with 4200."""
        if key not in self._records:
            raise Refusal("missing", f"{self._parameter}={key}")
        return self._records[key]

    def find(self, key: str) -> T | None:
        """The record, or nothing."""
        return self._records.get(key)

    def remove(self, key: str) -> T:
        """Take the record away and give it back, or a refusal with 4200."""
        record = self.get(key)
        del self._records[key]
        return record

    def all(self) -> list[T]:
        """Every record, oldest first."""
        return list(self._records.values())


class State:
    """One account at work: its records, and the sources of ids, of chance and of time.

    ``main_bot`` and ``main_workflow`` are what COZE_BOT_ID and COZE_WORKFLOW_ID name, ``team`` is COZE_WORKSPACE_ID.
    """

    def __init__(
        self,
        account: Account,
        maker: Maker,
        chance: random.Random,
        planted: Planted,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.account = account
        self.maker = maker
        self.chance = chance
        self.planted = planted
        self.clock = clock
        self.ids = Ids(chance, planted, clock)
        self.tokens = {account.token}
        self.oauth = OAuthApps(chance, planted)
        self.workspaces: Shelf[Workspace] = Shelf("workspace_id")
        self.bots: Shelf[Bot] = Shelf("bot_id")
        self.conversations: Shelf[Conversation] = Shelf("conversation_id")
        self.messages: Shelf[Message] = Shelf("message_id")
        self.chats: Shelf[Chat] = Shelf("chat_id")
        self.workflows: Shelf[Workflow] = Shelf("workflow_id")
        self.runs: Shelf[Run] = Shelf("execute_id")
        self.interrupts: Shelf[Interrupt] = Shelf("event_id")
        self.files: Shelf[File] = Shelf("file_id")
        self.datasets: Shelf[Dataset] = Shelf("dataset_id")
        self.documents: Shelf[Document] = Shelf("document_id")
        self.feedback: dict[tuple[str, str], str] = {}
        self.team = ""
        self.main_bot = ""
        self.main_workflow = ""

    @property
    def now(self) -> int:
        """Unix time in whole seconds."""
        return int(self.clock())

    def has(self, field: str) -> bool:
        """Whether this account's answers carry the optional field."""
        return field in self.account.profile.optional

    def message_in(self, conversation_id: str, message_id: str) -> Message:
        """A message of that conversation, or a refusal with 4200."""
        message = self.messages.get(message_id)
        if self.conversations.get(conversation_id).id != message.conversation_id:
            raise Refusal("missing", f"message_id={message_id}")
        return message

    def chat_in(self, conversation_id: str, chat_id: str) -> Chat:
        """A chat of that conversation, or a refusal with 4200."""
        chat = self.chats.get(chat_id)
        if self.conversations.get(conversation_id).id != chat.conversation_id:
            raise Refusal("missing", f"chat_id={chat_id}")
        return chat

    def document_in(self, dataset_id: str, document_id: str) -> Document:
        """A document of that knowledge base, or a refusal with 4200."""
        document = self.documents.get(document_id)
        if self.datasets.get(dataset_id).id != document.dataset_id:
            raise Refusal("missing", f"document_id={document_id}")
        return document

    def documents_of(self, dataset_id: str) -> list[Document]:
        """The documents of a knowledge base, oldest first."""
        return [one for one in self.documents.all() if one.dataset_id == dataset_id]

    def messages_of(self, conversation_id: str) -> list[Message]:
        """The messages of a conversation, oldest first, without the answers of chats that are still at work."""
        return [one for one in self.messages.all() if one.conversation_id == conversation_id and self._told(one)]

    def _told(self, message: Message) -> bool:
        chat = self.chats.find(message.chat_id) if message.role == "assistant" else None
        return chat is None or chat.status(self.clock()) == "completed"

    def moved(self, conversation_id: str) -> Conversation:
        """The conversation, touched now."""
        conversation = self.conversations.get(conversation_id)
        return self.conversations.put(conversation_id, replace(conversation, updated_at=self.now))
