"""Decides which settings of the environment a client takes for its way to a server."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext

from coze_cassettes.cassette import provenance
from coze_cassettes.session import certificates, proxies


def problem(url: str, environment: Mapping[str, str]) -> str:
    """Why no client for a server can be made, with the fix, in a sentence; an empty string if one can."""
    if provenance.is_loopback(url):
        return ""
    return certificates.problem(environment) or proxies.problem(environment)


@contextmanager
def direct_context() -> Iterator[None]:
    """A client that is made now takes neither proxies nor certificates of the environment."""
    with proxies.ignored_context(), certificates.ignored_context():
        yield


def target_context(url: str) -> AbstractContextManager[None]:
    """A client that is made now for a server takes both, unless the server is this machine, which needs neither."""
    return direct_context() if provenance.is_loopback(url) else nullcontext()
