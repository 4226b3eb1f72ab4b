"""The shape of the code: short functions, modules of one job."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

API: Final = Path(__file__).parents[2]
MODULES: Final = sorted(API.glob("**/*.py"))
SOURCES: Final = sorted(API.glob("src/**/*.py"))
LONGEST_FUNCTION: Final = 40
LONGEST_MODULE: Final = 350
LINES_BEFORE_A_TEST: Final = 20

TABLES: Final = {
    "coze_cassettes/codecs/encodings.py": "one row an encoding, with what decodes it",
    "coze_cassettes/inspection/detectors.py": "one row a detector",
    "coze_cassettes/scrubbing/rules/identifiers.py": "one row a rule",
    "coze_cassettes/scrubbing/rules/personal.py": "one row a rule",
    "coze_cassettes/testing/kinds.py": "one row a kind of canary",
}
"""Modules below ``src`` that may be longer, since they are tables."""


def functions(tree: ast.Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """All functions of a module, methods too."""
    return (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def length(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """The lines of a function."""
    return (node.end_lineno or node.lineno) - node.lineno + 1


@pytest.mark.proof
def test_functions_are_short() -> None:
    """So that each is read at a glance, tests too."""
    trees = {path.relative_to(API).as_posix(): ast.parse(path.read_text("utf-8")) for path in MODULES}
    long = [
        (name, each.name) for name, tree in trees.items() for each in functions(tree) if length(each) > LONGEST_FUNCTION
    ]
    assert long == []


def test_modules_are_short() -> None:
    """But for the tables, which are listed; a table that became short leaves the list."""
    long = {
        path.relative_to(API / "src").as_posix()
        for path in SOURCES
        if len(path.read_text("utf-8").splitlines()) > LONGEST_MODULE
    }
    assert long == TABLES.keys()


@pytest.mark.proof
def test_a_module_has_one_job() -> None:
    """Its first line says it without "and"."""
    first = {path: (ast.get_docstring(ast.parse(path.read_text("utf-8"))) or "").partition("\n")[0] for path in SOURCES}
    assert [path.relative_to(API).as_posix() for path, line in first.items() if " and " in f" {line} "] == []


@pytest.mark.parametrize("path", sorted(API.glob("tests/coze/test_*.py")), ids=lambda path: path.stem)
def test_a_module_of_the_suite_begins_with_its_tests(path: Path) -> None:
    """At most ``LINES_BEFORE_A_TEST`` stand between its imports and its first test: it reads like a guide."""
    body = ast.parse(path.read_text("utf-8")).body
    imports = max(node.end_lineno or 0 for node in body if isinstance(node, ast.Import | ast.ImportFrom))
    first = next(node for node in body if getattr(node, "name", "").lower().startswith("test"))
    assert first.lineno - imports - 1 <= LINES_BEFORE_A_TEST
