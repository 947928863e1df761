"""The soak in its short form: everything goes wrong, and every job comes to the end that is its own."""

from pathlib import Path

import pytest
import torch

from benchmarks import soak
from benchmarks.faults import NUMBER
from generation.errors import DrawingFailed


@pytest.fixture
def faults(tmp_path: Path) -> Path:
    folder = tmp_path / "faults"
    folder.mkdir()
    return folder


@pytest.mark.timeout(900)
async def test_nothing_is_lost_black_or_somebody_elses(tiny_folder: Path, faults: Path) -> None:
    torch.set_num_threads(1)
    profile = soak.tiny_profile(tiny_folder)
    planned = soak.plans(60, profile, hangs=1, deaths=1, killers=0)
    assert any(plan.fault == NUMBER for plan in planned)
    assert any(plan.cancelled_after is not None for plan in planned)
    outcome = await soak.soak(planned, profile, faults)
    assert soak.wrong(planned, outcome, soak.undisturbed(tiny_folder, profile)) == []
    assert len(outcome.starts) > 1


def test_what_is_wrong_is_seen(tiny_folder: Path) -> None:
    profile = soak.tiny_profile(tiny_folder)
    planned = soak.plans(40, profile, hangs=0, deaths=0, killers=1)
    outcome = soak.Outcome()
    assert len(soak.wrong(planned, outcome, lambda _: b"")) == 40
    outcome.failed = {plan.key: str(DrawingFailed("There is not enough memory.")) for plan in planned}
    assert len(soak.wrong(planned, outcome, lambda _: b"")) == 40
    assert soak.growth([100, 110, 110, 110, 110, 121, 121, 121]) == pytest.approx(0.1)
