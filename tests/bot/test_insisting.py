"""Storage is asked again while that may help, and not for ever."""

import pytest

from bot.insisting import insist
from storage.errors import DatabaseBusy, DatabaseFull, DatabaseUnfit


async def test_until_it_succeeds() -> None:
    answers: list[Exception | int] = [DatabaseBusy("locked"), DatabaseFull("full"), 7]

    async def attempt() -> int:
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    assert await insist(attempt) == 7


async def test_not_for_ever() -> None:
    async def attempt() -> None:
        raise DatabaseBusy("locked")

    with pytest.raises(DatabaseBusy):
        await insist(attempt, patience=0.2)


async def test_not_where_it_cannot_help() -> None:
    calls = []

    async def attempt() -> None:
        calls.append(1)
        raise DatabaseUnfit("damaged")

    with pytest.raises(DatabaseUnfit):
        await insist(attempt)
    assert len(calls) == 1
