"""Races review against everything at once, and counts what came of it.

``python -m benchmarks.review_races [--runs 10000] [--seed 1] [--json FILE]``. The program's own storage, errands and
review; stand-ins for Discord's messages and for the drawing process. Requests are drawn, judged, held, decided on by
two moderators at once and expire, while channels change their mark or are deleted, tokens die, people take back what
they asked for or have it deleted, one in seventeen of Discord's answers is lost, some of the messages that were not
answered arrive late, and the program is killed and begins anew. Fails where a picture was seen that must not be, or
under a mark that was not looked at for that delivery, or twice, where a case was decided twice or a request was left
behind, or where the log's chain is broken.
"""

import argparse
import asyncio
import json
import logging
import sys
import tempfile
import time
from pathlib import Path

import structlog

from tests.bot.moderation.races import race


def main() -> int:
    """Race, and say what came of it."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--runs", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    begun = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        account = asyncio.run(race(Path(folder), asked.runs, seed=asked.seed))
    found = {**vars(account), "seed": asked.seed, "seconds": round(time.monotonic() - begun)}
    if asked.json is not None:
        asked.json.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    sys.stdout.write(json.dumps(found, indent=1) + "\n")
    return 1 if account.wrong or account.broken_at is not None else 0


if __name__ == "__main__":
    sys.exit(main())
