"""The ledger: shares done, steps left, and how long steps and decoding take."""

import pytest

from generation import messages
from generation.ledger import Ledger

A, B = ("a", 0), ("b", 0)


def timed(*steps: tuple[float, float]) -> Ledger:
    """A ledger that has noted steps of so much work, so many seconds each, after one to warm up."""
    ledger = Ledger()
    for work, seconds in ((1.0, 100.0), *steps):
        ledger.open(("warm", 0), steps=2, work=work)
        ledger.step([("warm", 0)], seconds)
        ledger.close(("warm", 0))
    return ledger


def test_nothing_is_known_before_a_step_was_timed_twice() -> None:
    assert Ledger().step_seconds(1.0) is None
    assert timed().step_seconds(1.0) is None
    assert timed((1.0, 2.0)).step_seconds(1.0) == pytest.approx(2.0)


def test_where_all_steps_are_alike_time_is_work() -> None:
    assert timed(*[(2.0, 3.0)] * 20).step_seconds(4.0) == pytest.approx(6.0)


def test_what_a_step_costs_however_little_is_in_it_is_told_from_its_work() -> None:
    ledger = timed(*[(work, 5.0 + 2.0 * work) for work in (1.0, 4.0, 2.0, 8.0, 3.0) * 8])
    assert ledger.step_seconds(0.0) == pytest.approx(5.0, rel=0.01)
    assert ledger.step_seconds(10.0) == pytest.approx(25.0, rel=0.01)


def test_more_work_is_never_thought_to_take_less_time() -> None:
    ledger = timed(*[(1.0, 5.0), (10.0, 1.0)] * 10)
    assert (ledger.step_seconds(20.0) or 0) >= (ledger.step_seconds(1.0) or 0) > 0


def test_a_machine_that_slows_down_is_noticed() -> None:
    ledger = timed(*[(1.0, 1.0)] * 50, *[(1.0, 3.0)] * 100)
    assert ledger.step_seconds(1.0) == pytest.approx(3.0, rel=0.02)


def test_decoding_is_timed_by_the_work_of_a_step() -> None:
    ledger = Ledger()
    assert ledger.decode_seconds(1.0) == 0
    for _ in range(20):
        ledger.decode(2.0, 3.0)
    assert ledger.decode_seconds(4.0) == pytest.approx(6.0)


def test_steps_left() -> None:
    ledger = Ledger()
    ledger.open(A, steps=4, work=1.0)
    ledger.open(B, steps=4, work=1.0, later=3.0)
    ledger.step([A, B], 1.0)
    assert ledger.steps_left() == {A: 3, B: 6}
    ledger.close(A)
    ledger.go_on(B, steps=2, work=1.5)
    assert ledger.steps_left() == {B: 2}


def test_progress_is_the_mean_and_what_left_is_done() -> None:
    ledger = Ledger()
    ledger.open(A, steps=4, work=1.0)
    ledger.open(B, steps=4, work=1.0)
    ledger.step([A, B], 1.0)
    ledger.step([A], 1.0)
    assert ledger.progress([A, B]) == pytest.approx((0.5 + 0.25) / 2)
    ledger.close(A)
    assert ledger.progress([A, B]) == pytest.approx((1.0 + 0.25) / 2)


def test_an_account_that_is_corrected_keeps_what_was_done() -> None:
    ledger = Ledger()
    ledger.open(A, steps=4, work=1.0)
    ledger.step([A], 1.0)
    ledger.open(A, steps=2, work=1.0)
    assert ledger.progress([A]) == pytest.approx(0.5)


def test_the_longest_step_and_all_time_worked_are_remembered() -> None:
    ledger = Ledger()
    assert ledger.longest_step is None
    ledger.open(A, steps=4, work=1.0)
    ledger.step([A], 2.0)
    ledger.step([A], 1.0)
    ledger.decode(1.0, 0.5)
    assert ledger.longest_step == 2.0
    assert ledger.worked == 3.5


def test_steps_and_network_calls_are_counted_by_how_large_they_were() -> None:
    ledger = Ledger()
    assert (ledger.tally.totals.mean_step, ledger.tally.totals.mean_fill) == (None, None)
    ledger.open(A, steps=4, work=1.0)
    for seconds in (0.002, 0.1, 30.0):
        ledger.step([A], seconds)
    for rows, padding in ((2, 2), (16, 0), (20, 0)):
        ledger.tally.call(rows, padding)
    totals = ledger.tally.totals
    assert totals.steps == (1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1)
    assert totals.calls == (0, 1, 0, 0, 0, 1, 1)
    assert (totals.rows, totals.padding) == (38, 2)
    assert totals.mean_step == pytest.approx(30.102 / 3)
    assert totals.mean_fill == pytest.approx(38 / 3)


def test_totals_survive_the_pipe() -> None:
    ledger = Ledger()
    ledger.tally.step(0.3)
    ledger.tally.call(3, 1)
    told = messages.Alive(busy=0.5, usual=None, totals=ledger.tally.totals, accelerator_bytes=7)
    framed = messages.frame(told)
    header, _ = messages.lengths(framed[: messages.LENGTHS_SIZE])
    assert messages.message(framed[messages.LENGTHS_SIZE :][:header], b"") == told
