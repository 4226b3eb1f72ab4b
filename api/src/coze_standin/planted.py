"""The register of every planted secret, personal value and identifier: what no cassette may show."""

from __future__ import annotations


class Planted:
    """Values with their kind, in the order in which they were made; a value is kept once.

    Whatever part of the stand-in makes a value that a scrubber has to take away passes it through ``add``, so
    that ``GET /_standin/planted`` can hand the whole list to whoever judges a cassette.
    """

    def __init__(self) -> None:
        self._kinds: dict[str, str] = {}

    def add(self, kind: str, value: str) -> str:
        """Remember ``value`` and give it back, so that the call can stand where the value is used."""
        if value:
            self._kinds.setdefault(value, kind)
        return value

    def listed(self) -> list[dict[str, str]]:
        """The register as JSON: ``[{"kind": "EMAIL", "value": "..."}, ...]``, oldest first."""
        return [{"kind": kind, "value": value} for value, kind in self._kinds.items()]
