"""files.*: uploads with what is known of them."""

from __future__ import annotations

from coze_standin.calls import Answer, Call, ok
from coze_standin.errors import ApiError
from coze_standin.records import JSON, File


def upload(call: Call) -> Answer:
    """files.upload: the name and the size of the part ``file`` are kept, its content is not."""
    if call.upload is None or not call.upload.name:
        raise ApiError("parameter")
    state, part = call.state, call.file()
    file = File(state.ids.new("FILE_ID"), part.size, state.now, part.name)
    return ok(_file_json(state.files.put(file.id, file)))


def retrieve(call: Call) -> Answer:
    """files.retrieve."""
    return ok(_file_json(call.state.files.get(call.ask("file_id"))))


def _file_json(file: File) -> JSON:
    return {"id": file.id, "bytes": file.bytes, "created_at": file.created_at, "file_name": file.file_name}
