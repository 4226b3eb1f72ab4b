"""The coverage of the SDK: which operations there are, and which of them the cassettes hold."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from cozepy.bots import BotsClient

from coze_cassettes.cassette import store
from coze_cassettes.cassette.model import Cassette, Interaction
from coze_cassettes.cli import entry
from coze_cassettes.coverage import evidence, operations, table
from coze_cassettes.coverage.callers import Caller, callers_below
from coze_cassettes.coverage.fields import never_seen
from coze_cassettes.coverage.operations import Operation
from coze_cassettes.coze_tests import CozeTests

MakeInteraction = Callable[..., Interaction]
MakeCassette = Callable[..., Cassette]

ROOT = Path(__file__).parents[3]

TESTS = '''
import pytest

QUESTIONS = {"one": lambda coze: coze.users.me()}

def ask(bots):
    return bots.list(page_size=1)

class TestBots:
    @pytest.mark.vcr
    def test_list(self, coze):
        """The word retrieve in a docstring is no call."""
        ask(coze.bots)

    @pytest.mark.vcr
    @pytest.mark.shared_cassette("test_list")
    async def test_async_list(self, async_coze):
        await ask(async_coze.bots)

    @pytest.mark.vcr
    def test_old(self, coze):
        self.asked(coze)

    def asked(self, coze):
        coze.knowledge.documents.list(dataset_id="1")

@pytest.mark.vcr
def test_me(coze):
    QUESTIONS["one"](coze)
'''


@pytest.fixture
def project(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cassette: MakeCassette, interaction: MakeInteraction
) -> Path:
    """A project that lists bots, two pages and an error, and asks who it is."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "pyproject.toml").write_text('[tool.pytest.ini_options]\ncoze_tests = ["tests"]\ncassettes_dir = "c"\n')
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests/test_a.py").write_text(TESTS)
    bots = [interaction(path=f"/v1/bots?page_index={number}", answer={"code": 0, "data": {}}) for number in (1, 2)]
    refused = interaction(path="/v1/space/published_bots_list?page_index=1", answer={"code": 4000, "msg": "no"})
    documents = interaction("POST", "/open_api/knowledge/document/list", {"page": 1}, {"code": 0})
    me = interaction(
        answer={"code": 0, "data": {"user_id": "USER_ID_1", "user_name": "", "nick_name": "", "avatar_url": ""}}
    )
    for name, made in (
        ("TestBots.test_list", cassette(*bots, refused)),
        ("TestBots.test_old", cassette(documents)),
        ("test_me", cassette(me)),
    ):
        store.write(tmp_path / f"c/test_a/{name}.yaml", made)
    return tmp_path


def coze_tests_in(project: Path) -> CozeTests:
    """What the project has given to the toolkit."""
    return CozeTests((project / "tests",))


def callers_of(project: Path) -> list[Caller]:
    """The tests of the project."""
    return callers_below([project / "tests"], coze_tests_in(project))


def row(rows: list[evidence.Row], name: str) -> evidence.Row:
    """The row of an operation."""
    return next(each for each in rows if each.operation.name == name)


# --- operations -----------------------------------------------------------------------------------------------------


def test_the_sdk_is_walked() -> None:
    """HTTP, variants of a path, WebSockets and their events, OAuth; a helper that sends nothing is none."""
    found = {each.name: each for each in operations.installed()}
    assert found["bots.retrieve"].routes == (("GET", "/v1/bots/{bot_id}"), ("GET", "/v1/bot/get_online_info"))
    assert found["chat.stream"].routes == (("POST", "/v3/chat"),)
    assert (found["chat.create_and_poll"].is_sync, found["chat.create_and_poll"].is_async) == (True, False)
    assert (found["chat.submit_tool_outputs_stream"].is_sync, found["workspaces.list"].is_paged) == (False, True)
    assert found["websockets.chat.conversation_chat_cancel"].event == "conversation.chat.cancel"
    assert found["JWTOAuthApp.get_access_token"].routes == (("POST", "/api/permission/oauth2/token"),)
    assert "WebOAuthApp.get_oauth_url" not in found
    assert all(each.routes for each in found.values())


def archive(self: Any, *, bot_id: str) -> Any:
    """An operation as a future version could have it."""
    url = f"{self._base_url}/v1/bots/{bot_id}/archive"
    return self._requester.request("post", url, stream=False, cast=None)


@pytest.mark.proof
def test_a_new_operation_shows(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    """What a new version of the SDK can do and no cassette holds is a gap."""
    monkeypatch.setattr(BotsClient, "archive", archive, raising=False)
    operations.installed.cache_clear()  # another test may have asked before, and one will ask after
    request.addfinalizer(operations.installed.cache_clear)
    rows = table.measure(CozeTests((ROOT / "api/tests/coze",)), store.read_all(ROOT / "cassettes/coze"))
    assert row(rows, "bots.archive").operation.routes == (("POST", "/v1/bots/{bot_id}/archive"),)
    assert "bots.archive: no cassette" in list(evidence.gaps(rows))


@pytest.mark.parametrize(
    ("method", "path", "right"),
    [("GET", "/v1/bots/BOT_ID_1", True), ("POST", "/v1/bots/BOT_ID_1", False), ("GET", "/v1/bots/1/2", False)],
)
def test_a_route_matches(method: str, path: str, right: bool) -> None:
    """A parameter is one part of the path; a dot is a dot."""
    assert operations.matches(("GET", "/v1/bots/{bot_id}"), method, path) is right
    assert not operations.matches(("GET", "/v1/a.b"), "GET", "/v1/axb")


# --- who calls ------------------------------------------------------------------------------------------------------


def test_callers_are_read(project: Path) -> None:
    """A shared cassette has two; names come from helpers, methods and tables, not from texts."""
    found = {(each.cassette, each.is_async): each.names for each in callers_of(project)}
    assert found.keys() == {
        ("test_a/TestBots.test_list", False),
        ("test_a/TestBots.test_list", True),
        ("test_a/TestBots.test_old", False),
        ("test_a/test_me", False),
    }
    assert "list" in found["test_a/TestBots.test_list", True]
    assert "retrieve" not in found["test_a/TestBots.test_list", False]
    assert "knowledge" in found["test_a/TestBots.test_old", False]
    assert "me" in found["test_a/test_me", False]


FOLDERS = """
import pytest

@pytest.mark.default_cassette("both.yaml")
def test_named(coze): coze.users.me()

class TestOther:
    @pytest.mark.shared_cassette("TestBots.test_list")
    def test_twice(self, coze): coze.bots.list()

def test_{name}(coze): coze.users.me()
"""


def test_cassettes_are_named_as_the_plugin_names_them(project: Path) -> None:
    """By the folder of the module, by default_cassette, by a shared test of another class; a long name is shortened."""
    (project / "tests/unit").mkdir()
    (project / "tests/unit/test_b.py").write_text(FOLDERS.format(name="x" * 200))
    found = {each.cassette for each in callers_of(project)}
    assert {"unit/test_b/both", "unit/test_b/TestBots.test_list", "test_a/test_me"} < found
    assert [each for each in found if each.startswith("unit/test_b/test_x") and len(each) < 150]


# --- rows -----------------------------------------------------------------------------------------------------------


def test_rows(project: Path) -> None:
    """Both variants, both clients, pages, an error, provenance; what sends the same is distinguished by its words."""
    rows = table.measure(coze_tests_in(project), store.read_all(project / "c"))
    assert table.line_of(row(rows, "bots.list")) == ("bots.list", "1", "yes", "yes", "yes", "yes", "stand-in")
    assert table.line_of(row(rows, "users.me")) == ("users.me", "1", "yes", "no", "", "no", "stand-in")
    assert row(rows, "knowledge.documents.list").cassettes == ("test_a/TestBots.test_old",)
    assert row(rows, "datasets.documents.list").cassettes == ()
    found = list(evidence.gaps(rows))
    assert "users.me: no test of the async client" in found
    assert not [each for each in found if each.startswith("bots.list:")]


def test_one_variant_is_not_the_whole(project: Path, interaction: MakeInteraction, cassette: MakeCassette) -> None:
    """An operation with two paths is recorded when both are."""
    only = cassette(interaction(path="/v1/bots?page_index=1", answer={"code": 0}))
    store.write(project / "c/test_a/TestBots.test_list.yaml", only)
    rows = table.measure(coze_tests_in(project), store.read_all(project / "c"))
    assert row(rows, "bots.list").cassettes == ()


def test_an_event_counts_only_where_it_is_sent() -> None:
    """Of a WebSocket each client event is an operation of its own."""
    opened = evidence.Call("GET", "/v1/chat", frozenset({"chat.update"}), (), is_error=False)
    recording = evidence.Recording("test_a/test_x", "stand-in", (opened,))
    caller = Caller("test_a/test_x", is_async=False, names=frozenset({"chat_update", "conversation_clear"}))
    every = [
        Operation("websockets.chat.chat_update", (("GET", "/v1/chat"),), "chat.update", is_sync=True),
        Operation("websockets.chat.conversation_clear", (("GET", "/v1/chat"),), "conversation.clear", is_sync=True),
    ]
    held = [each.cassettes for each in evidence.rows_of(every, [caller], [recording])]
    assert held == [("test_a/test_x",), ()]


# --- fields ---------------------------------------------------------------------------------------------------------


def test_fields_of_no_answer(project: Path, interaction: MakeInteraction, cassette: MakeCassette) -> None:
    """A field that no object of its model has in any answer is named; one that a single answer has is not."""
    asked = [each for each in operations.installed() if each.name in ("users.me", "files.upload")]
    found = never_seen(asked, store.read_all(project / "c").values())
    assert not [each for each in found if each.startswith("User.")]
    assert "File.bytes" in found
    file = interaction("POST", "/v1/files/upload", answer={"code": 0, "data": {"id": "1", "bytes": 2}})
    store.write(project / "c/test_a/test_file.yaml", cassette(file))
    found = never_seen(asked, store.read_all(project / "c").values())
    assert ("File.bytes" in found, "File.file_name" in found) == (False, True)


def test_what_the_sdk_makes_itself_is_no_field_of_an_answer() -> None:
    """A chat's event is put together from an event of the stream and its data; a device's address from two fields."""
    asked = [each for each in operations.installed() if each.name in ("chat.stream", "DeviceOAuthApp.get_device_code")]
    found = never_seen(asked, [])
    assert {"Chat.id", "DeviceAuthCode.verification_uri"} <= {*found}
    assert not [each for each in found if each.startswith("ChatEvent.") or each.endswith(".verification_url")]


# --- the command ----------------------------------------------------------------------------------------------------


def called(*arguments: str) -> tuple[int, str]:
    """The exit code and the output of a command."""
    result = CliRunner().invoke(entry.group, arguments, standalone_mode=False, catch_exceptions=False)
    return int(result.return_value), result.output


@pytest.mark.usefixtures("project")
def test_the_command_names_the_gaps() -> None:
    """Exit code 1, a sentence for each gap, the counts; the table and the fields on demand."""
    code, output = called("coverage", "--all", "--fields")
    assert code == 1
    assert "| bots.list | 1 | yes | yes | yes | yes | stand-in |" in output
    assert "not recorded: users.me: no test of the async client" in output
    assert "not recorded: chat.create: no cassette" in output
    assert "  Message.reasoning_content" in output


def test_the_counts_stand_in_a_page(project: Path) -> None:
    """``table --operations`` writes them below the table of cassettes, and sees whether they are up to date."""
    page = project / "page.md"
    page.write_text("<!-- coze-cassettes table -->\n\nEnd\n")
    assert called("table", "--operations", "--write", str(page))[0] == 0
    assert "| operations of cozepy" in page.read_text()
    assert page.read_text().endswith("\n\nEnd\n")
    assert called("table", "--operations", "--check", str(page))[0] == 0


def test_the_report_has_a_page(project: Path) -> None:
    """The report links to it; without a test that is ours there is none."""
    assert called("report", "--html", "site")[0] == 0
    assert 'href="operations.html"' in (project / "site/index.html").read_text()
    text = (project / "site/operations.html").read_text()
    assert "<code>bots.list</code>" in text
    assert "users.me: no test of the async client" in text
    (project / "pyproject.toml").write_text('[tool.pytest.ini_options]\ncassettes_dir = "c"\n')
    assert called("report", "--html", "other")[0] == 0
    assert not (project / "other/operations.html").exists()


def test_a_module_that_cannot_be_read(project: Path) -> None:
    """It is named, and nothing is counted."""
    (project / "tests/test_b.py").write_text("def test_x(:\n")
    with pytest.raises(Exception, match=r"test_b\.py: its tests cannot be read"):
        called("coverage")
