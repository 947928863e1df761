"""Whatever befalls the drawing process, nobody is sent a broken picture, and every request comes to an end."""

from pathlib import Path

import pytest

from tests.faults.figures import Figures
from tests.faults.injection import REASONS, Injected, inject

#: In short, what leaves the real process alive, since to begin anew takes it seconds; a stand-in meets the rest.
SHORT = Injected(no_numbers=8, no_memory=8, black=8)
FULL = Injected(no_numbers=280, no_memory=280, black=280, hangs=2, encoder_hangs=2, deaths=4, killers=1)
SHORT_STAND_IN = Injected(hangs=2, deaths=3, killers=1, stand_in=True)
FULL_STAND_IN = Injected(hangs=51, deaths=70, killers=30, stand_in=True)


@pytest.mark.parametrize(("short", "long"), [(SHORT, FULL), (SHORT_STAND_IN, FULL_STAND_IN)], ids=["real", "stand-in"])
async def test_no_broken_picture_is_delivered_and_nobody_waits_for_ever(
    tmp_path: Path, full: bool, figures: Figures, short: Injected, long: Injected
) -> None:
    injected = long if full else short
    faults = injected.faults()
    account = await inject(tmp_path, injected)
    figures.note(
        f"OOM, NaN, black, hang, death in the drawing process{' (a stand-in)' if injected.stand_in else ''}",
        faults_injected=len(faults),
        requests=account.asked,
        pictures_delivered=account.delivered,
        failed_with_a_reason=account.failed.total(),
        processes_replaced=account.replaced,
        wrong=len(account.wrong),
    )
    assert account.wrong == []
    assert account.asked == 2 * len(faults)
    assert account.failed == {fault: faults.count(fault) for fault in REASONS if fault in faults}
    assert account.delivered == account.asked - account.failed.total()
    assert account.replaced >= injected.ends
