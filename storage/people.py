"""Everything that is kept of one person: to hand it out, and to let go of it.

``HOLDINGS`` names every table that knows people; one that is missing there fails a test.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from storage.files import PictureFiles
from storage.jobs import Clock, now
from storage.models import (
    Base,
    ErasureRow,
    FavouriteRow,
    GivenRow,
    JobRow,
    PictureRow,
    PresetCodeRow,
    PresetRow,
    SettingsRow,
    ShownPresetRow,
    SpentRow,
    StudyLabelRow,
    StudyPictureRow,
    StudyRow,
)
from storage.moderation.models import AppealRow, BlockRow, CaseRow, PurgeRow, ReportRow, StrikeRow
from storage.records import JobState, ScopeKind
from storage.spending import COUNTING, PICTURES
from storage.transactions import Transactions

#: How long what was asked for goes on counting after it was deleted.
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Holding:
    """The rows of a table that are one person's.

    ``secret`` columns are not handed out: keys, and who else is concerned. What ``stays`` is not theirs to delete.
    """

    row: type[Base]
    whose: Callable[[int], ColumnElement[bool]]
    secret: frozenset[str] = frozenset()
    stays: bool = False


def _presets(owner: int) -> ColumnElement[bool]:
    return and_(PresetRow.holder_kind == str(ScopeKind.PERSON), PresetRow.holder_id == owner)


def _settings(owner: int) -> ColumnElement[bool]:
    return and_(SettingsRow.scope_kind == str(ScopeKind.PERSON), SettingsRow.scope_id == owner)


_REVIEW = frozenset({"reviewer", "by", "card_channel_id", "card_message_id", "scores"})

#: In the order in which they can be deleted.
HOLDINGS: tuple[Holding, ...] = (
    Holding(SettingsRow, _settings),
    Holding(PresetCodeRow, lambda owner: PresetCodeRow.preset_id.in_(select(PresetRow.id).where(_presets(owner)))),
    Holding(ShownPresetRow, lambda owner: ShownPresetRow.preset_id.in_(select(PresetRow.id).where(_presets(owner)))),
    Holding(PresetRow, _presets),
    Holding(FavouriteRow, lambda owner: FavouriteRow.owner == owner),
    Holding(
        PictureRow,
        lambda owner: PictureRow.job_id.in_(select(JobRow.interaction_id).where(JobRow.owner == owner)),
        secret=frozenset({"path", "scores"}),
    ),
    Holding(GivenRow, lambda owner: GivenRow.owner == owner, secret=frozenset({"path"})),
    Holding(JobRow, lambda owner: JobRow.owner == owner, secret=frozenset({"token"})),
    Holding(StudyLabelRow, lambda owner: StudyLabelRow.rater == owner),
    Holding(
        StudyPictureRow,
        lambda owner: StudyPictureRow.study_id.in_(select(StudyRow.id).where(StudyRow.owner == owner)),
        secret=frozenset({"path"}),
    ),
    Holding(StudyRow, lambda owner: StudyRow.owner == owner),
    Holding(ErasureRow, lambda owner: ErasureRow.owner == owner),
    Holding(SpentRow, lambda owner: SpentRow.owner == owner, stays=True),
    Holding(CaseRow, lambda owner: CaseRow.person == owner, secret=_REVIEW, stays=True),
    Holding(ReportRow, lambda owner: ReportRow.reporter == owner, stays=True),
    Holding(StrikeRow, lambda owner: StrikeRow.person == owner, stays=True),
    Holding(BlockRow, lambda owner: BlockRow.person == owner, secret=_REVIEW, stays=True),
    Holding(PurgeRow, lambda owner: PurgeRow.person == owner, secret=frozenset({"by"}), stays=True),
    Holding(AppealRow, lambda owner: AppealRow.person == owner, secret=_REVIEW, stays=True),
)


class People:
    """The door to all that is one person's."""

    def __init__(self, transactions: Transactions, files: PictureFiles, clock: Clock = now) -> None:
        self._transactions = transactions
        self._files = files
        self._clock = clock

    async def record(self, owner: int) -> dict[str, list[dict[str, Any]]]:
        """Return everything that is kept of a person but the pictures themselves: by table, a mapping a row."""
        async with self._transactions.reading() as session:
            return {
                holding.row.__tablename__: [_plain(row, holding.secret) for row in await _rows(session, holding, owner)]
                for holding in HOLDINGS
            }

    async def picture_files(self, owner: int, *, shown: bool = True) -> tuple[tuple[str, str], ...]:
        """Return a name and the path of each picture of a person whose file is kept, newest first, then what they gave.

        Where ``shown``, only of those that were delivered and have not been hidden: the rest is nobody's to see.
        """
        theirs = select(PictureRow).join(JobRow).where(JobRow.owner == owner, PictureRow.path.is_not(None))
        if shown:
            theirs = theirs.where(JobRow.state == str(JobState.DONE), JobRow.hidden.is_(False))
        newest = theirs.order_by(PictureRow.job_id.desc(), PictureRow.index)
        given = select(GivenRow).where(GivenRow.owner == owner).order_by(GivenRow.created_at.desc())
        async with self._transactions.reading() as session:
            drawn = [(f"{row.job_id}-{row.index}.png", str(row.path)) for row in await session.scalars(newest)]
            return (*drawn, *[(f"given-{row.digest[:16]}.png", row.path) for row in await session.scalars(given)])

    async def read(self, path: str) -> bytes | None:
        """Return the file of a picture, or None where it is no more."""
        return await self._files.read(path)

    async def ask_erasure(self, owner: int) -> None:
        """Write down that a person wants everything deleted, so that it is done even if this process ends before."""
        async with self._transactions.writing() as session:
            if await session.get(ErasureRow, owner) is None:
                session.add(ErasureRow(owner=owner, asked_at=self._clock()))

    async def withdraw_erasure(self, owner: int) -> None:
        """Take that back."""
        async with self._transactions.writing() as session:
            await session.execute(delete(ErasureRow).where(ErasureRow.owner == owner))

    async def erasures(self) -> tuple[int, ...]:
        """Return the people whose wish is not fulfilled yet."""
        async with self._transactions.reading() as session:
            return tuple(await session.scalars(select(ErasureRow.owner).order_by(ErasureRow.asked_at)))

    async def erase(self, owner: int) -> None:
        """Let go of a person's pictures, then of all rows at once; doing it again after a crash does no harm."""
        for _, path in await self.picture_files(owner, shown=False):
            await self._files.remove(path)
        async with self._transactions.writing() as session:
            await _keep_counting(session, owner, self._clock())
            for holding in HOLDINGS:
                if not holding.stays:
                    gone = delete(holding.row).where(holding.whose(owner))
                    await session.execute(gone.execution_options(synchronize_session=False))

    async def tidy(self) -> None:
        """Let go of what counted for a day, and no longer does."""
        async with self._transactions.writing() as session:
            await session.execute(delete(SpentRow).where(SpentRow.created_at <= self._clock() - _DAY))


async def _keep_counting(session: AsyncSession, owner: int, moment: datetime) -> None:
    """Remember of a day's jobs how many pictures they were for, or deleting them would give new ones."""
    counting = select(JobRow.interaction_id, JobRow.guild_id, PICTURES, JobRow.created_at)
    jobs = await session.execute(counting.where(JobRow.owner == owner, JobRow.created_at > moment - _DAY, COUNTING))
    for job_id, guild_id, pictures, created_at in jobs.all():
        session.add(SpentRow(job_id=job_id, owner=owner, guild_id=guild_id, pictures=pictures, created_at=created_at))
    await session.flush()


async def _rows(session: AsyncSession, holding: Holding, owner: int) -> list[Base]:
    return list(await session.scalars(select(holding.row).where(holding.whose(owner))))


def _plain(row: Base, secret: frozenset[str]) -> dict[str, Any]:
    """A row as JSON can hold it; what is not chosen, and what is secret, left out."""
    values: Mapping[str, Any] = {column.key: getattr(row, column.key) for column in type(row).__table__.columns}
    return {
        name: value.isoformat() if isinstance(value, datetime) else value
        for name, value in values.items()
        if value is not None and name not in secret
    }
