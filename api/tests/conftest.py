"""Settings for all tests: properties have no time limit, and are tried on the same examples in every run.

A slow machine is no defect, and a run that fails fails again. With PROVE_LONG set, examples are new each time.
"""

from __future__ import annotations

import os

from hypothesis import settings

settings.register_profile("steady", deadline=None, derandomize=True)
settings.register_profile("exploring", deadline=None, max_examples=500)
settings.load_profile("exploring" if os.environ.get("PROVE_LONG") else "steady")
