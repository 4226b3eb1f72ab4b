"""THE list of the parts of a call in which a value can stand.

The scrubber and the inspector both walk this list; a test compares it with the fields of the model, so that no field
can be added that nobody looks at.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Final

from coze_cassettes.cassette.model import Interaction


class Form(StrEnum):
    """What a part is made of."""

    TEXT = "text"
    URI = "uri"
    """A text that ``split_uri`` takes apart."""
    HEADERS = "headers"
    """Pairs of a name and a value."""
    BODY = "body"
    """Bytes, read as ``model.media_type`` says."""
    NAMES = "names"
    """Several texts."""
    NUMBER = "number"
    """No text: nothing can hide in it, and nobody walks it."""


@dataclass(frozen=True)
class Part:
    """One field of a request or a response, or of the metadata: ``message`` is the attribute that holds the field."""

    message: str
    field: str
    form: Form

    @property
    def name(self) -> str:
        """How messages call it: ``request.uri``."""
        return f"{self.message}.{self.field}"

    def value_of(self, holder: Any) -> Any:
        """The value of this part in an interaction (of ``metadata``: in a cassette)."""
        return getattr(getattr(holder, self.message), self.field)

    def replace_value(self, interaction: Interaction, value: Any) -> Interaction:
        """The interaction with another value of this part."""
        message = replace(getattr(interaction, self.message), **{self.field: value})
        return replace(interaction, **{self.message: message})


PARTS: Final[tuple[Part, ...]] = (
    Part("request", "method", Form.TEXT),
    Part("request", "uri", Form.URI),
    Part("request", "headers", Form.HEADERS),
    Part("request", "body", Form.BODY),
    Part("response", "status", Form.NUMBER),
    Part("response", "reason", Form.TEXT),
    Part("response", "headers", Form.HEADERS),
    Part("response", "body", Form.BODY),
    Part("response", "chunks", Form.NUMBER),
    Part("response", "fault", Form.TEXT),
)
"""The parts of an interaction, in the order of the wire."""

METADATA_PARTS: Final[tuple[Part, ...]] = (
    Part("metadata", "recorded_from", Form.TEXT),
    Part("metadata", "recorded_at", Form.TEXT),
    Part("metadata", "cozepy", Form.TEXT),
    Part("metadata", "digest", Form.TEXT),
    Part("metadata", "placeholders", Form.NAMES),
)
"""The parts of a cassette beside its interactions."""


@dataclass(frozen=True)
class Uri:
    """A URI in its pieces, each as it is written; ``str()`` puts them together again exactly."""

    scheme: str = ""
    userinfo: str = ""
    host: str = ""
    path: str = ""
    query: str = ""
    fragment: str = ""

    def __str__(self) -> str:
        return f"{self.scheme}{self.userinfo}{self.host}{self.path}{self.query}{self.fragment}"


URI_PIECES: Final = ("scheme", "userinfo", "host", "path", "query", "fragment")
"""The pieces of a URI, in order; each carries its own separator: ``https://``, ``me:pw@``, ``?a=1``, ``#top``."""

_URI = re.compile(
    r"(?P<scheme>(?:[A-Za-z][A-Za-z0-9+.-]*:)?//)?(?(scheme)(?P<userinfo>[^/?#]*@)?(?P<host>[^/?#]*))"
    r"(?P<path>[^?#]*)(?P<query>\?[^#]*)?(?P<fragment>#.*)?",
    re.DOTALL,
)


def split_uri(uri: str) -> Uri:
    """The pieces of a URI; every text has them (RFC 3986, appendix B), and they add up to it."""
    match = _URI.fullmatch(uri)
    assert match is not None  # noqa: S101  the pattern matches every text
    return Uri(**{name: match[name] or "" for name in URI_PIECES})
