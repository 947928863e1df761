"""However many are served, the bot holds no more afterwards than it did before."""

import time
from pathlib import Path

from benchmarks.load import at, growth, load
from tests.faults.figures import Figures


async def test_nothing_is_held_for_those_who_were_served(tmp_path: Path, full: bool, figures: Figures) -> None:
    begun = time.monotonic()
    looks = [at(begun, 10), at(begun, 60)] if full else [lambda found, n=n: found.done.total() >= n for n in (40, 200)]
    found = await load(tmp_path, looks, drawing=None if full else 0.0)
    before, after = found.looks
    grown = growth(before, after)
    figures.note(
        "an hour of load",
        requests=found.done.total(),
        wrong=len(found.wrong),
        **{f"{name}_grew_by_%": round(100 * share, 2) for name, share in grown.items()},
    )
    assert found.wrong == []
    assert found.done["pictures"] > 0
    if full:
        assert max(share for name, share in grown.items() if name != "threads") <= 0.05
    else:
        assert (after.tasks, after.handles) == (before.tasks, before.handles)
