"""The command line: starts the stand-in."""

from __future__ import annotations

import argparse
import json
import logging
import os
import shlex
import sys
import threading
from collections.abc import Mapping, Sequence

from coze_standin.changes import KINDS, Change, InvalidChange, parse_change
from coze_standin.control import environment
from coze_standin.http_app import create_app
from coze_standin.operations import NAMES
from coze_standin.population import populate
from coze_standin.profiles import PROFILES
from coze_standin.rng import create_rng
from coze_standin.server import Server, listen
from coze_standin.tls import local_tls


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until SIGTERM or SIGINT; prints ``{"url": ..., "environment": {...}}`` once it is ready. Exit code 0."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    if given[:1] == ["facts"]:
        from coze_standin.facts.report import print_facts  # noqa: PLC0415  a server does not read the facts

        return print_facts(given[1:])
    options = _parser().parse_args(given)
    # What it says of a malformed body is the caller's fault; stderr is for the stand-in's own.
    logging.getLogger("python_multipart").addHandler(logging.NullHandler())
    state = populate(options.account, create_rng(options.seed))
    try:
        listener = listen(options.port)
    except OSError as error:
        why = os.strerror(error.errno or 0)
        sys.stderr.write(f"coze-standin: port {options.port} cannot be used ({why}); choose another --port.\n")
        return 1
    with listener, local_tls(enabled=options.tls) as tls:
        url = f"{'https' if options.tls else 'http'}://127.0.0.1:{listener.getsockname()[1]}"
        variables = {**environment(state, url), **({"SSL_CERT_FILE": tls.ca_file} if tls else {})}
        ready = _exports(variables) if options.export else json.dumps({"url": url, "environment": variables})
        context = tls.context if tls else None
        server = Server(create_app(state, changes=options.change), lambda: _print(ready), context)
        if options.until_stdin_closes:
            threading.Thread(target=_watch_stdin, args=(server,), daemon=True).start()
        server.run(sockets=[listener])
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="coze-standin",
        description="A local server that speaks the Coze wire.",
        epilog="coze-standin facts [OPERATION] prints what is known of the answers, and where from.",
    )
    parser.add_argument("--port", type=int, default=0, help="port on 127.0.0.1 (default: a free one)")
    parser.add_argument("--account", choices=sorted(PROFILES), default="a", help="which account it serves (default: a)")
    parser.add_argument("--seed", type=int, help="make what it draws repeatable (default: different at every start)")
    parser.add_argument(
        "--change",
        action="append",
        default=[],
        type=_change,
        metavar="OPERATION:KIND:FIELD[:NEW]",
        help=f"answer otherwise, may be repeated: {'; '.join(f'{kind.name}: {kind.does}' for kind in KINDS.values())}",
    )
    parser.add_argument("--tls", action="store_true", help="serve https with a certificate that SSL_CERT_FILE trusts")
    parser.add_argument("--export", action="store_true", help="print shell lines that export the environment, not JSON")
    parser.add_argument("--until-stdin-closes", action="store_true", help="stop when standard input is closed")
    return parser


def _change(text: str) -> Change:
    try:
        return parse_change(text, NAMES)
    except InvalidChange as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def _exports(variables: Mapping[str, str]) -> str:
    return "\n".join(f"export {name}={shlex.quote(value)}" for name, value in variables.items())


def _print(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def _watch_stdin(server: Server) -> None:
    """Read the descriptor itself: a thread that is stuck in a buffered read would hold up the end of the process."""
    while os.read(0, 4096):
        pass
    server.stop()
