"""The buttons of appeals: one under a refusal, two on the moderators' card. They hold numbers alone and work for ever.

``appeal:CASE``           opens the form in which somebody says why a decision was wrong
``verdict:ACT:APPEAL``    decides on it

What they do is the client's ``hearings``; whatever goes wrong is worded there.
"""

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Self

import discord

from bot.sheets import controls
from bot.words import appeals as words


class Act(StrEnum):
    """What a moderator decides on an appeal; the word is part of the button's identity, for ever."""

    UPHOLD = "uphold"
    DISMISS = "dismiss"


_LOOKS: Mapping[Act, tuple[str, discord.ButtonStyle]] = {
    Act.UPHOLD: (words.UPHOLD, discord.ButtonStyle.success),
    Act.DISMISS: (words.DISMISS, discord.ButtonStyle.secondary),
}


class AppealButton(discord.ui.DynamicItem[discord.ui.Button[Any]], template=r"appeal:(?P<case>[0-9]+)"):
    """Lets the person of one case appeal against it."""

    def __init__(self, case_id: int) -> None:
        style = discord.ButtonStyle.secondary
        super().__init__(discord.ui.Button(label=words.APPEAL, style=style, custom_id=f"appeal:{case_id}"))
        self._case_id = case_id

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """Find out against which case."""
        return cls(int(match["case"]))

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Open the form."""
        await interaction.client.hearings.open(interaction, self._case_id)


class VerdictButton(
    discord.ui.DynamicItem[discord.ui.Button[Any]], template=rf"verdict:(?P<act>{'|'.join(Act)}):(?P<appeal>[0-9]+)"
):
    """One decision on one appeal."""

    def __init__(self, act: Act, appeal_id: int) -> None:
        label, style = _LOOKS[act]
        super().__init__(discord.ui.Button(label=label, style=style, custom_id=f"verdict:{act}:{appeal_id}"))
        self._act, self._appeal_id = act, appeal_id

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """Find out what was pressed."""
        return cls(Act(match["act"]), int(match["appeal"]))

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Decide."""
        await interaction.client.hearings.press(interaction, self._act, self._appeal_id)


def below(case_id: int | None) -> discord.ui.View | None:
    """The button for under a refusal, where that has a case."""
    return None if case_id is None else controls().add_item(AppealButton(case_id))
