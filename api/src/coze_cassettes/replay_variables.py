"""Sets the variables of an environment that stand for an account while tests replay."""

from __future__ import annotations

import os
from collections.abc import Mapping

import pytest

from coze_cassettes.scrubbing import environment


class ReplayVariables:
    """Lets each variable that is unset or empty read as its placeholder while one replayed test follows another.

    To set and unset them takes a tenth of what a replay costs beside its test, so they stay between two such tests.
    """

    def __init__(self) -> None:
        """Begin a run; nothing is set yet."""
        self._configured: Mapping[str, str] = {}
        self._set: Mapping[environment.Variable, str | None] = {}
        self._count = 0

    @property
    def configured(self) -> Mapping[str, str]:
        """The configured values, each with its placeholder; a recording sets nothing, and reads them anew."""
        return self._configured if self._count else environment.readable_values(os.environ).placeholders

    def keep(self) -> None:
        """Set them, unless they are set; they are looked at again if the environment has more variables or fewer."""
        if len(os.environ) == self._count:
            return
        self.restore()
        self._configured = environment.readable_values(os.environ).placeholders
        self._set = environment.set_placeholders()
        self._count = len(os.environ)

    def restore(self) -> None:
        """Unset what was set."""
        environment.unset_placeholders(self._set)
        self._set, self._count = {}, 0


KEY = pytest.StashKey[ReplayVariables]()
"""Where pytest's configuration keeps them."""
