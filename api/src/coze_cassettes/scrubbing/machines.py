"""Tells the address of a machine that says where a person was from one that is nobody's."""

from __future__ import annotations

import ipaddress
import re
from typing import Final

_SECTION_NUMBERS: Final = 32
"""Four numbers below this are a section or a version, not the address of a machine."""


def ipv4(text: str) -> bool:
    """An IPv4 address that can be a person's: neither of a private network nor a version number."""
    text = text.replace("[.]", ".").replace("-", ".")
    if not public_ipv4(text):
        return False
    numbers = ipaddress.IPv4Address(text).packed
    return max(numbers) >= _SECTION_NUMBERS and (numbers[3:] != b"\0" or _is_documented(text))


def public_ipv4(text: str) -> bool:
    """An IPv4 address of the open network or of an example; not of a resolver that everybody knows."""
    try:
        address = ipaddress.IPv4Address(text)
    except ValueError:  # a zero stands before a number
        return False
    return _is_documented(text) or (address.is_global and not address.is_multicast and text not in _RESOLVERS)


def _is_documented(text: str) -> bool:
    return any(ipaddress.IPv4Address(text) in network for network in _DOCUMENTATION)


_RESOLVERS: Final = frozenset({"1.0.0.1", "1.1.1.1", "8.8.4.4", "8.8.8.8", "9.9.9.9"})
_DOCUMENTATION: Final = tuple(map(ipaddress.IPv4Network, ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24")))
"""Addresses that stand for anybody's in examples."""


def ipv6(text: str) -> bool:
    """An IPv6 address that can be a person's: a global one, and no example."""
    if _FIRST_DOCUMENTED.fullmatch(text):
        return False
    try:
        address = ipaddress.IPv6Address(text)
    except ValueError:
        return False
    return address in _GLOBAL


_FIRST_DOCUMENTED = re.compile("(?i:2001:0?db8)::[0-9A-Fa-f]{0,2}")
"""The prefix of documentation (RFC 3849) and its first addresses."""

_GLOBAL: Final = ipaddress.IPv6Network("2000::/3")
"""Where the addresses of machines are (RFC 4291, 2.4)."""


def mac(text: str) -> bool:
    """The address of a device: not all the same, and with hexadecimal letters or two digits that no time has."""
    pairs = re.findall("[0-9A-Fa-f]{2}", text)
    return len(set(pairs)) > 2 and any(pair > "59" for pair in pairs)  # noqa: PLR2004  00:00:00:00:00:01
