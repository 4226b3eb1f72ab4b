"""A verdict in words: one line, the last line, a page."""

from __future__ import annotations

from collections import Counter

from coze_cassettes import exit_codes
from coze_cassettes.diff import Severity
from coze_cassettes.pluralize import pluralize
from coze_cassettes.rerecord.outcome import Outcome, Verdict


def summary(verdict: Verdict) -> str:
    """One line: how many cassettes were recorded, and what became of all of them."""
    counts = [f"{verdict.count(outcome)} {outcome}" for outcome in Outcome if verdict.count(outcome)]
    return f"{verdict.recorded} recorded: {', '.join(counts)}" if counts else "nothing was compared"


def conclusion(verdict: Verdict, *, check: bool) -> str:
    """The last line of a run: what it means, and what to do next."""
    if verdict.failures:
        return "Failed: no cassette was replaced."
    if verdict.exit_code == exit_codes.UNCHANGED:
        return "Nothing changed."
    return (
        "Changed; nothing was replaced, since this was a check."
        if check
        else "Changed: read the difference with git diff."
    )


def kept(count: int) -> str:
    """What to do with a run that ended before its time."""
    cassettes = pluralize(count, "cassette is", "cassettes are")
    return (
        f"{cassettes} recorded and kept outside for an hour.\n"
        "The same command goes on from there; another one, or --fresh, begins anew."
    )


def markdown(verdict: Verdict) -> str:
    """The verdict as a page: counts by severity, then each cassette with its findings."""
    changes = [finding for decision in verdict.decisions for finding in decision.comparison.changes]
    counts = Counter(finding.severity for finding in changes)
    lines = ["# Verdict", "", summary(verdict), ""]
    lines += [f"- {severity}: {counts[severity]}" for severity in Severity]
    lines += ["", *(f"- failed: {failure}" for failure in verdict.failures)]
    for decision in verdict.decisions:
        if decision.outcome is not Outcome.UNCHANGED:
            lines += ["", f"## {decision.file}: {decision.outcome}", ""]
            lines += [f"- {finding}" for finding in decision.comparison.changes]
    return "\n".join(lines) + "\n"
