"""The command line as a process: one line when it is ready, and a quick end."""

from __future__ import annotations

import json
import os
import re
import signal
import ssl
import subprocess
import sys
import time
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from websockets.sync.client import connect

from coze_standin import StandInError, client, entry, running

pytestmark = pytest.mark.loopback


@contextmanager
def _started(*arguments: str) -> Iterator[tuple[subprocess.Popen[str], dict[str, Any]]]:
    """A stand-in, and what it said when it was ready."""
    command = [sys.executable, "-m", "coze_standin", *arguments]
    pipes: dict[str, Any] = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
    with subprocess.Popen(command, text=True, env=client.environment(), **pipes) as process:
        try:
            assert process.stdout
            yield process, json.loads(process.stdout.readline())
        finally:
            process.kill()


def _ended(process: subprocess.Popen[str]) -> tuple[float, int, str, str]:
    """How long it took to end, with what exit code, and what it still said."""
    begun = time.monotonic()
    out, err = process.communicate(timeout=5)
    return time.monotonic() - begun, process.returncode, out, err


def test_it_says_where_it_is_in_one_line() -> None:
    """One line of JSON with the URL and the variables; nothing more on stdout or stderr until its end."""
    with _started("--account", "b") as (process, result):
        assert set(result) == {"url", "environment"}
        assert set(result["environment"]) == {
            "COZE_API_TOKEN",
            "COZE_API_BASE",
            "COZE_WORKSPACE_ID",
            "COZE_BOT_ID",
            "COZE_WORKFLOW_ID",
            "COZE_CHATFLOW_ID",
            "COZE_CONNECTOR_ID",
            "COZE_ENTERPRISE_ID",
            "COZE_FOLDER_ID",
            "COZE_GUEST_ID",
            "COZE_LIVE_ID",
            "COZE_MEMBER_ID",
            "COZE_TEMPLATE_ID",
        }
        assert result["environment"]["COZE_API_BASE"] == result["url"]
        assert httpx.get(result["url"] + "/v1/users/me").status_code == 401
        process.send_signal(signal.SIGINT)
        assert _ended(process)[1:] == (0, "", "")


def _stopped_in_a_stall() -> tuple[float, int, str, str]:
    """How a stand-in ends on SIGTERM while one of its streams stalls."""
    with _started() as (process, result):
        environment = result["environment"]
        headers = {"Authorization": f"Bearer {environment['COZE_API_TOKEN']}"}
        body = {"bot_id": environment["COZE_BOT_ID"], "user_id": "me", "stream": True}
        fault = {"method": "POST", "path": "/v3/chat", "fault": "stall-stream", "seconds": 60}
        httpx.post(result["url"] + "/_standin/faults", json=fault)
        with httpx.stream("POST", result["url"] + "/v3/chat", json=body, headers=headers) as response:
            next(response.iter_raw())
            process.send_signal(signal.SIGTERM)
            return _ended(process)


def test_a_signal_ends_it_at_once_with_open_streams() -> None:
    """SIGTERM ends it in half a second, though one stream stalls; the best of five counts, since others run beside."""
    stops = [_stopped_in_a_stall() for _ in range(5)]
    assert min(seconds for seconds, *_ in stops) < 0.5
    assert {tuple(rest) for _, *rest in stops} == {(0, "", "")}


def _stopped_with_a_websocket() -> tuple[float, int, str, str]:
    """How a stand-in ends on SIGTERM while a websocket is open and nobody closes it."""
    with _started() as (process, result):
        headers = {"Authorization": f"Bearer {result['environment']['COZE_API_TOKEN']}"}
        with connect(result["url"].replace("http", "ws", 1) + "/v1/audio/speech", additional_headers=headers) as socket:
            socket.recv(timeout=5)
            process.send_signal(signal.SIGTERM)
            return _ended(process)


def test_a_signal_ends_it_at_once_with_open_websockets() -> None:
    """The same holds for a connection on which nothing happens."""
    stops = [_stopped_with_a_websocket() for _ in range(5)]
    assert min(seconds for seconds, *_ in stops) < 0.5
    assert {tuple(rest) for _, *rest in stops} == {(0, "", "")}


def test_it_ends_with_its_standard_input() -> None:
    """With --until-stdin-closes it needs no signal."""
    with _started("--until-stdin-closes") as (process, _):
        assert _ended(process)[1:] == (0, "", "")


def test_it_outlives_its_standard_input_otherwise() -> None:
    """Without the option a closed standard input means nothing."""
    with _started() as (process, result):
        assert process.stdin
        process.stdin.close()
        time.sleep(0.2)
        assert httpx.get(result["url"] + "/_standin/environment").json() == result["environment"]


def test_a_seed_makes_the_secrets_repeat() -> None:
    """Two starts with one seed have one token; without a seed they differ."""
    tokens = []
    for arguments in (["--seed", "5"], ["--seed", "5"], []):
        with _started(*arguments) as (_, result):
            tokens.append(result["environment"]["COZE_API_TOKEN"])
    assert tokens[0] == tokens[1] != tokens[2]


def test_a_stand_in_that_cannot_start_says_so() -> None:
    """An account that does not exist is an error with the exit code of the process."""
    with pytest.raises(StandInError, match=r"^the stand-in did not start: exit code 2$"), running("c"):
        pass


def test_a_block_that_ends_ends_the_process() -> None:
    """Nothing listens any more when the block of running() is left."""
    with running() as stand_in:
        assert httpx.get(stand_in.url + "/v1/users/me").status_code == 401
    with pytest.raises(httpx.ConnectError):
        httpx.get(stand_in.url + "/v1/users/me")
    assert "COZE_API_TOKEN" not in os.environ or os.environ["COZE_API_TOKEN"] != stand_in.environment["COZE_API_TOKEN"]


def test_a_request_on_a_kept_connection_waits_for_no_acknowledgement() -> None:
    """A delayed acknowledgement costs every request 40 ms; of a hundred the fastest ten take far less."""
    with running() as stand_in, httpx.Client() as client:
        seconds = [_seconds_of(client, stand_in.url + "/v1/users/me") for _ in range(100)]
    assert sorted(seconds)[10] < 0.03


def _seconds_of(client: httpx.Client, url: str) -> float:
    begun = time.monotonic()
    client.get(url)
    return time.monotonic() - begun


def test_it_speaks_tls() -> None:
    """With --tls the address is https, and the environment names the file that makes a client trust it."""
    with _started("--tls") as (_, result):
        assert result["url"].startswith("https://")
        context = ssl.create_default_context(cafile=result["environment"]["SSL_CERT_FILE"])
        assert httpx.get(result["url"] + "/v1/users/me", verify=context).status_code == 401


def test_a_port_in_use_is_one_sentence() -> None:
    """Exit code 1, and the sentence names the port and the option."""
    with _started() as (_, result):
        port = result["url"].rpartition(":")[2]
        command = [sys.executable, "-m", "coze_standin", "--port", port]
        ended = subprocess.run(command, env=client.environment(), capture_output=True, text=True, check=False)
        text = f"coze-standin: port {port} cannot be used (Address already in use); choose another --port.\n"
        assert (ended.returncode, ended.stdout, ended.stderr) == (1, "", text)


def test_it_prints_shell_lines() -> None:
    """With --export each line exports one variable."""
    command = [sys.executable, "-m", "coze_standin", "--export", "--until-stdin-closes"]
    ended = subprocess.run(command, env=client.environment(), input="", capture_output=True, text=True, check=False)
    lines = ended.stdout.splitlines()
    assert len(lines) == 13
    assert all(re.fullmatch(r"export COZE_[A-Z_]+=\S+", line) for line in lines)


@pytest.mark.parametrize("missing", entry.EXTRA)
def test_a_missing_extra_is_named(missing: str) -> None:
    """Without one of the libraries of the extra: one sentence that says what to install."""
    code = f"import sys; sys.modules[{missing!r}] = None; from coze_standin.entry import main; sys.exit(main())"
    done = subprocess.run([sys.executable, "-c", code, "--help"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == f"coze-standin needs {missing}: install the extra, pip install 'coze-cassettes[standin]'.\n"


def test_the_extra_is_what_pyproject_says() -> None:
    """A library that is added to the extra is named as well."""
    project = tomllib.loads((Path(__file__).parents[3] / "pyproject.toml").read_text("utf-8"))["project"]
    names = [re.split("[<>=]", each)[0] for each in project["optional-dependencies"]["standin"]]
    assert sorted(name.replace("-", "_") for name in names) == sorted(entry.EXTRA)
