"""What is left of a day is never less than nothing, and comes back when it was said to."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import Refused
from bot.policy import Policy
from bot.quota import Quota
from storage.records import Spent

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)


def asked(*requests: tuple[float, int]) -> tuple[Spent, ...]:
    """Requests made so many hours ago, for so many pictures."""
    return tuple(Spent(NOW - timedelta(hours=hours), pictures) for hours, pictures in requests)


def quota(*requests: tuple[float, int], limit: int | None = 10) -> Quota:
    return Quota(limit=limit, spent=asked(*requests), now=NOW)


def test_what_is_older_than_a_day_does_not_count() -> None:
    assert quota().left == 10
    have = quota((25, 4), (24, 2), (23, 3), (1, 1))
    assert (have.used, have.left) == (4, 6)
    assert have.next_at == NOW + timedelta(hours=1)
    assert have.whole_at == NOW + timedelta(hours=23)
    assert quota((25, 4)).next_at is None


def test_when_there_is_room() -> None:
    have = quota((20, 4), (10, 4), (1, 2))
    assert have.left == 0
    assert have.room_at(1) == NOW + timedelta(hours=4)
    assert have.room_at(5) == NOW + timedelta(hours=14)
    assert have.room_at(10) == NOW + timedelta(hours=23)
    assert have.room_at(11) is None
    assert quota((1, 9)).room_at(1) == NOW
    assert quota((1, 999), limit=None).room_at(4) == NOW


REQUESTS = st.lists(st.tuples(st.floats(0, 48), st.integers(1, 4)), max_size=30)


@given(REQUESTS, st.integers(0, 40), st.integers(1, 4))
def test_never_negative_and_true_to_its_word(requests: list[tuple[float, int]], limit: int, wanted: int) -> None:
    spent = tuple(sorted(asked(*requests), key=lambda each: each.at))
    have = Quota(limit=limit, spent=spent, now=NOW)
    assert have.left is not None
    assert 0 <= have.left <= limit
    room_at = have.room_at(wanted)
    assert (room_at is None) == (wanted > limit)
    assert (room_at == NOW) == (wanted <= limit - have.used)
    if room_at is not None:
        then = Quota(limit=limit, spent=spent, now=room_at)
        assert then.left is not None
        assert then.left >= wanted
        if room_at > NOW:
            before = Quota(limit=limit, spent=spent, now=room_at - timedelta(microseconds=1))
            assert before.room_at(wanted) != before.now, "and no sooner"


def test_what_there_is_no_room_for_is_refused_with_the_time() -> None:
    policy = Policy()
    policy.afford(4, quota((1, 6)))
    policy.afford(4, quota((1, 600), limit=None))
    with pytest.raises(Refused, match=r"3 left of your 10 pictures a day, and this is 4 pictures; .* about 4 hours"):
        policy.afford(4, quota((20, 4), (1, 3)))
    with pytest.raises(Refused, match=r"none left of your 10 pictures a day, and this is 1 picture; .* about 23 hours"):
        policy.afford(1, quota((1, 10)))
    with pytest.raises(Refused, match="ask for fewer"):
        policy.afford(4, quota(limit=3))
