"""The register of canaries: every secret, personal value or identifier that no cassette may show."""

from __future__ import annotations


class Canaries:
    """Values with their kind, in the order in which they were made; a value is kept once.

    Whatever part of the stand-in makes a value that a scrubber has to take away passes it through ``add``, so
    that ``GET /_standin/canaries`` can list them for the check of a cassette.
    """

    def __init__(self) -> None:
        self._kinds: dict[str, str] = {}

    def add(self, kind: str, value: str) -> str:
        """Remember ``value`` and give it back, so that the call can stand where the value is used."""
        if value:
            self._kinds.setdefault(value, kind)
        return value

    def as_json(self) -> list[dict[str, str]]:
        """The register as JSON: ``[{"kind": "EMAIL", "value": "..."}, ...]``, oldest first."""
        return [{"kind": kind, "value": value} for value, kind in self._kinds.items()]
