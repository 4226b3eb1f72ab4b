"""Builtin functions redirected under all their names.

The layout of CPython's function objects is private: these tests pin it, since nothing public reaches a name that
``from time import sleep`` has made.
"""

from __future__ import annotations

import gc
import importlib.util
import time
import weakref
from math import sqrt
from time import monotonic

import pytest

from coze_cassettes.session import builtin_functions


def _fail(value: float) -> float:
    raise KeyError(value)


def test_every_name_is_redirected() -> None:
    """Also one that was imported before; without an argument, with one, with as many as it may be."""
    with builtin_functions.Redirected(
        {monotonic: lambda: 7.0, time.sleep: lambda seconds: seconds, time.ctime: lambda *given: repr(given)}
    ):
        assert monotonic() == time.monotonic() == 7.0
        assert [time.ctime(), time.ctime(3)] == ["()", "(3,)"]
        slept: object = time.sleep(3)  # type: ignore[func-returns-value]  # the replacement's
        assert slept == 3
    assert time.monotonic() != 7.0


def test_a_redirection_inside_of_itself_ends_once() -> None:
    """A test may run pytest in its own process."""
    redirected = builtin_functions.Redirected({monotonic: lambda: 7.0})
    with redirected:
        with redirected:
            assert monotonic() == 7.0
        assert monotonic() == 7.0
    assert monotonic() != 7.0


def test_code_that_ran_often_is_redirected_too() -> None:
    """The interpreter specialises calls that it has seen often."""

    def look() -> float:
        return monotonic()

    for _ in range(1000):
        look()
    with builtin_functions.Redirected({monotonic: lambda: 7.0}):
        assert {look() for _ in range(1000)} == {7.0}
    assert look() != 7.0


def test_errors_of_the_replacement_are_raised() -> None:
    """And the function is itself again after one."""
    with pytest.raises(KeyError), builtin_functions.Redirected({time.sleep: _fail}):
        time.sleep(3)
    time.sleep(0)


def test_a_copy_is_not_redirected() -> None:
    """It is how the real time is known in a replay."""
    real = builtin_functions.copy_of(monotonic)
    with builtin_functions.Redirected({monotonic: lambda: -1.0}):
        assert real() > 0


def test_only_builtin_functions_of_few_arguments() -> None:
    """Anything else is refused before something is changed."""
    with pytest.raises(TypeError, match="not a builtin function"):
        builtin_functions.redirect(_fail, _fail)
    with pytest.raises(TypeError, match="in another way"):
        builtin_functions.redirect(sum, _fail)
    assert sqrt(4) == 2
    assert sum([1, 2]) == 3


def test_what_a_builtin_points_to_outlives_the_module() -> None:
    """The last collection of an interpreter follows it, when all modules are empty: else that crashes."""
    spec = importlib.util.find_spec(builtin_functions.__name__)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)

    def seven() -> float:
        return 7.0

    redirected, kept = module.Redirected({monotonic: seven}), weakref.ref(seven)
    with redirected:
        assert monotonic() == 7.0
    del module, redirected, seven
    gc.collect()
    assert kept() is not None
