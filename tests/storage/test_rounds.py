"""Those who come together are answered together, each with their own answer, and a fault is told to all it concerns."""

import asyncio
from collections.abc import Sequence

import pytest

from storage.rounds import Rounds


class Post:
    """Answers with the square of what is asked; notes whom each round served."""

    def __init__(self) -> None:
        self.served: list[list[int]] = []

    async def square(self, asked: Sequence[int]) -> list[int]:
        self.served.append(list(asked))
        await asyncio.sleep(0.001)
        if 13 in asked:
            raise ValueError("13")
        return [each**2 for each in asked]


async def test_a_crowd_costs_a_few_rounds() -> None:
    post = Post()
    rounds = Rounds(post.square, most=60)
    assert await asyncio.gather(*map(rounds, [*range(13), *range(14, 101)])) == [
        each**2 for each in range(101) if each != 13
    ]
    assert [len(each) for each in post.served] == [60, 40]
    assert await rounds(7) == 49, "and whoever comes later is served too"


async def test_nobody_is_answered_by_a_round_that_began_before_they_asked() -> None:
    post = Post()
    rounds = Rounds(post.square)
    early = asyncio.create_task(rounds(1))
    while not post.served:  # noqa: ASYNC110
        await asyncio.sleep(0)
    assert await rounds(1) == 1
    assert post.served == [[1], [1]]
    await early


async def test_a_fault_is_raised_for_its_round_and_no_other() -> None:
    rounds = Rounds(Post().square)
    unlucky = await asyncio.gather(*map(rounds, (12, 13)), return_exceptions=True)
    assert [str(each) for each in unlucky] == ["13", "13"]
    assert await rounds(12) == 144


async def test_whoever_gives_up_keeps_no_other_waiting() -> None:
    post = Post()
    rounds = Rounds(post.square)
    leaving, staying = asyncio.create_task(rounds(2)), asyncio.create_task(rounds(3))
    await asyncio.sleep(0)
    leaving.cancel()
    assert await staying == 9
    with pytest.raises(asyncio.CancelledError):
        await leaving
