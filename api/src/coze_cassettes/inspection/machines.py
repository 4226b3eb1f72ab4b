"""Judges of the addresses of machines: of the networks IPv4 or IPv6, of hardware."""

from __future__ import annotations

import ipaddress
import re
from itertools import pairwise
from typing import Final

_SMALL: Final = 32
"""Four numbers below it are a section or a version, or one of the addresses that everybody knows (8.8.8.8)."""

_OID_ROOTS, _OID_ARCS = 3, 40
"""What the first two numbers of an object identifier are below (X.660)."""

_PUBLIC_RESOLVERS: Final = frozenset(
    {
        "1.1.1.1",
        "1.0.0.1",
        "8.8.8.8",
        "8.8.4.4",
        "9.9.9.9",
        "114.114.114.114",
        "208.67.222.222",
        "208.67.220.220",
        "223.5.5.5",
        "223.6.6.6",
    }
)
_INSIDE: Final = tuple(
    map(
        ipaddress.ip_network,
        (
            *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12"),
            *("192.168.0.0/16", "224.0.0.0/3"),
        ),
    )
)
"""Networks that say nothing about a machine outside (RFC 6890): our own, private, link-local, multicast, masks."""

_VERSION_BEFORE = re.compile(
    r"(?:(?<![A-Za-z])[vV]|[vV]er(?:sion)?[\"' .:=]{0,4}|版本号?[ :]{0,2}|[A-Za-z0-9_\])] ?[=~<>!]=[ ]?|%[bdx]"
    r"|(?<![A-Za-z0-9./:])[A-Za-z][A-Za-z0-9.+]+/)\Z"
)
_REACH: Final = 24
_MOST_MAJOR: Final = 100
"""No package in a list of requirements has a version with more before its first point and three numbers behind it."""


def is_address(match: re.Match[str]) -> bool:
    """An IPv4 address of the open network, and no version or section: in a URL it is neither."""
    written = re.sub(r"[\[\]]", "", match[0])
    numbers = [int(part) for part in written.split(".")]
    is_oid = numbers[0] < _OID_ROOTS and numbers[1] < _OID_ARCS
    in_url = match.string.startswith("://", max(0, match.start() - 3))
    if ((is_oid or max(numbers) < _SMALL) and not in_url) or written in _PUBLIC_RESOLVERS:
        return False
    try:
        address = ipaddress.IPv4Address(written)
    except ValueError:
        return False
    if any(address in network for network in _INSIDE):
        return False
    before = match.string[max(0, match.start() - _REACH) : match.start()]
    if numbers[0] >= _MOST_MAJOR and before.rstrip().endswith("=="):
        return True
    is_network = numbers[-1] == 0 and match.string[match.end() : match.end() + 1] == "/"
    return not is_network and _VERSION_BEFORE.search(before) is None


def is_address_in_name(match: re.Match[str]) -> bool:
    """An IPv4 address of the open network with hyphens between its numbers."""
    try:
        address = ipaddress.IPv4Address(match["address"].replace("-", "."))
    except ValueError:
        return False
    return max(address.packed) >= _SMALL and not any(address in network for network in _INSIDE)


_LONGEST_EXAMPLE: Final = 2
"""Digits of a machine in the network of documentation that stands for any: ``2001:db8::1``."""


def is_ipv6(match: re.Match[str]) -> bool:
    """A global unicast IPv6 address (2000::/3)."""
    is_network = match[0].endswith("::") and match.string[match.end() : match.end() + 1] == "/"
    host = re.fullmatch("2001:0?db8::([0-9a-f]*)", match[0].lower())
    if host is not None and len(host[1]) <= _LONGEST_EXAMPLE:  # the prefix of documentation, RFC 3849
        return False
    return not is_network and any(_reads_as_ipv6(form) for form in (match[0], match[0].rstrip(":")))


def _reads_as_ipv6(text: str) -> bool:
    try:
        return ipaddress.IPv6Address(text) is not None
    except ValueError:
        return False


def is_mac(match: re.Match[str]) -> bool:
    """The hardware address of one machine: not all the same, not counting up as examples do."""
    pairs = re.findall("[0-9A-Fa-f]{2}", match[0])
    numbers = [int(pair, 16) for pair in pairs]
    return len(set(numbers)) > 2 and any(b - a != numbers[1] - numbers[0] for a, b in pairwise(numbers))  # noqa: PLR2004
