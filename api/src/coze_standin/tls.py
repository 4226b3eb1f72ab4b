"""A certificate for 127.0.0.1 from an authority that exists as long as the server runs."""

from __future__ import annotations

import ssl
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class LocalTls:
    """The server's side, and the file that a client trusts as ``SSL_CERT_FILE``."""

    context: ssl.SSLContext
    ca_file: str


@contextmanager
def local_tls(*, enabled: bool) -> Iterator[LocalTls | None]:
    """A fresh certificate; nothing unless ``enabled``. The file is removed at the end of the block."""
    if not enabled:
        yield None
        return
    import trustme  # noqa: PLC0415  30 ms of a start, which only TLS is worth

    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1", "localhost").configure_cert(context)
    with tempfile.TemporaryDirectory() as folder:
        ca_file = Path(folder) / "ca.pem"
        authority.cert_pem.write_to_path(str(ca_file))
        yield LocalTls(context, str(ca_file))
