"""The moderators' office: appeals, purges and weekly summaries, made and kept going together."""

import asyncio
from dataclasses import dataclass
from typing import Self

from bot.board import Board
from bot.hearings import Hearings
from bot.holding import Holding
from bot.moderation.rulebook import Rulebook
from bot.purging import Purging
from bot.queue import Queue
from bot.reports import Reports
from bot.weekly import Weekly
from storage.database import Database
from storage.moderation.appeals import Appeals
from storage.moderation.cases import Cases
from storage.moderation.sanctions import Sanctions


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """Its parts, and the records they are about."""

    cases: Cases
    appeals: Appeals
    sanctions: Sanctions
    hearings: Hearings
    purging: Purging
    weekly: Weekly

    @classmethod
    def open(
        cls,
        database: Database,
        *,
        rulebook: Rulebook,
        board: Board,
        holding: Holding,
        reports: Reports,
        queue: Queue,
    ) -> Self:
        """Make them."""
        return cls(
            cases=database.cases,
            appeals=database.appeals,
            sanctions=database.sanctions,
            hearings=Hearings(
                appeals=database.appeals,
                cases=database.cases,
                rulebook=rulebook,
                board=board,
                holding=holding,
                reports=reports,
            ),
            purging=Purging(
                purges=database.purges, jobs=database.jobs, pictures=database.pictures, queue=queue, board=board
            ),
            weekly=Weekly(summaries=database.summaries, board=board),
        )

    async def keep(self) -> None:
        """Take up what the last run left, and go on with what is due now and then; until cancelled."""
        await asyncio.gather(self.purging.resume(), self.hearings.keep(), self.weekly.keep())
