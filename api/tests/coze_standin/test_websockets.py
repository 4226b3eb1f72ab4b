"""What is said over websockets, in memory: the three operations, their errors, changes and faults."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterable
from typing import Any

import pytest

from coze_standin.faults import FAULTS
from coze_standin.operations import NAMES, SOCKETS
from coze_standin.routes.spoken import interleave, sentences
from coze_standin.state import State

_SPEECH = "/v1/audio/speech"
_TRANSCRIPTIONS = "/v1/audio/transcriptions"
_DONE = ("input_text_buffer.complete", None)
_HEARD = ("input_audio_buffer.complete", None)
_WHOLE = "conversation.chat.completed"

Frames = list[dict[str, Any]]


def _names(frames: Frames) -> list[str]:
    return [frame["event_type"] for frame in frames]


def _of(frames: Frames, name: str) -> list[Any]:
    return [frame.get("data") for frame in frames if frame["event_type"] == name]


def _sound(seconds: float = 1.0) -> tuple[str, Any]:
    return "input_audio_buffer.append", {"delta": base64.b64encode(bytes(int(48_000 * seconds))).decode()}


def _asking(text: str = "Which way?") -> tuple[str, Any]:
    return "conversation.message.create", {"role": "user", "content_type": "text", "content": text}


def _text(text: str) -> tuple[str, Any]:
    return "input_text_buffer.append", {"delta": text}


def _chat(state: State, bot: str | None = None) -> str:
    return f"/v1/chat?bot_id={state.configured.bot_id if bot is None else bot}"


def _once(name: str, *said: tuple[str, Any]) -> Callable[[dict[str, Any]], Iterable[tuple[str, Any]]]:
    """A client that says something when the first frame of that name arrives."""
    waiting = [said]
    return lambda frame: waiting.pop() if frame["event_type"] == name and waiting else ()


def _spoken(line: Any, *said: tuple[str, Any]) -> Frames:
    frames: Frames = line(_SPEECH, *said, _DONE, until="speech.audio.completed")
    return frames


def _pcm(frames: Frames) -> bytes:
    return b"".join(base64.b64decode(data["delta"], validate=True) for data in _of(frames, "speech.audio.update"))


# --- speech ---------------------------------------------------------------------------------------------------------


def test_text_is_spoken(line: Any) -> None:
    """The order of the events, the caption, and 16 bit samples that are a tone, not silence."""
    frames = _spoken(line, _text("Good "), _text("morning"))
    begin = ["speech.created", "input_text_buffer.completed", "conversation.audio.sentence_start"]
    updates = len(frames) - 4
    assert _names(frames) == [*begin, *["speech.audio.update"] * updates, "speech.audio.completed"]
    assert _of(frames, "conversation.audio.sentence_start") == [{"text": "Good morning"}]
    pcm = _pcm(frames)
    samples = [int.from_bytes(pcm[place : place + 2], "little", signed=True) for place in range(0, len(pcm), 2)]
    assert len(pcm) % 2 == 0
    assert min(samples) < -5_000 < 5_000 < max(samples)


def test_frames_have_their_shape(line: Any, state: State) -> None:
    """Each has its own id, no data where there is none, and the log id; ids and log ids are canaries."""
    frames = _spoken(line, _text("Hello"))
    assert {tuple(frame) for frame in frames} == {
        ("id", "event_type", "detail"),
        ("id", "event_type", "data", "detail"),
    }
    assert {tuple(frame["detail"]) for frame in frames} == {("logid", "respond_at")}
    assert len({frame["id"] for frame in frames}) == len(frames)
    assert len({frame["detail"]["logid"] for frame in frames}) == 1
    canaries = {one["value"] for one in state.canaries.as_json()}
    assert {frame["id"] for frame in frames} | {frames[0]["detail"]["logid"]} <= canaries


def test_the_sound_is_as_long_as_the_text_and_never_the_same(line: Any) -> None:
    """Ten times the text sounds longer; the bytes, their number of pieces and the sizes of these differ each time."""
    assert len(_pcm(_spoken(line, _text("word " * 40)))) > 2 * len(_pcm(_spoken(line, _text("word"))))
    runs = [_spoken(line, _text("The same words")) for _ in range(24)]
    assert len({_pcm(frames) for frames in runs}) == len(runs)
    assert len({len(_pcm(frames)) for frames in runs}) > 2
    assert len({len(frames) for frames in runs}) > 2


def test_the_sample_rate_is_as_it_was_asked_for(line: Any) -> None:
    """At a third of the samples a second, the same text has about a third of the bytes."""
    slow = ("speech.update", {"output_audio": {"codec": "pcm", "pcm_config": {"sample_rate": 8_000}}})
    text = _text("word " * 20)
    assert len(_pcm(_spoken(line, slow, text))) < len(_pcm(_spoken(line, text))) / 2


def test_settings_are_kept_and_answered(line: Any) -> None:
    """An update is echoed; what a later one does not name is still there."""
    said = [("speech.update", {"output_audio": {"codec": "pcm"}}), ("speech.update", {"more": 1})]
    result = _of(_spoken(line, *said), "speech.updated")
    audio = {"codec": "pcm", "speech_rate": 0, "voice_id": ""}
    assert result == [{"output_audio": audio}, {"output_audio": audio, "more": 1}]


@pytest.mark.parametrize(
    ("path", "update", "part"),
    [
        (_SPEECH, "speech.update", "output_audio"),
        (_TRANSCRIPTIONS, "transcriptions.update", "input_audio"),
        ("", "chat.update", "input_audio"),
        ("", "chat.update", "output_audio"),
    ],
)
def test_a_codec_that_is_not_supported_is_refused(line: Any, state: State, path: str, update: str, part: str) -> None:
    """By an error event, and nothing of the update is kept."""
    wrong = {"more": 1, part: {"codec": "flac", "voice_id": "7"}}
    frames = line(path or _chat(state), (update, wrong), (update, {part: {"codec": "opus"}}), until=f"{update}d")
    assert [data["code"] for data in _of(frames, "error")] == [4000]
    (kept,) = _of(frames, f"{update}d")
    assert (kept[part]["codec"], kept[part].get("voice_id", ""), "more" in kept) == ("opus", "", False)


def test_a_completed_buffer_is_empty(line: Any) -> None:
    """The text that was spoken is not spoken again."""
    said = [_text("Once"), _DONE, _DONE, _text("Again"), _DONE]
    frames = line(_SPEECH, *said, until="speech.audio.completed", times=3)
    assert _of(frames, "conversation.audio.sentence_start") == [{"text": "Once"}, {"text": "Again"}]


# --- transcriptions -------------------------------------------------------------------------------------------------


def _understood(line: Any, *said: tuple[str, Any]) -> Frames:
    frames: Frames = line(_TRANSCRIPTIONS, *said, _HEARD, until="transcriptions.message.completed")
    return frames


def test_sound_is_understood(line: Any) -> None:
    """The order of the events; each update holds the one before it, and they differ from run to run."""
    runs = [_understood(line, _sound(), _sound()) for _ in range(16)]
    for frames in runs:
        begin = ["transcriptions.created", "input_audio_buffer.completed"]
        updates = ["transcriptions.message.update"] * (len(frames) - 3)
        assert _names(frames) == [*begin, *updates, "transcriptions.message.completed"]
        texts = [data["content"] for data in _of(frames, "transcriptions.message.update")]
        assert texts == sorted(set(texts), key=len)
        assert all(texts[-1].startswith(text) for text in texts)
    assert len({len(frames) for frames in runs}) > 2
    assert len({_of(frames, "transcriptions.message.update")[-1]["content"] for frames in runs}) > 2


def test_a_cleared_buffer_holds_nothing(line: Any) -> None:
    """Clearing is confirmed, and nothing is understood afterwards; the settings are answered."""
    update = ("transcriptions.update", {"input_audio": {"format": "pcm"}})
    frames = _understood(line, update, _sound(), ("input_audio_buffer.clear", None))
    assert _names(frames) == [
        "transcriptions.created",
        "transcriptions.updated",
        "input_audio_buffer.cleared",
        "input_audio_buffer.completed",
        "transcriptions.message.completed",
    ]
    audio = {"format": "pcm", "codec": "pcm", "sample_rate": 24000, "channel": 1, "bit_depth": 16}
    assert frames[1]["data"] == {"input_audio": audio}


# --- chat -----------------------------------------------------------------------------------------------------------


def test_a_question_is_answered_in_writing_and_aloud(line: Any, state: State) -> None:
    """The order of the events; deltas make the answer, captions too, and the sound of each message is PCM."""
    frames = line(_chat(state), _asking(), until=_WHOLE)
    names = _names(frames)
    begin = ["chat.created", "conversation.message.completed", "conversation.chat.created"]
    assert names[:5] == [*begin, "conversation.chat.in_progress", "conversation.message.delta"]
    assert names[-2:] == ["conversation.audio.completed", _WHOLE]
    whole = names.index("conversation.message.completed", 5)
    middle = {"conversation.message.delta", "conversation.audio.sentence_start", "conversation.audio.delta"}
    assert set(names[5:whole]) <= middle
    assert set(names[whole:-2]) <= {"conversation.message.completed", *middle}
    assert names[-3] == "conversation.audio.delta"
    question, answer, verbose, *_ = _of(frames, "conversation.message.completed")
    assert (question["content"], question["type"], verbose["type"]) == ("Which way?", "question", "verbose")
    assert "".join(data["content"] for data in _of(frames, "conversation.message.delta")) == answer["content"]
    captions = "".join(data["text"] for data in _of(frames, "conversation.audio.sentence_start"))
    assert "".join(captions.split()) == "".join(answer["content"].split())
    sounds = _of(frames, "conversation.audio.delta")
    assert {(data["id"], data["type"], data["content_type"]) for data in sounds} == {(answer["id"], "answer", "audio")}
    assert all(base64.b64decode(data["content"], validate=True) for data in sounds)
    assert frames[-1]["data"]["usage"]["token_count"] > 0


def test_writing_and_sound_mix_differently(line: Any, state: State) -> None:
    """No two answers come in the same order of events."""
    orders = {tuple(_names(line(_chat(state), _asking(), until=_WHOLE))) for _ in range(10)}
    assert len(orders) > 5


def test_a_spoken_chat_is_there_over_http(line: Any, web: Any, state: State) -> None:
    """The last frame finds the chat completed; chat, messages and conversation are what HTTP answers."""
    seen: list[str] = []

    def react(frame: dict[str, Any]) -> Iterable[tuple[str, Any]]:
        seen.extend(chat.status(state.clock()) for chat in state.messaging.chats.all())
        return ()

    frames = line(_chat(state), _asking(), until=_WHOLE, react=react)
    chat = frames[-1]["data"]
    where = {"conversation_id": chat["conversation_id"], "chat_id": chat["id"]}
    assert seen == ["in_progress"] * (len(seen) - 1) + ["completed"]
    assert web.data("GET", "/v3/chat/retrieve", params=where)["status"] == "completed"
    result = [data["content"] for data in _of(frames, "conversation.message.completed")[1:]]
    assert sorted(one["content"] for one in web.data("GET", "/v3/chat/message/list", params=where)) == sorted(result)
    listed = web.data("POST", "/v1/conversation/message/list", params=where, json={})
    assert [one["content"] for one in listed] == [result[0], "Which way?"]


def test_settings_of_a_chat_count(line: Any, web: Any, state: State) -> None:
    """The chat is in the conversation that was asked for, with its metadata, and is not kept if that was asked for."""
    conversation = web.data("POST", "/v1/conversation/create", json={})["id"]
    config = {"conversation_id": conversation, "user_id": "me", "custom_variables": {"mood": "fine"}}
    settings = {"chat_config": {**config, "meta_data": {"page": "7"}, "auto_save_history": False}}
    frames = line(_chat(state), ("chat.update", settings), _asking(), until=_WHOLE)
    (result,) = _of(frames, "chat.updated")
    assert set(result) == {"chat_config", "input_audio", "output_audio"}
    assert result["chat_config"].items() >= settings["chat_config"].items()
    chat = frames[-1]["data"]
    assert (chat["conversation_id"], chat["meta_data"]) == (conversation, {"page": "7"})
    where = {"conversation_id": conversation}
    assert web.data("POST", "/v1/conversation/message/list", params=where, json={}) == []


def test_an_unknown_conversation_is_an_error(line: Any, state: State) -> None:
    """chat.update refuses it with 4200, and the settings stay as they were."""
    wrong = ("chat.update", {"chat_config": {"conversation_id": "7"}})
    frames = line(_chat(state), wrong, ("chat.update", {"need_play_prologue": False}), until="chat.updated")
    assert [data["code"] for data in _of(frames, "error")] == [4200]
    assert frames[-1]["data"]["need_play_prologue"] is False
    assert frames[-1]["data"]["chat_config"]["conversation_id"] == ""


def test_an_answer_is_broken_off(line: Any, state: State) -> None:
    """Cancelled in the middle: that is said at once, nothing of the answer follows, and the chat is canceled."""
    cancel = ("conversation.chat.cancel", None)
    react = _once("conversation.message.delta", cancel, ("conversation.clear", None))
    frames = line(_chat(state), _asking(), until="conversation.cleared", react=react)
    assert _names(frames)[-2:] == ["conversation.chat.canceled", "conversation.cleared"]
    assert frames[-2]["data"] == {"code": 2, "msg": ""}
    assert len(_of(frames, "conversation.message.completed")) == 1
    (chat,) = _of(frames, "conversation.chat.created")
    assert state.messaging.chats.get(chat["id"]).status(state.clock()) == "canceled"


def test_nothing_to_break_off_is_an_error(line: Any, state: State) -> None:
    """Before a chat and after it, cancelling is 4104."""
    cancel = ("conversation.chat.cancel", None)
    frames = line(_chat(state), cancel, until="error")
    assert frames[-1]["data"]["code"] == 4104
    frames = line(_chat(state), _asking(), until="error", react=_once(_WHOLE, cancel))
    assert frames[-1]["data"]["code"] == 4104


def test_a_new_question_ends_the_answer_before(line: Any, state: State) -> None:
    """The first chat is canceled by it, the second is completed, both in one conversation."""
    frames = line(_chat(state), _asking(), until=_WHOLE, react=_once("conversation.message.delta", _asking("And now?")))
    first, second = _of(frames, "conversation.chat.created")
    assert _of(frames, "conversation.chat.canceled") == [{"code": 3, "msg": ""}]
    assert frames[-1]["data"]["id"] == second["id"] != first["id"]
    assert first["conversation_id"] == second["conversation_id"]


def test_a_tool_is_asked_and_answers(line: Any, state: State) -> None:
    """The chat stops at requires_action, and goes on to its end when the tool's output is there."""

    def react(frame: dict[str, Any]) -> Iterable[tuple[str, Any]]:
        if frame["event_type"] == "conversation.chat.requires_action":
            (call,) = frame["data"]["required_action"]["submit_tool_outputs"]["tool_calls"]
            outputs = [{"tool_call_id": call["id"], "output": "fine weather"}]
            yield "conversation.chat.submit_tool_outputs", {"chat_id": frame["data"]["id"], "tool_outputs": outputs}

    update = ("chat.update", {"chat_config": {"parameters": {"tool": True}}})
    frames = line(_chat(state), update, _asking(), until=_WHOLE, react=react)
    assert frames[-1]["data"]["id"] == _of(frames, "conversation.chat.requires_action")[0]["id"]
    assert "fine weather" in _of(frames, "conversation.message.completed")[1]["content"]


def test_a_cleared_conversation_begins_a_section(line: Any, state: State) -> None:
    """Before and after clearing, the questions are in different sections of one conversation."""
    react = _once(_WHOLE, ("conversation.clear", None), _asking("And then?"))
    frames = line(_chat(state), _asking(), until="conversation.cleared", react=react)
    chat = _of(frames, _WHOLE)[0]
    conversation = state.messaging.conversations.get(chat["conversation_id"])
    assert conversation.section_id != state.messaging.chats.get(chat["id"]).section_id


def test_a_message_of_the_assistant_only_joins_the_context(line: Any, web: Any, state: State) -> None:
    """Nothing is said to it; it is listed before the question."""
    context = {"role": "assistant", "content_type": "text", "content": "I am here."}
    frames = line(_chat(state), ("conversation.message.create", context), _asking(), until=_WHOLE)
    assert _names(frames)[:2] == ["chat.created", "conversation.message.completed"]
    where = {"conversation_id": frames[-1]["data"]["conversation_id"]}
    listed = web.data("POST", "/v1/conversation/message/list", params=where, json={"order": "asc"})
    assert [one["content"] for one in listed[:2]] == ["I am here.", "Which way?"]


def test_a_voice_is_answered(line: Any, state: State) -> None:
    """The sound is taken and written down as it is understood; what was understood is the question."""
    frames = line(_chat(state), _sound(), _HEARD, until=_WHOLE)
    assert _names(frames)[1] == "input_audio_buffer.completed"
    (heard,) = _of(frames, "conversation.audio_transcript.completed")
    assert _of(frames, "conversation.audio_transcript.update")[-1] == heard
    assert _of(frames, "conversation.message.completed")[0]["content"] == heard["content"]


def test_no_voice_is_not_answered(line: Any, state: State) -> None:
    """A cleared sound, completed, begins no chat."""
    said = [_sound(), ("input_audio_buffer.clear", None), _HEARD, ("conversation.clear", None)]
    frames = line(_chat(state), *said, until="conversation.cleared")
    assert _names(frames)[1:3] == ["input_audio_buffer.cleared", "input_audio_buffer.completed"]
    assert len(frames) == 4


def test_a_text_is_spoken_without_a_chat(line: Any, state: State) -> None:
    """Its captions and its sound come, no chat does; in the middle of an answer it breaks that off."""
    generate = ("input_text.generate_audio", {"mode": "text", "text": "One. Two."})
    frames = line(_chat(state), generate, until="conversation.audio.completed")
    assert [data["text"] for data in _of(frames, "conversation.audio.sentence_start")] == ["One.", "Two."]
    assert {data["chat_id"] for data in _of(frames, "conversation.audio.delta")} == {"0"}
    react = _once("conversation.message.delta", generate)
    frames = line(_chat(state), _asking(), until="conversation.audio.completed", react=react)
    assert _of(frames, "conversation.chat.canceled") == [{"code": 3, "msg": ""}]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("One. Two!", ["One.", "Two!"]),
        ("Write to a.b@c.org now. Then wait", ["Write to a.b@c.org now.", "Then wait"]),
        ("一。二！三", ["一。", "二！", "三"]),
        ("one\n\ntwo", ["one", "two"]),
        ("  ", []),
    ],
)
def test_what_is_spoken_in_one_go(text: str, parts: list[str]) -> None:
    """A sentence ends at its mark, not inside a word."""
    assert sentences(text) == parts


def test_two_lists_become_one(state: State) -> None:
    """Both keep their order, and the first of the first is the first."""
    mixed = interleave([1, 2, 3], [7, 8, 9], state.rng)
    assert mixed[0] == 1
    assert ([one for one in mixed if one < 5], [one for one in mixed if one > 5]) == ([1, 2, 3], [7, 8, 9])
    assert interleave([], [7, 8], state.rng) == [7, 8]
    assert len({tuple(interleave([1, 2, 3], [7, 8, 9], state.rng)) for _ in range(50)}) > 2


# --- errors ---------------------------------------------------------------------------------------------------------

_AS_IT_STANDS: Any = ...
"""In the place of the data: the name is the whole text of the frame."""


@pytest.mark.parametrize(
    "said",
    [
        ("no JSON", _AS_IT_STANDS),
        ("[1]", _AS_IT_STANDS),
        ("{}", _AS_IT_STANDS),
        ('{"event_type":7}', _AS_IT_STANDS),
        ('{"event_type":"input_text_buffer.append","data":"a"}', _AS_IT_STANDS),
        ("input_text_buffer.append", {}),
        ("input_text_buffer.append", {"delta": 7}),
        ("input_audio_buffer.append", {"delta": "AAAA"}),
        ("speech.fly", {}),
    ],
)
def test_a_frame_that_means_nothing_is_an_error(line: Any, said: tuple[str, Any]) -> None:
    """It is 4000 with the frame itself in the detail, and the connection goes on."""
    frames = line(_SPEECH, said, _text("Still here"), _DONE, until="speech.audio.completed")
    (error,) = [frame for frame in frames if frame["event_type"] == "error"]
    assert error["data"] == {"code": 4000, "msg": "Request parameter error"}
    assert set(error["detail"]) == {"logid", "respond_at"}
    assert _of(frames, "conversation.audio.sentence_start") == [{"text": "Still here"}]


@pytest.mark.parametrize(
    "said",
    [
        ("input_audio_buffer.append", {"delta": "no base64"}),
        ("conversation.message.create", {"role": "user", "content_type": "text"}),
        ("conversation.message.create", {"role": "user", "content_type": "smell", "content": "a"}),
        ("input_text.generate_audio", {"mode": "voice", "text": "a"}),
        ("input_text.generate_audio", {"mode": "text", "text": "a" * 1024}),
        ("chat.update", {"chat_config": "fine"}),
    ],
)
def test_data_that_means_nothing_is_an_error(line: Any, state: State, said: tuple[str, Any]) -> None:
    """It is 4000, in the middle of an answer too, which goes on."""
    frames = line(_chat(state), _asking(), until=_WHOLE, react=_once("conversation.message.delta", said))
    last = line(_chat(state), said, until="error")[-1]
    assert last["data"]["code"] == 4000
    assert "conversation.chat.canceled" not in _names(frames)


def _draft(state: State) -> str:
    return next(bot.id for bot in state.bots.all() if not bot.published_at)


@pytest.mark.parametrize(
    ("query", "code"),
    [
        (lambda _: "", 4000),
        (lambda _: "?bot_id=7", 4200),
        (lambda state: f"?bot_id={_draft(state)}", 4015),
        (lambda state: f"?bot_id={state.configured.bot_id}&workflow_id=7", 4200),
    ],
    ids=["no bot", "unknown bot", "draft", "unknown workflow"],
)
def test_without_a_bot_there_is_no_chat(line: Any, state: State, query: Callable[[State], str], code: int) -> None:
    """The opening is an error in place of chat.created, and so is the answer to whatever is said then."""
    said = [_asking(), ("chat.update", {}), _sound()]
    frames = line("/v1/chat" + query(state), *said, until="error", times=4)
    assert [frame["data"]["code"] for frame in frames] == [code] * 4


def test_a_workflow_and_a_device_may_be_named(line: Any, state: State) -> None:
    """They change nothing that is known."""
    path = f"{_chat(state)}&workflow_id={state.configured.workflow_id}&device_id=12"
    assert _names(line(path, until="chat.created")) == ["chat.created"]


@pytest.mark.parametrize("path", [row.path for row in SOCKETS])
@pytest.mark.parametrize("token", ["", "none"])
def test_a_handshake_needs_the_token(line: Any, path: str, token: str) -> None:
    """Without it, or with another, it is refused with HTTP 403."""
    assert line(path, until="", token=token) == [{"status": 403, "body": ""}]


def test_an_unknown_path_is_refused(line: Any) -> None:
    """As over HTTP."""
    (result,) = line("/v1/audio/smell", until="")
    assert (result["status"], '"code":404' in result["body"]) == (404, True)


# --- changes and faults ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("rename:data.text:words", {"data": {"words": "Hi"}}),
        ("rename:text:words", {"data": {"words": "Hi"}}),
        ("add:colour:red", {"data": {"text": "Hi", "colour": "red"}}),
        ("add:$.colour:red", {"data": {"text": "Hi"}, "colour": "red"}),
        ("remove:data", {}),
    ],
)
def test_a_change_reaches_the_frames(changed_line: Any, written: str, expected: Any) -> None:
    """A field of a frame by its path, or of its data by its name alone; errors stay as they were."""
    line = changed_line(f"websockets.audio.speech.create:{written}")
    frames = line(_SPEECH, _text("Hi"), _DONE, ("speech.fly", None), until="error")
    (frame,) = [frame for frame in frames if frame["event_type"] == "conversation.audio.sentence_start"]
    envelope = ("id", "event_type", "detail")
    assert {key: value for key, value in frame.items() if key not in envelope} == expected
    assert all(each in frame for each in envelope)


def test_a_change_leaves_errors_and_other_operations_alone(changed_line: Any, state: State) -> None:
    """An error has no field that is added to data, and a change of one operation is none of another."""
    line = changed_line("websockets.audio.speech.create:add:colour:red")
    (error,) = _of(line(_SPEECH, ("speech.fly", None), until="error"), "error")
    assert set(error) == {"code", "msg"}
    assert "colour" not in line(_chat(state), _asking(), until=_WHOLE)[-1]["data"]


def test_a_changed_status_is_that_of_the_handshake(changed_line: Any) -> None:
    """With a status other than 101 no connection is made."""
    line = changed_line("websockets.audio.speech.create:status:418")
    assert line(_SPEECH, until="") == [{"status": 418, "body": ""}]


@pytest.mark.parametrize(
    ("name", "options", "names"),
    [
        ("stream-error", {"events": 2}, ["speech.created", "input_text_buffer.completed", "error"]),
        ("stream-error", {"events": 0}, ["error", "input_text_buffer.completed"]),
        ("unknown-event", {"events": 1, "event": "speech.smiled"}, ["speech.created", "speech.smiled"]),
    ],
)
def test_a_fault_says_something_else(line: Any, name: str, options: Any, names: list[str]) -> None:
    """It strikes after the given number of frames, once; an error takes the place of what was still to be said."""
    line.arm(name, _SPEECH, **options)
    again = _once(names[-1], ("speech.update", None))
    frames = line(_SPEECH, _text("Hi"), _DONE, until="speech.updated", react=again)
    assert _names(frames)[: len(names)] == names
    assert ("speech.audio.completed" in _names(frames)) is (names[-1] != "error")
    assert [data["code"] for data in _of(frames, "error")] == [5000] * names.count("error")
    assert names != _names(_spoken(line, _text("Hi")))[: len(names)]


def test_a_fault_of_a_chat_ends_it(line: Any, state: State) -> None:
    """The error takes the place of the rest; the chat is over then, as it is over HTTP when its stream breaks."""
    line.arm("stream-error", "/v1/chat", events=6)
    frames = line(_chat(state), _asking(), until="error")
    assert len(frames) == 7
    (chat,) = _of(frames, "conversation.chat.created")
    assert state.messaging.chats.get(chat["id"]).status(state.clock()) == "completed"


def test_a_chat_can_fail(line: Any, state: State) -> None:
    """It is created and in progress, and fails with last_error."""
    line.arm("chat-failed", "/v1/chat")
    frames = line(_chat(state), _asking(), until="conversation.chat.failed")
    assert _names(frames)[2:] == [f"conversation.chat.{name}" for name in ("created", "in_progress", "failed")]
    assert frames[-1]["data"]["last_error"]["code"] == 5000


def test_a_fault_refuses_every_message(line: Any, state: State) -> None:
    """The connection is there; each message gets an error event, which leaves it open."""
    line.arm("refused-messages", "/v1/chat")
    frames = line(_chat(state), _asking(), ("conversation.clear", None), until="error", times=2)
    assert _names(frames) == ["chat.created", "error", "error"]
    assert [data["code"] for data in _of(frames, "error")] == [5000, 5000]


@pytest.mark.parametrize(("name", "options"), [("stall", {}), ("stall-stream", {"events": 1})])
def test_a_fault_waits(line: Any, name: str, options: Any) -> None:
    """A pause of so many seconds is among the small ones, and nothing else is different."""
    line.arm(name, _SPEECH, seconds=33, **options)
    frames = _spoken(line, _text("Hi"))
    assert sorted(line.pauses)[-2:] == [pytest.approx(0.0175, abs=0.0126), 33]
    assert len(line.pauses) == len(frames) + 1


_AT_THE_HANDSHAKE = {
    "rate-limit": 429,
    "token-expired": 401,
    "token-invalid": 401,
    "bad-gateway": 502,
    "gateway-timeout": 504,
}
_AT_THE_HANDSHAKE |= {"unavailable": 503, "empty": 200, "half-event": 501, "malformed-event": 501, "comment": 501}


@pytest.mark.parametrize(("name", "status"), _AT_THE_HANDSHAKE.items())
def test_a_fault_refuses_the_handshake(line: Any, name: str, status: int) -> None:
    """Faults that answer instead do so here too; those of the bytes of server-sent events say that they cannot."""
    line.arm(name, _SPEECH)
    (result,) = line(_SPEECH, until="")
    assert result["status"] == status
    assert (result["body"] == f"coze-standin: {name} needs server-sent events") is (status == 501)


def test_every_fault_is_shown_on_a_websocket() -> None:
    """Here, or in test_socket_wire.py where it needs a real connection; workflow-timeout concerns HTTP only."""
    here = {*_AT_THE_HANDSHAKE, "stream-error", "unknown-event", "chat-failed", "refused-messages"}
    here |= {"stall", "stall-stream"}
    assert here | {"break-stream", "reset", "workflow-timeout", "error", "long-answer", "ping"} == set(FAULTS)


def test_the_operations_have_names_for_changes() -> None:
    """What the table calls them is what a change can name."""
    assert {row.id for row in SOCKETS} <= NAMES
