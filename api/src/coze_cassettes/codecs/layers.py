"""Walks through the layers in which a value can hide in a text: JSON, escapes, base64, the other encodings.

A visitor is shown one readable piece at a time with its place, and says what to replace in it; every layer brings the
edits of what is inside it to its own text. What nobody edits stays byte for byte as it was.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from itertools import starmap
from typing import Final, NamedTuple

from coze_cassettes.codecs import containers, json_text, lists
from coze_cassettes.codecs.edits import Edit, apply_edits, edit_words, merge_edits, merge_longest, shift_edits
from coze_cassettes.codecs.encodings import (
    CHANCE,
    GB18030,
    INLINE,
    JSON_ESCAPES,
    STANDING,
    Encoding,
    fold,
    gb18030_stretches,
    is_readable,
    to_bytes,
    to_text,
)
from coze_cassettes.codecs.inline import close_inline, open_inline, own_stretches
from coze_cassettes.codecs.json_text import Path
from coze_cassettes.codecs.openings import MIN_SEGMENT, is_path, may_hold, stretches_to_open
from coze_cassettes.codecs.stretches import Joined, Stretch, joined_stretches, strings_in
from coze_cassettes.errors import UnreadableBody

MAX_DEPTH: Final = 24
"""Layers inside layers beyond which a body is refused: nobody nests that deep but an attacker."""


class Leaf(NamedTuple):
    """One readable piece; a tuple, since it is copied for every text that stands in it.

    ``form`` is string, number or key (of JSON), text (of no field), segment (of a URI path), header, binary (bytes that
    are not text), joined (what came in pieces), or list (what its strings say together). ``part`` is the part of the
    call, ``uri_path`` the path of its URI.
    """

    path: Path
    text: str
    form: str = "string"
    depth: int = 0
    part: str = ""
    uri_path: str = ""
    allow_opaque: frozenset[str] = frozenset()
    """Digests of what may be kept though it cannot be opened."""

    def inside(self, text: str, form: str, path: Path | None = None) -> Leaf:
        """A piece that stands in this one."""
        path = self.path if path is None else path
        return Leaf(path, text, form, self.depth + 1, self.part, self.uri_path, self.allow_opaque)


Visit = Callable[[Leaf], Sequence[Edit]]
"""Says what to replace in a piece."""


def walk_text(leaf: Leaf, visit: Visit) -> list[Edit]:
    """The edits of a text: what ``visit`` says of it and of everything that is written in it."""
    if leaf.depth > MAX_DEPTH:
        raise UnreadableBody(f"more than {MAX_DEPTH} layers of encoding inside each other at {'.'.join(leaf.path)}")
    return list(_recall(leaf, visit)) if len(leaf.text) <= _SHORT else _edits(leaf, visit)


_SHORT: Final = 512
"""Characters of a text whose edits are remembered: the events of a stream say the same again and again."""


@lru_cache(maxsize=1 << 13)
def _recall(leaf: Leaf, visit: Visit) -> tuple[Edit, ...]:
    return tuple(_edits(leaf, visit))


def forget() -> None:
    """Forget the texts that were walked through, and the visitors, which know secrets."""
    _recall.cache_clear()
    stretches_to_open.cache_clear()
    joined_stretches.cache_clear()
    _read_in_gb18030.cache_clear()


def _edits(leaf: Leaf, visit: Visit) -> list[Edit]:
    if leaf.form == "binary":
        said = merge_edits(visit(leaf), _strings(leaf, visit))
        return _merge(leaf.text, said, merge_edits(_standing_in_bytes(leaf, visit)))
    if json_text.is_json(leaf.text):
        is_key = leaf.form == "key"  # of an object, which a visitor sees as such too
        return _merge(leaf.text, visit(leaf), walk_json(leaf, visit)) if is_key else walk_json(leaf, visit)
    if (end := json_text.missing_end(leaf.text)) is not None:
        return _merge(leaf.text, visit(leaf), _cut_off(leaf, end, visit))
    own = visit(leaf)  # first: what is learned first has the first number
    return _merge(leaf.text, own, merge_edits(_walk_layers(leaf, visit), _walk_folded(leaf, visit)))


_DISGUISED = re.compile(r"[\uff02\uff07\uff10-\uff19\uff21-\uff3d\uff41-\uff5d\u00ad\u200b-\u200f\u2060\ufeff]")
"""Full-width letters, digits and quotes, and characters that nobody sees; not the punctuation of Chinese."""


def _walk_folded(leaf: Leaf, visit: Visit) -> list[Edit]:
    """The edits of what is written in a text whose looks were changed: JSON in full-width letters."""
    if _DISGUISED.search(leaf.text) is None:
        return []
    folded = fold(leaf.text)
    if folded.text == leaf.text:
        return []
    edits = walk_text(leaf.inside(folded.text, "text"), visit)
    return [(*folded.span(start, end), text) for start, end, text in edits]


_STRING: Final = 8
"""Characters of the shortest string of bytes that is read by itself."""


def _strings(leaf: Leaf, visit: Visit) -> list[Edit]:
    """The edits of what can be read among bytes, string by string."""
    edits: list[Edit] = []
    for start, string, _ in strings_in(leaf.text, _STRING):
        edits += shift_edits(walk_text(leaf.inside(string, "text"), visit), start)
        count = ord(leaf.text[start - 1]) if start else 0
        if MIN_SEGMENT <= count < len(string):  # the number of its bytes, as binary formats write it before a string
            edits += shift_edits(walk_text(leaf.inside(string[:count], "text"), visit), start)
    return merge_edits(edits)


def _merge(text: str, own: Sequence[Edit], inner: Sequence[Edit]) -> list[Edit]:
    """The edits of a text and of what is encoded in it.

    A stretch that is written anew as a whole had the value replaced inside, so that nothing is left to be done there.
    """
    starts = [start for start, _, _ in inner]
    left = [edit for edit in own if not _is_done(edit, inner, bisect_right(starts, edit[0]) - 1, text)]
    return merge_longest(left, inner)


def _is_done(edit: Edit, inner: Sequence[Edit], before: int, text: str) -> bool:
    """Whether a longer stretch around an edit is written anew without what the edit takes away.

    An edit of the same stretch stands: a URL with ``%2B`` in it is replaced as it is, and not written with escapes.
    """
    if before < 0:
        return False
    start, end, new = inner[before]
    return edit[1] <= end and (start, end) != edit[:2] and text[edit[0] : edit[1]] not in new


def edit_text(leaf: Leaf, visit: Visit) -> str:
    """A text with everything replaced that ``visit`` says."""
    return apply_edits(leaf.text, walk_text(leaf, visit))


# --- JSON -----------------------------------------------------------------------------------------------------------


def walk_json(leaf: Leaf, visit: Visit) -> list[Edit]:
    """The edits of a JSON text: those of its keys, strings and numbers."""
    edits: list[Edit] = []
    strings = lists.Strings()
    for token in json_text.named_tokens(leaf.text):
        raw, path = leaf.text[token.start : token.end], (*leaf.path, *token.path)
        if token.form == "number":
            edits += shift_edits(visit(leaf.inside(raw, "number", path)), token.start)
            continue
        value = raw[1:-1] if "\\" not in raw else json.loads(raw)
        edits += shift_edits(token_edits(raw, walk_text(leaf.inside(value, token.form, path), visit)), token.start)
        if token.form == "string":
            strings.add(token, value)
    return merge_longest(edits, _edits_of_lists(leaf, strings, visit))


def _edits_of_lists(leaf: Leaf, strings: lists.Strings, visit: Visit) -> Iterator[Edit]:
    """The edits of what the strings of lists say together."""
    for path, pieces, text in strings.texts():
        for token, edits in lists.edits_of(pieces, visit(leaf.inside(text, "list", (*leaf.path, *path)))):
            yield from shift_edits(token_edits(leaf.text[token.start : token.end], edits), token.start)


def token_edits(raw: str, edits: Sequence[Edit]) -> list[Edit]:
    """Edits of the value of a JSON string as edits of the token, in its manner."""
    if not edits:
        return []
    opened = open_inline(JSON_ESCAPES, raw[1:-1])
    manner = json_text.Manner.of(raw)
    inside = [(*opened.span(start, end), manner.encode(text)[1:-1]) for start, end, text in edits]
    return shift_edits(inside, 1)


def _cut_off(leaf: Leaf, end: str, visit: Visit) -> list[Edit]:
    """The edits of a JSON text without its end."""
    length = len(leaf.text)
    whole = walk_json(leaf._replace(text=leaf.text + end), visit)
    return [(start, min(stop, length), text) for start, stop, text in whole if start < length]


# --- encodings ------------------------------------------------------------------------------------------------------


def _walk_layers(leaf: Leaf, visit: Visit) -> list[Edit]:
    """The edits of JSON that stands in a text, and of what is encoded before, between and behind it."""
    edits: list[Edit] = []
    position = 0
    for start, end in json_text.fragments(leaf.text):
        edits += shift_edits(_walk_encodings(leaf._replace(text=leaf.text[position:start]), visit), position)
        edits += shift_edits(walk_json(leaf._replace(text=leaf.text[start:end]), visit), start)
        position = end
    return [*edits, *shift_edits(_walk_encodings(leaf._replace(text=leaf.text[position:]), visit), position)]


def _walk_encodings(leaf: Leaf, visit: Visit) -> list[Edit]:
    """The edits of what is encoded in a text; one inline encoding at a time, since what it hides is opened next."""
    for row in INLINE:
        if not row.may_be_in(leaf.text) or row.pattern.search(leaf.text) is None:
            continue
        if own := own_stretches(row, leaf.text):
            return _walk_apart(leaf, own, visit)
        if (opened := open_inline(row, leaf.text)).inner != leaf.text:
            edits = walk_text(leaf.inside(opened.inner, "text"), visit)
            closed = [close_inline(row, leaf.text, opened.span(start, end), text) for start, end, text in edits]
            # what only looks like an escape may be a letter of base85; stretches without one are found inside
            return merge_longest(closed, _standing(leaf, visit, row))
    return _standing(leaf, visit)


def _walk_apart(leaf: Leaf, own: Sequence[tuple[int, int, Encoding]], visit: Visit) -> list[Edit]:
    """The edits of some stretches of a text, and of what stands between them."""
    edits: list[Edit] = []
    position = 0
    for start, end, row in own:
        if start < position:
            continue
        edits += shift_edits(_walk_encodings(leaf._replace(text=leaf.text[position:start]), visit), position)
        edits += shift_edits(_open_standing(row, leaf, leaf.text[start:end], visit), start)
        position = end
    return [*edits, *shift_edits(_walk_encodings(leaf._replace(text=leaf.text[position:]), visit), position)]


def _standing(
    leaf: Leaf, visit: Visit, inline: Encoding | None = None, rows: Sequence[Encoding] = STANDING
) -> list[Edit]:
    """The edits of each stretch that stands by itself, or of those that share something with an inline encoding."""
    edits: list[Edit] = []
    wide: list[tuple[int, int]] = []  # of both orders of bytes one is right, that of the stretch which was read first
    escapes = None if inline is None else [match.span() for match in inline.pattern.finditer(leaf.text)]
    for row, start, end in stretches_to_open(leaf.text, tuple(rows)):
        if row.charset and any(low < end and start < high for low, high in wide):
            continue
        if escapes is None or _is_crossed(start, end, escapes):
            own = _open_standing(row, leaf, leaf.text[start:end], visit)
            edits += shift_edits(own, start)
            wide += [(start, end)] if own and row.charset else []
    return merge_edits(edits)


def _is_crossed(start: int, end: int, spans: Sequence[tuple[int, int]]) -> bool:
    """Whether one of some spans has a part in a stretch: the padding of base64 looks like a soft end of a line."""
    after = bisect_right(spans, start, key=lambda span: span[1])
    return after < len(spans) and spans[after][0] < end


def _open_standing(row: Encoding, leaf: Leaf, raw: str, visit: Visit) -> list[Edit]:
    """One edit that writes a stretch anew; nothing if nothing in it is edited, or if it is not in this encoding."""
    if row.inside is not None:
        opened = open_inline(row.inside, raw)
        edits = walk_text(leaf.inside(opened.inner, "text"), visit)
        return [close_inline(row, raw, opened.span(start, end), text) for start, end, text in edits]
    inner = row.decode(raw)
    if inner is not None and may_hold(inner):
        if (new := walk_bytes(leaf.inside("", "text"), data := to_bytes(inner), visit)) != data:
            written = row.encode_like(to_text(new), raw)
            return [edit_words(raw, written) if row.charset else (0, len(raw), written)]
        if is_readable(inner):
            return []
    return _segments(row, leaf, raw, visit) if is_path(row, raw) else []


def _segments(row: Encoding, leaf: Leaf, raw: str, visit: Visit) -> list[Edit]:
    """The edits of each segment of a path that is a text in base64; in a sound what lies between two ``/`` is none."""
    edits: list[Edit] = []
    position = 0
    for segment in raw.split("/"):
        if len(segment) >= MIN_SEGMENT and is_readable(row.decode(segment) or "\0"):
            edits += shift_edits(_open_standing(row, leaf, segment, visit), position)
        position += len(segment) + 1
    return edits


# --- stretches in bytes that are no text ----------------------------------------------------------------------------

_ASCII = re.compile(rf"[\s!-~]{{{MIN_SEGMENT},}}+")

_OF_ASCII: Final = tuple(row for row in STANDING if not row.charset)
_OF_WIDE_CHARACTERS: Final = tuple(row for row in STANDING if row.charset and row.charset != GB18030)
_OF_GB18030: Final = next(row for row in STANDING if row.charset == GB18030)


def _standing_in_bytes(leaf: Leaf, visit: Visit) -> Iterator[Edit]:
    yield from _in_strings(leaf, visit)
    yield from _in_gb18030(leaf, visit)
    yield from _standing(leaf, visit, rows=_OF_WIDE_CHARACTERS)


def _in_strings(leaf: Leaf, visit: Visit) -> Iterator[Edit]:
    """The edits of what is encoded in ASCII: in the strings of the bytes, which are few."""
    joined = joined_stretches(_ASCII, leaf.text)
    for stretch, edits in joined.split(_standing(leaf._replace(text=joined.text), visit, rows=_OF_ASCII)):
        yield from shift_edits(edits, stretch.start)


def _in_gb18030(leaf: Leaf, visit: Visit) -> Iterator[Edit]:
    """The edits of what is written in it; short stretches together, since noise has many."""
    long, joined = _read_in_gb18030(leaf.text)
    for stretch in long:
        yield from shift_edits(_open_standing(_OF_GB18030, leaf, stretch.raw, visit), stretch.start)
    together = leaf.inside(joined.text, "binary")
    for stretch, edits in joined.split(merge_edits(visit(together), _in_strings(together, visit))):
        new = apply_edits(stretch.read, edits)
        yield stretch.start, stretch.start + len(stretch.raw), _OF_GB18030.encode_like(new, stretch.raw)


@lru_cache(maxsize=8)
def _read_in_gb18030(text: str) -> tuple[Sequence[Stretch], Joined]:
    """The stretches in it, those that are long and those that are short; remembered likewise."""
    found = list(starmap(Stretch, gb18030_stretches(text)))
    long = [stretch for stretch in found if len(stretch.read) >= CHANCE]
    return long, Joined.of([stretch for stretch in found if len(stretch.read) < CHANCE])


# --- bytes ----------------------------------------------------------------------------------------------------------


def walk_bytes(leaf: Leaf, data: bytes, visit: Visit) -> bytes:
    """Bytes with everything replaced that ``visit`` says; what holds other files is opened."""
    if leaf.depth > MAX_DEPTH:
        raise UnreadableBody(f"more than {MAX_DEPTH} files inside each other")
    opened = containers.open_container(data, leaf.allow_opaque)
    if opened is not None:
        inner = leaf.inside("", "text")
        return opened.close([walk_bytes(inner, member, visit) for member in opened.members])
    text = to_text(data)
    return to_bytes(edit_text(leaf._replace(text=text, form=leaf.form if is_readable(text) else "binary"), visit))
