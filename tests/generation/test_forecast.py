"""Forecasts: what is promised to those who wait, against when they are served on a simulated clock."""

import random

import pytest

from generation.forecast import Forecast
from generation.ledger import Ledger
from generation.scheduler import Scheduler, Size, Ticket
from tests.generation.simulated_loop import Arrival, SimulatedLoop

#: Work of a row, in the operations of Stable Diffusion 1.x.
WORK = {(512, 512): 0.803e12, (512, 768): 1.298e12, (768, 768): 2.148e12}
SMALL = (512, 512)


def seconds_of(batch: list[Ticket]) -> float:
    """A machine that needs half a second for a call, and as much again for a pair of small rows."""
    return 0.5 + sum(ticket.work for ticket in batch) / (4 * WORK[SMALL])


class Watched:
    """A simulated loop with a ledger, and what it forecast after so many steps, by picture: (when, seconds)."""

    def __init__(self, arrivals: list[Arrival], room: int, looks: set[int]) -> None:
        def rows(size: Size, _long: bool) -> int:
            return max(2, int(room * WORK[SMALL] / WORK[size]) // 2 * 2)

        self.loop = SimulatedLoop(Scheduler(room=rows), seconds_of)
        self.told: list[tuple[str, float, float]] = []
        ledger = Ledger()
        self.forecast = Forecast(self.loop.scheduler, ledger)
        for arrival in arrivals:
            ledger.open(arrival.ticket.id, steps=arrival.steps, work=arrival.ticket.work)
        for number, step in enumerate(self.loop.run(arrivals)):
            ledger.step([ticket.id for ticket in step.batch], step.ended - step.begun)
            if number in looks:
                self._look()
            for ticket in step.batch:
                if ticket not in self.loop.left:
                    ledger.close(ticket.id)

    def _look(self) -> None:
        for ticket in self.loop.left:
            seconds = self.forecast.seconds_left(ticket.id)
            assert seconds is not None
            self.told.append((ticket.id[0], self.loop.now, seconds))

    def ratios(self, *, beyond: float) -> list[float]:
        """Promised over real seconds, of what took longer than ``beyond``."""
        real = [(seconds, self.loop.finished[key] - now) for key, now, seconds in self.told]
        return sorted(seconds / taken for seconds, taken in real if taken > beyond)


def crowd(chance: random.Random, people: int, pictures: int) -> list[Arrival]:
    made = []
    for index in range(pictures):
        size = chance.choice(list(WORK))
        ticket = Ticket((str(index), 0), str(chance.randrange(people)), size, 2, 2 * WORK[size])
        made.append(Arrival(0.0, ticket, chance.randint(20, 64)))
    return made


@pytest.mark.parametrize(("people", "pictures"), [(1, 1), (1, 6), (3, 3), (5, 12), (20, 30), (10, 60), (2, 41)])
@pytest.mark.parametrize("room", [2, 8, 16])
def test_nine_promises_in_ten_are_right_to_a_factor_of_one_and_a_half(people: int, pictures: int, room: int) -> None:
    ratios = []
    for seed in range(5):
        watched = Watched(crowd(random.Random(seed), people, pictures), room, looks={15, 100, 300})
        ratios += watched.ratios(beyond=20 * 0.5)
    assert ratios
    right = [ratio for ratio in ratios if 1 / 1.5 <= ratio <= 1.5]
    assert len(right) >= 0.9 * len(ratios)
    assert ratios[len(ratios) // 2] == pytest.approx(1.0, abs=0.15)


def test_ones_own_picture_alone_is_promised_exactly() -> None:
    alone = [Arrival(0.0, Ticket(("1", 0), "a", SMALL, 2, 2 * WORK[SMALL]), 40)]
    assert Watched(alone, 8, looks=set(range(1, 39))).ratios(beyond=0.0) == pytest.approx([1.0] * 38)


def test_nothing_is_promised_before_anything_was_timed() -> None:
    scheduler, ledger = Scheduler(room=lambda _size, _long: 2), Ledger()
    ticket = Ticket(("1", 0), "a", SMALL, 2, 1.0)
    scheduler.add(ticket)
    ledger.open(ticket.id, steps=3, work=1.0)
    assert Forecast(scheduler, ledger).seconds_left(ticket.id) is None


def test_low_priority_is_promised_what_is_left_over() -> None:
    low = Arrival(0.0, Ticket(("low", 0), "a", SMALL, 2, 2 * WORK[SMALL], "low"), 20)
    others = [Arrival(0.0, Ticket((str(i), 0), str(i), SMALL, 2, 2 * WORK[SMALL]), 40) for i in range(6)]
    watched = Watched([low, *others], 2, looks={30})
    [(now, seconds)] = [(now, seconds) for key, now, seconds in watched.told if key == "low"]
    assert now + seconds == pytest.approx(watched.loop.finished["low"], rel=0.1)
    assert watched.loop.finished["low"] == max(watched.loop.finished.values())


def test_looking_ahead_changes_nothing() -> None:
    arrivals = crowd(random.Random(0), 5, 12)
    looked, unlooked = Watched(arrivals, 8, looks=set(range(1, 400, 3))), Watched(arrivals, 8, looks=set())
    assert looked.loop.finished == unlooked.loop.finished
