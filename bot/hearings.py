"""Hears appeals: takes them from people, brings them before the moderators, and tells what was decided.

An appeal is in the database before anybody is told that it was made. A card that could not be posted, because Discord
was away or the process ended, is posted later; while no moderators' channel is set up, none can be made.
"""

import asyncio
import re
from collections.abc import Coroutine
from typing import Any

import discord
import structlog
from discord.utils import time_snowflake

from bot import appeal_card, case_view
from bot.answering import apologise, whisper
from bot.appeal_buttons import Act
from bot.board import Board
from bot.errors import Refused
from bot.fields import typed_in
from bot.holding import Holding
from bot.insisting import insist
from bot.moderation.policy import SILENT
from bot.moderation.rulebook import Rulebook
from bot.patience import Undeliverable
from bot.reports import Reports
from bot.standing import check_moderates
from bot.words import appeals as words
from storage.errors import AppealedAlready, StorageError, TooMany
from storage.moderation.appeals import MOST_A_DAY, Appeals
from storage.moderation.cases import Cases
from storage.moderation.records import Appeal, AppealState, Case, CaseKind, CaseState, before

_log = structlog.get_logger(__name__)

_FORM = re.compile(r"appeal:(?P<case>[0-9]+)")
_TO = {Act.UPHOLD: AppealState.UPHELD, Act.DISMISS: AppealState.DISMISSED}
_EVERY_SECONDS = 300.0


class Hearings:
    """Appeals, from the button under a refusal to the word that they were decided."""

    def __init__(
        self,
        *,
        appeals: Appeals,
        cases: Cases,
        rulebook: Rulebook,
        board: Board,
        holding: Holding,
        reports: Reports,
    ) -> None:
        self._appeals = appeals
        self._cases = cases
        self._rulebook = rulebook
        self._board = board
        self._holding = holding
        self._reports = reports
        self._following: set[asyncio.Task[None]] = set()
        self._posting: set[int] = set()

    async def open(self, interaction: discord.Interaction[Any], case_id: int) -> None:
        """Show the form to whom a case is about; where there was an appeal, show what became of it."""
        try:
            case = await self._own(interaction, case_id)
            appeal = await self._appeals.of_case(case_id)
            if appeal is not None:
                return await whisper(interaction, case_view.for_its_person(case, appeal=appeal))
            await self._check(case)
            await interaction.response.send_modal(appeal_card.form(case_id))
        except Exception as error:  # noqa: BLE001  (whatever it is, the one who pressed must hear of it)
            await apologise(interaction, error)

    async def submitted(self, interaction: discord.Interaction[Any]) -> None:
        """Take the form."""
        data: Any = interaction.data
        found = _FORM.fullmatch(data["custom_id"])
        if found is None:
            return
        try:
            text = dict(typed_in(data["components"])).get("why", "")
            case = await self._own(interaction, int(found["case"]))
            await self._check(case)
            appeal = await self._lodge(case, interaction.user.id, " ".join(text.split()))
            await whisper(interaction, words.LODGED)
            self._begin(self._post(appeal, perhaps_there=False))
        except Exception as error:  # noqa: BLE001  (whatever it is, the one who typed must hear of it)
            await apologise(interaction, error)

    async def press(self, interaction: discord.Interaction[Any], act: Act, appeal_id: int) -> None:
        """Do what a button of a card says, if it was pressed by a moderator and before anybody else's."""
        try:
            appeal = await self._appeals.find(appeal_id)
            if appeal is None or appeal.server_id != interaction.guild_id:
                raise Refused(words.NO_SUCH)
            await check_moderates(interaction)
            if appeal.person == interaction.user.id:
                raise Refused(words.OWN)
            await interaction.response.defer()
            decided = await self._appeals.decide(appeal_id, _TO[act], reviewer=interaction.user.id)
            if decided is not None:
                self._begin(self._follow(decided))
            await self._show(interaction, appeal_id, won=decided is not None)
        except Exception as error:  # noqa: BLE001  (whatever it is, the one who pressed must hear of it)
            await apologise(interaction, error)

    async def keep(self, *, every: float = _EVERY_SECONDS) -> None:
        """After a start, and then ``every`` so many seconds: post the cards that are not there; until cancelled."""
        while True:
            try:
                for appeal in await self._appeals.without_card():
                    await self._post(appeal, perhaps_there=True)
            except StorageError as fault:
                _log.warning("appeals could not be looked through", reason=str(fault))
            await asyncio.sleep(every)

    async def settled(self) -> None:
        """Wait until all that follows from what was pressed so far is done."""
        await asyncio.gather(*self._following)

    async def close(self) -> None:
        """End what is under way; a card that is not posted yet is at the next start."""
        for task in self._following:
            task.cancel()
        await asyncio.gather(*self._following, return_exceptions=True)

    async def _own(self, interaction: discord.Interaction[Any], case_id: int) -> Case:
        case = await self._cases.find(case_id)
        elsewhere = case is not None and interaction.guild_id not in (None, case.server_id)
        if case is None or elsewhere or case.person != interaction.user.id:
            raise Refused(words.NOT_YOURS)
        return case

    async def _check(self, case: Case) -> None:
        """Raise Refused where a case cannot be appealed against, or there is nobody to appeal to."""
        if case.rule in SILENT or case.state not in before(CaseState.OVERTURNED):
            raise Refused(words.NO_APPEAL)
        if (await self._rulebook.of(case.server_id)).configuration.moderators_channel is None:
            raise Refused(words.NOBODY)

    async def _lodge(self, case: Case, person: int, text: str) -> Appeal:
        try:
            return await self._appeals.lodge(case, person=person, text=text)
        except TooMany:
            raise Refused(words.too_many(MOST_A_DAY)) from None
        except AppealedAlready:
            raise Refused(words.ALREADY) from None

    async def _show(self, interaction: discord.Interaction[Any], appeal_id: int, *, won: bool) -> None:
        appeal, case = await self._found(appeal_id)
        shown: Any = appeal_card.view(appeal, case)
        await interaction.edit_original_response(view=shown)
        if not won:
            await whisper(interaction, words.too_late(appeal_card.outcome(appeal)))

    async def _post(self, appeal: Appeal, *, perhaps_there: bool) -> None:
        """Post the card of an appeal, once, if there is where."""
        rules = await insist(lambda: self._rulebook.of(appeal.server_id))
        channel_id = rules.configuration.moderators_channel
        if channel_id is None or appeal.id in self._posting:
            return
        self._posting.add(appeal.id)
        try:
            _, case = await self._found(appeal.id)
            message_id = await self._board.post(
                channel_id,
                view=appeal_card.view(appeal, case),
                uploads=(),
                nonce=f"appeal-{appeal.id}",
                since=time_snowflake(appeal.created_at),
                perhaps_there=perhaps_there,
            )
            await insist(lambda: self._appeals.note_card(appeal.id, channel_id=channel_id, message_id=message_id))
        except Undeliverable as refusal:
            _log.warning("the card of an appeal could not be posted", appeal=appeal.id, reason=str(refusal))
        finally:
            self._posting.discard(appeal.id)

    async def _follow(self, appeal: Appeal) -> None:
        """Let the case's card say so, and tell its person directly, if they can be told."""
        _, case = await self._found(appeal.id)
        if appeal.state is AppealState.UPHELD:
            await self._holding.update(case)
            if case.kind is CaseKind.REPORTED:
                await self._reports.settle(case)
        told = words.told_upheld if appeal.state is AppealState.UPHELD else words.told_dismissed
        try:
            await self._board.tell(appeal.person, told(case.id))
        except Undeliverable as refusal:
            _log.info("somebody takes no direct messages", appeal=appeal.id, reason=str(refusal))

    async def _found(self, appeal_id: int) -> tuple[Appeal, Case]:
        appeal = await insist(lambda: self._appeals.find(appeal_id))
        assert appeal is not None, "appeals are not deleted while they are open"
        case = await insist(lambda: self._cases.find(appeal.case_id))
        assert case is not None, "cases are not deleted"
        return appeal, case

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work, name="after an appeal")
        self._following.add(task)
        task.add_done_callback(self._let_go)

    def _let_go(self, ended: asyncio.Task[None]) -> None:
        self._following.discard(ended)
        if not ended.cancelled() and (fault := ended.exception()) is not None:
            _log.error("what follows from an appeal was left undone", exc_info=fault)
