"""Says what of a readable piece the rules claim: pure functions from a piece to claims."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final
from urllib.parse import parse_qsl, unquote, urlsplit

from coze_cassettes.codecs.dumps import is_of_dump
from coze_cassettes.codecs.encodings import Folded, fold, is_readable, to_text
from coze_cassettes.codecs.inline import is_in_signs
from coze_cassettes.codecs.layers import Leaf
from coze_cassettes.codecs.stretches import Joined, Stretch, strings_in
from coze_cassettes.scrubbing import chinese, placeholders
from coze_cassettes.scrubbing.fields import fields_in
from coze_cassettes.scrubbing.named_values import is_example, is_value, says_its_name
from coze_cassettes.scrubbing.nearby import is_shown
from coze_cassettes.scrubbing.parents import other_names
from coze_cassettes.scrubbing.rules.model import Category, Form, Rule
from coze_cassettes.scrubbing.rules.rule_set import RuleSet
from coze_cassettes.scrubbing.syntaxes import NamedValue
from coze_cassettes.scrubbing.validators import signed_url

_AUTH_SCHEME = re.compile(r"(?:Bearer|Basic|Token)\s+", re.IGNORECASE)
_COOKIE = re.compile(
    r"(?:^|[;,]\s*)(?!(?i:domain|path|expires|max-age|samesite|priority|version|comment)=)[\w.-]+=([^;,\s]+)"
)
_STRING: Final = 6
"""Characters of the shortest string of bytes in which a rule may claim something."""

_PARAGRAPH: Final = "\n\0\n"
"""What no rule reads over: a value ends at the blank, a byte that nobody can read is none."""

_URL_PARAMETER = re.compile(r"[?&]([A-Za-z_][\w.-]{0,63})=([!$%(-;=?-\[\]-~]{16,}+(?=[^\x00-\x7f])|[^&\s\"'#<>\\]+)")
"""A long value of ASCII ends where Chinese goes on."""

_AFTER_URL: Final = ")],.;"
"""What stands behind a URL in a text."""


@dataclass(frozen=True)
class Claim:
    """A value that a rule claims, as it reads once folded, and where it stands in the piece as it is written."""

    start: int
    end: int
    value: str
    rule: Rule


def claims_in(leaf: Leaf, rules: RuleSet) -> tuple[Claim, ...]:
    """What the rules claim in a piece; claims may overlap. Learning and replacing ask the same."""
    return _recall(Leaf(leaf.path, leaf.text, leaf.form, uri_path=leaf.uri_path), rules)


def is_signed_by_fields(leaf: Leaf, rules: RuleSet) -> bool:
    """Whether it is a request's address of which rules claim each parameter that signs it: it keeps all others then."""
    if leaf.form != "uri" or leaf.part != "request.uri":
        return False
    parameters = parse_qsl(urlsplit(leaf.text).query)
    signing = [(name, value) for name, value in parameters if signed_url(f"?{name}={value}")]
    return bool(signing) and all(rules.field(name, leaf.uri_path, value) for name, value in signing)


@lru_cache(maxsize=1 << 14)
def _recall(leaf: Leaf, rules: RuleSet) -> tuple[Claim, ...]:
    return tuple(_claims(leaf, rules))


def _claims(leaf: Leaf, rules: RuleSet) -> Iterator[Claim]:
    if leaf.form == "header":
        yield from _header_claims(leaf, rules)
    elif leaf.form == "path":
        yield from (_claim(leaf.text, span, rule) for rule, *span in rules.in_path(leaf.text))
        yield from _text_claims(leaf, rules)
    elif leaf.form in ("string", "number") and (rule := _field_rule(leaf, rules)) is not None:
        yield Claim(0, len(leaf.text), fold(leaf.text).text, rule)
        if rule.kind == "PERSONAL_VALUE":  # what it is says more than its name, which it has not everywhere
            yield from (
                each for each in _shape_claims(fold(leaf.text), rules) if each.end - each.start == len(leaf.text)
            )
    elif leaf.form == "number":
        yield from (Claim(0, len(leaf.text), leaf.text, claim.rule) for claim in _shape_claims(fold(leaf.text), rules))
    elif leaf.form == "uri":
        yield from (claim for claim in _shape_claims(fold(leaf.text), rules) if claim.rule.form is Form.URL)
    elif leaf.form == "binary":
        yield from _binary_claims(leaf, rules)
    elif leaf.form not in ("pieces", "list"):
        yield from _text_claims(leaf, rules)


def _binary_claims(leaf: Leaf, rules: RuleSet) -> Iterator[Claim]:
    """What the rules claim in the strings of bytes, which are read as paragraphs of one text."""
    strings = strings_in(leaf.text, _STRING)
    measured = (part for each in strings if len(each.raw) > _SIZES.start for part in _measured(each))
    joined = Joined.of([*strings, *measured], _PARAGRAPH)
    for claim in _text_claims(leaf.inside(joined.text, "text"), rules):
        start, end = joined.place(claim.start, claim.end)
        is_whole = end - start == claim.end - claim.start
        value = claim.value if is_whole else fold(leaf.text[start:end]).text
        yield Claim(start, end, value, claim.rule)


_SIZES: Final = range(ord("0"), ord("z") + 1)


def _measured(string: Stretch) -> Iterator[Stretch]:
    """The strings behind a byte that says how long each is, if that is a letter or a digit too; they end there."""
    length = len(string.raw)
    ends = (at for at in range(length - _SIZES.stop, length) if at >= 0 and ord(string.raw[at]) == length - at - 1)
    for at in sorted({0, 1, *ends}):
        size = ord(string.raw[at])
        if size in _SIZES and size < length - at:
            raw = string.raw[at + 1 : at + 1 + size]
            yield Stretch(string.start + at + 1, raw, raw)


def _field_rule(leaf: Leaf, rules: RuleSet) -> Rule | None:
    value = fold(leaf.text).text
    if leaf.path and (is_example(value) or says_its_name(value, leaf.path[-1])):
        return None
    rule = rules.field(".".join(leaf.path), leaf.uri_path, value)
    if rule is None and leaf.path and "." in leaf.path[-1]:
        rule = rules.field(_undotted(leaf.path[-1]), leaf.uri_path, value)
    return rule or _rule_by_other_name(leaf.path, leaf.uri_path, rules, value)


def _rule_by_other_name(path: Sequence[str], uri_path: str, rules: RuleSet, value: str) -> Rule | None:
    """The rule for a secret whose own name promises none, by the names around it: ``{"secrets": {"db": "tulip7"}}``."""
    found = (rules.field(name, uri_path, value) for name in other_names(path, value))
    return next((rule for rule in found if rule and rule.category is Category.SECRET and not rule.validator), None)


def _undotted(name: str) -> str:
    """A name with dots as one of several words, as the settings of programs have them: ``api.key``."""
    return name.strip(".").replace(".", "_")


def _claim(text: str, span: list[int], rule: Rule) -> Claim:
    start, end = span
    return Claim(start, end, text[start:end], rule)


# --- text -----------------------------------------------------------------------------------------------------------


def _text_claims(leaf: Leaf, rules: RuleSet) -> Iterator[Claim]:
    folded = fold(leaf.text)
    looks = [each for each in _shape_claims(folded, rules) if not _is_spared(leaf, each.rule)]
    if _is_noise(leaf.text):
        yield from (each for each in looks if each.start == 0)  # it may be a key as a whole
        return
    yield from looks
    for claim in _named_claims(leaf, folded, rules, looks):
        if not any(_is_named_inside(claim, each, leaf.text) for each in looks):
            yield claim


def _is_spared(leaf: Leaf, rule: Rule) -> bool:
    """Whether a rule that asks for the name of a field leaves a text alone: it stands in none, or in one of these."""
    if not rule.unless:
        return False
    return leaf.form != "string" or not leaf.path or re.fullmatch(rule.unless, leaf.path[-1]) is not None


def _is_named_inside(claim: Claim, look: Claim, text: str) -> bool:
    """Whether the name of a value is a part of what is known by its looks, of which only signs are left behind it."""
    rest = text[look.end : claim.end]
    return look.start < claim.start < look.end < claim.end and not any(map(str.isalnum, rest))


_NOISE: Final = re.compile(r"[A-Za-z0-9+/]{64,}={0,2}")
_LINE: Final = r"[A-Za-z0-9+/_-]{40,}+={0,2}"
_LONG_NOISE: Final = re.compile(
    rf"(?:data:[^,\s]{{1,80}},)?({_LINE}(?:\r?\n{_LINE})*+(?:\r?\n[A-Za-z0-9+/_-]{{1,39}}={{0,2}})?)\s*"
)
_SAMPLE: Final = 256
"""Characters of base64 that are judged. Of more than these it may also be that of URLs, and stand in lines."""

_OF_URLS: Final = str.maketrans("-_", "+/")
_LEAST_SHARE: Final = 0.2
"""Share of capitals, and of small letters, in base64 of bytes at least; words with plus signs between have less."""


def _is_noise(text: str) -> bool:
    """Whether a text is the base64 of bytes that nobody can read, as of a sound: a name or a key in it is chance."""
    sample = _sample_of_base64(text)
    least = _LEAST_SHARE * len(sample)
    if not sample or sum(map(str.isupper, sample)) < least or sum(map(str.islower, sample)) < least:
        return False
    return not is_readable(to_text(base64.b64decode(sample)))


def _sample_of_base64(text: str) -> str:
    """The beginning of a text that is base64 as a whole; an empty string if it is none."""
    if len(text) <= _SAMPLE:
        return "" if len(text) % 4 or _NOISE.fullmatch(text) is None else text
    whole = _LONG_NOISE.fullmatch(text)
    sample = "".join(whole[1][: 2 * _SAMPLE].split()).rstrip("=") if whole else ""
    return sample[: min(_SAMPLE, len(sample) // 4 * 4)].translate(_OF_URLS)


def _shape_claims(folded: Folded, rules: RuleSet) -> Iterator[Claim]:
    """What is known by its looks; the bytes of a dump look like a number."""
    for rule, start, end in rules.in_text(folded.text):
        if rule.category is Category.PERSONAL and is_of_dump(folded.text, start, end):
            continue
        if rule.kind == "EMAIL" and is_in_signs(folded.text, start):
            continue
        yield Claim(*folded.span(start, end), folded.text[start:end], rule)


def _named_claims(leaf: Leaf, folded: Folded, rules: RuleSet, looks: Sequence[Claim]) -> Iterator[Claim]:
    """What is known by a name that stands before it; far from one, what the looks of a secret say goes first."""
    for match in _URL_PARAMETER.finditer(folded.text):
        value = unquote(written := match[2].rstrip(_AFTER_URL))
        name = _PARAMETERS[is_shown(value)] if match[1] == "key" else match[1]
        rule = rules.field(name, leaf.uri_path, value) if value else None
        if rule is not None and rule.form is Form.PLACEHOLDER:
            yield Claim(*folded.span(match.start(2), match.start(2) + len(written)), value, rule)
    known = _places_of(looks, len(leaf.text))
    for found in fields_in(folded.text):
        claim = _named_claim(leaf, folded, found, rules)
        if claim is not None and not (found.is_far and any(known[claim.start : claim.end])):
            yield claim


def _places_of(claims: Sequence[Claim], length: int) -> bytes:
    """One for each character of a text in one of its claims, zero for each other; nothing if there is no claim."""
    places = bytearray(length if claims else 0)
    for claim in claims:
        places[claim.start : claim.end] = b"\1" * (claim.end - claim.start)
    return bytes(places)


def _named_claim(leaf: Leaf, folded: Folded, found: NamedValue, rules: RuleSet) -> Claim | None:
    if any(placeholders.found_in(found.name)):
        return None
    if _HALF_OF_BYTE.match(folded.text, found.start):
        return None
    found = _without_cut(folded.text, _without_plus(folded.text, found))
    value = folded.text[found.start : found.end]
    rule = rules.field(found.name.rpartition(".")[2], leaf.uri_path, value)
    if rule is None and "." in found.name:
        rule = rules.field(_undotted(found.name), leaf.uri_path, value)
        is_detail = rule is not None and rule.kind in _DETAILS and any(map(str.isdigit, value))
        rule = rule if rule is not None and (rule.category is Category.SECRET or is_detail) else None
    if rule is None and found.is_quoted:
        rule = _rule_by_other_name(found.name.split("."), leaf.uri_path, rules, value)
    if rule is None or rule.form is Form.SHIFT or (fitted := chinese.fitted(folded.text, found, rule)) is None:
        return None
    if fitted is not found:
        found, value = fitted, folded.text[fitted.start : fitted.end]
    if not is_value(folded.text, found, rule) or is_in_signs(folded.text, found.start):
        return None
    if _may_be_name(value, rule) and rules.fields(value, leaf.uri_path):
        return None  # the next of several names: of a table's first line, of a list, of a form
    return Claim(*folded.span(found.start, found.end), value, rule)


_DETAILS: Final = ("PERSONAL_VALUE", "ACCOUNT")
_PARAMETERS: Final = ("url_key", "api_key")
"""What a parameter ``key`` of a URL may be: the second if its value has several digits or changes often."""

_LONGEST_NAME: Final = 4
"""Characters of a Chinese name of a field that is no person's: ``电话``, ``收货地址``."""


def _may_be_name(value: str, rule: Rule) -> bool:
    """Whether a value may be the name of a field: a short Chinese one, or a word where a person is expected."""
    if not value.isascii():
        return len(value) <= _LONGEST_NAME
    return rule.category is Category.PERSONAL and value.isalpha()


_PLUS_BEFORE = re.compile(r"\+(?![0-9])")


def _without_plus(text: str, found: NamedValue) -> NamedValue:
    """A value without the plus before it in a text of a form whose escapes are read: it stands for a blank there."""
    if _PLUS_BEFORE.match(text, found.start, found.end - 1) is None:
        return found
    word = max(text.rfind(blank, 0, found.start) for blank in " \n") + 1
    is_blank = " " not in text or "%" in text[word : found.start]
    return replace(found, start=found.start + 1) if is_blank else found


_CUT = re.compile(r"(?:%[0-9A-Fa-f]?|\\(?:x[0-9A-Fa-f]?|u[0-9A-Fa-f]{0,3}|U[0-9A-Fa-f]{0,7}))\Z")
_HALF_OF_BYTE = re.compile(r"(?<==)[0-9A-F]\Z")
"""Behind the sign of equality of quoted-printable, whose other half comes in the next piece."""


def _without_cut(text: str, found: NamedValue) -> NamedValue:
    """A value without the escape that breaks off at the end of a text: the next piece goes on with it."""
    cut = _CUT.search(text, found.start + 1) if found.end == len(text) else None
    return found if cut is None else replace(found, end=cut.start())


# --- headers --------------------------------------------------------------------------------------------------------


def _header_claims(leaf: Leaf, rules: RuleSet) -> Iterator[Claim]:
    rule = rules.header(leaf.path[0])
    if rule is None:
        yield from _text_claims(leaf, rules)
    elif rule.kind == "COOKIE":
        yield from (_claim(leaf.text, list(match.span(1)), rule) for match in _COOKIE.finditer(leaf.text))
    else:
        scheme = _AUTH_SCHEME.match(leaf.text)
        start = scheme.end() if scheme else 0
        specific = (claim.rule for claim in _shape_claims(fold(leaf.text[start:]), rules))
        of_its_own = next((each for each in specific if each.category is Category.SECRET), rule)
        yield _claim(leaf.text, [start, len(leaf.text)], of_its_own)
