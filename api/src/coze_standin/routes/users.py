"""users.*: who the token belongs to."""

from __future__ import annotations

from coze_standin.calls import Answer, Call, ok


def me(call: Call) -> Answer:
    """users.me."""
    owner = call.state.account.owner
    return ok(
        {
            "user_id": owner.user_id,
            "user_name": owner.user_name,
            "nick_name": owner.nick_name,
            "avatar_url": owner.avatar_url,
        }
    )
