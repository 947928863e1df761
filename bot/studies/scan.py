"""A scan: one picture for every pair of values of two axes, all else the same."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from bot.studies.axes import Axis, parse_axis
from generation.errors import InvalidChoice
from generation.profiles import Profile
from generation.samplers.names import network_calls
from generation.spec import PromptSpec

#: The practice around anything-v3: steps in the ratio 3:4 against CFG, at native size, and the same with CFG times
#: 2.25 at one and a half times the side.
PRACTICE_STEPS = "steps=4..192*"
PRACTICE_CFG = "cfg=1..12"
_LARGER, _LARGER_CFG = 1.5, 2.25
_SIDE_STEP = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Scan:
    """Two axes and the specs of their cells, row by row: ``across`` goes from left to right, ``down`` downwards."""

    across: Axis
    down: Axis
    cells: tuple[PromptSpec, ...]

    @property
    def columns(self) -> int:
        """How many cells a row has."""
        return len(self.across.values)

    @property
    def rows(self) -> int:
        """How many rows there are."""
        return len(self.down.values)

    def place(self, index: int) -> tuple[str, str]:
        """The labels of cell ``index``: across, then down."""
        row, column = divmod(index, self.columns)
        return self.across.labels[column], self.down.labels[row]


def make_scan(
    choices: Mapping[str, Any],
    across: Axis,
    down: Axis,
    *,
    spec: Callable[[Mapping[str, Any]], PromptSpec],
    most_cells: int,
) -> Scan:
    """Make the specs of all cells from ``choices``, which ``spec`` makes complete; the seed is the same for all.

    Raises InvalidChoice for axes of the same field, for more than ``most_cells``, and as ``spec`` does.
    """
    if across.name.casefold() == down.name.casefold():
        raise InvalidChoice("axis", f"Both axes change {across.name}; choose two different ones.")
    count = len(across.values) * len(down.values)
    if count > most_cells:
        raise InvalidChoice("axis", f"That is {count} cells; a scan here has at most {most_cells}.")
    fixed = {**choices, "seed": spec(choices).seed, "count": 1}
    cells = tuple(
        replace(spec(down.laid_over(across.laid_over(fixed, column), row)), count=1)
        for row in range(len(down.values))
        for column in range(len(across.values))
    )
    return Scan(across=across, down=down, cells=cells)


def practice(profile: Profile, *, larger: bool) -> tuple[dict[str, Any], Axis, Axis]:
    """The ready-made scan for a model: the choices to lay over a person's own, and its axes, CFG across, steps down."""
    steps, cfg = parse_axis(PRACTICE_STEPS), parse_axis(PRACTICE_CFG)
    if not larger:
        return {"width": profile.native_width, "height": profile.native_height}, cfg, steps
    width, height = (_grown(side) for side in (profile.native_width, profile.native_height))
    return {"width": width, "height": height}, Axis(cfg.name, tuple(v * _LARGER_CFG for v in cfg.values)), steps


def network_calls_of(scan: Scan) -> int:
    """How many guided steps of the network all cells take together."""
    return sum(network_calls(cell.sampler, cell.steps) for cell in scan.cells)


def _grown(side: int) -> int:
    return round(side * _LARGER / _SIDE_STEP) * _SIDE_STEP
