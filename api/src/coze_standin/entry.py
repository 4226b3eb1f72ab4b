"""The entry point: says which extra to install where the stand-in's own libraries are missing."""

from __future__ import annotations

import importlib.util
import sys
from typing import Final

EXTRA: Final = ("cryptography", "python_multipart", "starlette", "trustme", "uvicorn", "websockets")
"""What the standin extra of pyproject.toml brings."""


def main() -> int:
    """Run the command line; exit code 1 if the extra is not installed."""
    missing = [name for name in EXTRA if importlib.util.find_spec(name) is None]
    if missing:
        needs = ", ".join(missing)
        sys.stderr.write(f"coze-standin needs {needs}: install the extra, pip install 'coze-cassettes[standin]'.\n")
        return 1
    from coze_standin import cli  # noqa: PLC0415  it imports the extra

    return cli.main()
