"""Runs the command line: ``python -m coze_cassettes``."""

import sys

if __name__ == "__main__":
    try:
        from coze_cassettes.cli import main
    except KeyboardInterrupt:  # the import takes most of a second
        sys.stderr.write("Interrupted: the cassettes are as they were; run it again.\n")
        sys.exit(130)
    main()
