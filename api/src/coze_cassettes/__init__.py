"""Trustworthy record/replay testing for the Coze platform: the public API of the toolkit.

What these names offer is kept between minor versions; every other module of the package is internal and may change.
Nothing is imported before it is asked for, since pytest imports this package in every project of an environment.
"""

from __future__ import annotations

from importlib import import_module
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, Final

from coze_cassettes.errors import (
    CassetteError,
    InvalidCassette,
    Misuse,
    NotWritten,
    UnreadableBody,
    UnsafeCassette,
)

if TYPE_CHECKING:
    from coze_cassettes.fixtures import Account
    from coze_cassettes.session.sent import SentRequest

    __version__: str

__all__ = [
    "Account",
    "CassetteError",
    "InvalidCassette",
    "Misuse",
    "NotWritten",
    "SentRequest",
    "UnreadableBody",
    "UnsafeCassette",
    "__version__",
]

_LAZY: Final = {"Account": "coze_cassettes.fixtures", "SentRequest": "coze_cassettes.session.sent"}


def __getattr__(name: str) -> Any:
    if name == "__version__":
        return version("coze-cassettes")
    if name not in _LAZY:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_LAZY[name]), name)
