"""Settings for all tests: properties have no time limit, since a slow machine is no defect."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("steady", deadline=None)
settings.load_profile("steady")
