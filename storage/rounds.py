"""Answers those who ask for the same kind of thing at the same time together, in rounds.

Whoever asks while a round is on its way waits for the next, which serves all who have come by then. So a crowd costs
two or three transactions, not one each, and nobody is answered from anything read or written before they asked.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Generic, TypeVar

Asked = TypeVar("Asked")
Answer = TypeVar("Answer")


class Rounds(Generic[Asked, Answer]):
    """``work`` answers many at once, in their order; what it raises is raised for all of that round."""

    def __init__(self, work: Callable[[Sequence[Asked]], Awaitable[Sequence[Answer]]], *, most: int = 200) -> None:
        self._work = work
        self._most = most
        self._waiting: list[tuple[Asked, asyncio.Future[Answer]]] = []
        self._going: asyncio.Task[None] | None = None

    async def __call__(self, asked: Asked) -> Answer:
        """Ask, and wait for the round that answers."""
        answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._waiting.append((asked, answer))
        if self._going is None:
            self._going = asyncio.create_task(self._go_round())
        return await answer

    async def _go_round(self) -> None:
        try:
            while self._waiting:
                served, self._waiting = self._waiting[: self._most], self._waiting[self._most :]
                await self._serve([each for each in served if not each[1].cancelled()])
        finally:
            self._going = None
            for _, answer in self._waiting:  # only where the loop itself is ending
                answer.cancel()
            self._waiting = []

    async def _serve(self, served: list[tuple[Asked, asyncio.Future[Answer]]]) -> None:
        try:
            answers: Sequence[Any] = await self._work([asked for asked, _ in served]) if served else ()
        except asyncio.CancelledError:
            for _, answer in served:
                answer.cancel()
            raise
        except Exception as fault:  # noqa: BLE001  (it is raised where it was asked)
            for _, answer in served:
                if not answer.done():
                    answer.set_exception(fault)
            return
        for (_, answer), found in zip(served, answers, strict=True):
            if not answer.done():
                answer.set_result(found)
