"""What a cassette may have been recorded from, Coze itself first."""

from __future__ import annotations

from urllib.parse import urlsplit

STAND_IN = "stand-in"
PROVENANCES = ("coze.com", "coze.cn", "coze-studio", STAND_IN)
"""Accepted values of ``recorded_from``; both regions of Coze have the same rank."""

STAND_IN_HEADER = "x-served-by"
STAND_IN_HEADER_VALUE = "coze-standin"
"""The response header by which the stand-in is recognised, through any proxy."""

_RANKS = {"coze.com": 3, "coze.cn": 3, "coze-studio": 2, STAND_IN: 1}


def rank(provenance: str) -> int:
    """How near to Coze a provenance is: 3 Coze, 2 a self-hosted Coze Studio, 1 the stand-in, 0 unknown."""
    return _RANKS.get(provenance, 0)


def of_target(url: str) -> str:
    """What a target claims to be by its host; the stand-in is known by its header only, see STAND_IN_HEADER."""
    host = host_of(url)
    region = next((name for name in ("coze.com", "coze.cn") if host == name or host.endswith("." + name)), "")
    return region or "coze-studio"


def is_loopback(url: str) -> bool:
    """Whether a URL names this machine, so that it is reached without a proxy and without a throttle."""
    return host_of(url) in ("127.0.0.1", "localhost", "::1")


def host_of(url: str) -> str:
    """The host that a URL names, without its port; an empty string if it is not a URL."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:  # the port is not a number, or a bracket has no counterpart
        return ""
    return host if port != 0 else ""
