"""What a Coze test may say to vcrpy: each option is honoured, or refused with the reason."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

Accepts = Callable[[Any], bool]

COZE_HOSTS: Final = ("api.coze.com", "api.coze.cn", "ws.coze.com", "ws.coze.cn")

_COMPARED: Final = frozenset({"method", "scheme", "host", "port", "path", "query", "body"})
"""vcrpy's names for what a replay compares of every request."""

_LONG_FOR: Final = {
    "uri": ("scheme", "host", "port", "path", "query"),
    "url": ("scheme", "host", "port", "path", "query"),
    "raw_body": ("body",),
}


@dataclass(frozen=True)
class Option:
    """An option of vcrpy: which of its values are honoured, and why the others are refused."""

    name: str
    accepts: Accepts
    reason: str


def _is_strict(matchers: Iterable[str]) -> bool:
    named = [part for each in matchers for part in _LONG_FOR.get(each, (each,))]
    return frozenset(named) == _COMPARED


_NEEDED_HEADERS: Final = frozenset({"content-type", "agw-js-conv"})
"""Request headers that a cassette keeps as they are; a replay tells bodies by them."""


def _drops_nothing_needed(filters: Iterable[str | tuple[str, object]]) -> bool:
    names = {each if isinstance(each, str) else each[0] for each in filters}
    return _NEEDED_HEADERS.isdisjoint(name.lower() for name in names)


def _spares_coze(hosts: Iterable[str | re.Pattern[str]]) -> bool:
    return not any(_is_host(each, host) for each in hosts for host in COZE_HOSTS)


def _is_host(named: str | re.Pattern[str], host: str) -> bool:
    return named == host if isinstance(named, str) else named.fullmatch(host) is not None


def _always(_value: object) -> bool:
    return True


def _never(_value: object) -> bool:
    return False


def _is_empty(value: object) -> bool:
    return not value


def _is_true(value: object) -> bool:
    return value is True


def _is_yaml(value: object) -> bool:
    return value == "yaml"


_SCRUBBED: Final = "the scrubber replaces what is secret or personal, and COZE_SECRET_<NAME> adds a value to it"
_UNSCRUBBED: Final = "a function of the test would see or change traffic that is not scrubbed"
_PLACE: Final = "the ini option cassettes_dir says where cassettes are"

OPTIONS: Final = (
    Option("allowed_hosts", _always, ""),
    Option("match_on", _is_strict, "a replay compares method, URL, query and body of every request"),
    Option("record_mode", _never, "it would overrule the command line, where --record-mode says whether to record"),
    Option("filter_headers", _drops_nothing_needed, "a replay tells bodies by content-type and agw-js-conv"),
    Option("filter_query_parameters", _is_empty, _SCRUBBED),
    Option("filter_post_data_parameters", _is_empty, _SCRUBBED),
    Option("filter_nested_post_data_parameters", _is_empty, _SCRUBBED),
    Option("filter_sensitive_data", _is_empty, _SCRUBBED),
    Option("before_record", _is_empty, _UNSCRUBBED),
    Option("before_record_request", _is_empty, _UNSCRUBBED),
    Option("before_record_response", _is_empty, _UNSCRUBBED),
    Option("before_save_interaction", _is_empty, _UNSCRUBBED),
    Option("after_load_interaction", _is_empty, _UNSCRUBBED),
    Option("ignore_hosts", _spares_coze, "Coze's hosts are what these tests record"),
    Option("ignore_localhost", _always, ""),
    Option("allow_playback_repeats", _is_empty, "each recorded interaction is played once"),
    Option("drop_unused_requests", _is_true, "a cassette is recorded as a whole, with what the test sends now"),
    Option("record_on_exception", _is_empty, "nothing is kept of a test that failed"),
    Option("decode_compressed_response", _is_empty, "a replay gives a test the bytes that it got"),
    Option("serializer", _is_yaml, "cassettes are YAML"),
    Option("persister", _never, _PLACE),
    Option("path", _never, _PLACE),
    Option("cassette_library_dir", _never, _PLACE),
    Option("path_transformer", _is_empty, _PLACE),
    Option("func_path_generator", _is_empty, _PLACE),
    Option("additional_matchers", _is_empty, "a replay compares method, URL, query and body of every request"),
    Option("custom_patches", _is_empty, "only httpx and the websockets of cozepy are recorded"),
    Option("skip_patchers", lambda value: "httpx" not in value, "cozepy speaks httpx"),
    Option("inject", _is_empty, "the fixture vcr gives the cassette"),
    Option("inject_cassette", _is_empty, "the fixture vcr gives the cassette"),
)
"""The options of vcrpy's VCR and use_cassette, and pytest-recording's own."""

_BY_NAME: Final = {option.name: option for option in OPTIONS}


def refusals(options: Mapping[str, Any]) -> dict[str, str]:
    """The options that are not honoured, each with the reason."""
    return {name: reason for name, value in options.items() if (reason := _reason(name, value))}


def _reason(name: str, value: Any) -> str:
    option = _BY_NAME.get(name)
    if option is None:
        return "neither vcrpy nor pytest-recording has such an option"
    try:
        accepted = option.accepts(value)
    except (TypeError, AttributeError, IndexError):
        accepted = False
    return "" if accepted else option.reason or f"{value!r} is not a value for it"


def sentence(test: str, where: str, name: str, reason: str) -> str:
    """Why a test is refused, for the terminal."""
    return f"{test}: {name} in its {where} is refused, since {reason}; remove it."
