"""An unknown target works as well as a known one: the stand-in behind nginx gives the same cassettes.

nginx compresses what nobody asked it to, drops connections after two requests, renames and adds headers, sets cookies
of its own, and sends everybody who comes to its front door to another port.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from coze_cassettes.cassette import store
from coze_cassettes.cassette.provenance import STAND_IN
from coze_cassettes.diff import compare, rebase
from coze_standin import StandIn, running

NGINX = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
pytestmark = [
    pytest.mark.loopback,
    pytest.mark.slow,
    pytest.mark.skipif(NGINX is None, reason="nginx is not installed (Debian: nginx-light)"),
]

ROOT = Path(__file__).parents[3]
COMMITTED = ROOT / "cassettes/coze"
SUITE = (
    "api/tests/coze/test_bot_client.py",
    "api/tests/coze/test_chat_client.py::TestChatOperations",
    "api/tests/coze/test_coze_client.py::TestFiles",
    "api/tests/coze/test_websocket_client.py",
)
CONFIGURATION = """
daemon off; worker_processes 1; pid {folder}/pid; error_log {folder}/errors crit;
events {{ worker_connections 64; }}
http {{
  map $http_upgrade $connection_header {{ default upgrade; "" close; }}
  access_log off; client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
  server {{ listen 127.0.0.1:{front}; return 307 http://127.0.0.1:{door}$request_uri; }}
  server {{
    listen 127.0.0.1:{door}; keepalive_requests 2; keepalive_timeout 1s; server_tokens off;
    location / {{
      proxy_pass http://127.0.0.1:{zipping}; proxy_set_header Accept-Encoding gzip; proxy_buffering off;
      proxy_http_version 1.1;
      proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection $connection_header;
      proxy_set_header Host api.coze.com; proxy_pass_request_headers on;
      proxy_hide_header x-tt-logid; proxy_hide_header x-served-by;
      add_header X-TT-LogID $upstream_http_x_tt_logid always;
      add_header X-SERVED-BY $upstream_http_x_served_by always;
      add_header Set-Cookie "edge=$request_id; Path=/" always;
      add_header Server-Timing "edge;dur=$request_time" always;
      add_header Via "1.1 edge" always;
    }}
  }}
  server {{
    listen 127.0.0.1:{zipping};
    location / {{
      gzip on; gzip_min_length 1; gzip_proxied any; gzip_types application/json text/event-stream text/html;
      proxy_pass {stand_in}; proxy_buffering off; proxy_http_version 1.1;
      proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection $connection_header;
    }}
  }}
}}
"""


def _free_ports(count: int) -> list[int]:
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


@pytest.fixture
def stand_in() -> Iterator[StandIn]:
    """The stand-in that nginx stands before."""
    with running("a") as server:
        yield server


@pytest.fixture
def proxied(stand_in: StandIn, tmp_path: Path) -> Iterator[str]:
    """The URL of nginx's front door before it."""
    assert NGINX
    folder = tmp_path / "nginx"
    folder.mkdir()
    front, door, zipping = _free_ports(3)
    ports = {"front": front, "door": door, "zipping": zipping}
    configuration = folder / "nginx.conf"
    configuration.write_text(CONFIGURATION.format(folder=folder, stand_in=stand_in.url, **ports), "utf-8")
    with subprocess.Popen([NGINX, "-p", folder, "-c", configuration], stderr=subprocess.DEVNULL) as process:
        _wait_for(front)
        yield f"http://127.0.0.1:{front}"
        process.terminate()


def _wait_for(port: int) -> None:
    for _ in range(100):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    pytest.fail("nginx does not listen")


def _record(stand_in: StandIn, target: str, folder: Path) -> None:
    of_no_use = {"ALL_PROXY": "socks5://127.0.0.1:9"}  # httpx has no client for it, and this machine is recorded from
    environment = {**os.environ, **of_no_use, **stand_in.environment, "COZE_API_BASE": target}
    options = ("--record-mode=all", "--cassettes-dir", str(folder), "-p", "no:randomly", "-p", "no:cacheprovider")
    command = [sys.executable, "-m", "pytest", *SUITE, "-q", "--recorded-from", "stand-in", *options]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-3000:]


def test_a_target_behind_a_proxy_gives_the_same_cassettes(stand_in: StandIn, proxied: str, tmp_path: Path) -> None:
    """Compression, connections that close, other headers, a redirect leave no trace; the provenance stays known.

    The same cassettes: those that are committed, which come from a stand-in that nothing stood before.
    """
    folder = tmp_path / "cassettes"
    _record(stand_in, proxied, folder)
    files = store.files(folder)
    assert len(files) > 20
    for path in files:
        committed, other = store.read(COMMITTED / path.relative_to(folder)), store.read(path)
        assert committed.metadata.recorded_from == other.metadata.recorded_from == STAND_IN, path.name
        assert [str(each) for each in compare(committed, other).changes] == [], path.name
        assert rebase(committed, other).interactions == committed.interactions, path.name
