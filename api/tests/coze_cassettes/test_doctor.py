"""Doctor, setup and the ways to a token, against the stand-in."""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import time_machine

from coze_cassettes.account import credentials, doctor, provisioning, sdk
from coze_cassettes.account.doctor import Check, State
from coze_cassettes.account.needs import needed_variables
from coze_cassettes.account.provisioning import Removed
from coze_cassettes.account.target import Answer, Get, Target, check_token, get_from
from coze_cassettes.errors import CassetteError, Misuse
from coze_standin import StandIn, running

Environment = dict[str, str]


@pytest.fixture(scope="module")
def stand_in() -> Iterator[StandIn]:
    """One stand-in for these tests."""
    with running("a") as server:
        yield server


@pytest.fixture
def proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy that does not work, and is not to be asked for the way to this machine."""
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.delenv("NO_PROXY", raising=False)


# --- the ways to a token --------------------------------------------------------------------------------------------


def without_token(stand_in: StandIn, **more: str) -> Environment:
    """The environment of the stand-in's account, the token replaced by something else."""
    return {name: value for name, value in stand_in.environment.items() if name != "COZE_API_TOKEN"} | more


_NOT_A_TOKEN = "holds a character that no token has (a blank, a quote): copy the token alone."
COMMANDS = [
    ("echo {}", ""),
    ("echo {}; exit 3", "COZE_API_TOKEN_COMMAND failed with exit code 3: run it yourself to see why."),
    ("echo {} >&2", "COZE_API_TOKEN_COMMAND printed nothing: it has to print the token."),
    *((text, f"COZE_API_TOKEN {_NOT_A_TOKEN}") for text in ("echo '{}\u00e9'", "echo 'Bearer {}'", "echo '\"{}\"'")),
]


@pytest.mark.loopback
@pytest.mark.parametrize(("command", "problem"), COMMANDS)
def test_a_token_may_come_from_a_command(command: str, problem: str, capfd: pytest.CaptureFixture[str]) -> None:
    """What it prints is the token, and is shown nowhere; its failure is one sentence."""
    token = secrets.token_hex(20)
    environment = {**os.environ, credentials.COMMAND: command.format(token)}
    environment.pop("COZE_API_TOKEN", None)
    if problem:
        with pytest.raises(Misuse) as error:
            credentials.add_token(environment, "")
        assert str(error.value) == problem
    else:
        found = credentials.add_token(environment, "")
        assert found["COZE_API_TOKEN"] == token
        assert credentials.COMMAND not in found
    assert capfd.readouterr() == ("", "")


@pytest.mark.loopback
def test_a_command_that_does_not_end_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    """It may ask for a passphrase, but not for ever."""
    monkeypatch.setattr(credentials, "COMMAND_SECONDS", 0.1)
    with pytest.raises(Misuse, match=r"did not end within 0\.1 s: run it yourself to see why\.$"):
        credentials.add_token({**os.environ, credentials.COMMAND: "sleep 20"}, "")


@pytest.fixture
def service(stand_in: StandIn, tmp_path: Path) -> Environment:
    """The environment of a service identity: client id, key id and key file, no token."""
    app = stand_in.oauth()
    key = tmp_path / "key.pem"
    key.write_text(app["private_key"])
    names = {"COZE_CLIENT_ID": app["client_id"], "COZE_PUBLIC_KEY_ID": app["public_key_id"]}
    return without_token(stand_in, **names, COZE_PRIVATE_KEY_FILE=str(key))


@pytest.mark.loopback
@pytest.mark.usefixtures("proxy")
def test_a_service_identity_gets_a_token_that_opens_the_account(stand_in: StandIn, service: Environment) -> None:
    """From the target's own token endpoint, for a signed JWT."""
    environment = credentials.add_token(service, stand_in.url)
    target = Target("coze-studio", stand_in.url)
    proved = check_token(target, get_from(target, environment["COZE_API_TOKEN"]))
    assert proved.provenance == "stand-in"
    assert environment["COZE_API_TOKEN"] not in service.values()


@pytest.mark.loopback
@pytest.mark.usefixtures("proxy")
def test_a_jwt_that_is_refused_is_one_sentence(stand_in: StandIn, service: Environment, tmp_path: Path) -> None:
    """Another key id, a file that holds no key, no file."""
    together = "COZE_CLIENT_ID, COZE_PRIVATE_KEY_FILE and COZE_PUBLIC_KEY_ID"
    broken = tmp_path / "broken.pem"
    broken.write_text("no key")
    refusals = {
        ("COZE_PUBLIC_KEY_ID", "another"): (
            f"The token endpoint refused the JWT (code 4100): check that {together} belong together."
        ),
        ("COZE_PRIVATE_KEY_FILE", str(broken)): (
            f"No token for {together} (ValueError): check that the file holds an RSA key."
        ),
        ("COZE_PRIVATE_KEY_FILE", str(tmp_path / "none")): (
            "COZE_PRIVATE_KEY_FILE names a file that cannot be read (FileNotFoundError)."
        ),
    }
    for (name, value), sentence in refusals.items():
        with pytest.raises(Misuse) as error:
            credentials.add_token({**service, name: value}, stand_in.url)
        assert str(error.value) == sentence


@pytest.mark.loopback
@pytest.mark.usefixtures("proxy")
def test_a_wrong_clock_is_named(stand_in: StandIn, service: Environment, capfd: pytest.CaptureFixture[str]) -> None:
    """A JWT that is over before it arrives is refused because of the clock; the SDK says nothing on the terminal."""
    with time_machine.travel(time.time() - 4 * 3600), pytest.raises(Misuse) as error:
        credentials.add_token(service, stand_in.url)
    assert str(error.value) == (
        "The token endpoint refused the JWT (code 4100): "
        "the clock of this machine is 240 minutes behind the server's, set it right."
    )
    assert capfd.readouterr() == ("", "")


def test_the_first_way_that_is_configured_counts() -> None:
    """A token before a command before a key."""
    key = dict.fromkeys(credentials.JWT_VARIABLES, "x")
    assert credentials.source({**key, "COZE_API_TOKEN": "x", credentials.COMMAND: "x"}).name == "COZE_API_TOKEN"
    assert credentials.source({**key, credentials.COMMAND: "x"}).name == "COZE_API_TOKEN_COMMAND"
    assert credentials.source(key).name == "a JWT"


# --- doctor ---------------------------------------------------------------------------------------------------------


def examined(root: Path, environment: Environment) -> list[Check]:
    """What doctor finds in an environment."""
    return list(doctor.examine(root, environment, ""))


@pytest.mark.loopback
def test_a_sound_account_has_nothing_wrong(stand_in: StandIn, tmp_path: Path) -> None:
    """Token, things and rights each have a line; no value is in them."""
    lines = examined(tmp_path, stand_in.environment)
    assert [line.state for line in lines] == [State.OK] * 12
    assert str(lines[0]) == "ok:    the token comes from COZE_API_TOKEN"
    assert str(lines[3]) == "ok:    COZE_BOT_ID names a bot"
    assert str(lines[6]) == "ok:    the token has the permission listBot"
    values = [value for name, value in stand_in.environment.items() if name != "COZE_API_BASE"]
    assert [value for value in values if any(value in line.text for line in lines)] == []


ENVIRONMENTS: list[tuple[Environment, str]] = [
    ({"COZE_BOT_ID": "7000000000000000001"}, "wrong: COZE_BOT_ID names a bot that Coze does not return (code 4200)"),
    ({"COZE_BOT_ID": ""}, "unset: COZE_BOT_ID: a bot published to the API channel; without it its tests are left out"),
    ({"COZE_API_TOKEN": "wrong-token"}, "wrong: Coze refused the token (code 4100)"),
    ({"COZE_API_BASE": "http://127.0.0.1:9"}, "wrong: No answer from http://127.0.0.1:9"),
    ({"COZE_API_BASE": "nowhere"}, "wrong: The target 'nowhere' is not one of coze.com"),
    ({"COZE_API_BASE": "http://a:7canary7@[::1"}, "wrong: The target is not one of coze.com"),
    ({"COZE_API_BASE": "http://127.0.0.1:99999"}, "wrong: The target 'http://127.0.0.1:99999' is not one of"),
    ({"COZE_API_BASE": "http://a:7canary7@127.0.0.1:9"}, "wrong: The target has a name or a password in it"),
    ({"COZE_API_BASE": "http://127.0.0.1:9?a=b"}, "wrong: The target has a query or a fragment"),
    ({"COZE_API_BASE": "http://api.coze.com"}, "wrong: The target would send the token unencrypted"),
    ({"COZE_BOT_ID": '"7000000000000000001"'}, "wrong: The value of COZE_BOT_ID stands in quotes: leave them out."),
    ({"COZE_API_BASE": "stand-in"}, "wrong: A stand-in of its own needs no preparation"),
    ({"COZE_CASSETTES_CHATS": "many"}, "wrong: COZE_CASSETTES_CHATS must be a number"),
    ({"COZE_PRIVATE_KEY_FILE": "/none"}, "wrong: COZE_PRIVATE_KEY_FILE names a file that cannot be read"),
]


@pytest.mark.loopback
@pytest.mark.parametrize(("change", "start"), ENVIRONMENTS)
def test_what_is_wrong_is_one_line_with_the_fix(
    change: Environment, start: str, stand_in: StandIn, tmp_path: Path
) -> None:
    """What is only unset is shown as that."""
    lines = [str(line) for line in examined(tmp_path, {**stand_in.environment, **change}) if line.state is not State.OK]
    assert len(lines) == 1
    assert lines[0].startswith(start)
    assert "canary" not in lines[0]


NEEDED = """\
wrong: COZE_API_TOKEN is not set: set it in the shell or in .env, or record with --target stand-in.
unset: COZE_WORKSPACE_ID: the workspace to list and create in; without it its tests are left out
ok:    COZE_BOT_ID is set (a bot published to the API channel); a token is needed to try it
unset: COZE_WORKFLOW_ID: a published workflow; without it its tests are left out
ok:    COZE_GUEST_ID is set; only its tests can try it
unset: COZE_LIVE_ID: tests ask for it; without it they are left out
unset: the token needs the permission listWorkspace
unset: the token needs the permission listBot
unset: the token needs the permission getPublishedBot
unset: the token needs the permission getMetadata
unset: the token needs the permission listConversation
unset: the token needs the permission listKnowledge
unset: the token needs the permission listWorkflow
unset: the token needs the permission of every other operation that tests call: Coze's docs name it"""


def test_without_a_token_all_that_will_be_needed_is_listed(tmp_path: Path) -> None:
    """Nothing is asked of any server."""
    environment = {"COZE_BOT_ID": "7000000000000000001", "COZE_GUEST_ID": "7000000000000000002"}
    needed = ("COZE_BOT_ID", "COZE_GUEST_ID", "COZE_LIVE_ID")
    assert "\n".join(map(str, doctor.examine(tmp_path, environment, "", needed))) == NEEDED


@pytest.mark.parametrize(
    ("source", "variables"),
    [
        ("account.value('LIVE_ID')", ("COZE_LIVE_ID",)),
        ("account.value('FILE_ID', make)", ()),
        ("account.value('FILE_ID', make=make)", ()),
        ("row.value('name')", ()),
        ("@pytest.mark.needs('live_id', 'bot_id')\ndef test_x(): ...", ("COZE_BOT_ID", "COZE_LIVE_ID")),
    ],
)
def test_what_tests_ask_for(source: str, variables: tuple[str, ...], tmp_path: Path) -> None:
    """Not what they make where it is not set; in conftest.py as in a test."""
    (tmp_path / "conftest.py").write_text(source)
    assert needed_variables([tmp_path]) == needed_variables([tmp_path / "conftest.py"]) == variables


def test_what_cannot_be_parsed_is_one_sentence(tmp_path: Path) -> None:
    """It names the module."""
    (tmp_path / "test_x.py").write_text("def")
    with pytest.raises(CassetteError, match=r"test_x\.py: its tests cannot be read \(SyntaxError\)\.$"):
        needed_variables([tmp_path])


@pytest.mark.loopback
def test_a_missing_permission_is_named(stand_in: StandIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As Coze's documents name it; what a server does not know cannot be seen."""
    codes = {"/v1/workspaces": 4101, "/v1/conversations": 404}

    def get_from(*_arguments: object) -> Get:
        return lambda path: Answer(200, codes.get(path.partition("?")[0], 0), "", {})

    monkeypatch.setattr(doctor, "get_from", get_from)
    lines = [str(line) for line in examined(tmp_path, stand_in.environment) if line.state is not State.OK]
    assert lines == [
        "wrong: the token lacks the permission listWorkspace: give it, or make a new token",
        "unset: the permission listConversation cannot be seen here (code 404)",
    ]


# --- setup ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def prepared(stand_in: StandIn, tmp_path: Path) -> Iterator[doctor.Account]:
    """The account of the stand-in, without a configured bot; what was made in it is taken away."""
    environment = {**stand_in.environment, "COZE_BOT_ID": ""}
    found = doctor.account(tmp_path, environment, "")
    yield found
    provisioning.remove(found)


def published(found: doctor.Account) -> int:
    """How many marked bots are published."""
    with provisioning.client(found) as coze:
        place = provisioning.workspace(found, coze)
        return sum(provisioning.MARK in bot.description for bot in coze.bots.list(space_id=place))


def datasets(found: doctor.Account) -> dict[str, list[str]]:
    """The knowledge bases of the workspace with the names of their documents."""
    with provisioning.client(found) as coze:
        listed = list(coze.datasets.list(space_id=provisioning.workspace(found, coze)))
        documents = coze.datasets.documents
        return {each.dataset_id: [one.name for one in documents.list(dataset_id=each.dataset_id)] for each in listed}


@pytest.mark.loopback
def test_setup_makes_what_is_missing_once_and_takes_it_away_again(prepared: doctor.Account) -> None:
    """Published bots, a conversation and a knowledge base, found by their mark; the account's own are not touched."""
    assert published(prepared) == 0
    own = datasets(prepared)
    made = provisioning.setup(prepared)
    assert [line.partition("=")[0] for line in made.exports()] == [
        "export COZE_WORKSPACE_ID",
        "export COZE_BOT_ID",
        "export COZE_CONVERSATION_ID",
        "export COZE_DATASET_ID",
    ]
    dataset = made.variables[3][1]
    for _ in range(2):
        assert published(prepared) == 5
        assert datasets(prepared) == {**own, dataset: ["cassettes.txt"]}
        assert provisioning.setup(prepared) == made
    assert provisioning.remove(prepared) == Removed(conversations=1, datasets=1, bots=5)
    assert provisioning.remove(prepared) == Removed(conversations=0, datasets=0, bots=0)
    assert (published(prepared), datasets(prepared)) == (0, own)
    again = provisioning.setup(prepared)
    assert again.variables[:2] == made.variables[:2]
    assert not set(again.variables[2:]) & set(made.variables[2:])


@pytest.mark.loopback
def test_a_setup_that_broke_off_is_finished_by_the_next(stand_in: StandIn, prepared: doctor.Account) -> None:
    """The knowledge base that lacks its document gets one, and no second is made."""
    own = datasets(prepared)
    stand_in.fault("POST", "/open_api/knowledge/document/create", "token-expired")
    with pytest.raises(CassetteError, match="700012006"):
        provisioning.setup(prepared)
    (halfway,) = set(datasets(prepared)) - set(own)
    assert provisioning.setup(prepared).variables[3] == ("COZE_DATASET_ID", halfway)
    assert datasets(prepared) == {**own, halfway: ["cassettes.txt"]}


@pytest.mark.loopback
def test_without_a_configured_workspace_the_first_one_serves(stand_in: StandIn, tmp_path: Path) -> None:
    """The API makes none."""
    found = doctor.account(tmp_path, {**stand_in.environment, "COZE_WORKSPACE_ID": ""}, "")
    with provisioning.client(found) as coze:
        assert provisioning.workspace(found, coze) == next(iter(coze.workspaces.list())).id


@pytest.mark.loopback
def test_a_refused_step_is_one_sentence(stand_in: StandIn, prepared: doctor.Account) -> None:
    """Neither a traceback nor a message off the wire."""
    stand_in.fault("POST", "/v1/bot/publish", "token-expired")
    with pytest.raises(CassetteError, match=r"^Coze refused a step \(code 700012006\): see `coze-cassettes doctor`\.$"):
        provisioning.setup(prepared)


@pytest.mark.loopback
def test_setup_is_as_patient_as_a_recording(stand_in: StandIn, prepared: doctor.Account) -> None:
    """A 429 in the middle is waited out."""
    stand_in.fault("POST", "/v1/bot/publish", "rate-limit", retry_after=0, times=2)
    assert len(provisioning.setup(prepared).variables) == 4


REFUSED = """\
ok:    the token comes from COZE_API_TOKEN
wrong: Coze refused the token (code 4100): make a new one, or set COZE_API_BASE to the token's region.
A recording would not work: fix what is wrong.
"""


@pytest.mark.loopback
def test_the_commands_print_lines_and_no_token(stand_in: StandIn, tmp_path: Path, project: Any) -> None:
    """Doctor says ok, whatever the terminal's encoding, setup prints what a shell can read, --remove what it did."""
    run: Callable[..., tuple[int, str, str]] = project.run
    code, out, err = run(command="doctor", environment=stand_in.environment)
    assert (code, err) == (0, "")
    assert out.endswith("\nok:    the token has the permission listWorkflow\nA recording would work.\n")
    elsewhere = {"environment": {"PYTHONIOENCODING": "utf-16"}, "encoding": "utf-16"}
    code, out, err = run("--target", "stand-in", command="doctor", **elsewhere)
    assert (code, err, out.count("ok:    ")) == (0, "", 12)
    assert out.endswith("A recording would work.\n")
    refused = run(command="doctor", environment={**stand_in.environment, "COZE_API_TOKEN": "refused-token"})
    assert refused == (1, REFUSED, "")
    code, exports, err = run(command="setup", environment=stand_in.environment)
    assert (code, err) == (0, "")
    script = f'{exports}\ntest -n "$COZE_BOT_ID" && test -n "$COZE_CONVERSATION_ID" && test -n "$COZE_DATASET_ID"'
    subprocess.run(["sh", "-c", script], check=True)  # noqa: S607  the shell of the path
    assert stand_in.environment["COZE_API_TOKEN"] not in out + exports
    removed = run("--remove", command="setup", environment=stand_in.environment)
    assert removed == (
        0,
        "1 conversation and 1 knowledge base deleted, 5 bots unpublished; Coze's web page deletes bots.\n",
        "",
    )


def test_the_sdk_is_imported_where_warnings_are_errors(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What it imports warns of a deprecation; with PYTHONWARNINGS=error a report failed."""
    (tmp_path / "cozepy.py").write_text("import warnings\nwarnings.warn('old', DeprecationWarning)\n")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setitem(sys.modules, "cozepy", sdk)  # so that what was imported is put back
    monkeypatch.delitem(sys.modules, "cozepy")
    with warnings.catch_warnings(action="error"):
        assert sdk.cozepy().__file__ == str(tmp_path / "cozepy.py")
