"""What rejected pictures looked like, so that the same picture under another seed or file is known again.

A likeness is 64 bits; two pictures look the more alike the fewer of them differ. How it is made is not known here.
"""

from collections.abc import Sequence

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from storage.moderation.models import RejectionRow
from storage.transactions import Transactions

_BITS = 64


class Rejections:
    """The door to the likenesses of rejected pictures."""

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions

    async def remember(self, server_id: int, case_id: int, likenesses: Sequence[int]) -> None:
        """Keep what the pictures of a rejected case looked like, each a number from 0 to 2⁶⁴ − 1."""
        rows = [{"server_id": server_id, "case_id": case_id, "likeness": _signed(each)} for each in likenesses]
        async with self._transactions.writing() as session:
            session.add_all(RejectionRow(**row) for row in rows)

    async def nearest(self, server_id: int, likeness: int, *, within: int) -> int | None:
        """Return the case of the rejected picture most like this one, ``within`` so many bits; None without one."""
        wanted = select(RejectionRow.likeness, RejectionRow.case_id).where(RejectionRow.server_id == server_id)
        async with self._transactions.reading() as session:
            found = (await session.execute(wanted)).all()
        away = min(((_unsigned(each) ^ likeness).bit_count(), case_id) for each, case_id in found) if found else None
        return away[1] if away is not None and away[0] <= within else None


async def forget(session: AsyncSession, case_id: int) -> None:
    """Let go of what a case's pictures looked like, because its rejection was overturned."""
    await session.execute(delete(RejectionRow).where(RejectionRow.case_id == case_id))


def _signed(number: int) -> int:
    return number - (1 << _BITS) if number >> (_BITS - 1) else number


def _unsigned(number: int) -> int:
    return number % (1 << _BITS)
