"""Reports: enough different people hide a picture until a moderator has looked at it; a moderator's own does at once.

That it is hidden is in the record before anything else; then the file goes from its message, then the moderators get
their card. Each of it can be done again without harm, so a start does what the last run had no time to.
"""

from collections.abc import Mapping
from typing import Any

import discord
import structlog
from discord import ui

from bot import layout, review_card
from bot.answering import apologise, whisper
from bot.board import Board
from bot.errors import Refused
from bot.gallery import Gallery
from bot.holding import Holding
from bot.insisting import insist
from bot.moderation.rulebook import Rulebook
from bot.patience import Undeliverable
from bot.presenting import Card
from bot.sheets import form
from bot.standing import moderates
from bot.words import UNKNOWN_PICTURE
from bot.words import reports as words
from storage.jobs import Jobs
from storage.moderation.cases import Cases
from storage.moderation.records import Case, CaseKind, CaseState
from storage.records import Job, JobState

_log = structlog.get_logger(__name__)

_LONGEST_REASON = 300
#: What stands in a picture's place, as its case stands.
_IN_PLACE: Mapping[CaseState, str] = {
    CaseState.OPEN: words.HIDDEN,
    CaseState.REJECTED: words.REMOVED,
    CaseState.EXPIRED: words.STAYS_HIDDEN,
}


class Reports:
    """Reported pictures."""

    def __init__(
        self, *, cases: Cases, jobs: Jobs, rulebook: Rulebook, gallery: Gallery, holding: Holding, board: Board
    ) -> None:
        self._cases = cases
        self._jobs = jobs
        self._rulebook = rulebook
        self._gallery = gallery
        self._holding = holding
        self._board = board

    async def ask(self, interaction: discord.Interaction[Any], job: Job) -> None:
        """Open the form in which somebody says what is wrong; raise Refused for what cannot be reported."""
        _check(interaction, job)
        shown = form(title=words.TITLE, custom_id=f"report:{job.id}")
        reason: ui.TextInput[Any] = ui.TextInput(
            custom_id="reason",
            style=discord.TextStyle.paragraph,
            placeholder=words.REASON_HINT,
            required=False,
            max_length=_LONGEST_REASON,
        )
        shown.add_item(ui.Label(text=words.REASON, component=reason))
        await interaction.response.send_modal(shown)

    async def submitted(self, interaction: discord.Interaction[Any], job_id: int, reason: str) -> None:
        """Take a form that was sent, and word what goes wrong."""
        try:
            job = await self._jobs.find(job_id)
            if job is None:
                raise Refused(UNKNOWN_PICTURE)
            _check(interaction, job)
            await interaction.response.defer(thinking=True, ephemeral=True)
            at_once = await moderates(interaction)
            said, hidden = await self.report(job, reporter=interaction.user.id, reason=reason, at_once=at_once)
            await whisper(interaction, said)
        except Exception as error:  # noqa: BLE001  (whatever it is, the one who reported must hear of it)
            return await apologise(interaction, error)
        if hidden is not None:
            await self.carry_out(hidden)

    async def report(self, job: Job, *, reporter: int, reason: str, at_once: bool) -> tuple[str, Case | None]:
        """Count a report; return what to tell the reporter, and the case where the picture is to be hidden now."""
        told = await self._cases.report(job, reporter=reporter, reason=reason)
        if told is None and not at_once:
            return words.ALREADY, None
        case, count = told or (await self._case(job), 0)
        if case.state is not CaseState.OPEN:
            return words.DECIDED, None
        rules = await self._rulebook.of(case.server_id)
        if not at_once and count < (rules.configuration.reporters or 1):
            return words.TAKEN, None
        hidden = await insist(lambda: self._cases.hide(case.id))
        said = words.HIDDEN_NOW if at_once else words.TAKEN
        return said, await self._found(case.id) if hidden else None

    async def carry_out(self, case: Case) -> None:
        """Take the pictures of a hidden case from their message, and bring the case before the moderators."""
        await self.settle(case)
        job = None if case.job_id is None else await insist(lambda: self._jobs.find(case.job_id or 0))
        if job is not None and not await self._holding.post(case, job):
            _log.warning("a reported picture stays hidden, and no moderator has a card of it", case=case.id)

    async def settle(self, case: Case) -> None:
        """Let a reported picture's message be as its case stands: the picture itself, or a sentence in its place."""
        job = None if case.job_id is None else await insist(lambda: self._jobs.find(case.job_id or 0))
        if job is None or job.reply.message_id is None:
            return
        card = await self._card(case, job)
        view = layout.view(card, job.id)
        try:
            await self._board.change(job.reply.channel_id, job.reply.message_id, view=view, uploads=card.uploads or ())
        except Undeliverable as refusal:
            _log.info("a reported picture's message cannot be reached", case=case.id, reason=str(refusal))

    async def _card(self, case: Case, job: Job) -> Card:
        if case.state in _IN_PLACE:
            return review_card.ended(case, _IN_PLACE[case.state])
        try:
            return await self._gallery.card(job)
        except Refused:
            return review_card.ended(case, words.FILE_GONE)

    async def _case(self, job: Job) -> Case:
        return next(case for case in await self._cases.of_job(job.id) if case.kind is CaseKind.REPORTED)

    async def _found(self, case_id: int) -> Case:
        case = await insist(lambda: self._cases.find(case_id))
        assert case is not None, "cases are not deleted"
        return case


def _check(interaction: discord.Interaction[Any], job: Job) -> None:
    """Raise Refused for a picture that cannot be reported here."""
    if job.hidden:
        raise Refused(words.HIDDEN_ALREADY)
    if job.reply.private or job.state is not JobState.DONE or job.reply.guild_id != interaction.guild_id:
        raise Refused(words.NOT_POSTED)
    if job.owner == interaction.user.id:
        raise Refused(words.YOURS)
