"""Says which files of TLS that the environment names cannot be used."""

from __future__ import annotations

import os
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from typing import Final

TRUSTED: Final = "SSL_CERT_FILE"
KEYS: Final = "SSLKEYLOGFILE"


def problem(environment: Mapping[str, str]) -> str:
    """Why no client can be made, with the fix, in a sentence; an empty string if one can."""
    for name in (TRUSTED, KEYS):
        if reason := _reason(name, environment.get(name, "")):
            return f"{name} names a file that cannot be used ({reason}): correct or unset it."
    return ""


@contextmanager
def ignored_context() -> Iterator[None]:
    """Let the variables of files that cannot be used count as unset: without TLS nothing needs them."""
    unusable = {name: value for name in (TRUSTED, KEYS) if _reason(name, value := os.environ.get(name, ""))}
    for name in unusable:
        del os.environ[name]
    try:
        yield
    finally:
        for name, value in unusable.items():
            os.environ.setdefault(name, value)


@cache
def _reason(name: str, file: str) -> str:
    """Why Python cannot use a file, or an empty string; that it is looked at once saves a test some milliseconds."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    try:
        if file and name == TRUSTED:
            context.load_verify_locations(file)
        elif file:
            context.keylog_filename = file
    except ssl.SSLError:
        return "it holds no certificate"
    except OSError as error:
        return error.strerror or type(error).__name__
    return ""
