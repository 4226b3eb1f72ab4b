"""``python -m coze_cassettes.testing COUNT [SEED]``: the proof on many new cases, on every core."""

from __future__ import annotations

import argparse
import random
import sys
from multiprocessing import Pool

from coze_cassettes.testing.proof import summarize


def main() -> int:
    """Run the cases, print what came of them; exit code 1 if a canary is left."""
    parser = argparse.ArgumentParser(prog="python -m coze_cassettes.testing", description=__doc__)
    parser.add_argument("count", type=int)
    parser.add_argument("seed", type=int, nargs="?", default=random.SystemRandom().randrange(10**9))
    asked = parser.parse_args()
    size = 100
    starts = range(asked.seed, asked.seed + asked.count, size)
    with Pool() as pool:
        parts = pool.imap(summarize, (range(each, min(each + size, starts.stop)) for each in starts))
        total = sum(parts, start=summarize(range(0)))
    print(f"cases from seed {asked.seed}\n{total}")  # noqa: T201 - the result of a command
    return 1 if total.left else 0


if __name__ == "__main__":
    sys.exit(main())
