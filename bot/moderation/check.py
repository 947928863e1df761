"""Runs a file of filter cases: ``python -m bot.moderation.check CASES.json``.

The file is a JSON list of objects with ``pattern_name``, ``blocklist``, ``prompt`` and ``expected_blocked``, and where
wanted ``negative_prompt``, ``allowlist`` and ``note``.  Failures are printed, then ``PASSED of TOTAL``; the exit status
is 0 when all pass, 1 when some fail, 2 when the file cannot be read.
"""

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from bot.moderation.filter import Filter


def main(arguments: Sequence[str]) -> int:
    """Check the one file named, and return the exit status."""
    if len(arguments) != 1:
        return _complain("Usage: python -m bot.moderation.check CASES.json")
    try:
        cases = json.loads(Path(arguments[0]).read_text(encoding="utf-8"))
        failures = [failure for case in cases if (failure := check(case))]
    except (OSError, ValueError, TypeError, KeyError) as error:
        return _complain(f"{arguments[0]} is no readable file of cases: {error!r}")
    for failure in failures:
        sys.stdout.write(failure + "\n")
    sys.stdout.write(f"{len(cases) - len(failures)} of {len(cases)}\n")
    return 1 if failures else 0


def check(case: Mapping[str, Any]) -> str | None:
    """What is wrong with the filter's answer to one case, or None.  The negative prompt is not the filter's affair."""
    hit = Filter(case["blocklist"], case.get("allowlist", ())).find(case["prompt"])
    if (hit is not None) == case["expected_blocked"]:
        return None
    answer = f"blocked by {hit.entry!r}, {hit.how}" if hit else "not blocked"
    return f"{case['pattern_name']}: {answer}"


def _complain(sentence: str) -> int:
    sys.stderr.write(sentence + "\n")
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
