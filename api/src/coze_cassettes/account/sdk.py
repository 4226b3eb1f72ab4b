"""Imports the SDK only when a command needs it, which takes most of a second."""

from __future__ import annotations

import logging
import warnings
from importlib.metadata import version as version_of
from types import ModuleType


def cozepy() -> ModuleType:
    """The module ``cozepy``; its import of authlib.jose warns of a deprecation that no user of a command can help.

    It logs nothing from then on: what it says of an answer has not been scrubbed.
    """
    with warnings.catch_warnings(record=True, action="ignore"):  # also where PYTHONWARNINGS makes errors of them
        import cozepy  # noqa: PLC0415  see above

    logging.getLogger("cozepy").setLevel(logging.CRITICAL)
    return cozepy


def version() -> str:
    """The version of the installed SDK."""
    return version_of("cozepy")
