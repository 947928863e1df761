"""Review: moderators decide on held pictures; the first decision wins, and one that nobody makes is no.

Each decision is one conditional update that takes the job along, so whatever is pressed at once, and whatever ends
this process, a picture is posted only after somebody let it through.
"""

import asyncio
from collections.abc import Coroutine
from datetime import datetime, timedelta
from typing import Any

import discord
import structlog

from bot import review_card, words
from bot.answering import whisper
from bot.delivery import Delivery
from bot.errors import Refused
from bot.holding import Holding
from bot.insisting import insist
from bot.moderation.rulebook import Rulebook
from bot.queue import Queue
from bot.reports import Reports
from bot.review_buttons import Act
from bot.standing import check_moderates
from storage.errors import StorageError
from storage.jobs import Jobs, now
from storage.moderation.cases import Cases
from storage.moderation.records import Case, CaseKind, CaseState, Penalty
from storage.records import JobState

_log = structlog.get_logger(__name__)

#: How long somebody is blocked by the button that rejects and blocks.
BLOCK = timedelta(days=7)
_EVERY_SECONDS = 300.0
_LAST_WORDS = 10.0


class Review:
    """The moderators' decisions, and what follows from them."""

    def __init__(
        self,
        *,
        cases: Cases,
        jobs: Jobs,
        rulebook: Rulebook,
        holding: Holding,
        delivery: Delivery,
        queue: Queue,
        reports: Reports,
    ) -> None:
        self._cases = cases
        self._jobs = jobs
        self._rulebook = rulebook
        self._holding = holding
        self._delivery = delivery
        self._queue = queue
        self.reports = reports
        self._following: set[asyncio.Task[None]] = set()
        self._begun_at = now()

    async def press(self, interaction: discord.Interaction[Any], act: Act, case_id: int) -> None:
        """Do what a button of a card says, if it was pressed by a moderator and before anybody else's."""
        case = await self._cases.find(case_id)
        if case is None or case.server_id != interaction.guild_id:
            raise Refused(words.review.NO_CASE)
        await check_moderates(interaction)
        await interaction.response.defer()
        won = await self.decide(case, act, by=interaction.user.id)
        case = await self._found(case_id)
        view: Any
        view, uploads = await self._holding.card(case)
        if uploads:
            await interaction.edit_original_response(view=view)
        else:
            await interaction.edit_original_response(view=view, attachments=[])
        if not won:
            await whisper(interaction, words.review.too_late(case.kind, case.state, case.reviewer))

    async def decide(self, case: Case, act: Act, *, by: int) -> bool:
        """Decide on a case, and begin what follows; False where it had been decided."""
        if act is Act.APPROVE:
            won = await self._cases.decide(case.id, CaseState.APPROVED, reviewer=by)
        else:
            penalty = await self._penalty(case, block=act is Act.BLOCK)
            won = await self._cases.decide(case.id, CaseState.REJECTED, reviewer=by, penalty=penalty)
        if won:
            self._begin(self._follow(await self._found(case.id)))
        return won

    async def expire(self, moment: datetime) -> None:
        """Close the open cases that nobody decided in time, as of ``moment``, and those whose job is over anyway."""
        for case in await self._cases.open_since(moment):
            if not await self._is_over(case, moment):
                continue
            if await self._cases.decide(case.id, CaseState.EXPIRED, reviewer=None):
                case = await self._found(case.id)
                await self._holding.update(case)
                await self._follow(case)

    async def recover(self) -> None:
        """After a start: say what the last run had no time to say, to whoever waited and to the moderators."""
        for case in await self._cases.untold(self._begun_at):
            self._begin(self._tell_at_last(case))
        for case in await self._cases.open_since(now()):
            if case.card_message_id is not None or case.job_id is None:
                continue
            if case.kind is CaseKind.REPORTED:
                if case.hidden_at is not None:
                    await self.reports.carry_out(case)
                continue
            job = await self._jobs.find(case.job_id)
            if job is not None and job.state is JobState.HELD:
                async with self._delivery.message_of(job) as message:
                    await self._holding.bring(case, job, message)

    async def keep(self, *, every: float = _EVERY_SECONDS) -> None:
        """After a start, and then ``every`` so many seconds: leave no case open that is over; until cancelled."""
        recovered = False
        while True:
            try:
                if not recovered:
                    await self.recover()
                recovered = True
                await self.expire(now())
            except StorageError as fault:
                _log.warning("cases could not be looked through", reason=str(fault))
            await asyncio.sleep(every)

    async def close(self) -> None:
        """Let what is being said be said, for some seconds."""
        if self._following:
            await asyncio.wait(self._following, timeout=_LAST_WORDS)
        for task in self._following:
            task.cancel()
        await asyncio.gather(*self._following, return_exceptions=True)

    async def settled(self) -> None:
        """Wait until all that follows from the decisions so far is done."""
        await asyncio.gather(*self._following)

    async def _follow(self, case: Case) -> None:
        """Do what a decision brings: deliver what was let through, or tell its person why it does not come."""
        if case.kind is CaseKind.REPORTED:
            return await self.reports.settle(case)
        if case.job_id is None:
            return
        if case.state is CaseState.APPROVED:
            return await self._queue.resume(case.job_id)
        await self._queue.at_rest(case.job_id)
        await self._tell(case)

    async def _tell(self, case: Case, *, perhaps_told: bool = False) -> None:
        """Tell whoever waited that their pictures do not come, if that is why."""
        job = None if case.job_id is None else await insist(lambda: self._jobs.find(case.job_id or 0))
        if job is None or (case.state, job.state) not in _TOLD:
            return await insist(lambda: self._cases.note_told(case.id))
        sentence = await self._sentence(case)
        async with self._delivery.message_of(job) as message:
            await self._holding.tell_end(case, job, message, sentence, perhaps_told=perhaps_told)

    async def _tell_at_last(self, case: Case) -> None:
        """Do what was left undone when the last run ended just after a decision: close the card, tell its person."""
        await self._holding.update(case)
        await self._tell(case, perhaps_told=True)

    async def _sentence(self, case: Case) -> str:
        if case.state is CaseState.REJECTED:
            blocked = await insist(lambda: self._cases.blocks(case.id))
            return words.review.rejected(case.rule, blocked=blocked)
        return words.review.NO_CARD if case.card_message_id is None else words.review.EXPIRED

    async def _is_over(self, case: Case, moment: datetime) -> bool:
        if case.kind is CaseKind.REPORTED:
            return case.hidden_at is not None and review_card.due(case) <= moment
        job = None if case.job_id is None else await self._jobs.find(case.job_id)
        return job is None or job.state is not JobState.HELD or review_card.due(case) <= moment

    async def _penalty(self, case: Case, *, block: bool) -> Penalty:
        rules = await self._rulebook.of(case.server_id)
        strike = timedelta(days=rules.configuration.strike_days or 0)
        reason = words.review.block_reason(case.id)
        return Penalty(strike=strike, block=BLOCK if block else None, reason=reason)

    async def _found(self, case_id: int) -> Case:
        case = await insist(lambda: self._cases.find(case_id))
        assert case is not None, "cases are not deleted"
        return case

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work, name="after a decision")
        self._following.add(task)
        task.add_done_callback(self._let_go)

    def _let_go(self, ended: asyncio.Task[None]) -> None:
        self._following.discard(ended)
        if not ended.cancelled() and (fault := ended.exception()) is not None:
            _log.error("what follows from a decision was left undone", exc_info=fault)


#: What its person is told of, if the job went the same way.
_TOLD = {(CaseState.REJECTED, JobState.CANCELLED), (CaseState.EXPIRED, JobState.EXPIRED)}
