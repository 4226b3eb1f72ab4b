"""Finds the operations of the installed SDK by walking its clients.

An operation is a public method that makes a request. Which one is read in its source: the paths that it puts behind the
base URL, and the HTTP method that it hands to the requester. A method in whose source neither is found is no operation.
"""

from __future__ import annotations

import functools
import inspect
import re
import warnings
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from types import ModuleType
from typing import Any, Final, get_args, get_type_hints

from coze_cassettes.account import sdk

_PATH = re.compile(r'\{self\._base_url\}(/[^"?]*)"')
_METHOD = re.compile(r'\.a?(?:make_)?request\(\s*"(\w+)"')
_CALL = re.compile(r"self\.(\w+)\(")
_SOCKET = re.compile(r'path="(v1/[^"]*)"')
_OAUTH: Final = re.compile(r"(Async)?(\w+OAuthApp)")
_PAGES: Final = frozenset(("page_num", "page_token", "page", "after_id"))
"""Parameters of operations whose answers come in pages."""

_PARAMETER = re.compile(r"\{\w+\}")


@dataclass(frozen=True)
class Operation:
    """An operation: ``routes`` are pairs of HTTP method and path, ``event`` the type of a WebSocket's client event.

    ``models`` are the classes of the SDK that its answers are read into.
    """

    name: str
    routes: tuple[tuple[str, str], ...]
    event: str = ""
    is_sync: bool = False
    is_async: bool = False
    is_paged: bool = False
    models: tuple[type, ...] = ()

    @property
    def method(self) -> str:
        """What a caller writes last."""
        return self.name.rpartition(".")[2]

    @property
    def words(self) -> frozenset[str]:
        """The parts of its name."""
        return frozenset(self.name.split("."))


@functools.cache
def installed() -> tuple[Operation, ...]:
    """The operations of the installed SDK, by name; a sync method and its async counterpart are one."""
    cozepy = sdk.cozepy()
    found: dict[str, Operation] = {}
    with warnings.catch_warnings(action="ignore", category=DeprecationWarning):  # of coze.knowledge
        every = [*_of_clients(cozepy), *_of_oauth(cozepy)]
    for each in every:
        known = found.get(each.name, each)
        found[each.name] = replace(
            known, is_sync=known.is_sync or each.is_sync, is_async=known.is_async or each.is_async
        )
    return tuple(sorted(found.values(), key=lambda operation: operation.name))


def matches(route: tuple[str, str], method: str, path: str) -> bool:
    """Whether a request is one of this route."""
    pattern = "[^/]+".join(map(re.escape, _PARAMETER.split(route[1])))
    return route[0] == method and re.fullmatch(pattern, path) is not None


# --- clients --------------------------------------------------------------------------------------------------------


def _of_clients(cozepy: ModuleType) -> Iterator[Operation]:
    yield from _of_client(cozepy.Coze(auth=cozepy.TokenAuth("none")), "", is_async=False)
    yield from _of_client(cozepy.AsyncCoze(auth=cozepy.AsyncTokenAuth("none")), "", is_async=True)


def _of_client(client: object, name: str, *, is_async: bool) -> Iterator[Operation]:
    """The operations of a client and of all that hang below it."""
    kind = type(client)
    for attribute, member in inspect.getmembers(kind):
        if attribute.startswith("_"):
            continue
        if isinstance(member, property):
            below = getattr(client, attribute)
            if type(below).__module__.startswith("cozepy."):
                yield from _of_client(below, f"{name}{attribute}.", is_async=is_async)
        elif inspect.isfunction(member):
            yield from _of_method(kind, member, f"{name}{attribute}", is_async=is_async)


def _of_method(kind: type, function: Any, name: str, *, is_async: bool) -> Iterator[Operation]:
    returned = get_type_hints(function).get("return")
    if inspect.isclass(returned) and "Websockets" in returned.__name__:
        yield from _of_socket(returned, name, is_async=is_async)
    elif routes := _routes(kind, function):
        paged = not _PAGES.isdisjoint(inspect.signature(function).parameters)
        yield Operation(name, routes, "", not is_async, is_async, paged, tuple(models_in(returned)))


def models_in(annotation: Any) -> Iterator[type]:
    """The models in an annotation, as deep as they stand there."""
    if inspect.isclass(annotation) and hasattr(annotation, "model_fields"):
        yield annotation
    for part in get_args(annotation):
        yield from models_in(part)


def _routes(kind: type, function: Any) -> tuple[tuple[str, str], ...]:
    """The requests that a method makes itself or by private methods; those of the first public one if it makes none."""
    text = _source(kind, function, private=True)
    paths, methods = dict.fromkeys(_PATH.findall(text)), _METHOD.findall(text)
    if paths and methods:
        return tuple((methods[0].upper(), path) for path in paths)
    called = (getattr(kind, each, None) for each in _CALL.findall(text) if not each.startswith("_"))
    return next((routes for each in called if inspect.isfunction(each) and (routes := _routes(kind, each))), ())


def _source(kind: type, function: Any, *, private: bool) -> str:
    """The source of a method, with that of the private methods that it calls."""
    text = _own_source(function)
    names = [each for each in dict.fromkeys(_CALL.findall(text)) if each.startswith("_")] if private else []
    called = (getattr(kind, each, None) for each in names if each != function.__name__)
    return "".join([text, *(_source(kind, each, private=True) for each in called if inspect.isfunction(each))])


_own_source = functools.cache(inspect.getsource)
"""The source of a function: Python reads and parses its whole module each time."""


# --- WebSockets -----------------------------------------------------------------------------------------------------


def _of_socket(client: type, name: str, *, is_async: bool) -> Iterator[Operation]:
    """Opening the connection, and each event that the client can send."""
    routes = tuple(("GET", f"/{path}") for path in _SOCKET.findall(inspect.getsource(client)))
    types = {str(each.value).replace(".", "_"): str(each.value) for each in _event_types()}
    yield Operation(name, routes, "", not is_async, is_async)
    for method in vars(client):
        if method in types:
            yield Operation(f"{name.rpartition('.')[0]}.{method}", routes, types[method], not is_async, is_async)


def _event_types() -> Iterable[Any]:
    types: Iterable[Any] = sdk.cozepy().WebsocketsEventType
    return types


# --- OAuth ----------------------------------------------------------------------------------------------------------


def _of_oauth(cozepy: ModuleType) -> Iterator[Operation]:
    for exported, kind in inspect.getmembers(cozepy, inspect.isclass):
        if not (found := _OAUTH.fullmatch(exported)):
            continue
        for name, function in inspect.getmembers(kind, inspect.isfunction):
            if not name.startswith("_") and (routes := _routes(kind, function)):
                models = tuple(models_in(get_type_hints(function).get("return")))
                is_async = bool(found[1])
                yield Operation(f"{found[2]}.{name}", routes, "", not is_async, is_async, models=models)
