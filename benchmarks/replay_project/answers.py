"""The two answers that are replayed: a bot, and a chat in twenty events (and the one that says that it is over)."""

from __future__ import annotations

import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from threading import Thread
from typing import Final

BOT_ID: Final = "7400000000000000001"
EVENTS: Final = 20

_CHAT_ID: Final = "7400000000000000002"
_CONVERSATION_ID: Final = "7400000000000000003"
_MESSAGE_ID: Final = "7400000000000000004"

_BOT: Final = {
    "bot_id": BOT_ID,
    "name": "weather bot",
    "description": "tells the weather of today and of the days after",
    "icon_url": "",
    "create_time": 1700000000,
    "update_time": 1700000600,
    "version": "1700000600000",
    "prompt_info": {"prompt": "You tell the weather. Ask for the place if it is missing. " * 4},
    "onboarding_info": {"prologue": "Where are you?", "suggested_questions": ["Beijing", "Shanghai"]},
    "bot_mode": 0,
    "plugin_info_list": [],
    "model_info": {"model_id": "1", "model_name": "a model", "temperature": 0.7, "context_round": 10},
}
BOT: Final = json.dumps({"code": 0, "msg": "", "data": _BOT, "detail": {"logid": "2024010100000000000000000000000001"}})


def _chat(status: str) -> dict[str, object]:
    return {
        "id": _CHAT_ID,
        "conversation_id": _CONVERSATION_ID,
        "bot_id": BOT_ID,
        "created_at": 1700000000,
        "status": status,
        "last_error": {"code": 0, "msg": ""},
        "usage": {"token_count": 60, "output_count": 40, "input_count": 20},
    }


def _message(content: str) -> dict[str, object]:
    return {
        "id": _MESSAGE_ID,
        "conversation_id": _CONVERSATION_ID,
        "bot_id": BOT_ID,
        "chat_id": _CHAT_ID,
        "role": "assistant",
        "type": "answer",
        "content": content,
        "content_type": "text",
    }


def _events() -> list[tuple[str, object]]:
    begin = [("conversation.chat.created", _chat("created")), ("conversation.chat.in_progress", _chat("in_progress"))]
    words = [f"word {number} " for number in range(EVENTS - 4)]
    deltas = [("conversation.message.delta", _message(word)) for word in words]
    whole = ("conversation.message.completed", _message("".join(words)))
    return [*begin, *deltas, whole, ("conversation.chat.completed", _chat("completed")), ("done", "[DONE]")]


STREAM: Final = "".join(f"event:{name}\ndata:{json.dumps(data, ensure_ascii=False)}\n\n" for name, data in _events())


_numbers: Final = count(1)
"""Of the answers: each recording is another one, as in a real suite, so that no tool can remember it from before."""


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self._answer("application/json", BOT)

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        self._answer("text/event-stream", STREAM)

    def log_message(self, *_args: object) -> None:
        """Say nothing."""

    def _answer(self, content_type: str, text: str) -> None:
        body = (
            text.replace("weather bot", f"weather bot {next(_numbers)}")
            .replace("word 1 ", f"word {next(_numbers)} ")
            .encode()
        )
        self.send_response(200)
        self.send_header("content-type", content_type)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def serve() -> ThreadingHTTPServer:
    """A server on loopback that gives the bot to a GET and the chat to a POST; shut it down after use."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    return server
