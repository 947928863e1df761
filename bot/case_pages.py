"""Cases, a page at a time; the buttons hold whose cases and the page's number alone, so they work for ever."""

import re
from typing import TYPE_CHECKING, Any, Self

import discord

from bot import case_view
from bot.answering import apologise
from bot.circumstances import place_of
from bot.sheets import controls
from bot.standing import check_moderates
from bot.words import mod as words

if TYPE_CHECKING:
    from bot.client import Client

_ON_A_PAGE = 8
#: In a button's place for a person: everybody.
EVERYBODY = 0


class CasePageButton(
    discord.ui.DynamicItem[discord.ui.Button[Any]], template=r"cases:(?P<person>[0-9]+):(?P<page>[0-9]{1,6})"
):
    """Turns the list of cases to one page (from 0), for moderators."""

    def __init__(self, person: int, page: int, label: str = words.NEXT) -> None:
        super().__init__(discord.ui.Button(label=label, custom_id=f"cases:{person}:{page}"))
        self.person, self.page = person, page

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """Find out which page is wanted."""
        return cls(int(match["person"]), int(match["page"]))

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Show it in place of the one that is there."""
        try:
            await check_moderates(interaction)
            text, view = await _page(interaction, self.person, self.page)
            await interaction.response.edit_message(content=text, view=view)
        except Exception as error:  # noqa: BLE001  (whatever it is, the one who pressed must hear of it)
            await apologise(interaction, error)


async def show_cases(interaction: discord.Interaction["Client"], person: int = EVERYBODY) -> None:
    """Answer with the first page: of everybody's cases, or of one person's, and what stands against them."""
    text, view = await _page(interaction, person, 0)
    await interaction.response.send_message(text, view=view, ephemeral=True)


async def _page(interaction: discord.Interaction["Client"], person: int, number: int) -> tuple[str, discord.ui.View]:
    client, (server_id, _) = interaction.client, place_of(interaction)
    whose = None if person == EVERYBODY else person
    count = await client.cases.count(server_id, person=whose)
    pages = max(1, -(-count // _ON_A_PAGE))
    number = min(number, pages - 1)
    found = await client.cases.newest(server_id, person=whose, limit=_ON_A_PAGE, offset=number * _ON_A_PAGE)
    lines = case_view.in_a_list(found) or [words.NO_CASES]
    if whose is not None:
        held = await client.sanctions.standing(server_id, whose)
        lines = [words.somebody(whose), case_view.standing(held), *lines]
    foot = [f"-# {words.page(number + 1, pages, count)}"] if count else []
    return "\n".join([*lines, *foot]), _turning(person, number, pages)


def _turning(person: int, number: int, pages: int) -> discord.ui.View:
    row = controls()
    if number > 0:
        row.add_item(CasePageButton(person, number - 1, words.BACK))
    if number < pages - 1:
        row.add_item(CasePageButton(person, number + 1, words.NEXT))
    return row
