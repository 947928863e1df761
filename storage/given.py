"""Pictures that people gave to be drawn over: kept with who gave them, for as long as something may be drawn over them.

They are named by a digest of their pixels, which the specs of jobs hold. Their files lie beside the finished pictures.
"""

import secrets

from sqlalchemy import select

from storage.files import PictureFiles
from storage.jobs import Clock, now
from storage.models import GivenRow
from storage.transactions import Transactions


class Given:
    """The door to what people gave."""

    def __init__(self, transactions: Transactions, files: PictureFiles, clock: Clock = now) -> None:
        self._transactions = transactions
        self._files = files
        self._clock = clock

    async def keep(self, owner: int, digest: str, png: bytes) -> None:
        """Keep a picture of ``owner``, on the disk before this returns; one that is there already becomes young again.

        Raises StorageError where it cannot be kept.
        """
        path = f"given/{digest[:2]}/{digest}-{secrets.token_hex(4)}.png"
        await self._files.write(path, png)
        async with self._transactions.writing() as session:
            row = await session.get(GivenRow, (owner, digest))
            before = None if row is None else row.path
            await session.merge(GivenRow(owner=owner, digest=digest, path=path, created_at=self._clock()))
        if before is not None:
            await self._files.remove(before)

    async def read(self, digest: str) -> bytes | None:
        """Return a picture as PNG, whoever gave it, or None where nobody's is kept any more."""
        newest = select(GivenRow.path).where(GivenRow.digest == digest).order_by(GivenRow.created_at.desc())
        async with self._transactions.reading() as session:
            paths = list(await session.scalars(newest))
        for path in paths:
            if (content := await self._files.read(path)) is not None:
                return content
        return None
