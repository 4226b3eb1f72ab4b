"""Reads tables of words."""

from __future__ import annotations


def words(table: str) -> frozenset[str]:
    """The words of a text, which blanks part."""
    return frozenset(table.split())
