"""The researcher's bench: draws scans and studies between other people's pictures, and shows them as they fill in.

What is to be drawn is written down before anybody is told, every picture as soon as it is finished; so a bench that is
closed, or killed, goes on where it stood. Its jobs have low priority: they take the steps that nobody else wants.
"""

import asyncio
import io
import time
from collections.abc import Callable
from contextlib import aclosing
from typing import Protocol

import discord
import structlog
from PIL import Image

from bot import errors, surveys
from bot.board import Board
from bot.errand import Permit
from bot.insisting import insist
from bot.pace import Pace
from bot.studies.drawing import draw_each
from bot.studies.measures import Measures, measure
from bot.surveys import Survey
from bot.words import studies as words
from generation.drawing import DrawingProcess, Picture
from generation.errors import ProcessError
from generation.gate import GateScores
from generation.spec import PromptSpec
from storage.records import Study, StudyState
from storage.studies import Studies

_log = structlog.get_logger(__name__)

#: Seconds between two edits of the message that shows a survey: the picture of all pictures is a large file.
SHOW_PAUSE = 10.0
_FIRST_PAUSE, _LONGEST_PAUSE = 2.0, 60.0
_OVERVIEW_SIDE = 2048

#: Lays out the message of a survey; the second is why it stopped, if it did, the third whether a picture goes with it.
ViewMaker = Callable[[Survey, str, bool], discord.ui.LayoutView]


class Withholds(Protocol):
    """Says whether a picture, by the picture check's scores, is not shown in a server's channel."""

    async def __call__(self, scores: GateScores | None, *, server_id: int, channel_id: int) -> bool:
        """``scores`` None: it could not be checked."""
        ...


class Bench:
    """The surveys that are being drawn, a task each. ``view`` lays their messages out."""

    def __init__(
        self,
        *,
        studies: Studies,
        process: DrawingProcess,
        board: Board,
        view: ViewMaker,
        permit: Permit,
        withholds: Withholds,
        pace: Pace,
        show_pause: float = SHOW_PAUSE,
    ) -> None:
        self._studies, self._process, self._board = studies, process, board
        self._view, self._permit, self._withholds, self._show_pause = view, permit, withholds, show_pause
        self._tasks: dict[int, asyncio.Task[None]] = {}
        self._pace = pace

    def seconds(self, specs: list[PromptSpec]) -> float | None:
        """How long drawing ``specs`` will take, going by what was drawn lately; None before anything was."""
        return self._pace.foretell(specs)

    async def begin(self, study_id: int) -> bool:
        """Start drawing a survey, or go on with one that was stopped; say whether it stood where it may start."""
        if not await self._studies.move(study_id, StudyState.DRAWING):
            return False
        self._run(study_id)
        return True

    async def stop(self, study_id: int) -> bool:
        """Stop drawing; what is drawn stays. Say whether it was being drawn."""
        if not await self._studies.move(study_id, StudyState.STOPPED):
            return False
        if task := self._tasks.get(study_id):
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        await self.show(study_id)
        return True

    async def recover(self) -> None:
        """After a start: go on with everything that was being drawn."""
        for record in await self._studies.among(StudyState.DRAWING):
            _log.info("taken up again", study=record.id)
            self._run(record.id)

    async def close(self) -> None:
        """Let go of all; the next start goes on."""
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def show(self, study_id: int, why: str = "") -> None:
        """Bring a survey's message up to date."""
        survey = await surveys.read(self._studies, study_id)
        if survey.record.message_id is None:
            return
        file = await self._overview(survey)
        await self._board.show(
            survey.record.channel_id,
            survey.record.message_id,
            view=self._view(survey, why, file is not None),
            file=file,
        )

    async def read_pictures(self, survey: Survey) -> dict[int, Image.Image]:
        """Open the pictures of a survey whose files are there."""
        contents = {index: await self._studies.read(picture) for index, picture in survey.shown.items()}
        return {index: Image.open(io.BytesIO(png)) for index, png in contents.items() if png is not None}

    def _run(self, study_id: int) -> None:
        self._tasks[study_id] = task = asyncio.create_task(self._draw(study_id), name=f"study {study_id}")
        task.add_done_callback(lambda ended: self._let_go(study_id, ended))

    def _let_go(self, study_id: int, ended: asyncio.Task[None]) -> None:
        if self._tasks.get(study_id) is ended:
            del self._tasks[study_id]
        if not ended.cancelled() and (fault := ended.exception()) is not None:
            _log.error("a study was left behind; the next start takes it up", study=study_id, exc_info=fault)

    async def _draw(self, study_id: int) -> None:
        """Draw what is missing, until nothing is; a drawing process that is away is waited for."""
        pause = _FIRST_PAUSE
        while missing := (survey := await surveys.read(self._studies, study_id)).missing:
            try:
                await self._draw_missing(survey, missing)
            except ProcessError as error:
                _log.warning("a study waits for the drawing process", study=study_id, reason=str(error))
                await asyncio.sleep(pause)
                pause = min(_LONGEST_PAUSE, 2 * pause)
            except Exception as error:  # noqa: BLE001  (whatever it is, those who look at it must see that it stopped)
                failure = errors.recorded(error, study=study_id)
                await insist(lambda: self._studies.move(study_id, StudyState.STOPPED))
                return await self.show(study_id, f"{failure.sentence} ({failure.error_id})")
        await insist(lambda: self._studies.move(study_id, StudyState.DRAWN))
        await self.show(study_id)

    async def _draw_missing(self, survey: Survey, missing: dict[int, PromptSpec]) -> None:
        record, shown, begun = survey.record, time.monotonic(), time.monotonic()
        for spec in set(missing.values()):
            await self._permit(spec)
        drawing = draw_each(self._process, missing, owner=str(record.owner), key=f"study-{record.id}", priority="low")
        async with aclosing(drawing) as pictures:
            async for index, picture in pictures:
                await self._keep(record, index, picture)
                # Several are drawn at once, so the time between two finished ones is what one of them takes.
                self._pace.note(picture.spec, time.monotonic() - begun)
                begun = time.monotonic()
                if begun - shown >= self._show_pause:
                    await self.show(record.id)
                    shown = time.monotonic()

    async def _keep(self, record: Study, index: int, picture: Picture) -> None:
        withheld = await self._withholds(picture.scores, server_id=record.guild_id, channel_id=record.channel_id)
        measured = await asyncio.to_thread(_measured, picture.png)
        await insist(
            lambda: self._studies.keep(
                record.id,
                index,
                picture.png,
                withheld=withheld,
                brightness=measured.brightness,
                colourfulness=measured.colourfulness,
            )
        )

    async def _overview(self, survey: Survey) -> discord.File | None:
        pictures = await self.read_pictures(survey)
        content = await asyncio.to_thread(_encoded, survey, pictures)
        if content is None:
            return None
        alt = words.overview_alt(survey.record.title, len(survey.pictures), survey.record.samples)
        return discord.File(io.BytesIO(content), "overview.webp", description=alt)


def _measured(png: bytes) -> Measures:
    with Image.open(io.BytesIO(png)) as picture:
        return measure(picture)


def _encoded(survey: Survey, pictures: dict[int, Image.Image]) -> bytes | None:
    sheet = surveys.overview(survey, pictures)
    if sheet is None:
        return None
    sheet.thumbnail((_OVERVIEW_SIDE, _OVERVIEW_SIDE))
    written = io.BytesIO()
    sheet.save(written, "WEBP", quality=88)
    return written.getvalue()
