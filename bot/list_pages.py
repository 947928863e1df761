"""A word list, a page at a time; its buttons hold the list and the page's number alone, so they work for ever."""

import re
from typing import TYPE_CHECKING, Any, Self

import discord

from bot.answering import apologise
from bot.circumstances import place_of
from bot.errors import Refused
from bot.presenting import plain
from bot.sheets import controls
from bot.words import filter as words
from storage.moderation.records import EVERYWHERE, ListEntry, ListKind

if TYPE_CHECKING:
    from bot.client import Client

_ON_A_PAGE = 15


class ListPageButton(
    discord.ui.DynamicItem[discord.ui.Button[Any]], template=r"filter:(?P<kind>block|allow):(?P<page>[0-9]{1,4})"
):
    """Turns a list to one page (from 0), for those who may see it."""

    def __init__(self, kind: ListKind, page: int, label: str = words.NEXT) -> None:
        super().__init__(discord.ui.Button(label=label, custom_id=f"filter:{kind}:{page}"))
        self.kind = kind
        self.page = page

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """Find out which page is wanted."""
        return cls(ListKind(match["kind"]), int(match["page"]))

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Show it in place of the one that is there."""
        try:
            text, view = await _page(interaction, self.kind, self.page)
            await interaction.response.edit_message(content=text, view=view)
        except Exception as error:  # noqa: BLE001  (whatever it is, the one who pressed must hear of it)
            await apologise(interaction, error)


async def show_list(interaction: discord.Interaction["Client"], kind: ListKind) -> None:
    """Answer with the first page."""
    text, view = await _page(interaction, kind, 0)
    await interaction.response.send_message(text, view=view, ephemeral=True)


async def _page(interaction: discord.Interaction["Client"], kind: ListKind, number: int) -> tuple[str, discord.ui.View]:
    server_id, _ = place_of(interaction)
    listed = [each for each in await interaction.client.oversight.rulebook.entries(server_id) if each.kind is kind]
    if not listed:
        raise Refused(words.EMPTY)
    pages = -(-len(listed) // _ON_A_PAGE)
    number = min(number, pages - 1)
    shown = listed[number * _ON_A_PAGE : (number + 1) * _ON_A_PAGE]
    foot = f"-# {words.page(number + 1, pages, len(listed), kind)}"
    return "\n".join([*map(_line, shown), foot]), _turning(kind, number, pages)


def _line(entry: ListEntry) -> str:
    where = "" if entry.channel_id == EVERYWHERE else f" (<#{entry.channel_id}>)"
    return f"- {plain(entry.text)}{where}"


def _turning(kind: ListKind, number: int, pages: int) -> discord.ui.View:
    row = controls()
    if number > 0:
        row.add_item(ListPageButton(kind, number - 1, words.BACK))
    if number < pages - 1:
        row.add_item(ListPageButton(kind, number + 1, words.NEXT))
    return row
