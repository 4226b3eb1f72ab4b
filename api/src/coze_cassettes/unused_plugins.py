"""Takes a plugin that a run of pytest does not need out of it."""

from __future__ import annotations

import sys

import pytest


def unregister_hypothesis(config: pytest.Config) -> None:
    """Take Hypothesis' plugin out where no collected test uses it: its summary imports the library, for 0.3 s."""
    if "hypothesis" not in sys.modules and config.pluginmanager.has_plugin("hypothesispytest"):
        config.pluginmanager.unregister(name="hypothesispytest")
