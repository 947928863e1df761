"""Posts each server's summary of the week into its moderators' channel, once, whatever happens in between.

That it is on its way is written down before it is posted; one that may be there already is looked for first.
"""

import asyncio
import re
from datetime import timedelta
from typing import Any, Self

import discord
import structlog
from discord import ui
from discord.utils import time_snowflake

from bot import layout, summary
from bot.answering import apologise
from bot.board import Board
from bot.case_pages import show_cases
from bot.patience import Undeliverable
from bot.sheets import sheet
from bot.standing import check_moderates
from bot.words import summary as words
from storage.errors import StorageError
from storage.jobs import Clock, now
from storage.moderation.summaries import Summaries

_log = structlog.get_logger(__name__)

_EVERY_SECONDS = 600.0
_WEEK = timedelta(days=7)


class WeekButton(discord.ui.DynamicItem[discord.ui.Button[Any]], template=r"week:(?P<week>[0-9]{4}-[0-9]{2}-[0-9]{2})"):
    """Shows the server's cases to a moderator; the week in it tells one summary from another."""

    def __init__(self, week: str) -> None:
        style = discord.ButtonStyle.secondary
        super().__init__(discord.ui.Button(label=words.CASES, style=style, custom_id=f"week:{week}"))

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """Take it as it is."""
        return cls(match["week"])

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Answer with the first page."""
        try:
            await check_moderates(interaction)
            await show_cases(interaction)
        except Exception as error:  # noqa: BLE001  (whatever it is, the one who pressed must hear of it)
            await apologise(interaction, error)


class Weekly:
    """The summaries."""

    def __init__(self, *, summaries: Summaries, board: Board, clock: Clock = now) -> None:
        self._summaries = summaries
        self._board = board
        self._clock = clock

    async def catch_up(self) -> None:
        """Post the last whole week's summary wherever it has not been posted; a week without a decision has none."""
        start = summary.week_before(self._clock())
        week = f"{start:%Y-%m-%d}"
        for server_id, channel_id, begun in await self._summaries.due(week):
            end = start + _WEEK
            decisions = await self._summaries.decisions(server_id, start, end)
            text = summary.summary(start, decisions, await self._summaries.false_alarms(server_id, start, end))
            await self._summaries.begin(server_id, week)
            if text is not None:
                try:
                    await self._board.post(
                        channel_id,
                        view=_view(text, week),
                        uploads=(),
                        nonce=f"{server_id}-{start:%g%V}",  # one server's is not another's; Discord takes 25 characters
                        since=time_snowflake(end),
                        perhaps_there=begun,
                    )
                except Undeliverable as refusal:
                    _log.warning("a summary could not be posted", server=server_id, reason=str(refusal))
            await self._summaries.finish(server_id, week)

    async def keep(self, *, every: float = _EVERY_SECONDS) -> None:
        """After a start, and then ``every`` so many seconds, post what is due; until cancelled."""
        while True:
            try:
                await self.catch_up()
            except StorageError as fault:
                _log.warning("the summaries could not be made", reason=str(fault))
            await asyncio.sleep(every)


def _view(text: str, week: str) -> ui.LayoutView:
    container: ui.Container[Any] = ui.Container()
    container.add_item(ui.TextDisplay(text))
    container.add_item(layout.row([WeekButton(week)]))
    return sheet().add_item(container)
