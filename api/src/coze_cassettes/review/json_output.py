"""Renders a review as one JSON object."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from coze_cassettes.diff import Severity
from coze_cassettes.review.comparison import Mark, Review


def render(review: Review) -> str:
    """``{"summary": ..., "groups": [...], "files": [...], "refused": {...}}``, two blanks an indentation."""
    document: dict[str, Any] = {
        "summary": {
            "cassettes": len(review.files),
            "new": sum(file.mark is Mark.ADDED for file in review.files),
            "removed": sum(file.mark is Mark.REMOVED for file in review.files),
            **{severity.value: review.count(severity) for severity in Severity},
        },
        "groups": [asdict(group) for group in review.groups],
        "files": [
            {"file": file.file, "mark": file.mark, "changes": [asdict(change) for change in file.changes]}
            for file in review.files
        ],
        "refused": dict(review.refused),
    }
    return json.dumps(document, ensure_ascii=False, indent=2)
