"""Imports the SDK only when a command needs it, which takes most of a second."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version as version_of
from types import ModuleType


def cozepy() -> ModuleType:
    """The module ``cozepy``; its import of authlib.jose warns of a deprecation that no user of a command can help."""
    with warnings.catch_warnings(record=True, action="ignore"):  # also where PYTHONWARNINGS makes errors of them
        import cozepy  # noqa: PLC0415  see above

    return cozepy


@contextmanager
def quiet_context() -> Iterator[None]:
    """A block in which the SDK logs nothing: what it says of an answer has not been scrubbed."""
    logger = logging.getLogger("cozepy")
    level = logger.level
    logger.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        logger.setLevel(level)


def version() -> str:
    """The version of the installed SDK."""
    return version_of("cozepy")
