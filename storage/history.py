"""A person's finished pictures and favourites in one server, newest first, a page at a time."""

from typing import TypeVarTuple

from sqlalchemy import Select, and_, func, or_, select

from storage.jobs import job_of
from storage.models import FavouriteRow, JobRow, PictureRow
from storage.pictures import picture_of
from storage.records import Job, JobState, Picture
from storage.transactions import Transactions

_Columns = TypeVarTuple("_Columns")


class History:
    """Reads what has been drawn for whom; it writes nothing."""

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions

    async def page(
        self, owner: int, guild_id: int, *, favourites: bool = False, limit: int, offset: int = 0
    ) -> tuple[tuple[Job, Picture], ...]:
        """Return pictures with their jobs: those ``owner`` asked for, or, whoever drew them, their ``favourites``."""
        wanted = _wanted(select(JobRow, PictureRow), owner, guild_id, favourites=favourites)
        newest = FavouriteRow.created_at if favourites else JobRow.created_at
        ordered = wanted.order_by(newest.desc(), JobRow.interaction_id.desc(), PictureRow.index)
        async with self._transactions.reading() as session:
            rows = await session.execute(ordered.limit(limit).offset(offset))
            return tuple((job_of(job), picture_of(picture)) for job, picture in rows)

    async def count(self, owner: int, guild_id: int, *, favourites: bool = False) -> int:
        """Return how many there are."""
        wanted = _wanted(select(func.count()).select_from(JobRow), owner, guild_id, favourites=favourites)
        async with self._transactions.reading() as session:
            return await session.scalar(wanted) or 0


def _wanted(selection: Select[*_Columns], owner: int, guild_id: int, *, favourites: bool) -> Select[*_Columns]:
    joined = selection.join(PictureRow, PictureRow.job_id == JobRow.interaction_id)
    if favourites:
        this = and_(FavouriteRow.job_id == PictureRow.job_id, FavouriteRow.index == PictureRow.index)
        joined = joined.join(FavouriteRow, this)
    whose = FavouriteRow.owner if favourites else JobRow.owner
    seen = or_(JobRow.owner == owner, JobRow.private.is_(False))
    shown = and_(JobRow.state == str(JobState.DONE), JobRow.hidden.is_(False))
    return joined.where(whose == owner, seen, JobRow.guild_id == guild_id, shown)
