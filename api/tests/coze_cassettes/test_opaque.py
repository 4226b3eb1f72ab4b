"""Files that nothing can open: refused with their digest, or kept because a person has looked at them."""

from __future__ import annotations

import base64
import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from coze_cassettes.cassette import format as cassette_format
from coze_cassettes.cassette import store
from coze_cassettes.cassette.model import Cassette, Interaction, Metadata, Request, Response
from coze_cassettes.codecs.containers import CONTAINERS
from coze_cassettes.codecs.opened import digest_of
from coze_cassettes.errors import UnreadableBody, UnsafeCassette
from coze_cassettes.inspection.judge import Judge
from coze_cassettes.inspection.scan import inspect
from coze_cassettes.pytest_settings import read_settings
from coze_cassettes.scrubbing.scrub import scrub
from coze_cassettes.session.recorder import Recorder
from coze_cassettes.session.session import Settings

METADATA = Metadata("stand-in", "2026-01-01T00:00:00Z", "0.20.0")
SEALED = b"7z\xbc\xaf\x27\x1c" + bytes(range(40))


def upload(content: bytes) -> Interaction:
    """A file that a test sends."""
    head = b'--cut\r\nContent-Disposition: form-data; name="file"; filename="a.7z"\r\n\r\n'
    headers = (("content-type", "multipart/form-data; boundary=cut"),)
    request = Request("POST", "https://api.coze.com/v1/files/upload", headers, head + content + b"\r\n--cut--\r\n")
    return Interaction(request, Response(200, "OK", (("content-type", "application/json"),), b"{}"))


def zipped(content: bytes) -> bytes:
    """A file in a zip file."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("a.7z", content)
    return target.getvalue()


class Sent:
    """An exchange that is over."""

    is_open = False

    def __init__(self, interaction: Interaction) -> None:
        self.interaction = interaction

    def overdue(self) -> str:
        """Nothing is waited for."""
        return ""


def recorder(interaction: Interaction, *allowed: str) -> Recorder:
    """A test that has sent something."""
    settings = Settings(recorded_from="stand-in", allow_opaque=frozenset(allowed))
    made = Recorder("a.py::test_a", Path("a/b.yaml"), settings, pytest.fail)
    made.add(Sent(interaction))
    return made


@pytest.mark.parametrize("wrap", [bytes, zipped], ids=["itself", "in a zip file"])
def test_the_refusal_names_part_and_digest_and_the_digest_lets_it_pass(wrap: Callable[[bytes], bytes]) -> None:
    """For recording and for check; a digest of another file does not."""
    digest, sent = digest_of(SEALED), upload(wrap(SEALED))
    with pytest.raises(UnsafeCassette) as refused:
        recorder(sent, digest_of(b"another")).make_cassette()
    message = str(refused.value)
    assert "request.body of POST /v1/files/upload: part file (a.7z): it is a 7-Zip archive" in message
    assert message.endswith(f"\n  If nothing in it is secret: cassettes_allow_opaque = {digest}")
    kept = recorder(sent, digest).make_cassette()
    text = cassette_format.dumps(kept)
    assert Judge()(text).findings == ("interaction 0 request body.file INSPECT-UNREADABLE",)
    assert Judge(allow_opaque=frozenset({digest}))(text).findings == ()


def test_the_refusal_of_a_finding_says_what_to_do(fill: Callable[[str], str]) -> None:
    """A value that looks random where no name says what it is."""
    body = fill('{"note": "{A40}"}').encode()
    headers = (("content-type", "application/json"),)
    sent = Interaction(Request("POST", "https://api.coze.com/v1/x", headers, body), Response(200, "OK", headers, b"{}"))
    with pytest.raises(UnsafeCassette, match=r"body\.note INSPECT-RANDOM\n  If the test sends .* export COZE_SECRET_"):
        recorder(sent).make_cassette()


def test_a_value_in_an_allowed_file_is_found_all_the_same() -> None:
    """The bytes of a file that may be kept are searched as they are."""
    sealed = SEALED + b"the value tulip-seven-eight" + bytes(9)
    cassette = store.seal(Cassette((upload(sealed),), METADATA))
    assert inspect(cassette, "", ("tulip-seven-eight",), frozenset({digest_of(sealed)}))


@pytest.mark.parametrize("row", [row for row in CONTAINERS if row.name in ("7-Zip", "RAR", "LZ4", "age", "OpenSSL")])
def test_what_cannot_be_opened_is_refused_in_base64_too(row: object) -> None:
    """In a field such as ``file_base64``."""
    magic = next(each.magic for each in CONTAINERS if each is row)
    body = b'{"file_base64": "%s"}' % base64.b64encode(magic + bytes(range(200, 240)))
    sent = Interaction(
        Request("POST", "https://api.coze.com/v1/x", (("content-type", "application/json"),), body), Response(200)
    )
    with pytest.raises(UnreadableBody, match=r"request.body of POST /v1/x: .*\(sha256:[0-9a-f]{64}\)") as refused:
        scrub([sent])
    digest = str(refused.value).rpartition("(")[2].rstrip(")")
    cassette = store.seal(Cassette((sent,), METADATA))
    assert "INSPECT-UNREADABLE" in {each.rule for each in inspect(cassette, "")}
    assert "INSPECT-UNREADABLE" not in {each.rule for each in inspect(cassette, "", (), frozenset({digest}))}


def test_the_option_is_read_by_the_command_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As pytest has it."""
    (tmp_path / "pytest.ini").write_text("[pytest]\ncassettes_allow_opaque = sha256:aa sha256:bb\n")
    monkeypatch.chdir(tmp_path)
    assert read_settings().allow_opaque == {"sha256:aa", "sha256:bb"}
