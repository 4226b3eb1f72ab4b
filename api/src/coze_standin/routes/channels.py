"""connectors.*: channels of one's own, with the reviews of the bots that are published to them."""

from __future__ import annotations

from dataclasses import replace

from coze_standin.calls import Answer, Call, ok

_STATUSES = (1, 2, 3)
_REJECTED = 3


def review(call: Call) -> Answer:
    """connectors.bots.update: under review (1), passed (2), not passed (3), which needs a reason.

    What the service makes of a body without a status is not known: nothing changes. An unknown channel or bot is 4200
    here, what Coze says of other things that are missing.
    """
    channel = call.state.integration.channels.get(call.path["connector_id"])
    bot = call.state.bots.get(call.path["bot_id"])
    if call.body.get("audit_status") is None:
        return ok()
    status = call.choice("audit_status", _STATUSES)
    reason = call.need("reason") if status == _REJECTED else str(call.body.get("reason") or "")
    audits = {**channel.audits, bot.id: (status, reason)}
    call.state.integration.channels.put(channel.id, replace(channel, audits=audits))
    return ok()
