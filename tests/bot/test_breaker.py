"""The breaker opens well below what bans an address, and closes by itself."""

import asyncio

import pytest

from bot.breaker import Breaker


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_opens_at_its_number_within_its_window(clock: Clock) -> None:
    breaker = Breaker(most=3, window=10, clock=clock)
    for status in (401, 200, 403, 500, 204):
        breaker.count(status)
    assert not breaker.open
    assert breaker.recent == 2
    breaker.count(429)
    assert breaker.open


def test_closes_when_the_window_has_passed(clock: Clock) -> None:
    breaker = Breaker(most=2, window=10, clock=clock)
    breaker.count(401)
    clock.now = 6
    breaker.count(401)
    assert breaker.open
    clock.now = 10.5
    assert not breaker.open
    assert breaker.recent == 1


async def test_who_waits_goes_on_when_it_closes(clock: Clock) -> None:
    breaker = Breaker(most=1, window=10, clock=clock)
    breaker.count(429)
    waiting = asyncio.create_task(breaker.closed(look=0))
    await asyncio.sleep(0.01)
    assert not waiting.done()
    clock.now = 11
    await asyncio.wait_for(waiting, 30)


def test_ten_in_a_minute_are_a_strain(clock: Clock) -> None:
    breaker = Breaker(clock=clock)
    for _ in range(9):
        breaker.count(429)
    assert not breaker.strained
    breaker.count(429)
    assert breaker.strained
    assert not breaker.open
    clock.now = 60.5
    assert not breaker.strained


def test_by_default_it_opens_far_below_ten_thousand() -> None:
    breaker = Breaker()
    for _ in range(1000):
        breaker.count(403)
    assert breaker.open
