"""What a recording reports of its modules."""

from __future__ import annotations

import warnings
from pathlib import Path
from unittest import mock

import pytest

from coze_cassettes.coze_tests import CozeTests
from coze_cassettes.reports import Reports


def test_a_warning_that_the_filters_let_through_is_no_error_later(tmp_path: Path) -> None:
    """Given a project that makes errors of warnings, and a library that puts a filter in front when it is imported."""
    collector = mock.Mock(path=tmp_path / "test_a.py")
    report = mock.Mock(sections=[], longrepr=None, longreprtext="")
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("error")
        importing = Reports(CozeTests.below(tmp_path, ["."]), print).pytest_make_collect_report(collector)
        next(importing)
        warnings.simplefilter("always")
        warnings.warn("of the library", stacklevel=1)
        with pytest.raises(StopIteration):
            importing.send(report)
    assert [str(each.message) for each in seen] == ["of the library"]
