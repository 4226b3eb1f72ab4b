"""The table of versions of the SDK: what pytest's reports say, a line for each cause."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from coze_cassettes.cli import entry
from coze_cassettes.coverage.versions import MARKER, read_replay
from coze_cassettes.errors import CassetteError, Misuse

REPORT = """<testsuites><testsuite name="pytest">
<testcase name="test_a"/>
<testcase name="test_b"><skipped type="pytest.xfail" message="defect 1"/></testcase>
<testcase name="test_c"><failure message="AttributeError: no `x|y`&#10;more">trace</failure></testcase>
<testcase name="test_d"><failure message="AttributeError: no `x|y`&#10;other">trace</failure></testcase>
<testcase name="tests.test_e"><error message="collection failure">tests/test_e.py:1
E   ImportError: cannot import name 'Z' from 'cozepy' (/somewhere/__init__.py)</error></testcase>
</testsuite></testsuites>"""
EMPTY = '<testsuites><testsuite name="pytest"><testcase name="test_a"/></testsuite></testsuites>'
TABLE = """| why tests fail | 0.1.0 | 0.2.0 |
| --- | :---: | :---: |
| `AttributeError: no 'x\\|y'` | x |  |
| `test_e is not imported: ImportError: cannot import name 'Z' from 'cozepy'` | x |  |"""


@pytest.fixture
def reports(tmp_path: Path) -> list[str]:
    """The reports of two versions."""
    (tmp_path / "0.1.0.xml").write_text(REPORT)
    (tmp_path / "0.2.0.xml").write_text(EMPTY)
    return [str(tmp_path / "0.1.0.xml"), str(tmp_path / "0.2.0.xml")]


def called(*arguments: str) -> str:
    """What the command prints; its exception if it raises one."""
    result = CliRunner().invoke(entry.group, ["compat", *arguments], standalone_mode=False)
    if result.exception is not None:
        raise result.exception
    return result.output


def test_causes_are_lines(reports: list[str]) -> None:
    """Each cause once, with its first line only; the folder of a module is left out."""
    assert called(*reports) == TABLE + "\n"


def test_the_page_is_written_and_compared(reports: list[str], tmp_path: Path) -> None:
    """What is written passes the check; another table does not, nor does a page without the marker."""
    page = tmp_path / "page.md"
    page.write_text(f"Before\n\n{MARKER}\n")
    called("--write", str(page), *reports)
    assert page.read_text() == f"Before\n\n{MARKER}\n\n{TABLE}\n"
    called("--check", str(page), *reports)
    with pytest.raises(CassetteError, match=r"not up to date: run scripts/compat\.sh"):
        called("--check", str(page), reports[1])
    page.write_text("Before\n")
    with pytest.raises(Misuse, match="the page has no line"):
        called("--write", str(page), *reports)


def test_what_is_no_report(tmp_path: Path) -> None:
    """It is named."""
    (tmp_path / "0.3.0.xml").write_text("<testsuites>")
    with pytest.raises(Misuse, match=r"0\.3\.0\.xml is not a report of pytest"):
        read_replay(tmp_path / "0.3.0.xml")
