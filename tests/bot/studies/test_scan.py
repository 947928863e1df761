"""A scan's cells, and the ready-made ones."""

from collections.abc import Mapping
from typing import Any

import pytest

from bot.studies.axes import parse_axis
from bot.studies.scan import make_scan, network_calls_of, practice
from generation.errors import InvalidChoice
from generation.profiles import load_profiles
from generation.spec import PromptSpec, resolve

PROFILES = load_profiles()


def spec(choices: Mapping[str, Any]) -> PromptSpec:
    return resolve({"model": "anything-v3"}, choices, profiles=PROFILES, draw_seed=iter(range(100)).__next__)


def test_cells_go_row_by_row_with_one_seed() -> None:
    scan = make_scan({}, parse_axis("cfg=1,2,3"), parse_axis("steps=8,12"), spec=spec, most_cells=50)
    assert [(cell.guidance_scale, cell.steps) for cell in scan.cells] == [
        (1, 8),
        (2, 8),
        (3, 8),
        (1, 12),
        (2, 12),
        (3, 12),
    ]
    assert len({cell.seed for cell in scan.cells}) == 1
    assert (scan.columns, scan.rows) == (3, 2)
    assert scan.place(4) == ("2", "12")
    assert network_calls_of(scan) == 3 * 8 + 3 * 12


def test_an_axis_of_seeds_goes_over_the_seed_of_all() -> None:
    scan = make_scan({"seed": 5}, parse_axis("seed=7,8"), parse_axis("cfg=1,2"), spec=spec, most_cells=50)
    assert [cell.seed for cell in scan.cells] == [7, 8, 7, 8]


def test_samplers_that_call_twice_a_step_cost_twice() -> None:
    scan = make_scan({"steps": 10}, parse_axis("sampler=Euler,Heun"), parse_axis("cfg=1"), spec=spec, most_cells=50)
    assert network_calls_of(scan) == 10 + 19


@pytest.mark.parametrize(
    ("across", "down", "says"),
    [
        ("cfg=1,2", "cfg=3,4", "Both axes change cfg"),
        ("cfg=1..12", "steps=1..12", "144 cells; a scan here has at most 50"),
        ("cfg=1,2", "word hat=1,2", "does not hold 'hat'"),
        ("size=100x100", "cfg=1,2", "no multiple of 8"),
    ],
)
def test_says_what_cannot_be(across: str, down: str, says: str) -> None:
    with pytest.raises(InvalidChoice, match=says):
        make_scan({}, parse_axis(across), parse_axis(down), spec=spec, most_cells=50)


def test_the_practice_at_native_size() -> None:
    choices, cfg, steps = practice(PROFILES["anything-v3"], larger=False)
    assert choices == {"width": 512, "height": 512}
    assert cfg.values == tuple(range(1, 13))
    assert steps.values == (4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192)


def test_the_practice_at_one_and_a_half_times_the_side() -> None:
    choices, cfg, _ = practice(PROFILES["anything-v3"], larger=True)
    assert choices == {"width": 768, "height": 768}
    assert cfg.values == tuple(2.25 * scale for scale in range(1, 13))
    assert 18 in cfg.values, "8 at 512x512 is 18 at 768x768"
