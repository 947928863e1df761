"""The ledger: shares done, and when a picture is likely to be finished."""

import pytest

from generation.ledger import Ledger


def warmed(seconds_per_work: float) -> Ledger:
    ledger = Ledger()
    ledger.open("warm", owner="nobody", steps=2, work=1.0)
    ledger.step(["warm"], 100.0)
    ledger.step(["warm"], seconds_per_work)
    ledger.close("warm")
    return ledger


def test_nothing_is_promised_before_a_step_was_timed_twice() -> None:
    ledger = Ledger()
    ledger.open("a", owner="x", steps=10, work=1.0)
    assert ledger.seconds_left("a") is None
    ledger.step(["a"], 100.0)
    assert ledger.seconds_left("a") is None
    ledger.step(["a"], 2.0)
    assert ledger.seconds_left("a") == pytest.approx(8 * 2.0)


def test_the_first_step_of_all_does_not_count() -> None:
    ledger = warmed(0.5)
    ledger.open("a", owner="x", steps=10, work=1.0)
    assert ledger.seconds_left("a") == pytest.approx(5.0)


def test_one_waits_for_ones_own_earlier_pictures() -> None:
    ledger = warmed(1.0)
    ledger.open("first", owner="x", steps=10, work=1.0)
    ledger.open("second", owner="x", steps=10, work=1.0)
    assert ledger.seconds_left("first") == pytest.approx(10)
    assert ledger.seconds_left("second") == pytest.approx(20)


def test_others_take_as_many_turns_but_no_more_than_they_asked_for() -> None:
    ledger = warmed(1.0)
    ledger.open("mine", owner="x", steps=10, work=1.0)
    ledger.open("short", owner="y", steps=3, work=1.0)
    ledger.open("long", owner="z", steps=100, work=1.0)
    assert ledger.seconds_left("mine") == pytest.approx(10 + 3 + 10)
    assert ledger.seconds_left("short") == pytest.approx(3 * 3)


def test_decoding_counts() -> None:
    ledger = warmed(1.0)
    ledger.open("a", owner="x", steps=4, work=2.0)
    ledger.decode(2.0, 50.0)
    ledger.decode(2.0, 3.0)
    assert ledger.seconds_left("a") == pytest.approx(4 * 2 + 3)


def test_a_step_of_many_is_shared() -> None:
    ledger = warmed(1.0)
    for picture in "abcd":
        ledger.open(picture, owner=picture, steps=1000, work=1.0)
    for _ in range(200):
        ledger.step("abcd", 1.0)
    assert ledger.seconds_left("a") == pytest.approx(4 * 800 * 0.25, rel=0.01)


def test_progress_is_the_mean_and_what_left_is_done() -> None:
    ledger = Ledger()
    ledger.open("a", owner="x", steps=4, work=1.0)
    ledger.open("b", owner="x", steps=4, work=1.0)
    ledger.step(["a", "b"], 1.0)
    ledger.step(["a"], 1.0)
    assert ledger.progress(["a", "b"]) == pytest.approx((0.5 + 0.25) / 2)
    ledger.close("a")
    assert ledger.progress(["a", "b"]) == pytest.approx((1.0 + 0.25) / 2)


def test_an_account_that_is_corrected_keeps_what_was_done() -> None:
    ledger = Ledger()
    ledger.open("a", owner="x", steps=4, work=1.0)
    ledger.step(["a"], 1.0)
    ledger.open("a", owner="x", steps=2, work=1.0)
    assert ledger.progress(["a"]) == pytest.approx(0.5)


def test_the_longest_step_is_remembered() -> None:
    ledger = Ledger()
    assert ledger.longest_step is None
    ledger.open("a", owner="x", steps=4, work=1.0)
    ledger.step(["a"], 2.0)
    ledger.step(["a"], 1.0)
    assert ledger.longest_step == 2.0
