"""Turns: who leads, who rides along, and how long anybody can be made to wait."""

import math
from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generation.scheduler import Scheduler, Size, Ticket
from tests.generation.simulated_loop import Arrival, SimulatedLoop

SMALL, MIDDLE, LARGE = (512, 512), (512, 768), (768, 768)
#: Work of a row, in the operations of Stable Diffusion 1.x.
WORK = {SMALL: 0.803e12, MIDDLE: 1.298e12, LARGE: 2.148e12}


def ticket(
    owner: str, key: str, size: Size = SMALL, rows: int = 2, work: float | None = None, priority: str = "normal"
) -> Ticket:
    return Ticket((key, 0), owner, size, rows, rows * WORK[size] if work is None else work, priority)


def scheduler(*tickets: Ticket, room: int = 2, newcomer_steps: int = 0) -> Scheduler:
    made = Scheduler(room=lambda _size, _long: room, newcomer_steps=newcomer_steps)
    for each in tickets:
        made.add(each)
    return made


def run(made: Scheduler, steps: int) -> list[list[Ticket]]:
    batches = []
    for _ in range(steps):
        batch = made.next_batch()
        made.charge(batch)
        batches.append(batch)
    return batches


def served(batches: list[list[Ticket]]) -> Counter[str]:
    return Counter(each.owner for batch in batches for each in batch)


def test_nobody_nothing() -> None:
    assert scheduler().next_batch() == []


def test_a_batch_is_of_one_size_and_fits() -> None:
    made = scheduler(ticket("a", "1"), ticket("b", "2", LARGE), ticket("c", "3"), ticket("d", "4"), room=4)
    batch = made.next_batch()
    assert [each.owner for each in batch] == ["a", "c"]


def test_a_picture_of_many_rows_goes_alone_rather_than_never() -> None:
    made = scheduler(ticket("a", "1", rows=12), ticket("b", "2"), room=4)
    owners = [[each.owner for each in batch] for batch in run(made, 12)]
    assert ["a"] in owners
    assert ["b"] in owners


def test_forty_jobs_do_not_starve_one() -> None:
    made = scheduler(*(ticket("many", str(i)) for i in range(40)), ticket("one", "x"))
    assert served(run(made, 20)) == {"many": 10, "one": 10}


def test_rows_that_would_stay_empty_are_filled() -> None:
    made = scheduler(*(ticket("many", str(i)) for i in range(40)), ticket("one", "x"), room=8)
    assert all(served([batch]) == {"many": 3, "one": 1} for batch in run(made, 20))


def test_riding_along_in_empty_places_is_not_held_against_anybody() -> None:
    made = scheduler(*(ticket("many", str(i)) for i in range(40)), ticket("one", "x"), room=8)
    run(made, 100)
    made.remove(ticket("one", "x"))
    for name in "cdefghij":
        made.add(ticket(name, name))
    assert served(run(made, 30))["many"] >= 10


def test_turns_are_counted_in_work() -> None:
    made = scheduler(ticket("cheap", "1", work=1.0), ticket("dear", "2", LARGE, work=4.0))
    counts = served(run(made, 100))
    assert counts["cheap"] == 4 * counts["dear"]


def test_a_size_that_one_person_asks_for_gets_that_persons_share() -> None:
    crowd = [ticket(str(i), str(i)) for i in range(19)]
    made = scheduler(*crowd, ticket("odd", "x", LARGE), room=8)
    batches = run(made, 400)
    assert served(batches)["odd"] >= 400 * 0.04
    assert all(served(batches)[str(i)] >= 30 for i in range(19))


def test_newcomers_come_first_and_leave_every_second_step_to_the_others() -> None:
    made = scheduler(*(ticket(f"old {i}", f"old {i}") for i in range(4)), newcomer_steps=5)
    run(made, 40)
    made.add(ticket("new", "2"))
    made.add(ticket("newer", "3"))
    batches = run(made, 12)
    assert {"new", "newer"} <= set(served(batches[:4]))
    assert sum(served(batches)[f"old {i}"] for i in range(4)) == 6


def test_only_the_foremost_picture_makes_a_newcomer() -> None:
    made = scheduler(ticket("old", "1"), ticket("many", "2"), newcomer_steps=5)
    run(made, 12)
    for i in range(30):
        made.add(ticket("many", f"later {i}"))
    counts = served(run(made, 20))
    assert counts["old"] == counts["many"]


def test_an_owners_pictures_are_drawn_in_their_order() -> None:
    made = scheduler(ticket("a", "1"), ticket("a", "2"), ticket("a", "3"))
    assert {each.id for batch in run(made, 10) for each in batch} == {("1", 0)}


def test_those_who_wait_are_listed_by_turns() -> None:
    made = scheduler(ticket("a", "1"), ticket("a", "2"), ticket("a", "3"), ticket("b", "4"))
    assert [each.id[0] for each in made.waiting()] == ["1", "4", "2", "3"]
    run(made, 1)
    assert [each.id[0] for each in made.waiting()] == ["4", "2", "3"]


def test_who_leaves_is_not_charged() -> None:
    gone = ticket("a", "1")
    made = scheduler(gone, ticket("b", "2"))
    batch = made.next_batch()
    made.remove(gone)
    made.charge(batch)
    assert len(made) == 1
    assert [each.owner for each in made.next_batch()] == ["b"]


jobs = st.lists(
    st.tuples(st.sampled_from("abcd"), st.sampled_from([SMALL, MIDDLE, LARGE]), st.integers(1, 12)),
    min_size=1,
    max_size=25,
)


@given(jobs=jobs, room=st.integers(2, 16))
def test_everything_is_drawn_and_every_step_draws(jobs: list[tuple[str, Size, int]], room: int) -> None:
    made = scheduler(room=room, newcomer_steps=3)
    left = {}
    for index, (owner, size, steps) in enumerate(jobs):
        made.add(ticket(owner, str(index), size))
        left[str(index)] = steps
    while len(made):
        batch = made.next_batch()
        assert batch
        assert len({each.id for each in batch}) == len(batch)
        assert len({each.size for each in batch}) == 1
        made.charge(batch)
        for each in batch:
            left[each.id[0]] -= 1
            if not left[each.id[0]]:
                made.remove(each)
    assert not any(left.values())


arrivals = st.lists(
    st.tuples(
        st.floats(0, 20),
        st.sampled_from("abcde"),
        st.sampled_from([SMALL, MIDDLE, LARGE]),
        st.integers(1, 30),
        st.integers(1, 4),
    ),
    min_size=1,
    max_size=60,
)


@given(arrivals=arrivals, room=st.integers(2, 16), newcomer_steps=st.integers(0, 6))
def test_in_every_history_the_wait_between_two_steps_has_the_bound_that_is_promised(
    arrivals: list[tuple[float, str, Size, int, int]], room: int, newcomer_steps: int
) -> None:
    """As generation.turns states it, in steps, and in seconds: so many of the longest."""
    made = [
        Arrival(at, ticket(owner, str(index), size, rows), steps)
        for index, (at, owner, size, steps, rows) in enumerate(arrivals)
    ]
    dearest = max(each.ticket.work for each in made)
    turns = {
        owner: math.ceil(dearest / min(each.ticket.work for each in made if each.ticket.owner == owner)) + 1
        for owner in {each.ticket.owner for each in made}
    }
    loop = SimulatedLoop(scheduler(room=room, newcomer_steps=newcomer_steps), seconds_of)
    waits: dict[str, tuple[float, int, set[str]]] = {}
    longest = 0.0
    for step in loop.run(made):
        longest = max(longest, step.ended - step.begun)
        served = {each.owner for each in step.batch}
        for owner, came in step.present.items():
            since, steps, others = waits.get(owner, (came, 0, set()))
            others |= step.present.keys() - {owner}
            if owner in served:
                waits[owner] = (step.ended, 0, set())
            else:
                bound = 2 * sum(turns[other] for other in others) + 1
                assert steps + 1 <= bound
                assert step.ended - since <= (bound + 1) * longest
                waits[owner] = (since, steps + 1, others)
        waits = {owner: wait for owner, wait in waits.items() if owner in loop.since}


@pytest.mark.parametrize("room", [2, 8, 16])
@pytest.mark.parametrize("size", [SMALL, LARGE])
def test_forty_jobs_are_no_more_in_ones_way_than_one(room: int, size: Size) -> None:
    def finished(jobs: int) -> float:
        loop = SimulatedLoop(scheduler(room=room), seconds_of)
        greedy = [Arrival(0.0, ticket("many", f"many {index}"), 64 * 40 // jobs) for index in range(jobs)]
        list(loop.run([*greedy, Arrival(30.0, ticket("one", "one", size), 64)], steps=400))
        return loop.finished["one"] - 30.0

    pair = ticket("many", "")
    fuller = seconds_of([pair] * (room // 2)) / seconds_of([pair])
    newcomers = 10 * seconds_of([pair])
    assert finished(40) <= finished(1) * fuller + newcomers


def seconds_of(batch: list[Ticket]) -> float:
    """A machine that needs half a second for a call, and as much again for a pair of small rows."""
    return 0.5 + sum(each.work for each in batch) / (4 * WORK[SMALL])


def test_low_priority_takes_only_what_is_left_over() -> None:
    low = [ticket("researcher", f"scan {index}", priority="low") for index in range(5)]
    made = scheduler(*low, room=16)
    assert len(made.next_batch()) == 5
    made.add(ticket("a", "1", LARGE))
    assert [each.id[0] for batch in run(made, 20) for each in batch] == ["1"] * 20
    made.remove(ticket("a", "1", LARGE))
    assert len(made.next_batch()) == 5


def test_low_priority_is_fair_among_its_own() -> None:
    made = scheduler(*(ticket("many", str(i), priority="low") for i in range(40)), ticket("one", "x", priority="low"))
    assert served(run(made, 20)) == {"many": 10, "one": 10}


@given(low=st.integers(1, 30), others=st.lists(st.tuples(st.floats(0, 60), st.integers(1, 10)), max_size=10))
def test_low_priority_delays_others_by_no_more_than_the_step_under_way(
    low: int, others: list[tuple[float, int]]
) -> None:
    scan = [Arrival(0.0, ticket("r", f"scan {index}", LARGE, priority="low"), 20) for index in range(low)]
    normal = [Arrival(at, ticket(str(i), f"job {i}"), steps) for i, (at, steps) in enumerate(others)]
    for step in SimulatedLoop(scheduler(room=8), seconds_of).run([*scan, *normal]):
        assert ("r" in served([step.batch])) == (step.present.keys() == {"r"})


def test_a_job_can_be_given_another_priority_while_it_is_drawn() -> None:
    first, second = ticket("a", "1"), ticket("b", "2")
    made = scheduler(first, second)
    run(made, 4)
    made.change(replace(first, priority="low"))
    assert [each.id[0] for batch in run(made, 4) for each in batch] == ["2"] * 4
    made.change(replace(first, priority="normal"))
    assert {each.id[0] for batch in run(made, 4) for each in batch} == {"1", "2"}
    assert made.waiting() == []


def test_rows_and_work_can_change_between_steps() -> None:
    first, second = ticket("a", "1", rows=2), ticket("b", "2", rows=2)
    made = scheduler(first, second, room=4)
    assert len(made.next_batch()) == 2
    made.change(replace(first, rows=3, work=3 * WORK[SMALL]))
    assert len(made.next_batch()) == 1
    made.remove(first)
    made.remove(second)
    assert made.next_batch() == []


def test_a_picture_that_goes_on_in_another_size_keeps_its_place() -> None:
    first, second, third = ticket("a", "1"), ticket("a", "2", LARGE), ticket("b", "3", LARGE)
    made = scheduler(first, second, third)
    run(made, 10)
    made.change(replace(first, size=LARGE, work=2 * WORK[LARGE]))
    assert {each.id[0] for batch in run(made, 4) for each in batch} == {"1", "3"}
    assert made.waiting() == [second]


def test_a_long_line_gets_larger_calls_and_a_short_one_smaller() -> None:
    def room(_size: Size, long: bool) -> int:
        return 16 if long else 4

    made = Scheduler(room=room)
    tickets = [ticket(str(i), str(i)) for i in range(5)]
    for each in tickets:
        made.add(each)
    assert len(made.next_batch()) == 5
    made.remove(tickets.pop())
    assert len(made.next_batch()) == 2


def test_leaving_and_coming_back_does_not_pay_debts() -> None:
    made = scheduler(ticket("stays", "1", LARGE))
    leaves = 0
    for index in range(60):
        fresh = ticket("leaves", f"again {index}")
        made.add(fresh)
        for _ in range(4):
            [batch] = run(made, 1)
            leaves += batch[0].owner == "leaves"
        made.remove(fresh)
    share = WORK[LARGE] / (WORK[LARGE] + WORK[SMALL])
    assert leaves <= 240 * share * 1.1
