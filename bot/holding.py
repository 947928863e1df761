"""Holds finished pictures: the record first, then the moderators' card, then a word to whoever waits.

Where the card cannot be posted nobody could ever decide, so the pictures are refused, and their person is told why.
"""

from collections.abc import Sequence

import structlog
from discord import ui

from bot import layout, review_card, words
from bot.board import Board
from bot.errors import Refused
from bot.gallery import Gallery
from bot.insisting import insist
from bot.job_message import JobMessage
from bot.moderation.rulebook import Rulebook
from bot.patience import Undeliverable
from bot.presenting import Card, Tone, Upload, plain
from bot.scrutiny import Ruling
from storage.jobs import Jobs
from storage.moderation.cases import Cases
from storage.moderation.records import Case, CaseKind, CaseState
from storage.records import Job, JobState

_log = structlog.get_logger(__name__)

_REASONS_SHOWN = 5
#: What tells the messages of one job apart, behind its id in their nonces, which have 25 characters at most.
_NOTICE, _END = "-held", "-end"
_CARD = {CaseKind.HELD: "-card", CaseKind.REPORTED: "-told"}


#: What the log says of a case that ended because its card could not be posted, or its picture was taken back.
_NOT_TAKEN, _WITHDRAWN = {"card": "not posted"}, {"picture": "taken back"}


class Holding:
    """Held pictures, on their way to the moderators."""

    def __init__(self, *, cases: Cases, jobs: Jobs, rulebook: Rulebook, gallery: Gallery, board: Board) -> None:
        self._cases = cases
        self._jobs = jobs
        self._rulebook = rulebook
        self._gallery = gallery
        self._board = board

    async def hold(self, job: Job, ruling: Ruling, message: JobMessage) -> bool:
        """Hold a job's pictures until a moderator decides; False where they cannot be held any more."""
        case = await insist(
            lambda: self._cases.hold(
                job,
                rule=str(ruling.verdict.rule),
                scores=ruling.scores,
                explicit_allowed=ruling.explicit_allowed,
            )
        )
        if case is None:
            return False
        await self.bring(case, job, message, perhaps_there=False)
        return True

    async def bring(self, case: Case, job: Job, message: JobMessage, *, perhaps_there: bool = True) -> None:
        """Bring a held case before the moderators, and tell its person."""
        if await self.post(case, job, perhaps_there=perhaps_there):
            return await self._notify(job, message, review_card.held(case), _NOTICE)
        if await insist(lambda: self._cases.decide(case.id, CaseState.EXPIRED, reviewer=None, detail=_NOT_TAKEN)):
            await self.tell_end(case, job, message, words.review.NO_CARD)

    async def withdraw(self, job_id: int) -> None:
        """Close the case of a job that was taken back, and its card, if it was held."""
        cases = await insist(lambda: self._cases.of_job(job_id))
        case = next((each for each in cases if (each.kind, each.state) == (CaseKind.HELD, CaseState.OPEN)), None)
        if case is None:
            return
        if await insist(lambda: self._cases.decide(case.id, CaseState.EXPIRED, reviewer=None, detail=_WITHDRAWN)):
            await self.update(await insist(lambda: self._cases.find(case.id)) or case)
            await insist(lambda: self._cases.note_told(case.id))

    async def post(self, case: Case, job: Job, *, perhaps_there: bool = True) -> bool:
        """Post the card of a case; say whether it is there."""
        rules = await insist(lambda: self._rulebook.of(case.server_id))
        channel_id = rules.configuration.moderators_channel
        if channel_id is None:
            return False
        try:
            uploads = await self._gallery.uploads(job)
            message_id = await self._board.post(
                channel_id,
                view=review_card.view(case, uploads, private=job.reply.private, said=await self._said(case)),
                uploads=uploads,
                nonce=f"{job.id}{_CARD[case.kind]}",
                since=job.id,
                perhaps_there=perhaps_there,
            )
        except (Undeliverable, Refused) as refusal:
            _log.warning("a card for moderators could not be posted", case=case.id, reason=str(refusal))
            return False
        await insist(lambda: self._cases.note_card(case.id, channel_id=channel_id, message_id=message_id))
        return True

    async def card(self, case: Case) -> tuple[ui.LayoutView, Sequence[Upload]]:
        """The card of a case as it is to look now, and the files that are still there for it."""
        job = None if case.job_id is None else await insist(lambda: self._jobs.find(case.job_id or 0))
        uploads: Sequence[Upload] = ()
        if job is not None:
            try:
                uploads = await self._gallery.uploads(job)
            except Refused:
                _log.info("the files of a case are gone", case=case.id)
        approved = case.kind is CaseKind.HELD and case.state is CaseState.APPROVED
        note = words.review.TAKEN_BACK if approved and job is None else ""
        expired = case.kind is CaseKind.HELD and case.state is CaseState.EXPIRED
        view = review_card.view(
            case,
            uploads,
            private=job is not None and job.reply.private,
            said=await self._said(case),
            note=note,
            withdrawn=expired and (job is None or job.state is JobState.CANCELLED),
        )
        return view, uploads

    async def update(self, case: Case) -> None:
        """Let the card of a case say how it stands, if there is one and it is still there."""
        if case.card_channel_id is None or case.card_message_id is None:
            return
        view, uploads = await self.card(case)
        try:
            left = None if uploads else ()
            await self._board.change(case.card_channel_id, case.card_message_id, view=view, uploads=left)
        except Undeliverable as refusal:
            _log.info("a card for moderators is not there any more", case=case.id, reason=str(refusal))

    async def tell_end(
        self, case: Case, job: Job, message: JobMessage, sentence: str, *, perhaps_told: bool = False
    ) -> None:
        """Tell whoever waited that their pictures do not come, and why; once, where an earlier run told them perhaps.

        The case remembers that they were told, or could not be.
        """
        card = review_card.ended(case, sentence)
        await self._notify(job, message, card, _END, perhaps_said=perhaps_told)
        await insist(lambda: self._cases.note_told(case.id))

    async def put_away(self, job: Job, message_id: int, sentence: str) -> None:
        """Where another message than the one by which its person waited was sent, let that one say so."""
        notice = job.reply.message_id
        if notice is None or notice == message_id or job.reply.private:
            return
        view = layout.view(Card(text=sentence, tone=Tone.ENDED), job.id)
        await self._board.show(job.reply.channel_id, notice, view=view)

    async def _said(self, case: Case) -> str:
        """What members wrote of a reported case."""
        if case.kind is not CaseKind.REPORTED:
            return ""
        reports = await insist(lambda: self._cases.reports(case.id))
        reasons = [plain(each.reason) for each in reports if each.reason.strip()]
        return words.reports.reported_by(len(reports), reasons[:_REASONS_SHOWN])

    async def _notify(
        self, job: Job, message: JobMessage, card: Card, ending: str, *, perhaps_said: bool = False
    ) -> None:
        elsewhere = words.failed_elsewhere(job.owner)
        try:
            message_id = await message.complete(card, elsewhere=elsewhere, ending=ending, perhaps_said=perhaps_said)
        except Undeliverable as refusal:
            _log.warning("somebody could not be told of review", job=job.id, reason=str(refusal))
            return
        await insist(lambda: self._jobs.note_message(job.id, message_id))
        await self.put_away(job, message_id, words.review.TOLD_BELOW)
