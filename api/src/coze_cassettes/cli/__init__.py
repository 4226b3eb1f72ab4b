"""The command line ``coze-cassettes``: one module a command, which reads options, calls the toolkit, prints."""

from coze_cassettes.cli.entry import main

__all__ = ["main"]
