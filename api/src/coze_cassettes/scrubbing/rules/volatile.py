"""The rules for what differs with every recording: timestamps."""

from __future__ import annotations

from typing import Final

from coze_cassettes.scrubbing.rules.model import Category, Form, Rule, Where

_V = Category.VOLATILE
_FIELD = Where.FIELD

VOLATILE: Final = (
    Rule(
        "COZE-TIME-001",
        "TIME",
        _V,
        _FIELD,
        r"(?:created|updated|completed|failed|published|respond|expires)_(?:at|time)|(?:create|update|publish|expire|join)_time|expires_in|version",
        "when it happened; the differences are kept",
        '{"created_at": 1718792949}',
        '{"expires_in": 3600}',
        accepts=r"[12]\d{9}(?:\d{3})?",
        form=Form.SHIFT,
    ),
)
