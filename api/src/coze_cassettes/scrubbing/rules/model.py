"""What a scrub rule is."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Category(StrEnum):
    """Why a value is replaced."""

    SECRET = "secret"  # noqa: S105 - a category
    PERSONAL = "personal"
    IDENTIFIER = "identifier"
    VOLATILE = "volatile"


class Where(StrEnum):
    """Where a rule looks."""

    HEADER = "header"
    FIELD = "field"
    """A query parameter, a multipart field or a JSON path; the pattern is matched against the end of ``a.b.c``."""
    PATH = "path"
    """A segment of the URI path, the pattern's one group."""
    TEXT = "text"
    """A shape in any text, keys and names included; the pattern's one group if it has one."""


class Form(StrEnum):
    """What the placeholder looks like, so that the SDK still parses it."""

    PLACEHOLDER = "placeholder"
    URL = "url"
    SHIFT = "shift"
    """No placeholder: a timestamp is moved by the distance of the recording from the epoch."""


@dataclass(frozen=True)
class Rule:
    """One row: ``pattern`` says where, ``accepts`` and ``validator`` which values, ``uri`` on which URI paths.

    ``validator`` names a function of ``validators.VALIDATORS`` that a value of the right shape must pass too.
    ``hit`` and ``miss`` are the examples, a request or an answer at the URI path ``at``.
    ``mark`` stands in everything that a pattern of a text matches: most texts are without it, and are not searched.
    ``is_run`` says that the same holds for a run of as many characters as the shortest key has, and that no match goes
    on over the end of a line.
    With ``unless`` a rule for a text looks at the values of fields only, but for those of these names.
    """

    id: str
    kind: str
    category: Category
    where: Where
    pattern: str
    reason: str
    hit: str
    miss: str
    accepts: str = r"(?s).+"
    validator: str = ""
    uri: str = ""
    at: str = "/any"
    form: Form = Form.PLACEHOLDER
    mark: str = ""
    is_run: bool = False
    unless: str = ""
