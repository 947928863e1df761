"""Picture files that wait to be looked at by the picture gate, which lives in the drawing process. It fails closed."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from generation.errors import GateFailed
from generation.gate import GateScores
from generation.messages import Score, Scored

UNCHECKED = "The picture could not be checked"


@dataclass(slots=True, eq=False)
class _Asked:
    body: bytes
    answer: asyncio.Future[GateScores]
    sent: bool = False


@dataclass(slots=True, eq=False)
class Scoring:
    """What was asked, by key. A file that was with the process when it died is not sent again: it may be why."""

    patience: float
    _asked: dict[str, _Asked] = field(default_factory=dict)
    _count: int = 0

    def ask(self, file: bytes) -> str:
        """Take a file; what becomes of it is told to who waits for the key."""
        self._count += 1
        key = str(self._count)
        self._asked[key] = _Asked(file, asyncio.get_running_loop().create_future())
        return key

    async def scores(self, key: str) -> GateScores:
        """Wait for the answer. Raises GateFailed where there is none in time, or where the check failed."""
        try:
            async with asyncio.timeout(self.patience):
                return await self._asked[key].answer
        except TimeoutError:
            raise GateFailed("The picture check took too long; the picture was not checked.") from None
        finally:
            del self._asked[key]

    def send(self, send: Callable[[Score], None]) -> None:
        """Send what was not sent yet."""
        for key, asked in self._asked.items():
            if not asked.sent:
                asked.sent = True
                send(Score(key=key, body=asked.body))

    def hear(self, scored: Scored) -> None:
        """Take an answer, wanted still or not."""
        asked = self._asked.get(scored.key)
        if asked is None or asked.answer.done():
            return
        if scored.scores is None:
            asked.answer.set_exception(GateFailed(scored.sentence))
        else:
            asked.answer.set_result(scored.scores)

    def fail(self, sentence: str, *, sent_only: bool) -> None:
        """Let those who wait know that no answer will come: all of them, or those whose file was with the process."""
        for asked in self._asked.values():
            if (asked.sent or not sent_only) and not asked.answer.done():
                asked.answer.set_exception(GateFailed(sentence))
