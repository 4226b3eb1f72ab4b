"""Reads tables of words."""

from __future__ import annotations


def words(table: str) -> frozenset[str]:
    """The words of a text, separated by blanks."""
    return frozenset(table.split())
