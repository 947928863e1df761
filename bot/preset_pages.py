"""The list of presets, a page at a time; its buttons hold the page's number alone, so they work for ever."""

import io
import re
from collections.abc import Iterable
from itertools import groupby
from typing import TYPE_CHECKING, Any, Self

import discord

from bot.answering import apologise, whisper
from bot.presenting import escaped, plain, shortened, spoken, value_text
from bot.presets import Asker, Entry, Origin
from bot.sheets import controls
from bot.words import presets as words
from storage.presets import key

if TYPE_CHECKING:
    from bot.client import Client

_ON_A_PAGE = 10
#: Characters of what a preset holds; fewer where those of a whole page do not fit a message.
_HELD_SHOWN = (110, 50, 10)
_MESSAGE_ROOM = 1900
_HEADINGS = {
    Origin.YOURS: words.YOURS,
    Origin.SERVERS: words.SERVERS,
    Origin.SHOWN: words.SHOWN,
    Origin.EVERYBODYS: words.EVERYBODYS,
}


class PageButton(discord.ui.DynamicItem[discord.ui.Button[Any]], template=r"presets:(?P<page>[0-9]{1,6})"):
    """Turns the list to one page (from 0) of those that whoever presses can use."""

    def __init__(self, page: int, label: str = words.NEXT) -> None:
        super().__init__(discord.ui.Button(label=label, custom_id=f"presets:{page}"))
        self.page = page

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """Find out which page is wanted."""
        return cls(int(match["page"]))

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Show it in place of the one that is there."""
        try:
            text, view = await _page(interaction, self.page)
            await interaction.response.edit_message(content=text, view=view)
        except Exception as error:  # noqa: BLE001  (whatever it is, the one who pressed must hear of it)
            await apologise(interaction, error)


async def show_list(interaction: discord.Interaction["Client"]) -> None:
    """Answer with the first page."""
    text, view = await _page(interaction, 0)
    await interaction.response.send_message(text, view=view, ephemeral=True)


async def show_one(interaction: discord.Interaction["Client"], entry: Entry) -> None:
    """Answer with everything that a preset holds, its texts whole."""
    texts = {"prompt", "negative_prompt"}
    held = [f"{spoken(name)}: {value if name in texts else value_text(value)}" for name, value in entry.choices.items()]
    title = f"**{plain(entry.name)}**\n-# {entry.origin}"
    message = "\n".join([title, *(f"- {escaped(line)}" for line in held)])
    if len(message) <= _MESSAGE_ROOM:
        return await whisper(interaction, message)
    file = discord.File(io.BytesIO("\n".join([entry.name, *held]).encode()), "preset.txt")
    await whisper(interaction, f"{title}\n{words.FILE}", file=file)


async def _page(interaction: discord.Interaction["Client"], number: int) -> tuple[str, discord.ui.View]:
    shelf, asker = interaction.client.shelf, await Asker.of(interaction)
    pages = max(1, -(-await shelf.count(asker) // _ON_A_PAGE))
    number = min(number, pages - 1)
    entries = await shelf.entries(asker, limit=_ON_A_PAGE, offset=number * _ON_A_PAGE)
    (settings,) = await interaction.client.desk.preferences.of(asker.me)
    texts = (_text(entries, settings.preset, held) for held in _HELD_SHOWN)
    text = next(text for text in texts if len(text) <= _MESSAGE_ROOM)
    return f"{text}\n-# {words.page(number + 1, pages)}", _turning(number, pages)


def _text(entries: Iterable[Entry], default: str | None, held: int) -> str:
    lines: list[str] = []
    for origin, group in groupby(entries, key=lambda entry: entry.origin):
        lines += [f"**{_HEADINGS[origin]}**", *(_line(entry, default, held) for entry in group)]
    return "\n".join(lines)


def _line(entry: Entry, default: str | None, held: int) -> str:
    marks = [words.IS_DEFAULT] if default is not None and key(default) == key(entry.name) else []
    marks += [words.IS_SHOWN] if entry.shown else []
    marked = f" ({', '.join(marks)})" if marks else ""
    return f"- **{plain(entry.name)}**{marked}: {plain(shortened(entry.held, held))}"


def _turning(number: int, pages: int) -> discord.ui.View:
    row = controls()
    if number > 0:
        row.add_item(PageButton(number - 1, words.BACK))
    if number < pages - 1:
        row.add_item(PageButton(number + 1, words.NEXT))
    return row
