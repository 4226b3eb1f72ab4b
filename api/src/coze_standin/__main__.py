"""``python -m coze_standin``."""

import sys

from coze_standin.entry import main

if __name__ == "__main__":
    sys.exit(main())
