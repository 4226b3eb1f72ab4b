"""Runs the command line: ``python -m coze_cassettes``."""

from coze_cassettes.cli import main

if __name__ == "__main__":
    main()
