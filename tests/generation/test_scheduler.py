"""Turns: who leads, who rides along, and how long anybody can be made to wait."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from generation.scheduler import Scheduler, Size, Ticket, step_work

SMALL, LARGE = (512, 512), (768, 768)


def ticket(
    owner: str, key: str, size: Size = SMALL, rows: int = 2, work: float | None = None, index: int = 0
) -> Ticket:
    return Ticket((key, index), owner, size, rows, rows * step_work(*size) if work is None else work)


def scheduler(*tickets: Ticket, room: int = 2, newcomer_steps: int = 0) -> Scheduler:
    made = Scheduler(room=lambda _: room, newcomer_steps=newcomer_steps)
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


def test_newcomers_lead_every_second_step() -> None:
    made = scheduler(ticket("old", "1"), newcomer_steps=5)
    run(made, 10)
    made.add(ticket("new", "2"))
    made.add(ticket("newer", "3"))
    first = [batch[0].owner for batch in run(made, 8)]
    assert Counter(first)["old"] == 4
    assert {"new", "newer"} <= set(first)


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
    assert [each.id[0] for each in made.waiting()] == ["2", "4", "3"]


def test_who_leaves_is_not_charged() -> None:
    gone = ticket("a", "1")
    made = scheduler(gone, ticket("b", "2"))
    batch = made.next_batch()
    made.remove(gone)
    made.charge(batch)
    assert len(made) == 1
    assert [each.owner for each in made.next_batch()] == ["b"]


jobs = st.lists(
    st.tuples(st.sampled_from("abcd"), st.sampled_from([SMALL, LARGE, (512, 768)]), st.integers(1, 12)),
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


@given(
    others=st.lists(st.tuples(st.integers(1, 40), st.sampled_from([SMALL, LARGE])), min_size=1, max_size=8),
    size=st.sampled_from([SMALL, LARGE]),
)
def test_the_wait_between_two_steps_has_the_bound_that_is_promised(others: list[tuple[int, Size]], size: Size) -> None:
    made = scheduler(ticket("me", "me", size))
    for owner, (count, other_size) in enumerate(others):
        for index in range(count):
            made.add(ticket(str(owner), f"{owner} {index}", other_size))
    gift = 2 * step_work(*LARGE)
    waited = 0.0
    for batch in run(made, 200):
        waited = 0.0 if "me" in served([batch]) else waited + sum(each.work for each in batch)
        assert waited <= 2 * gift * len(others) * 1.001
