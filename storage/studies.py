"""Studies and scans: what is to be drawn, the pictures that are there, and what people say they show."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError

from storage.errors import StorageError
from storage.files import PictureFiles
from storage.jobs import Clock, now
from storage.models import StudyLabelRow, StudyPictureRow, StudyRow
from storage.records import Study, StudyKind, StudyLabel, StudyPicture, StudyState
from storage.transactions import Transactions

#: From each state, those that may follow.
_BEFORE: Mapping[StudyState, tuple[StudyState, ...]] = {
    StudyState.DRAWING: (StudyState.PROPOSED, StudyState.STOPPED),
    StudyState.DRAWN: (StudyState.DRAWING,),
    StudyState.STOPPED: (StudyState.PROPOSED, StudyState.DRAWING),
    StudyState.CLOSED: (StudyState.DRAWN, StudyState.STOPPED),
}


class Studies:
    """The door to the tables of studies, and to the folder of their pictures."""

    def __init__(self, transactions: Transactions, files: PictureFiles, clock: Clock = now) -> None:
        self._transactions = transactions
        self._files = files
        self._clock = clock

    async def propose(
        self,
        study_id: int,
        *,
        kind: StudyKind,
        owner: int,
        guild_id: int,
        channel_id: int,
        title: str,
        content: Mapping[str, Any],
        samples: int,
    ) -> Study | None:
        """Write a study down before anything is drawn; None where ``study_id``, an interaction's, has one already."""
        row = StudyRow(
            id=study_id,
            kind=str(kind),
            owner=owner,
            guild_id=guild_id,
            channel_id=channel_id,
            title=title,
            content=dict(content),
            samples=samples,
            state=str(StudyState.PROPOSED),
            created_at=self._clock(),
        )
        try:
            async with self._transactions.writing() as session:
                session.add(row)
        except IntegrityError:
            return None
        return _study(row)

    async def find(self, study_id: int) -> Study | None:
        """Return the study of that id."""
        async with self._transactions.reading() as session:
            row = await session.get(StudyRow, study_id)
            return None if row is None else _study(row)

    async def among(self, state: StudyState) -> tuple[Study, ...]:
        """Return the studies in one state, oldest first."""
        async with self._transactions.reading() as session:
            wanted = select(StudyRow).where(StudyRow.state == str(state)).order_by(StudyRow.created_at, StudyRow.id)
            return tuple(_study(row) for row in await session.scalars(wanted))

    async def of_server(self, guild_id: int, *, holding: str, limit: int) -> tuple[Study, ...]:
        """Return studies of a server whose titles hold a text, the newest first; those only proposed are left out."""
        title = func.lower(StudyRow.title)
        wanted = (
            select(StudyRow)
            .where(StudyRow.guild_id == guild_id, StudyRow.state != str(StudyState.PROPOSED))
            .where(title.contains(holding.lower(), autoescape=True))
            .order_by(StudyRow.created_at.desc(), StudyRow.id.desc())
            .limit(limit)
        )
        async with self._transactions.reading() as session:
            return tuple(_study(row) for row in await session.scalars(wanted))

    async def move(self, study_id: int, to: StudyState) -> bool:
        """Move a study on, if it stands where it may go there from; say whether it did."""
        states = [str(state) for state in _BEFORE[to]]
        moved = update(StudyRow).where(StudyRow.id == study_id, StudyRow.state.in_(states)).values(state=str(to))
        async with self._transactions.writing() as session:
            return (await session.scalar(moved.returning(StudyRow.id))) is not None

    async def posted(self, study_id: int, message_id: int) -> None:
        """Note the message that shows a study."""
        async with self._transactions.writing() as session:
            await session.execute(update(StudyRow).where(StudyRow.id == study_id).values(message_id=message_id))

    async def keep(
        self,
        study_id: int,
        index: int,
        png: bytes,
        *,
        brightness: float,
        colourfulness: float,
        withheld: bool = False,
    ) -> StudyPicture:
        """Keep a picture, the file first. Raises StorageError where it cannot be kept; then nothing is."""
        row = StudyPictureRow(
            study_id=study_id,
            index=index,
            path=f"{study_id}/{index + 1:04}.png",
            withheld=withheld,
            brightness=brightness,
            colourfulness=colourfulness,
        )
        await self._files.write(row.path, png)
        try:
            async with self._transactions.writing() as session:
                await session.merge(row)
        except StorageError:
            await self._files.remove(row.path)
            raise
        return _picture(row)

    async def pictures(self, study_id: int) -> tuple[StudyPicture, ...]:
        """Return what is known of a study's pictures, by index."""
        wanted = select(StudyPictureRow).where(StudyPictureRow.study_id == study_id).order_by(StudyPictureRow.index)
        async with self._transactions.reading() as session:
            return tuple(_picture(row) for row in await session.scalars(wanted))

    async def read(self, picture: StudyPicture) -> bytes | None:
        """Return a picture's PNG, None where the file is gone."""
        return await self._files.read(picture.path)

    async def label(self, study_id: int, label: StudyLabel) -> None:
        """Keep what somebody says of a picture, in place of what they said before."""
        row = StudyLabelRow(
            study_id=study_id,
            index=label.index,
            rater=label.rater,
            category=label.category,
            shape=label.shape,
            created_at=self._clock(),
        )
        async with self._transactions.writing() as session:
            await session.merge(row)

    async def labels(self, study_id: int) -> tuple[StudyLabel, ...]:
        """Return all labels of a study, in the order in which they were given."""
        wanted = (
            select(StudyLabelRow)
            .where(StudyLabelRow.study_id == study_id)
            .order_by(StudyLabelRow.created_at, StudyLabelRow.index, StudyLabelRow.rater)
        )
        async with self._transactions.reading() as session:
            return tuple(
                StudyLabel(index=row.index, rater=row.rater, category=row.category, shape=row.shape)
                for row in await session.scalars(wanted)
            )

    async def remove_files(self, owner: int) -> None:
        """Let go of the files of the studies that one person began; their rows go with all else that is theirs."""
        wanted = select(StudyPictureRow.path).join(StudyRow).where(StudyRow.owner == owner)
        async with self._transactions.reading() as session:
            paths = list(await session.scalars(wanted))
        for path in paths:
            await self._files.remove(path)


def _study(row: StudyRow) -> Study:
    return Study(
        id=row.id,
        kind=StudyKind(row.kind),
        owner=row.owner,
        guild_id=row.guild_id,
        channel_id=row.channel_id,
        message_id=row.message_id,
        title=row.title,
        content=row.content,
        samples=row.samples,
        state=StudyState(row.state),
        created_at=row.created_at,
    )


def _picture(row: StudyPictureRow) -> StudyPicture:
    return StudyPicture(
        index=row.index,
        path=row.path,
        withheld=row.withheld,
        brightness=row.brightness,
        colourfulness=row.colourfulness,
    )
