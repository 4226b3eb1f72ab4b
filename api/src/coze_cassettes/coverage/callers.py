"""Reads in the source of test modules which cassette each test replays, with the names that it calls.

A cassette does not say which method of the SDK sent a request, nor whether the client was async; its tests do. The
names of a test are those in its own source and in what it uses of its module and its class.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from coze_cassettes import naming
from coze_cassettes.coze_tests import CozeTests
from coze_cassettes.errors import CassetteError

_FUNCTIONS: Final = (ast.FunctionDef, ast.AsyncFunctionDef)

Definitions = Mapping[str, ast.AST]


@dataclass(frozen=True)
class Caller:
    """A test: the stem of its cassette below the folder, whether it is async, and the names in its source."""

    cassette: str
    is_async: bool
    names: frozenset[str]


def callers_below(paths: Iterable[Path], tests: CozeTests) -> list[Caller]:
    """The tests of the modules below some folders, or of modules, all below ``tests``."""
    modules = [each for path in paths for each in (sorted(path.rglob("test_*.py")) if path.is_dir() else [path])]
    return [caller for module in modules for caller in _of_module(module, tests.folder(module).as_posix())]


def _of_module(path: Path, folder: str) -> Iterator[Caller]:
    try:
        tree = ast.parse(path.read_text("utf-8"))
    except (OSError, SyntaxError, ValueError) as error:
        raise CassetteError(f"{path}: its tests cannot be read ({type(error).__name__}).") from error
    module = _definitions(tree.body)
    for node in tree.body:
        if isinstance(node, _FUNCTIONS):
            yield from _of_test(folder, "", node, module)
        elif isinstance(node, ast.ClassDef):
            own = {**module, **_definitions(node.body)}
            for each in node.body:
                if isinstance(each, _FUNCTIONS):
                    yield from _of_test(folder, node.name, each, own)


def _of_test(
    folder: str, owner: str, node: ast.FunctionDef | ast.AsyncFunctionDef, definitions: Definitions
) -> Iterator[Caller]:
    if not node.name.startswith("test_"):
        return
    shared, default = (_argument(node, marker) for marker in ("shared_cassette", "default_cassette"))
    own = f"{owner}.{node.name}" if owner else node.name
    yield Caller(
        f"{folder}/{naming.file_name(owner, own, shared, default)}",
        isinstance(node, ast.AsyncFunctionDef),
        frozenset(_names(node, definitions)),
    )


def _argument(node: ast.FunctionDef | ast.AsyncFunctionDef, marker: str) -> str:
    """What a marker of a test names, or an empty string."""
    for decorator in node.decorator_list:
        if isinstance(decorator, ast.Call) and getattr(decorator.func, "attr", "") == marker and decorator.args:
            named = decorator.args[0]
            return str(named.value) if isinstance(named, ast.Constant) else ""
    return ""


def _definitions(body: Iterable[ast.stmt]) -> dict[str, ast.AST]:
    """What a module or a class defines, by name."""
    found: dict[str, ast.AST] = {}
    for node in body:
        if isinstance(node, (*_FUNCTIONS, ast.ClassDef)):
            found[node.name] = node
        elif isinstance(node, ast.Assign):
            found |= {target.id: node.value for target in node.targets if isinstance(target, ast.Name)}
    return found


def _names(node: ast.AST, definitions: Definitions) -> set[str]:
    """The names in a definition and in all that it uses; an async class counts as its sync counterpart."""
    names: set[str] = set()
    waiting, seen = [node], {id(node)}
    while waiting:
        for each in ast.walk(waiting.pop()):
            name = each.attr if isinstance(each, ast.Attribute) else each.id if isinstance(each, ast.Name) else ""
            names.add(name.removeprefix("Async"))
            used = definitions.get(name)
            if used is not None and id(used) not in seen:
                seen.add(id(used))
                waiting.append(used)
    return names
