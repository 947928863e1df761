"""What rejected pictures looked like, so that the same picture under another seed or file is known again.

A likeness is 64 bits; two pictures look the more alike the fewer of them differ. How it is made is not known here.
"""

from collections.abc import Collection

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from storage.models import PictureRow
from storage.moderation.models import RejectionRow
from storage.transactions import Transactions


class Rejections:
    """The door to the likenesses of rejected pictures."""

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions

    async def nearest(self, server_id: int, likenesses: Collection[int], *, within: int) -> int | None:
        """Return the case of the rejected picture most like any of these, ``within`` so many bits; None without one."""
        if not likenesses:
            return None
        wanted = select(RejectionRow.likeness, RejectionRow.case_id).where(RejectionRow.server_id == server_id)
        async with self._transactions.reading() as session:
            rows = (await session.execute(wanted)).all()
        away = [((each ^ likeness).bit_count(), case_id) for each, case_id in rows for likeness in likenesses]
        nearest = min(away, default=None)
        return nearest[1] if nearest is not None and nearest[0] <= within else None


async def remember(session: AsyncSession, server_id: int, case_id: int, job_id: int) -> None:
    """Keep what the pictures of a rejected case's job looked like."""
    noted = (PictureRow.job_id == job_id, PictureRow.likeness.is_not(None))
    for likeness in (await session.scalars(select(PictureRow.likeness).where(*noted))).all():
        session.add(RejectionRow(server_id=server_id, case_id=case_id, likeness=likeness))


async def forget(session: AsyncSession, case_id: int) -> None:
    """Let go of what a case's pictures looked like, because its rejection was overturned."""
    await session.execute(delete(RejectionRow).where(RejectionRow.case_id == case_id))
