"""The commands on a message: what is found in it, and the select or button through which one picture is chosen.

``found:WHAT``            a select; its values name pictures as :mod:`bot.found` does
``found:WHAT:PICTURE``    a button for one picture
"""

import asyncio
import re
from collections.abc import Awaitable, Callable, Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Self

import discord
from discord import ui

from bot.answering import answer, apologise
from bot.found import Found
from bot.layout import row
from bot.presenting import shortened
from bot.sheets import sheet
from bot.words import messages as words

if TYPE_CHECKING:
    from bot.client import Client

#: Seconds after which an answer is promised, if it is not there yet: a form can be shown only as the first answer.
_PROMPTLY = 1.5
_LABEL = 90
_PICTURE = r"(?:job|file):[0-9]+:[0-9]+"


class What(StrEnum):
    """What is wanted of a picture in a message; the word is part of the control's identity."""

    RECIPE = "recipe"
    REMIX = "remix"
    PRESET = "preset"


#: What becomes of a picture that was chosen.
FoundDeed = Callable[[discord.Interaction["Client"], Found], Awaitable[None]]


class FoundButton(ui.DynamicItem[ui.Button[Any]], template=rf"found:(?P<what>{'|'.join(What)}):(?P<key>{_PICTURE})"):
    """Does one thing with one picture."""

    def __init__(self, what: What, key: str) -> None:
        super().__init__(ui.Button(label=words.OPEN[what], custom_id=f"found:{what}:{key}"))
        self._what, self._key = what, key

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """Find out what is wanted of which picture."""
        return cls(What(match["what"]), match["key"])

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Do it."""
        await _do(interaction, self._what, self._key)


class FoundSelect(ui.DynamicItem[ui.Select[Any]], template=rf"found:(?P<what>{'|'.join(What)})"):
    """Does one thing with the picture that is chosen."""

    def __init__(self, what: What, found: Sequence[Found]) -> None:
        options = [
            discord.SelectOption(
                label=shortened(each.name, _LABEL),
                value=each.key,
                description=shortened(each.recipe.partition("\n")[0], _LABEL) or None,
            )
            for each in found
        ]
        super().__init__(ui.Select(custom_id=f"found:{what}", placeholder=words.CHOOSE[what], options=options))
        self._what = what

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """Find out what is wanted."""
        return cls(What(match["what"]), ())

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Do it with the one that was chosen."""
        (key,) = interaction.data["values"]  # pyright: ignore[reportOptionalSubscript, reportGeneralTypeIssues]
        await _do(interaction, self._what, key)


async def use(interaction: discord.Interaction["Client"], message: discord.Message, what: What) -> None:
    """Look for pictures in a message and do what is wanted: at once, or after one has been chosen."""
    looking = asyncio.create_task(interaction.client.findings.in_message(interaction, message))
    try:
        await asyncio.wait({looking}, timeout=_PROMPTLY)
        if not looking.done():
            await interaction.response.defer(thinking=True, ephemeral=True)
        found = await looking
    finally:
        looking.cancel()
    if len(found) == 1 and not interaction.response.is_done():
        return await interaction.client.found_deeds[what](interaction, found[0])
    await answer(interaction, _offered(what, found))


def again(what: What, one: Found, *, above: str) -> ui.LayoutView:
    """Offer the same for the same picture once more, under a text."""
    return _laid_out(above, FoundButton(what, one.key))


def _offered(what: What, found: Sequence[Found]) -> ui.LayoutView:
    if len(found) == 1:
        return again(what, found[0], above=words.FOUND)
    return _laid_out(words.FOUND_SEVERAL, FoundSelect(what, found))


def _laid_out(text: str, control: ui.Item[Any]) -> ui.LayoutView:
    return sheet().add_item(ui.TextDisplay(text)).add_item(row([control]))


async def _do(interaction: discord.Interaction[Any], what: What, key: str) -> None:
    try:
        one = await interaction.client.findings.named(key)
        await interaction.client.found_deeds[what](interaction, one)
    except Exception as error:  # noqa: BLE001  (whatever it is, the one who chose must hear of it)
        await apologise(interaction, error)
