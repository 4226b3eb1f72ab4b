"""A local server that speaks the Coze wire: what recordings are made against without an account.

``python -m coze_standin`` or ``coze-standin`` starts it; tests use ``coze_standin.running()``.
"""

from coze_standin.client import StandIn, StandInError, running

__all__ = ["StandIn", "StandInError", "running"]
