"""Redirects a function of the interpreter, under every name that it was imported by.

``from time import sleep`` copies a reference, so replacing ``time.sleep`` does not reach it. A builtin function is an
object that points to its C code; this module changes what it points to, as time-machine does for ``time.time``. Plain
CPython only: the fields are those of its ``PyCFunctionObject`` and ``PyMethodDef``.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from functools import cache
from types import BuiltinFunctionType, TracebackType
from typing import Any, Final

_POSITIONAL: Final = 0x0001
_NO_ARGUMENTS: Final = 0x0004
_ONE_ARGUMENT: Final = 0x0008
_CALLS: Final = {
    _POSITIONAL: ctypes.cast(ctypes.pythonapi.PyObject_CallObject, ctypes.c_void_p).value,
    _NO_ARGUMENTS: ctypes.cast(ctypes.pythonapi.PyObject_CallNoArgs, ctypes.c_void_p).value,
    _ONE_ARGUMENT: ctypes.cast(ctypes.pythonapi.PyObject_CallOneArg, ctypes.c_void_p).value,
}
"""C code that calls its first argument, by the flag of functions whose C code takes the same arguments."""


class _Definition(ctypes.Structure):
    _fields_ = (
        ("name", ctypes.c_char_p),
        ("code", ctypes.c_void_p),
        ("flags", ctypes.c_int),
        ("doc", ctypes.c_char_p),
    )


class _Function(ctypes.Structure):
    _fields_ = (
        ("head", ctypes.c_byte * object.__basicsize__),
        ("definition", ctypes.POINTER(_Definition)),
        ("owner", ctypes.c_void_p),
    )


_new_function = ctypes.pythonapi.PyCFunction_NewEx
_new_function.restype = ctypes.py_object
_new_function.argtypes = [ctypes.c_void_p, ctypes.py_object, ctypes.py_object]

_keep: Final = ctypes.pythonapi.Py_IncRef
"""Keeps what C code points to, for good: it looks there even while the interpreter ends and clears all modules."""
_keep.restype = None
_keep.argtypes = [ctypes.py_object]


def copy_of(function: Callable[..., Any]) -> Callable[..., Any]:
    """Another function with the same C code, which no redirection of the first one reaches."""
    _, original = _fields_of(function)
    definition = _Definition(original.name, original.code, original.flags, original.doc)
    _keep(definition)
    copy: Callable[..., Any] = _new_function(ctypes.addressof(definition), function.__self__, None)  # type: ignore[attr-defined]
    return copy


def redirect(function: Callable[..., Any], replacement: Callable[..., Any]) -> None:
    """Let a builtin that takes a tuple, one argument or none call a replacement, for good."""
    fields, definition = _fields_of(function)
    fields.owner, definition.code = _call_of(function, replacement)


class Redirected(AbstractContextManager[None]):
    """Redirects builtins to replacements for a while."""

    def __init__(self, pairs: Mapping[Callable[..., Any], Callable[..., Any]]) -> None:
        """Take the builtins with their replacements; nothing is redirected yet."""
        self._calls = [(*_fields_of(each), *_call_of(each, replacement)) for each, replacement in pairs.items()]
        self._before: list[list[tuple[int, int | None]]] = []

    def __enter__(self) -> None:
        """Redirect them; one replay may run inside of another."""
        self._before.append([(fields.owner, definition.code) for fields, definition, *_ in self._calls])
        for fields, definition, owner, code in self._calls:
            fields.owner, definition.code = owner, code  # in this order: what C code calls must be there

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None, /
    ) -> None:
        """Let them be what they were."""
        for (fields, definition, *_), (owner, code) in zip(self._calls, self._before.pop(), strict=True):
            definition.code, fields.owner = code, owner


@cache
def _call_of(function: Callable[..., Any], replacement: Callable[..., Any]) -> tuple[int, int | None]:
    """The owner and the C code with which a builtin calls a replacement."""
    _, definition = _fields_of(function)
    if definition.flags not in _CALLS:
        raise TypeError(f"{function!r} takes its arguments in another way")
    _keep(replacement)
    return id(replacement), _CALLS[definition.flags]


@cache
def _fields_of(function: Callable[..., Any]) -> tuple[_Function, _Definition]:
    if not isinstance(function, BuiltinFunctionType):
        raise TypeError(f"{function!r} is not a builtin function")
    fields = _Function.from_address(id(function))
    return fields, fields.definition.contents
