"""The pytest plugin's entry point: options, the question whether a project has opted in.

pytest imports this module in every project of the environment, so it imports nothing but pytest. A project opts in with
the ini option ``coze_tests``; in any other one nothing is registered beyond the names of the options.
"""

from __future__ import annotations

from typing import Final

import pytest

PROVENANCES: Final = ("coze.com", "coze.cn", "coze-studio", "stand-in")
"""What ``--recorded-from`` accepts: cassette.provenance has the same, and a test compares them."""


_WITHOUT_RECORDING: Final = (
    "Coze tests need the plugin of pytest-recording: leave out -p no:recording, or load it with "
    "-p pytest_recording.plugin where pytest loads no plugins by itself."
)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options of the toolkit."""
    group = parser.getgroup("coze-cassettes")
    group.addoption("--cassettes-dir", default=None, help="Folder of the cassettes. Default: ini cassettes_dir.")
    group.addoption("--recorded-from", default=None, choices=PROVENANCES, help="What the target is.")
    parser.addini("coze_tests", "Paths below the rootdir whose vcr tests coze-cassettes records and replays.", "args")
    parser.addini("cassettes_dir", "Folder of the cassettes, one folder in it a test module.", default="cassettes")
    parser.addini("cassettes_record_command", "What records, as messages say it.", default="coze-cassettes rerecord")
    parser.addini("cassettes_allow_opaque", "Digests of files that may be kept though nothing can open them.", "args")


def pytest_configure(config: pytest.Config) -> None:
    """Bring in the rest of the plugin if the project has opted in; UsageError if that lacks what it needs."""
    if config.getini("coze_tests"):
        if not any(map(config.pluginmanager.hasplugin, ("recording", "pytest_recording.plugin"))):
            raise pytest.UsageError(_WITHOUT_RECORDING)
        from coze_cassettes import hooks  # noqa: PLC0415  half a second that no other project is to wait for

        config.pluginmanager.register(hooks, "coze_cassettes.hooks")
