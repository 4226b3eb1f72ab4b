"""Reads in the source of tests which environment variables they need of the account."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from coze_cassettes.errors import CassetteError

_VALUE: Final = "value"
_MARKER: Final = "needs"


def needed_variables(paths: Iterable[Path]) -> tuple[str, ...]:
    """The variables that the modules below some folders, or the modules, ask for, sorted.

    They do so with ``account.value("LIVE_ID")`` that makes nothing where the variable is not set, or with the marker
    ``needs("live_id")``.
    """
    modules = [each for path in paths for each in (sorted(path.rglob("*.py")) if path.is_dir() else [path])]
    return tuple(sorted({f"COZE_{name}" for module in modules for name in _names_in(module)}))


def _names_in(module: Path) -> Iterator[str]:
    try:
        tree = ast.parse(module.read_text("utf-8"))
    except (OSError, SyntaxError, ValueError) as error:
        raise CassetteError(f"{module}: its tests cannot be read ({type(error).__name__}).") from error
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            names = [each.value for each in node.args if isinstance(each, ast.Constant) and isinstance(each.value, str)]
            if node.func.attr == _MARKER:
                yield from map(str.upper, names)
            elif node.func.attr == _VALUE and len(node.args) == len(names) == 1 and not node.keywords:
                yield from (name for name in names if name.isupper())
