"""What the tables' doors ask of a database: somewhere to read, and somewhere to write."""

from contextlib import AbstractAsyncContextManager
from typing import Protocol

from sqlalchemy.ext.asyncio import AsyncSession


class Transactions(Protocol):
    """Sessions, each of them one transaction."""

    def reading(self) -> AbstractAsyncContextManager[AsyncSession]:
        """A snapshot to read from."""
        ...

    def writing(self) -> AbstractAsyncContextManager[AsyncSession]:
        """A transaction, committed at the end unless something was raised."""
        ...
